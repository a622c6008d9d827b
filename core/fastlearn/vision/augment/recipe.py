"""The usual augmentation for photos, in one call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from fastlearn.data.pipeline import as_list
from fastlearn.data.transform import Transform, mk_transform
from fastlearn.keywords import check_keywords
from fastlearn.vision.augment.crop_gpu import RandomResizedCropGPU
from fastlearn.vision.augment.geometric import Dihedral, Flip, Rotate, Warp, Zoom
from fastlearn.vision.augment.lighting import Brightness, Contrast
from fastlearn.vision.resize import PadMode


@check_keywords
def aug_transforms(
    mult: float = 1.0,
    do_flip: bool = True,
    flip_vert: bool = False,
    max_rotate: float = 10.0,
    min_zoom: float = 1.0,
    max_zoom: float = 1.1,
    max_lighting: float = 0.2,
    max_warp: float = 0.2,
    p_affine: float = 0.75,
    p_lighting: float = 0.75,
    xtra_tfms: Any = None,
    size: int | Sequence[int] | None = None,
    mode: str = "bilinear",
    pad_mode: str = PadMode.Reflection,
    align_corners: bool | None = True,
    batch: bool = False,
    min_scale: float = 1.0,
) -> list[Transform]:
    """The batch transforms that photos of things and animals usually gain from.

    Mirroring (all eight symmetries with `flip_vert`, for pictures from above), a perspective, a turn and a zoom, each
    but the first with probability `p_affine`, brightness and contrast with `p_lighting`, then `xtra_tfms`. `mult`
    multiplies `max_rotate` (degrees), `max_lighting` and `max_warp`; 0 leaves a step out. `size`: of the result. With
    `min_scale` below 1 each sample shows a random square of at least that share of its area, in `size`. `batch`: one
    draw for all samples.

    Made for the `batch_tfms` of larger item pictures, `item_tfms=Resize(460), batch_tfms=aug_transforms(size=224)`: the
    steps share one pass, in which every pixel is read once.
    Raises: ValueError if `min_scale` is below 1 and there is no `size`.
    """
    crops = min_scale != 1.0
    if crops and size is None:
        raise ValueError(f"With min_scale={min_scale!r} parts of the pictures are cut out, so they need a size. Try "
                         "aug_transforms(size=224, min_scale=...).")  # fmt: skip
    how: dict[str, Any] = {"size": None if crops else size, "mode": mode, "pad_mode": pad_mode,
                           "align_corners": align_corners, "batch": batch}  # fmt: skip
    tfms: list[Transform] = []
    if do_flip:
        tfms.append(Dihedral(p=0.5, **how) if flip_vert else Flip(p=0.5, **how))
    if max_warp * mult:
        tfms.append(Warp(magnitude=max_warp * mult, p=p_affine, **how))
    if max_rotate * mult:
        tfms.append(Rotate(max_deg=max_rotate * mult, p=p_affine, **how))
    if min_zoom < 1 or max_zoom > 1:
        tfms.append(Zoom(min_zoom=min_zoom, max_zoom=max_zoom, p=p_affine, **how))
    if max_lighting * mult:
        tfms += [step(max_lighting * mult, p_lighting, batch=batch) for step in (Brightness, Contrast)]
    if crops and size is not None:
        same: dict[str, Any] = {"mode": mode, "pad_mode": pad_mode, "align_corners": align_corners, "batch": batch}
        tfms.append(RandomResizedCropGPU(size, min_scale=min_scale, ratio=(1, 1), **same))
    if size is not None and not tfms:  # nothing is random, but the size was asked for
        tfms.append(Flip(p=0.0, **how))
    return setup_aug_tfms([*tfms, *as_list(xtra_tfms)])


def setup_aug_tfms(tfms: Iterable[Any]) -> list[Transform]:
    """`tfms` as a list of steps in the order in which they run; a `Pipeline` lets neighbours share one pass."""
    return sorted((mk_transform(tfm) for tfm in tfms), key=lambda step: step.order)
