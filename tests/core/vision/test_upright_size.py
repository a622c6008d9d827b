"""The size of a picture as it is shown, without decoding it."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastlearn.data.problems import DataError
from fastlearn.vision.open import PILImage
from fastlearn.vision.upright_size import upright_size
from PIL import Image


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "webp"])
def test_it_is_the_size_of_the_opened_picture(tmp_path: Path, ending: str, orientation: int) -> None:
    file = tmp_path / f"a.{ending}"
    exif = Image.Exif()
    exif[274] = orientation
    tags = {"tiffinfo": {274: orientation}} if ending == "tif" else {"exif": exif}
    Image.new("RGB", (30, 10)).save(file, **tags)
    assert upright_size(file) == PILImage.create(file).size == ((10, 30) if orientation > 4 else (30, 10))


def test_what_is_no_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("not found")
    with pytest.raises(DataError, match=r"a\.jpg.*holds text"):
        upright_size(tmp_path / "a.jpg")
