"""What would go wrong in training, found before it: files, labels, balance, copies, masks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Literal

from fastlearn.data.problems import DataError
from fastlearn.interpret.duplicate_groups import duplicate_groups
from fastlearn.vision.files.find import find_problems
from fastlearn.vision.files.problems import FAULTS
from PIL import Image

from fastwidgets.builder.cell.run import Look

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Health", "find_health"]

TINY = 5  # items of a class, fewer than which it is called tiny
UNEVEN = 10  # times that the largest class is larger than the smallest
SHOWN = 3
LETTERS = 3  # of a class at least, for its name to be looked for in those of files
WORD = re.compile(r"[^\W\d_]+")
LOOKED_INTO = 20  # pictures whose size is looked at
Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Health:
    """One finding. `files` are those that it is about, which can be shown or left out."""

    code: str
    severity: Severity
    words: str
    files: tuple[Path, ...] = ()


def find_health(
    look: Look,
    task: str,
    *,
    scans: Collection[Path] = (),
    codes: Sequence[str] = (),
    mask_of: Callable[[Any], Any] | None = None,
    size: int = 0,
    find: Callable[[list[Path]], pd.DataFrame] = find_problems,
    cancelled: Callable[[], bool] = bool,
) -> list[Health]:
    """All findings, the gravest first. `codes` and `mask_of`: the names of mask values, and the mask of a picture.
    `size`: pixels that pictures are brought to, 0 for as they are.

    `find` looks at files, as `find_problems` does, but not at `scans`: DICOM files, which it takes for broken pictures.
    """
    found = [*_labels(look), *_missing(look)]
    if task in ("single", "multi", "text"):
        found += _balance(look, task)
    if task == "single":
        found += _names_say_otherwise(look)
    there = [file for file in look.files if file is not None and file not in scans and file.exists()]
    if there and task != "text":
        problems = find(there)
        found += [*_faults(problems), *_copies(problems, look), *_odd(problems), *_enlarged(there, size)]
    if mask_of is not None and not cancelled():
        found += _masks(look, mask_of, codes)
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(found, key=lambda one: order[one.severity])


def _labels(look: Look) -> list[Health]:
    if not look.failed:
        return []
    first = next(iter(look.failed.values()))
    files = tuple(file for i in look.failed if (file := look.files[i]) is not None)
    words = f"{_n(len(look.failed), 'item')} of {len(look.items):,} have no label. The first: {first}"
    return [Health("no_label", "error", words, files)]


def _missing(look: Look) -> list[Health]:
    gone = tuple(file for file in look.files if file is not None and not file.exists())
    if not gone:
        return []
    return [Health("missing", "error", f"{_n(len(gone), 'file')} of the table are not there: {_names(gone)}", gone)]


def _balance(look: Look, task: str) -> list[Health]:
    counts = Counter(str(one) for label in look.labels if label is not None for one in _each(label, task))
    if len(counts) == 1:
        return [Health("one_class", "error", f"There is only one class, {next(iter(counts))}: nothing can be learnt.")]
    if not counts:
        return []
    found = []
    lonely = [name for name, n in counts.items() if n == 1]
    tiny = [name for name, n in counts.items() if 1 < n < TINY]
    if lonely:
        words = f"{_classes(lonely)} one item only, so it cannot be on both sides of the split."
        found.append(Health("lonely_class", "warning", words, _of(look, lonely, task)))
    if tiny:
        words = f"{_classes(tiny)} fewer than {TINY} items."
        found.append(Health("tiny_class", "warning", words, _of(look, tiny, task)))
    (most, many), (least, few) = counts.most_common(1)[0], counts.most_common()[-1]
    if many >= UNEVEN * few:
        words = f"{most} has {many:,} items, {least} {few:,}. Weights or an equal share in the split may help."
        found.append(Health("imbalance", "warning", words))
    return found


def _faults(problems: pd.DataFrame) -> list[Health]:
    rows = problems[problems["code"].isin(FAULTS)]
    if rows.empty:
        return []
    files = tuple(map(Path, rows["path"]))
    reasons = Counter(rows["code"]).most_common()
    words = ", ".join(f"{n:,} {code.replace('_', ' ')}" for code, n in reasons)
    return [Health("unreadable", "error", f"{_n(len(files), 'file')} cannot be used ({words}): {_names(files)}", files)]


def _copies(problems: pd.DataFrame, look: Look) -> list[Health]:
    labels = {file: label for file, label in zip(look.files, look.labels, strict=True) if file is not None}
    groups = duplicate_groups(problems, labels={file: str(label) for file, label in labels.items()}, turned=True)
    if not groups:
        return []
    files = tuple(Path(other) for one in groups for other in one.others)
    are = "is" if len(groups) == 1 else "are"
    words = f"{_n(len(groups), 'picture')} {are} there more than once, with {_n(len(files), 'copy', 'copies')}."
    found = [Health("twins", "warning", words, files)]
    differ = [one for one in groups if one.labels_differ]
    if differ:
        both = tuple(Path(path) for one in differ for path in one.paths)
        words = f"{_n(len(differ), 'picture')} with different labels on its copies: at least one of them is wrong."
        found.append(Health("twins_differ", "error", words, both))
    return found


def _odd(problems: pd.DataFrame) -> list[Health]:
    found: dict[str, list[Path]] = defaultdict(list)
    for path, code in zip(problems["path"], problems["code"], strict=True):
        if code in ("odd_size", "odd_shape", "odd_mode", "blurry", "dark", "bright", "low_contrast", "low_information"):
            found[code].append(Path(path))
    return [
        Health(code, "info", f"{_n(len(files), 'picture')}: {code.replace('_', ' ')}, such as {_names(files[:1])}",
               tuple(files))
        for code, files in found.items()
    ]  # fmt: skip


def _names_say_otherwise(look: Look) -> list[Health]:
    """Files whose names hold another class than their label: one of both is wrong."""
    known = {str(label).lower() for label in look.labels if label is not None and len(str(label)) >= LETTERS}
    if len(known) < 2:
        return []
    files = []
    for file, label in zip(look.files, look.labels, strict=True):
        if file is not None and label is not None:
            said = known & set(WORD.findall(file.stem.lower()))
            if said and str(label).lower() not in said:
                files.append(file)
    if not files:
        return []
    say = "name says" if len(files) == 1 else "names say"
    words = f"{len(files):,} {say} another class than the label: {_names(files)}"
    return [Health("name_says_otherwise", "warning", words, tuple(files))]


def _enlarged(files: Sequence[Path], size: int) -> list[Health]:
    """A word about pictures that are much smaller than they are made: it costs time and shows nothing more."""
    sides = []
    for file in files[:: max(1, len(files) // LOOKED_INTO)]:
        with suppress(OSError, ValueError), Image.open(file) as picture:  # a header alone; what is broken is told above
            sides.append(max(picture.size))
    side = int(median(sides)) if sides else 0
    if not 0 < 2 * side < size:
        return []
    words = (f"Most pictures are at most {side} pixels wide or high and are made {size}: that takes time and shows "
             f"nothing more. Try a size of {side} to {2 * side}.")  # fmt: skip
    return [Health("enlarged", "info", words)]


def _masks(look: Look, mask_of: Callable[[Any], Any], codes: Sequence[str]) -> list[Health]:
    from fastlearn.vision.masks import check_masks

    masks = [Path(mask_of(item)) for item in look.items]
    picture_of = dict(zip(masks, look.files, strict=True))
    try:
        table = check_masks(masks, codes=list(codes) or None)
    except DataError as error:
        return [Health("masks", "error", str(error))]
    bad = table[table["problem"] != ""]
    if bad.empty:
        return []
    pictures = (picture_of.get(Path(mask)) for mask in bad["file"])  # without its mask a picture is no item
    files = tuple(picture for picture in pictures if picture is not None)
    return [Health("masks", "error", f"{_n(len(bad), 'mask')} cannot be used: {bad['problem'].iloc[0]}", files)]


def _each(label: Any, task: str) -> Sequence[Any]:
    return label if task == "multi" and isinstance(label, list | tuple) else [label]


def _of(look: Look, names: Sequence[str], task: str) -> tuple[Path, ...]:
    wanted = set(names)
    return tuple(
        file for file, label in zip(look.files, look.labels, strict=True)
        if file is not None and label is not None and wanted & {str(one) for one in _each(label, task)}
    )  # fmt: skip


def _n(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"


def _names(files: Sequence[Path]) -> str:
    """At the end of a sentence."""
    return ", ".join(file.name for file in files[:SHOWN]) + (", …" if len(files) > SHOWN else ".")


def _classes(names: Sequence[str]) -> str:
    shown = ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
    return f"The class {shown} has" if len(names) == 1 else f"{len(names)} classes ({shown}) have"
