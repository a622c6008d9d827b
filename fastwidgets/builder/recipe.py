"""What the builder's five steps decide, as plain values: the same recipe always means the same cell of code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, get_args

from fastwidgets.builder.values import checked

__all__ = ["BatchStep", "ItemStep", "Labels", "Recipe", "Source", "Split"]

Task = Literal["single", "multi", "regression", "segmentation", "points", "boxes", "table", "text", "language_model"]
Items = Literal["images", "dicom", "texts", "rows"]
LabelsBy = Literal["none", "folder", "pattern", "column", "function", "masks", "coco", "voc", "yolo"]
SplitBy = Literal["random", "stratified", "group", "time", "column", "folders", "file", "kfold"]
Fit = Literal["crop", "pad", "squish"]


@dataclass(frozen=True)
class Source:
    """Where the items come from. Paths are relative to `path`, with / between their parts.

    `table`: the file whose rows are the items; `path_column`, `prefix` and `suffix` make the path of a row's file.
    `folders`: only these, directly below `path`; empty means all. `excluded`: files that were left out by hand.
    `sep` and `encoding` of the table ("": a comma, UTF-8); `dtypes`: columns, with what they are read as, such as
    "str" where 00017 is a name; `dates`: columns of times; `to_the_letter`: a data frame that was kept as a table:
    numbers count to the last digit, and an empty cell is an empty text. `columns` of a plain table to learn from; empty
    means all but the label's.
    """

    path: str = ""
    items: Items = "images"
    table: str = ""
    path_column: str = ""
    prefix: str = ""
    suffix: str = ""
    folders: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    sep: str = ""
    encoding: str = ""
    dtypes: tuple[tuple[str, str], ...] = ()
    dates: tuple[str, ...] = ()
    to_the_letter: bool = False
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Labels:
    """Where the labels come from: which fields count depends on `by`.

    `pattern`: a regular expression over the path below the source's folder, whose first group is the label. `columns`
    of the table; `delimiter` parts several labels in one cell. `function`: an expression of Python over `file`, a path,
    or `row`, which gives the label. `annotations`: the file or folder of COCO, VOC or YOLO.
    `mask`: the path of a picture's mask, in which {stem}, {name}, {below} and {top} stand for those of the picture;
    `codes` name its values from 0. `number`: the label of a plain table is a number and not a class. `one_class`: that
    there is one class alone is meant.
    """

    by: LabelsBy = "none"
    pattern: str = ""
    columns: tuple[str, ...] = ()
    delimiter: str = ""
    function: str = ""
    annotations: str = ""
    mask: str = ""
    codes: tuple[str, ...] = ()
    number: bool = False
    one_class: bool = False


@dataclass(frozen=True)
class Split:
    """How training and validation are parted. `part` is the share of validation, 0 to 1.

    `column` of the table holds a mark ("column"), a group or a time; `pattern` finds a group in a path; `train` and
    `valid` name folders, or are the marks in `column` (both empty: it is true for validation); `file` lists the names
    of the validation files; `fold` of `folds`, counted from 0.
    `together`: groups of files, such as twins, that must stay on one side.
    """

    by: SplitBy = "random"
    part: float = 0.2
    seed: int = 42
    column: str = ""
    pattern: str = ""
    train: str = "train"
    valid: str = "valid"
    file: str = ""
    fold: int = 0
    folds: int = 5
    together: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class ItemStep:
    """What is done to each item: pictures are brought to `size` × `size` pixels; 0 leaves them as they are."""

    size: int = 224
    fit: Fit = "crop"


@dataclass(frozen=True)
class BatchStep:
    """What is done to whole batches: `augment` at all, and by how much (the words of `aug_transforms`)."""

    augment: bool = True
    flip: bool = True
    flip_vert: bool = False
    max_rotate: float = 10.0
    max_zoom: float = 1.1
    max_lighting: float = 0.2
    max_warp: float = 0.2


STEPS = {"source": Source, "labels": Labels, "split": Split, "item": ItemStep, "batch": BatchStep}
CHOICES: dict[tuple[str, str], tuple[str, ...]] = {
    ("source", "items"): get_args(Items),
    ("labels", "by"): get_args(LabelsBy),
    ("split", "by"): get_args(SplitBy),
    ("item", "fit"): get_args(Fit),
    ("", "task"): get_args(Task),
}


@dataclass(frozen=True)
class Recipe:
    """All five steps, the `task`, the loaders' batch size `bs`, and the `name` that the loaders get."""

    task: Task = "single"
    source: Source = field(default_factory=Source)
    labels: Labels = field(default_factory=Labels)
    split: Split = field(default_factory=Split)
    item: ItemStep = field(default_factory=ItemStep)
    batch: BatchStep = field(default_factory=BatchStep)
    bs: int = 64
    name: str = "dls"

    def changed(self, step: str, **values: Any) -> Recipe:
        """A copy in which the fields `values` of `step` are others; "" for the recipe's own fields.

        Raises: ValueError for a step, field or choice that there is not.
        """
        if step and step not in STEPS:
            raise ValueError(f"The steps are {', '.join(STEPS)}, but got {step!r}.")
        part: Any = getattr(self, step) if step else self
        known = {one.name for one in fields(part)} - (set() if step else set(STEPS))
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"{step or 'The recipe'} has {', '.join(sorted(known))}, but got {name!r}.")
            choices = CHOICES.get((step, name))
            if choices is not None and value not in choices:
                raise ValueError(f"`{name}` is one of {', '.join(choices)}, but got {value!r}.")
        usual = _USUAL[step] if step else _USUAL_OWN
        new = replace(
            part, **{name: checked(step, name, getattr(usual, name), value) for name, value in values.items()}
        )
        if isinstance(new, Split) and new.fold >= new.folds:
            raise ValueError(f"There are {new.folds} folds, counted from 0: `fold` is at most {new.folds - 1}, but got "
                             f"{new.fold}.")  # fmt: skip
        return replace(self, **{step: new}) if step else new

    def plain(self) -> dict[str, Any]:
        """As JSON carries it."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Recipe:
        """The recipe that `plain` was made of. Raises: ValueError as `changed` does."""
        recipe = cls().changed("", **{key: value for key, value in plain.items() if key not in STEPS})
        for step in STEPS:
            recipe = recipe.changed(step, **plain.get(step, {}))
        return recipe


_USUAL = {step: make() for step, make in STEPS.items()}
_USUAL_OWN = Recipe()
