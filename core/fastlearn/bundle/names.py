"""Which code a bundle may name: parts of this library and of torch by themselves, anybody else's only if trusted."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

__all__ = ["CannotExport", "Trust", "UntrustedCode", "found_at", "own_class_of", "path_of"]

TEXT_RULES = (
    "fix_html", "replace_rep", "replace_wrep", "spec_add_spaces", "rm_useless_spaces", "replace_all_caps",
    "replace_maj", "lowercase", "replace_space",
)  # fmt: skip
# Functions that a pipeline may begin with, or a model or loss may be: they read, or they compute.
FUNCTIONS = frozenset(
    {
        "fastlearn.data.label.parent_label",
        "fastlearn.vision.open.load_image",
        *(f"fastlearn.vision.open.{name}.create" for name in ("PILBase", "PILImage", "PILImageBW", "PILMask")),
        *(f"fastlearn.text.rules.{name}" for name in TEXT_RULES),
    }
)
METRICS = ("fastlearn.metrics.", "sklearn.metrics._")
TORCHS = ("torch.nn.modules.", "torchvision.transforms.v2.")
OURS = ("fastlearn.", *TORCHS)  # where parts are that may be built
PURE = ("torch.nn.functional.",)  # modules whose functions compute with tensors and do nothing else
VALUES = frozenset(
    {
        "fastlearn.data.category.CategoryMap",
        "fastlearn.data.label.RegexLabeller",
        "fastlearn.metrics.sklearn_based._Guarded",
        "fastlearn.text.lm_loader.LMDataLoader",
        "fastlearn.text.pieces.BaseTokenizer",
        "fastlearn.text.sentencepiece_tokenizer.SentencePieceTokenizer",
        "fastlearn.text.sorted_loader.SortedDL",
        "fastlearn.text.spacy_tokenizer.SpacyTokenizer",
        "fastlearn.text.subword_tokenizer.SubwordTokenizer",
        "fastlearn.text.transformers_tokenizer.TransformersTokenizer",
        "fastlearn.text.word_tokenizer.WordTokenizer",
        "fastlearn.vision.augment.draws.DeterministicDraw",
    }
)


class UntrustedCode(ValueError):
    """A bundle names code that the caller has not said to trust."""


class CannotExport(ValueError):
    """A part of a learner has no name by which another process could find it."""


def path_of(thing: Any) -> str:
    """Where a class or function is imported from: module and qualified name, with a dot between them.

    Raises: CannotExport for a lambda, or a function made inside another one.
    """
    owner = getattr(thing, "__self__", None)
    qualified = str(getattr(thing, "__qualname__", ""))
    if isinstance(owner, type):  # PILImage.create is named for the class that it makes, not for the one it comes from
        qualified, thing = f"{owner.__qualname__}.{thing.__name__}", owner
    path = f"{getattr(thing, '__module__', None)}.{qualified}"
    if not qualified or "<" in path or found_at(path) is None:
        raise CannotExport(
            f"{thing!r} cannot be found by name in another process. Try a function or class at the top of a module."
        )
    return path


def own_class_of(thing: Any) -> type[Any]:
    """The class of `thing`; of a class of the user's own the nearest that is this library's."""
    return next(kind for kind in type(thing).__mro__ if kind.__module__.startswith("fastlearn."))


def found_at(path: str) -> Any:
    """The object at `path`, or None. Importing a module runs its code: only for trusted paths."""
    parts = path.split(".")
    for n in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:n]))
        except ImportError:
            continue
        for name in parts[n:]:
            found = getattr(found, name, None)
        return found
    return None


class Trust:
    """What a caller trusts: paths such as "my_module.my_function", or the functions and classes themselves."""

    def __init__(self, trusted: Iterable[str | Callable[..., Any]] = ()) -> None:
        given = [trusted] if isinstance(trusted, str) else list(trusted)
        self._paths = {one if isinstance(one, str) else path_of(one) for one in given}

    def covers(self, path: str) -> bool:
        """Whether `path` may be imported and called: it was named by the caller, or it is one of our own parts."""
        return path in self._paths or is_own(path)

    def get(self, path: str) -> Any:
        """The object at `path`.

        Raises: UntrustedCode if it is not covered; ImportError if it is not there.
        """
        if not self.covers(path):
            raise UntrustedCode(refusal([path]))
        found = found_at(path)
        if found is None:
            raise ImportError(f"The bundle needs {path}, which cannot be imported here. Make its module importable.")
        return found


def refusal(paths: Iterable[str]) -> str:
    """Why code at `paths` was not loaded, and what to do."""
    names = sorted(set(paths))
    absent = [name for name in names if name.startswith(TORCHS) and found_at(name) is None]
    if absent:
        return (
            f"The bundle needs {', '.join(absent)}, which this installation (torch {torch.__version__}) does not have. "
            "It was written with other versions: try newer ones of torch and torchvision."
        )
    listed = ", ".join(names)
    return (
        f"The bundle names code that is no part of fastlearn: {listed}. Loading would import and run it, so it is only "
        f"done if you say that you know it: trust={names!r}."
    )


def is_own(path: str) -> bool:
    """Whether `path` is a part that may be built without asking: a layer, loss, transform, or a listed function."""
    if path in FUNCTIONS or path in VALUES:
        return True
    if path.startswith(PURE):
        return callable(found_at(path)) and path.count(".") == 3 and not path.rpartition(".")[2].startswith("_")
    if path.startswith(METRICS) and is_metric_function(path):
        return True
    if not path.startswith(OURS):
        return False
    from fastlearn.data.transform import Transform
    from fastlearn.metrics.base import Metric
    from fastlearn.train.learner import Learner

    found = found_at(path)
    return isinstance(found, type) and issubclass(found, Transform | nn.Module | Metric | Learner)


def is_metric_function(path: str) -> bool:
    """Whether `path` is a function of ours that computes a metric, or a public one of scikit-learn."""
    found = found_at(path)
    if not inspect.isfunction(found) or path != f"{found.__module__}.{found.__name__}":
        return False
    return path.startswith("fastlearn.") or found.__name__ in found_at("sklearn.metrics").__all__
