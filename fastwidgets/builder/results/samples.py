"""The item and the batch step: what the loaders make of real items."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastlearn.data.show import View, text_table

from fastwidgets.builder.results.draw import draw_sample, thumbnail
from fastwidgets.builder.results.labels import label_words
from fastwidgets.builder.results.result import Result, Tile

__all__ = ["batch_result", "item_result"]

PAIRS = 6
TILES = 9


def item_result(dls: Any) -> Result:
    """Pictures before and after the item transforms; other items as the data set has them."""
    if "image" not in dls.kinds:
        return _as_text(dls, "Items as they come from the data set, before anything is random.")
    tiles = []
    for seen in _seen(dls.valid if len(dls.valid_ds) else dls.train, PAIRS):
        steps = [step for step in seen.steps if step.stage == "item"]
        before = _before(seen)
        after = draw_sample(steps[-1].shown, seen.kinds, seen.n_inp, seen.vocab) if steps else ()
        size = "" if not steps else " by ".join(str(n) for n in reversed(steps[-1].value[0].shape[-2:]))
        tiles.append(Tile(_line(seen.item), size, (*before, *after)))
    names = ", ".join(step.name for step in seen.steps if step.stage == "item")
    return Result((f"Before and after: {names or 'nothing is done'}.",), tiles=tuple(tiles))


def batch_result(dls: Any, draw: int) -> Result:
    """Items of the training side as the model gets them; another number `draw` gives other random transforms."""
    if "image" not in dls.kinds:
        return _as_text(dls, f"A batch of {dls.bs} as the model gets it.")
    tiles = []
    for seen in _seen(dls.train, TILES, draw):
        shown = seen.steps[-1].shown if seen.steps else seen.original
        label = ", ".join(label_words(part) for part in shown[seen.n_inp :] if not hasattr(part, "shape"))
        tiles.append(Tile(_line(seen.item), label, draw_sample(shown, seen.kinds, seen.n_inp, seen.vocab)))
    names = ", ".join(step.name for step in seen.steps if step.stage == "batch")
    return Result((f"As the model gets them in training: {names}.",), tiles=tuple(tiles))


def _seen(dl: Any, n: int, draw: int = 0) -> list[Any]:
    count = len(dl.dataset)
    positions = dict.fromkeys(i * count // n for i in range(n))
    return [dl.what_the_model_sees(position, draw=draw) for position in positions]


def _before(seen: Any) -> tuple[bytes, ...]:
    """The file as a thumbnail where the item is one; else the picture as the data set opened it."""
    made = thumbnail(Path(seen.item)) if isinstance(seen.item, str | Path) else ()
    return made or draw_sample(seen.original, seen.kinds, seen.n_inp, seen.vocab)


def _line(item: Any) -> tuple[tuple[str, bool], ...]:
    return ((Path(item).name, False),) if isinstance(item, str | Path) else ()


def _as_text(dls: Any, words: str) -> Result:
    samples = dls.train.show_batch(max_n=6, show=False)
    kinds = dls.kinds[: len(samples[0])] if samples else dls.kinds
    return Result((words,), text=text_table(View(samples, kinds, dls.n_inp, dls.vocab)))
