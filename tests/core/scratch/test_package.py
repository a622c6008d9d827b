"""What the teaching path promises as a package: its names, its size, and what its files do without."""

from __future__ import annotations

import ast
import re
import tokenize
from pathlib import Path

import fastlearn.scratch as scratch
import pytest

FOLDER = Path(scratch.__file__).parent
CORE = ("data", "normalize", "loader", "module", "layers", "loss", "optim", "callbacks", "learner")
# fmt: off
NAMES = {
    "Dataset", "collate", "DataLoader", "Normalize", "Module", "Parameter", "ConvLayer", "Linear", "Sequential",
    "AdaptivePool", "Hook", "Hooks", "log_softmax", "logsumexp", "nll", "cross_entropy", "SGD", "DataLoaders",
    "Learner", "Callback", "SetupLearnerCB", "TrackResults", "LRFinder", "OneCycle", "BatchNorm", "resnet18", "MixUp",
    "vocab_of", "reverse_map", "to_device", "CancelFitException", "CancelEpochException", "CancelBatchException",
    "print_shapes", "lsuv", "conv2d_by_unfold",
}
# fmt: on


def code_lines(path):
    """How many lines hold code: without blank lines, comments, docstrings, imports and `__all__`."""
    text = path.read_text(encoding="utf-8")
    left_out = set()
    for node in ast.walk(ast.parse(text)):
        doc = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        names = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        if doc or names or isinstance(node, ast.Import | ast.ImportFrom):
            left_out |= set(range(node.lineno, node.end_lineno + 1))
    nothing = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    with path.open(encoding="utf-8") as file:
        lines = {token.start[0] for token in tokenize.generate_tokens(file.readline) if token.type not in nothing}
    return len(lines - left_out)


def test_every_name_of_the_chapter_is_there():
    assert set(scratch.__all__) >= NAMES and all(hasattr(scratch, name) for name in scratch.__all__)


def test_the_core_can_be_read_in_an_evening():
    assert 250 < sum(code_lines(FOLDER / f"{name}.py") for name in CORE) <= 350


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_a_file_leans_on_no_ready_made_layer_or_loss_and_is_short(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"torch\.nn|\bnn\b|functional|torch\.optim|torch\.utils", text)
    assert code_lines(path) <= 100
