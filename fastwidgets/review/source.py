"""The items that are looked at: where they lie, what they are called, on which side of the split, with which labels."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from fastlearn.data.datasets import Datasets, TfmdLists
from fastlearn.data.find import get_image_files
from fastlearn.data.items import item_getter
from fastlearn.data.problems import DataError
from fastlearn.data.targets import dataset_vocab
from fastlearn.interpret.answer_items import data_root, names_of, parts_of
from fastlearn.interpret.item_identity import digest_of, source_items

from fastwidgets.review.label_steps import label_steps
from fastwidgets.review.names import ClassNames
from fastwidgets.review.numbers import NumberNames

__all__ = ["Source", "read_source"]

SPLITS = ("train", "valid")
Label = str | tuple[str, ...] | None
AnyPath = str | os.PathLike[str]


@dataclass
class Source:
    """`n` items, training items first, as `StoredAnswers` has them.

    `names`: a text for each that no other one has, its path below the data's folder; `paths`: None where there is no
    file; `items`: the source items, paths or rows; `splits`: "train", "valid" or ""; `labels`: the names of the classes
    as the data has them (a tuple where there are several an item, None where there is none or it cannot be read).
    `task`: "category", "multicategory", "regression" (labels are texts of numbers), or "other": none of whole items.
    `root`: the folder that the journal's paths begin at.
    """

    names: list[str]
    paths: list[Path | None]
    items: Sequence[Any]
    splits: list[str]
    labels: list[Label]
    classes: ClassNames | NumberNames
    task: str
    root: Path
    learn: Any = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def keys(self) -> list[str]:
        """What a row without a file is called in the journal: by its content, so that it is found in another order."""
        seen: dict[str, int] = {}
        return [
            key_of_row(item, seen) if path is None else "" for item, path in zip(self.items, self.paths, strict=True)
        ]


def key_of_row(item: Any, seen: dict[str, int]) -> str:
    """The key of a row; `seen` counts equal ones, which are told apart by a number."""
    key = f"row {digest_of(item).hex()}"
    seen[key] = seen.get(key, 0) + 1
    return key if seen[key] == 1 else f"{key} ({seen[key]})"


def read_source(source: Any, labels: Callable[[Path], Any] | None = None) -> Source:
    """The items of a learner, of loaders, of a folder of pictures, or of a list of paths.

    `labels` says the label of a path where there is no learner; by default it is the name of the file's folder, if
    there are several. Raises: DataError where there is nothing to look at; FileNotFoundError for a folder that there is
    not; TypeError for anything else.
    """
    if hasattr(source, "dls") or hasattr(source, "train_ds"):
        return _of_learner(source if hasattr(source, "dls") else _Loaders(source))
    if isinstance(source, str | os.PathLike):
        return _of_folder(Path(source), labels)
    if isinstance(source, Iterable):
        return _of_paths(list(source), labels)
    raise TypeError("Items are those of a learner, of loaders, of a folder or of a list of paths, but got "
                    f"{type(source).__name__}.")  # fmt: skip


class _Loaders:
    """Loaders where a learner is expected."""

    def __init__(self, dls: Any) -> None:
        self.dls = dls


def _of_learner(learn: Any) -> Source:
    parts = parts_of(learn, None, None)
    datasets = [part.loader.dataset for part in parts]
    paths = [path for part in parts for path in part.paths]
    steps = [label_steps(dataset) for dataset in datasets]
    first = steps[0]
    classes: ClassNames | NumberNames = ClassNames(dataset_vocab(datasets[0]) if first is None else first.vocab)
    if first is not None and first.n_numbers:
        classes = NumberNames(first.n_numbers)
    labels = [_named(label, classes) for one in steps for label in ([] if one is None else one.labels())]
    if first is None:
        labels = [None] * len(paths)
    return Source(
        names=names_of(parts, data_root(learn)),
        paths=paths,
        items=[item for dataset in datasets for item in _items(dataset)],
        splits=[SPLITS[part.split] for part in parts for _ in range(len(part))],
        labels=labels,
        classes=classes,
        task="other" if first is None else first.task,
        root=_root(data_root(learn), paths),
        learn=learn if not isinstance(learn, _Loaders) else None,
    )


def _of_folder(folder: Path, labels: Callable[[Path], Any] | None) -> Source:
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {str(folder)!r}. Try its whole path; this notebook runs in "
                                f"{os.getcwd()!r}.")  # fmt: skip
    files = sorted(path for path in get_image_files(folder) if ".trash" not in path.parts)
    return _of_files(files, Path(os.path.abspath(folder)), labels)


def _of_paths(given: list[Any], labels: Callable[[Path], Any] | None) -> Source:
    wrong = next((i for i, path in enumerate(given) if not isinstance(path, str | os.PathLike)), None)
    if wrong is not None:
        raise TypeError(f"A list of paths is expected, but item {wrong} is {given[wrong]!r} "
                        f"({type(given[wrong]).__name__}).")  # fmt: skip
    if not given:
        raise DataError("There are no files to look at: the list of paths is empty.")
    files = list(dict.fromkeys(map(Path, given)))
    return _of_files(files, _root(None, files), labels)


def _of_files(files: list[Path], root: Path, labels: Callable[[Path], Any] | None) -> Source:
    if labels is None and len({path.parent for path in files}) > 1:
        labels = _folder_name
    raw = [None if labels is None else _tried(labels, path) for path in files]
    several = any(isinstance(label, list | tuple | set) for label in raw)
    flat = [one for label in raw for one in (label if isinstance(label, list | tuple | set) else [label])]
    classes = ClassNames(sorted({one for one in flat if one is not None}, key=str))
    return Source(
        names=[_below(path, root) for path in files],
        paths=list(files),
        items=files,
        splits=[_split_of(path, root) for path in files],
        labels=[_named(label, classes) for label in raw],
        classes=classes,
        task="multicategory" if several else "category",
        root=root,
    )


def _items(dataset: Any) -> Iterator[Any]:
    items = source_items(dataset.tls[0] if isinstance(dataset, Datasets) else dataset)
    if items is None or not (isinstance(dataset, Datasets | TfmdLists) or len(items) == len(dataset)):
        return iter([None] * len(dataset))
    get = item_getter(items)
    return (get(i) for i in range(len(dataset)))


def _named(label: Any, classes: ClassNames | NumberNames) -> Label:
    if label is None:
        return None
    if isinstance(classes, NumberNames):
        try:
            return classes.name_of(label)
        except (TypeError, ValueError):  # it is told where it is trained on; here it has no label
            return None
    if isinstance(label, list | tuple | set):
        return tuple(classes.name_of(one) for one in label)
    return classes.name_of(label)


def _tried(labels: Callable[[Path], Any], path: Path) -> Any:
    try:
        return labels(path)
    except Exception:  # a file without a label is shown as one
        return None


def _folder_name(path: Path) -> str:
    return path.parent.name


def _split_of(path: Path, root: Path) -> str:
    """What the first folder below the root says of the split, as in `from_folder`."""
    first = _below(path, root).split("/", 1)[0].lower()
    return {"train": "train", "training": "train", "valid": "valid", "val": "valid", "test": "test"}.get(first, "")


def _below(path: Path, root: Path) -> str:
    whole = Path(os.path.abspath(path))
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else whole.as_posix()


def _root(stated: Path | None, paths: Sequence[Path | None]) -> Path:
    """The data set's folder: the one that was stated, or that all files have in common where that says nothing."""
    files = [os.path.abspath(path) for path in paths if path is not None]
    if not files:
        return stated or Path.cwd()
    common = Path(os.path.commonpath([os.path.dirname(file) for file in files]))
    told = stated is not None and stated != Path.cwd() and common.is_relative_to(stated)
    return stated if told and stated is not None else common
