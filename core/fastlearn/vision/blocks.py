"""Data blocks for pictures and masks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastlearn.data.block import TransformBlock
from fastlearn.data.problems import DataError
from fastlearn.data.transform import Transform
from fastlearn.vision.open import PILBase, PILImage, PILMask
from fastlearn.vision.tensors import IntToFloatTensor, ToTensor

VOID = 255  # what 8-bit masks commonly hold where nobody labelled


class ImageBlock(TransformBlock):
    """Pictures, opened by `cls` (`PILImage`, or `PILImageBW` for one channel): uint8 per item, float 0..1 per batch."""

    kind = "image"

    def __init__(self, cls: type[PILBase] = PILImage) -> None:
        if not (isinstance(cls, type) and issubclass(cls, PILBase)):
            raise TypeError(f"ImageBlock takes a class that opens pictures, but got {cls!r}. Try PILImage.")
        super().__init__(type_tfms=[cls.create], item_tfms=[ToTensor], batch_tfms=[IntToFloatTensor])
        self.cls = cls


class MaskBlock(TransformBlock):
    """Targets that are images of class ids, shape `(H, W)`, dtype int64 in a batch; `codes` names the ids."""

    kind = "mask"

    def __init__(self, codes: Iterable[str] | None = None) -> None:
        opener = OpenMask(codes)
        super().__init__(type_tfms=[opener], item_tfms=[ToTensor], batch_tfms=[IntToFloatTensor])
        self.codes = opener.vocab


class OpenMask(Transform):
    """Opens a mask, and checks its ids where `codes` says which there are.

    Raises: DataError for an id without a name.
    """

    kind = "mask"

    def __init__(self, codes: Iterable[str] | None = None) -> None:
        super().__init__()
        self.vocab = None if codes is None else [str(code) for code in codes]

    @property
    def codes(self) -> list[str] | None:
        """The names of the ids, in their order."""
        return self.vocab

    @property
    def c(self) -> int | None:
        """How many ids have a name; None where none were given."""
        return None if self.vocab is None else len(self.vocab)

    def encodes(self, x: Any) -> PILMask:
        mask = PILMask.create(x)
        if self.vocab is not None:
            self._check(mask)
        return mask

    def _check(self, mask: PILMask) -> None:
        names = self.vocab or []
        most = int(mask.getextrema()[1])  # type: ignore[arg-type]  # one channel: (least, most)
        if most < len(names):
            return
        advice = (" 255 often stands for pixels without a label: give them an id of their own, and a code"
                  if most == VOID else "")  # fmt: skip
        raise DataError(f"The mask holds the class id {most}, but `codes` names {len(names)} classes, 0 to "
                        f"{len(names) - 1}.{advice} Check that the mask holds ids and no colours.")  # fmt: skip
