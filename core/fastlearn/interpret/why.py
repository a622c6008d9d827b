"""Why an item is among the worst: tags made of what is known already, the same on every call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastlearn.interpret.duplicate_groups import DuplicateGroup, duplicate_groups
from fastlearn.vision.files.problems import FAULTS, PROBLEMS

if TYPE_CHECKING:
    import pandas as pd

    from fastlearn.interpret.label_doubts import LabelDoubts
    from fastlearn.interpret.stored_answers import StoredAnswers

__all__ = ["CODES", "Tag", "why_here"]

SURE = 0.9  # probability from which on a wrong prediction counts as confident
BETWEEN = 0.15  # two classes whose probabilities are closer than this, and
TOGETHER = 0.6  # which have at least this much together
RARE_SHARE, RARE_COUNT = 0.2, 50  # of the median class, and items at the most
FAR = 4.0  # times the typical residual
MISSED_IOU, MISSED_SHARE = 0.1, 0.02  # a class that is hardly found, and which part of the picture it is at least
LOOKS = tuple(code for code in PROBLEMS if code not in FAULTS and "duplicate" not in code)
# The most telling first.
CODES = ("unreadable", "twin_other_label", "label_doubt", "far_off", "missed_class", "confident_wrong", "missed_label",
         "false_alarm", "between_classes", *LOOKS, "duplicate", "rare_class")  # fmt: skip


class Tag(NamedTuple):
    """One reason: its code, one of `CODES`, and words for people."""

    code: str
    text: str


def why_here(
    answers: StoredAnswers,
    doubts: LabelDoubts | None = None,
    problems: pd.DataFrame | None = None,
    rows: Sequence[int] | NDArray[np.int64] | None = None,
) -> dict[int, list[Tag]]:
    """The tags of the `rows` (by default of all), the most telling first; a row without a tag is not in the result.

    `doubts` are about the same answers; `problems` is the table of `find_problems` for their files.
    """
    wanted = range(len(answers)) if rows is None else [int(row) for row in rows]
    sources = [_of_files(answers, problems), _of_doubts(doubts), *_OF_TASK.get(answers.task, _nothing)(answers)]
    found = {row: [tag for source in sources for tag in source(row)] for row in wanted}
    return {row: sorted(tags, key=lambda tag: CODES.index(tag.code)) for row, tags in found.items() if tags}


Source = Callable[[int], Iterator[Tag]]


def _of_doubts(doubts: LabelDoubts | None) -> Source:
    def tags(row: int) -> Iterator[Tag]:
        if doubts is not None and doubts.wrong[row]:
            yield Tag("label_doubt", doubts.reason(row))

    return tags


def _of_files(answers: StoredAnswers, problems: pd.DataFrame | None) -> Source:
    findings: dict[Path, list[tuple[str, str]]] = {}
    groups: dict[Path, DuplicateGroup] = {}
    names: dict[Path, str] = {}
    if problems is not None and len(problems):
        for path, code, title in zip(problems["path"], problems["code"], problems["problem"], strict=True):
            findings.setdefault(Path(path), []).append((str(code), str(title)))
        names = {path: answers.ids[row] for row, path in enumerate(answers.paths) if path is not None}
        groups = {path: group for group in duplicate_groups(problems, _labels(answers)) for path in group.paths}

    def tags(row: int) -> Iterator[Tag]:
        path = answers.paths[row]
        if path is None:
            return
        for code, title in findings.get(path, ()):
            if code in FAULTS:
                yield Tag("unreadable", f"the file is {title}")
            elif code in LOOKS:
                yield Tag(code, title)
        if path in groups:
            yield _twin(path, groups[path], names)

    return tags


def _twin(path: Path, group: DuplicateGroup, names: Mapping[Path, str]) -> Tag:
    """That the picture is there more than once, and under which other label."""
    others = [other for other in group.paths if other != path]
    own = group.labels.get(path)
    differing = [p for p in others if own is not None and p in group.labels and group.labels[p] != own]
    if differing:
        other = differing[0]
        return Tag(
            "twin_other_label", f"same picture as {names.get(other, other.name)}, labelled {group.labels[other]}"
        )
    return Tag("duplicate", f"same picture as {names.get(others[0], others[0].name)}")


def _labels(answers: StoredAnswers) -> dict[Path, str]:
    """The label of each file in words, where there are classes."""
    targets, names = answers.targets, answers.vocab
    if targets is None or names is None:
        return {}
    return {
        path: names[int(target)] if targets.ndim == 1 else "; ".join(names[i] for i in np.flatnonzero(target))
        for path, target in zip(answers.paths, targets, strict=True)
        if path is not None
    }


def _of_classes(answers: StoredAnswers) -> list[Source]:
    assert answers.probs is not None and answers.targets is not None
    probs, targets, names = answers.probs, answers.targets, answers.vocab or []
    counts = np.bincount(targets, minlength=len(names))
    median = float(np.median(counts[counts > 0]))

    def tags(row: int) -> Iterator[Tag]:
        values = np.asarray(probs[row], np.float32)
        first, second = (int(i) for i in np.argsort(-values, kind="stable")[:2])
        target = int(targets[row])
        if first != target and values[first] >= SURE:
            yield Tag("confident_wrong", f"confident and wrong: {names[first]} ({values[first]:.2f})")
        if values[first] - values[second] < BETWEEN and values[first] + values[second] >= TOGETHER:
            text = f"between {names[first]} ({values[first]:.2f}) and {names[second]} ({values[second]:.2f})"
            yield Tag("between_classes", text)
        if counts[target] <= RARE_COUNT and counts[target] < RARE_SHARE * median:
            yield Tag("rare_class", f"rare class: {names[target]} has {counts[target]} of {len(targets)} items")

    return [tags]


def _of_labels(answers: StoredAnswers) -> list[Source]:
    assert answers.probs is not None and answers.targets is not None
    probs, targets, names = answers.probs, answers.targets, answers.vocab or []

    def tags(row: int) -> Iterator[Tag]:
        values, there = np.asarray(probs[row], np.float32), np.asarray(targets[row], bool)
        missed, alarms = np.where(there, values, 1.0), np.where(there, 0.0, values)
        worst, loudest = int(missed.argmin()), int(alarms.argmax())
        if missed[worst] <= 1 - SURE:
            yield Tag("missed_label", f"{names[worst]} is missed ({values[worst]:.2f})")
        if alarms[loudest] >= SURE:
            yield Tag("false_alarm", f"{names[loudest]} is seen ({values[loudest]:.2f})")

    return [tags]


def _of_numbers(answers: StoredAnswers) -> list[Source]:
    assert answers.preds is not None and answers.targets is not None
    off = np.asarray(answers.preds, np.float64) - answers.targets
    size = np.linalg.norm(off, axis=1)
    known = size[np.isfinite(size)]
    typical = float(np.median(known)) if len(known) else 0.0

    def tags(row: int) -> Iterator[Tag]:
        if not np.isfinite(size[row]):
            yield Tag("far_off", "the prediction or the target is not a finite number")
        elif typical > 0 and size[row] >= FAR * typical:
            side = "" if off.shape[1] > 1 else ", too high" if off[row, 0] > 0 else ", too low"
            yield Tag("far_off", f"{size[row] / typical:.1f} times as far off as the median item{side}")

    return [tags]


def _of_masks(answers: StoredAnswers) -> list[Source]:
    from fastlearn.interpret.pixel_confusion import PixelConfusion

    confusion, names = PixelConfusion(answers, None), answers.vocab or []
    cells = answers.mask_cells
    assert cells is not None
    edges = np.searchsorted(cells.row, np.arange(len(answers) + 1))

    def tags(row: int) -> Iterator[Tag]:
        mine = slice(edges[row], edges[row + 1])
        area = np.bincount(cells.actual[mine], cells.pixels[mine], len(names))
        share, iou = area / max(area.sum(), 1), confusion.iou_of(row)
        missed = np.flatnonzero((share >= MISSED_SHARE) & (iou < MISSED_IOU))
        for c in missed[np.argsort(-share[missed], kind="stable")][:1].tolist():
            yield Tag("missed_class", f"{names[c]} is missed: {share[c]:.0%} of the picture, IoU {iou[c]:.2f}")

    return [tags]


def _nothing(answers: StoredAnswers) -> list[Source]:
    return []


_OF_TASK: dict[str, Callable[[Any], list[Source]]] = {
    "category": _of_classes,
    "multicategory": _of_labels,
    "regression": _of_numbers,
    "mask": _of_masks,
}
