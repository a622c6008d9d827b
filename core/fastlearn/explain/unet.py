"""Answers about a U-Net: the encoder's maps, where they are crossed over, and the steps upwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from fastlearn.explain.anatomy import Anatomy
from fastlearn.explain.layers import layer_words, leaves
from fastlearn.explain.page import Section, Table
from fastlearn.layers.sequence import MergeLayer
from fastlearn.models.pyramid import Level

if TYPE_CHECKING:
    from fastlearn.vision.unet import DynamicUnet


def as_unet(model: nn.Module) -> DynamicUnet | None:
    """`model`, if it is a U-Net."""
    from fastlearn.vision.unet import DynamicUnet

    return model if isinstance(model, DynamicUnet) else None


def what_unet(a: Anatomy) -> Section | None:
    """The way down and the way up, step by step, with the shapes for the trial image."""
    model = as_unet(a.model)
    if model is None:
        return None
    *crossed, deepest = model.levels
    height, width = deepest.image
    down = (
        f"An encoder makes the image smaller and finds more and more in it; its end has {deepest.channels} maps, "
        f"{deepest.shrunk_by} times smaller than the image. {len(model.blocks)} blocks lead back up. Each enlarges "
        "what came from below and puts beside it what the encoder found at that size, so that the outlines that got "
        "lost on the way down are there again."
    )
    found = (
        f"Where to cross over was not guessed: an image of {height} x {width} was sent through the encoder, and the "
        "last map of every size was taken. The sizes below are those for that image."
    )
    return Section("What is the U-Net made of?", (down, found, *_end(model)), _steps(model, [*crossed, deepest]))


def what_is_new(a: Anatomy) -> Section | None:
    """The layers of a U-Net that are not the encoder's."""
    model = as_unet(a.model)
    if model is None:
        return None
    rows = tuple(
        (name, type(layer).__name__, layer_words(layer)) for name, layer in leaves(model) if not name.startswith("0.")
    )
    table = Table(("layer", "kind", "what it does"), rows)
    return Section("What was put on the end?", ("A way back up to the size of the image, of new layers:",), table)


def _end(model: DynamicUnet) -> tuple[str, ...]:
    if not any(isinstance(layer, MergeLayer) for layer in model):
        return ("The image itself is not crossed over (last_cross=False).",)
    return ("At the end the image itself is put beside, and a residual block mixes the two (last_cross=True).",)


def _steps(model: DynamicUnet, levels: list[Level]) -> Table:
    rows = [("down", level.path[-1], level.kind, "-", _maps(level.channels, level)) for level in levels]
    rows[-1] = ("bottom", *rows[-1][1:])
    for block, level in zip(model.blocks, reversed(levels[:-1]), strict=True):
        gives = block.conv2[0].out_channels
        name = next(name for name, child in model.named_children() if child is block)
        rows.append(("up", name, type(block).__name__, f"{level.channels} from {level.path[-1]}", _maps(gives, level)))
    return Table(("way", "layer", "kind", "crossed over", "gives"), tuple(rows))


def _maps(channels: object, level: Level) -> str:
    return f"{channels} x {level.size[0]} x {level.size[1]}"
