"""The cell that trains on what was labelled."""

from __future__ import annotations

from collections.abc import Sequence

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


def cell(task: str, classes: Sequence[str], root: str, journal: str) -> str:
    """Code that reads the labels below `root` from the journal in the folder `journal`, and makes loaders of them."""
    listed = repr(list(classes))
    where = "" if journal in ("", root) else f", root={root!r}"
    read = f"labels = Labels({'path' if not where else repr(journal)}{where})"
    blocks = BLOCKS[task].format(classes=listed)
    lines = [
        "from fastlearn.vision.all import *",
        "from fastwidgets.labeler import Labels",
        "",
        f"path = Path({root!r})",
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
