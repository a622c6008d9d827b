"""How samples made of noise are shown: the noise is not, the images are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastlearn.data.show import ANY, View, register_viewer, text_table
from fastlearn.vision.plots import get_grid, set_title, show_image

if TYPE_CHECKING:
    from matplotlib.axes import Axes

IMAGE_INCHES = 2.0


def register_viewers() -> None:
    """Tell `show_batch` and `show_results` about noise."""
    register_viewer("noise", ANY, show_real_and_made)


def show_real_and_made(view: View) -> list[Axes] | None:
    """The real images of a batch, or what the generator made, or one beside the other; they do not belong together.

    Samples without any image are shown as text.
    """
    real = [sample[view.n_inp] for sample in view.samples] if view.target_kind == "image" else None
    made = view.predictions
    if real is not None and made is not None:
        both = [image for pair in zip(real, made, strict=False) for image in pair]
        return _draw(view, both, ["real", "made"], double=True)
    images = made if real is None else real
    if images is None:
        print(text_table(view))
        return None
    return _draw(view, list(images), [""], double=False)


def _draw(view: View, images: list[Any], titles: list[str], double: bool) -> list[Axes]:
    n = len(images) // 2 if double else len(images)
    axes = list(view.ctxs) if view.ctxs is not None else list(
        get_grid(n, nrows=view.nrows, ncols=view.ncols, figsize=view.figsize, double=double, imsize=IMAGE_INCHES)
    )  # fmt: skip
    for i, (image, ax) in enumerate(zip(images, axes, strict=False)):
        show_image(image, ax=ax, **{"cmap": "gray", **view.options})
        if titles[i % len(titles)]:
            set_title(ax, titles[i % len(titles)])
    return axes
