"""Pictures that know what they are: `PILImage` (colour), `PILImageBW` (gray) and `PILMask` (class ids)."""

from __future__ import annotations

import io
from typing import Any, ClassVar, TypeVar

import numpy as np
import torch
from PIL import Image

from fastlearn.vision.arrays import to_image
from fastlearn.vision.decode import Size, explained, read_picture
from fastlearn.vision.modes import to_ids, to_mode
from fastlearn.vision.orientation import orientation_of, upright

AnyPicture = TypeVar("AnyPicture", bound="PILBase")


class PILBase(Image.Image):
    """A PIL image with a `kind`, which the data pipeline reads, and a few conveniences; a copy, free of its file."""

    kind: ClassVar[str] = "image"
    pixel_mode: ClassVar[str] = "RGB"
    show_args: ClassVar[dict[str, Any]] = {"cmap": "viridis"}

    @classmethod
    def create(cls: type[AnyPicture], fn: Any, at_least: Size | None = None) -> AnyPicture:
        """Open `fn`: a path, the bytes of a file (an upload), an open file, an array, a tensor, or a PIL image.

        EXIF orientation is applied, animations give their first frame, and every mode becomes this class's own.
        `at_least`: (width, height) that suffice, so that a large JPEG may be decoded smaller, which is faster;
        the default decodes it whole.
        Raises: DataError, with the reason, where no picture can be read; FileNotFoundError.
        """
        with explained(fn):
            if isinstance(fn, Image.Image):
                fn.load()  # PIL turns a TIFF while it loads it
                return cls.adopt(upright(fn, orientation_of(fn)))
            if isinstance(fn, np.ndarray | torch.Tensor):
                return cls.adopt(to_image(fn))
            gray = cls.kind == "image" and cls.pixel_mode == "L"
            return cls.adopt(*read_picture(fn, at_least, gray))

    @classmethod
    def adopt(cls: type[AnyPicture], im: Image.Image, full_size: Size | None = None) -> AnyPicture:
        """`im` as a picture of this class; `full_size` is the size in its file where it was decoded smaller."""
        picture = cls.__new__(cls)
        picture.__dict__.update(cls.to_pixels(im).__dict__)
        if full_size is not None:
            picture._full_size = full_size
        return picture

    @classmethod
    def to_pixels(cls, im: Image.Image) -> Image.Image:
        """`im` in this class's mode."""
        return im if im.mode == cls.pixel_mode and "transparency" not in im.info else to_mode(im, cls.pixel_mode)

    _full_size: Size | None = None  # PIL's own operations make new pictures, which do not inherit it

    @property
    def full_size(self) -> Size:
        """(width, height) of the picture in its file, in which points and boxes are given; else its own size."""
        return self._full_size or self.size

    @property
    def n_px(self) -> int:
        """Number of pixels."""
        return self.width * self.height

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.height, self.width

    @property
    def aspect(self) -> float:
        """Width / height."""
        return self.width / self.height

    def reshape(self: AnyPicture, h: int, w: int, resample: int = Image.Resampling.NEAREST) -> AnyPicture:
        """This picture resized to `h` rows and `w` columns."""
        return type(self).adopt(self.resize((w, h), resample=resample))

    def to_thumb(self: AnyPicture, h: int, w: int | None = None) -> AnyPicture:
        """A copy that fits in `h` rows and `w` (default `h`) columns, its proportions kept."""
        thumb = self.copy()
        thumb.thumbnail((h if w is None else w, h))
        return type(self).adopt(thumb)

    def resize_max(
        self: AnyPicture,
        resample: int = Image.Resampling.NEAREST,
        max_px: int | None = None,
        max_h: int | None = None,
        max_w: int | None = None,
    ) -> AnyPicture:
        """This picture, made smaller where needed to have at most `max_px` pixels, `max_h` rows, `max_w` columns."""
        limits = [(max_px / self.n_px) ** 0.5 if max_px else 1.0]
        limits += [most / side for most, side in ((max_h, self.height), (max_w, self.width)) if most]
        scale = min(1.0, *limits)
        return self.reshape(max(1, int(self.height * scale)), max(1, int(self.width * scale)), resample)

    def to_bytes_format(self, format: str = "png") -> bytes:
        """The bytes of this picture as a file of `format`."""
        file = io.BytesIO()
        self.save(file, format=format)
        return file.getvalue()

    def show(self, ctx: Any = None, **kwargs: Any) -> Any:  # type: ignore[override]
        """Draw on matplotlib's axes `ctx`, or on new ones, and return them; `kwargs` as for `show_image`."""
        from fastlearn.vision.plots import show_image

        return show_image(self, ctx=ctx, **{**self.show_args, **kwargs})


class PILImage(PILBase):
    """A colour picture, three channels of 8 bits."""


class PILImageBW(PILImage):
    """A gray picture, one channel of 8 bits."""

    pixel_mode = "L"
    show_args: ClassVar[dict[str, Any]] = {"cmap": "Greys"}


class PILMask(PILBase):
    """Class ids, one per pixel: palette indices stay indices, and nothing is scaled (ids beyond 255 use mode `"I"`)."""

    kind = "mask"
    pixel_mode = "L"
    show_args: ClassVar[dict[str, Any]] = {"alpha": 0.5, "cmap": "tab20"}

    @classmethod
    def to_pixels(cls, im: Image.Image) -> Image.Image:
        """`im` as class ids."""
        return im if im.mode == "L" else to_ids(im)


def load_image(fn: Any, mode: str | None = None) -> Image.Image:
    """Open the picture in `fn` as `PILImage.create` does, converted to PIL's `mode`, or in the file's own for None."""
    with explained(fn):
        im, _ = read_picture(fn)
        return im if mode is None else to_mode(im, mode)
