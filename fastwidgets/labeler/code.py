"""The cell that trains on what was labelled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["cell"]

BLOCKS = {
    "single": "(ImageBlock, CategoryBlock(vocab={classes}))",
    "multi": "(ImageBlock, MultiCategoryBlock(vocab={classes}))",
    "boxes": "(ImageBlock, BBoxBlock, BBoxLblBlock(vocab={classes}))",
    "points": "(ImageBlock, PointBlock)",
    "polygons": 'ImageBlock, MaskBlock(codes=["background", *classes])',
}
GET_Y = {"single": "labels", "multi": "labels", "boxes": "[labels.boxes, labels.names]", "points": "labels.points",
         "polygons": "lambda file: labels.mask(file, classes)"}  # fmt: skip


def cell(task: str, classes: Sequence[str], root: str, journal: str, own: Any = None) -> str:
    """Code that reads the labels below `root` from the journal in the folder `journal`, and makes loaders of them.

    `own`: what the data set itself says; a function of fastlearn's is named in the cell, of another thing only that it
    has to be given.
    """
    listed = repr(list(classes))
    where = "" if journal in ("", root) else f", root={root!r}"
    get_y, remark = _own(own)
    read = f"labels = Labels({'path' if not where else repr(journal)}{where}{get_y})"
    blocks = BLOCKS[task].format(classes=listed)
    lines = [
        "from fastlearn.vision.all import *",
        "from fastwidgets.labeler import Labels",
        "",
        f"path = Path({root!r})",
        *remark,
        read,
        *([f"classes = {tuple(classes)!r}"] if task == "polygons" else []),
        "block = DataBlock(",
        f"    blocks={blocks if task != 'polygons' else f'({blocks})'},",
        "    get_items=lambda folder: labels.labelled(get_image_files(folder)),",
        f"    get_y={GET_Y[task]},",
        *(["    n_inp=1,"] if task == "boxes" else []),
        "    splitter=RandomSplitter(seed=42),",
        f"    item_tfms=Resize(224{', method=ResizeMethod.Squish' if task in ('boxes', 'points') else ''}),",
        ")",
        "dls = block.dataloaders(path)",
    ]
    return "\n".join(lines)


def _own(own: Any) -> tuple[str, list[str]]:
    """The argument that has the data set's own labels read, and a remark where the cell cannot name them."""
    if own is None:
        return "", []
    from fastlearn.vision import all as known

    name = getattr(own, "__name__", "")
    if name and getattr(known, name, None) is own:
        return f", get_y={name}", []
    return "", ["# The labels of the data set itself are yours to give: Labels(…, get_y=…)."]
