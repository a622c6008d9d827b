"""The source and the split: how many items there are, of which classes, on which side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from fastwidgets.builder.folder import Folder
from fastwidgets.builder.recipe import Recipe
from fastwidgets.builder.results.result import MOST_BARS, Bar, Result
from fastwidgets.builder.session import Preview

__all__ = ["files_result", "source_result", "split_result"]

CLASSES = ("single", "multi", "text", "boxes", "table")


def source_result(preview: Preview, recipe: Recipe) -> Result:
    """How many items there are, and of each class."""
    counts = _counts(preview.look.labels, range(len(preview.look.items)), recipe)
    words = [_n(len(preview.look.items), "row" if recipe.source.items == "rows" else "item")]
    if counts:
        words[0] += f", {_n(len(counts), 'class', 'classes')}"
    return Result((f"{words[0]}.", *_told(preview, len(counts))), bars=_bars(counts, Counter()))


def files_result(folder: Folder) -> Result:
    """What lies in the folder, where the cell cannot say what of it counts."""
    kinds = {"picture": folder.pictures, "table": folder.tables, "text": folder.texts, "DICOM file": folder.dicoms}
    there = [_n(len(files), one) for one, files in kinds.items() if files]
    closed = [f"{_n(len(folder.closed), 'folder')} may not be read."] if folder.closed else []
    return Result((f"{', '.join(there)}.",), tuple(closed))


def split_result(preview: Preview, recipe: Recipe, shared: Sequence[tuple[str, ...]] | None) -> Result:
    """Sizes of both sides, in all and of each class. `shared`: twins on both sides, None where nobody has looked."""
    if preview.trouble:
        return Result(warnings=(preview.trouble,))
    labels = preview.look.labels
    train, valid = (_counts(labels, side, recipe) for side in (preview.train, preview.valid))
    n, m = len(preview.train), len(preview.valid)
    share = f" ({100 * m / (n + m):.0f} %)" if n + m else ""
    words = [f"{n:,} for training, {m:,} for validation{share}."]
    left = len(preview.look.items) - n - m
    if left > 0:
        words.append(f"{_n(left, 'item')} on neither side.")
    lines = [*words, *_told(preview, len(train | valid))]
    if shared is not None and not shared:
        lines.append("No twins are on both sides.")
    return Result(tuple(lines), tuple(_warnings(train, valid, shared)), _bars(train, valid))


def _warnings(train: Counter[str], valid: Counter[str], shared: Sequence[tuple[str, ...]] | None) -> Iterable[str]:
    if shared:
        pictures = _n(len(shared), "picture")
        yield (f"{pictures} on both sides, as twins such as {' and '.join(shared[0][:2])}: what the model is asked, "
               "it has seen.")  # fmt: skip
    only = [name for name in valid if name not in train]
    if only:
        yield f"Only in validation, so it cannot be learnt: {_listed(only)}."
    never = [name for name in train if name not in valid]
    if never and valid:
        yield f"Not in validation, so nobody sees how well it is learnt: {_listed(never)}."


def _counts(labels: Sequence[Any], positions: Iterable[int], recipe: Recipe) -> Counter[str]:
    if recipe.task not in CLASSES or recipe.labels.number:
        return Counter()
    found: Counter[str] = Counter()
    for i in positions:
        label = labels[i]
        if isinstance(label, list | tuple | set):
            found.update(map(str, label))
        elif label is not None:
            found[str(label)] += 1
    return found


def _bars(train: Counter[str], valid: Counter[str]) -> tuple[Bar, ...]:
    both = train + valid
    return tuple(Bar(name, train[name], valid[name]) for name, _ in both.most_common(MOST_BARS))


def _told(preview: Preview, n_classes: int) -> list[str]:
    """What was not looked at, or not shown."""
    told = []
    if preview.rows is not None:
        told.append(f"The table is big: only its first {preview.rows:,} rows were looked at. Build reads all.")
    if preview.look.failed:
        told.append(f"{_n(len(preview.look.failed), 'item')} without a label: see Health.")
    if n_classes > MOST_BARS:
        told.append(f"The {MOST_BARS} largest classes are shown; {n_classes - MOST_BARS:,} more have fewer items.")
    return told


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")


def _n(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"
