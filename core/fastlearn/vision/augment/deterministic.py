"""Steps that go through their possibilities one after the other, as test-time augmentation wants them."""

from __future__ import annotations

from typing import Any

from fastlearn.keywords import check_keywords
from fastlearn.vision.augment.draws import DeterministicDraw
from fastlearn.vision.augment.geometric import Dihedral, Flip, SizeOrSide
from fastlearn.vision.resize import PadMode


class DeterministicFlip(Flip):
    """Leaves a batch, mirrors the next one, and so on; in test-time augmentation every other pass."""

    @check_keywords
    def __init__(
        self,
        size: SizeOrSide = None,
        mode: str = "bilinear",
        pad_mode: str = PadMode.Reflection,
        align_corners: bool | None = True,
    ) -> None:
        super().__init__(1.0, DeterministicDraw([0, 1]), size, mode, pad_mode, align_corners)

    def constructor_arguments(self) -> dict[str, Any]:
        """What makes the same step again."""
        return {name: value for name, value in super().constructor_arguments().items() if name != "draw"}


class DeterministicDihedral(Dihedral):
    """Goes through the eight symmetries of a square, one a batch; in test-time augmentation one a pass."""

    @check_keywords
    def __init__(
        self,
        size: SizeOrSide = None,
        mode: str = "bilinear",
        pad_mode: str = PadMode.Reflection,
        align_corners: bool | None = True,
    ) -> None:
        super().__init__(1.0, DeterministicDraw(range(8)), size, mode, pad_mode, align_corners=align_corners)

    def constructor_arguments(self) -> dict[str, Any]:
        """What makes the same step again."""
        return {name: value for name, value in super().constructor_arguments().items() if name != "draw"}
