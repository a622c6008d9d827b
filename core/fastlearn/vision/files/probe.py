"""All that a scan wants to know of one file: whether it can be read, its content's hash, its header, a few measures."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import threading
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

from fastlearn.vision.decode import reason_for
from fastlearn.vision.files.measures import SIDE, UNMEASURED, Measures, measure
from fastlearn.vision.files.signature import fine_signature, signature
from fastlearn.vision.modes import to_mode
from fastlearn.vision.orientation import FIRST_SIDEWAYS, orientation_of, upright

MAX_PIXELS = 50_000_000  # that are decoded; a JPEG's decoder makes it smaller on the way
LARGE_PIXELS = 8_000_000  # from here on one at a time is decoded, so that memory does not grow with the workers
LARGE_FILE = 16 << 20  # bytes; a larger file is not held in memory
PLAIN = ("L", "RGB")  # modes that may be reduced before anything else is done with them
CUT_SHORT = ("truncated", "unexpected end", "not enough image data", "incomplete", "no more data", "buffer overrun",
             "file too short", "premature end", "reached eof", "reached end")  # fmt: skip
BEGINNINGS = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n": "PNG", b"GIF8": "GIF", b"II*\x00": "TIFF", b"MM\x00*": "TIFF",
              b"RIFF": "WEBP", b"BM": "BMP"}  # fmt: skip

_one_large = threading.Lock()


@dataclass(frozen=True, slots=True)
class Probe:
    """One file as it was found. `fault` is the code of the problem that kept it from being read, `""` for none.

    `width` and `height` are in pixels and upright; `mode` is PIL's; `digest` hashes the bytes of the file (16 bytes);
    `signature` is that of `fastlearn.vision.files.signature`, empty where nothing was measured.
    """

    size: int = 0
    mtime_ns: int = 0
    fault: str = ""
    reason: str = ""
    digest: bytes = b""
    format: str = ""
    mode: str = ""
    width: int = 0
    height: int = 0
    measures: Measures = UNMEASURED
    signature: bytes = b""


class Unfit(Exception):
    """Why a file is no use, as the code of a problem and a reason."""

    def __init__(self, fault: str, reason: str) -> None:
        super().__init__(reason)
        self.fault, self.reason = fault, reason


@dataclass(frozen=True)
class Prober:
    """Looks at one file: `Prober()(path)` is its `Probe`; it never raises.

    `pixels` False: see whether the file is sound, and measure nothing. `max_pixels`: a picture of which more would have
    to be decoded is not, and has the fault `"huge"`.
    """

    pixels: bool = True
    max_pixels: int = MAX_PIXELS

    def __call__(self, path: str | os.PathLike[str]) -> Probe:
        found: dict[str, Any] = {}
        try:
            self._look(Path(path), found)
        except Unfit as unfit:
            found |= {"fault": unfit.fault, "reason": unfit.reason}
        except MemoryError:
            found |= {"fault": "huge", "reason": "there is not enough memory to decode it", "digest": b""}
        except Exception as error:  # Pillow's decoders raise nearly everything
            fault, reason = explain(error, path)
            found |= {"fault": fault, "reason": reason}
        return Probe(**found)

    def _look(self, path: Path, found: dict[str, Any]) -> None:
        info = path.stat()
        if not stat.S_ISREG(info.st_mode):  # opening a pipe would wait for ever
            raise Unfit("not_image", "it is not a regular file but a folder, a pipe or a device")
        found |= {"size": info.st_size, "mtime_ns": info.st_mtime_ns}
        if info.st_size == 0:
            raise Unfit("empty_file", "it has 0 bytes")
        with _content(path, info.st_size) as file:
            found["digest"] = _digest(file)
            with Image.open(file) as im:
                found |= {"format": im.format or "", "mode": im.mode, "width": im.width, "height": im.height}
                small = reduced(im, "L", self.max_pixels)
                orientation = orientation_of(im)
            if orientation >= FIRST_SIDEWAYS:
                found |= {"width": found["height"], "height": found["width"]}
            if self.pixels:
                small = upright(small, orientation)
                found |= {"measures": measure(np.asarray(small)), "signature": signature(small)}


def fine_of(path: str | os.PathLike[str], max_pixels: int = MAX_PIXELS) -> bytes:
    """The fine signature of a picture that a `Prober` could read, or `b""` if it cannot be read any more."""
    try:
        with Image.open(path) as im:
            small = reduced(im, "RGB", max_pixels)
            return fine_signature(upright(small, orientation_of(im)))
    except Exception:  # it has changed since
        return b""


def reduced(im: ImageFile.ImageFile, mode: str, max_pixels: int) -> Image.Image:
    """Decode all of `im` and make it small, in `mode`, `"L"` or `"RGB"`: its longer side is then `SIDE` at most.

    Raises: Unfit("huge"), before anything is decoded, for more than `max_pixels`; whatever Pillow's decoders raise.
    """
    shape = f"{im.width} x {im.height} pixels"
    if im.format in ("JPEG", "MPO") and not im.info.get("progressive"):  # a progressive one is kept whole until its end
        im.draft(mode, (SIDE, SIDE))
    pixels = im.width * im.height
    if pixels > max_pixels:
        raise Unfit("huge", f"it has {shape}; no more than {max_pixels:,} pixels are decoded")
    with _one_large if pixels > LARGE_PIXELS else nullcontext():
        im.load()
        if im.mode in PLAIN and "transparency" not in im.info:
            return _averaged(im).convert(mode)
        return _averaged(to_mode(im, mode))


def explain(error: Exception, path: str | os.PathLike[str]) -> tuple[str, str]:
    """The code of a problem and a reason in words for what reading `path` raised."""
    if isinstance(error, FileNotFoundError):
        return "missing", "there is no such file"
    if isinstance(error, PermissionError):
        return "unreadable", "its permissions do not let it be read"
    if isinstance(error, Image.DecompressionBombError):
        return "huge", str(error).rstrip(".")
    text = str(error).lower()
    if isinstance(error, EOFError) or any(words in text for words in CUT_SHORT):
        return "truncated", f"it is cut short ({error or type(error).__name__})"
    try:
        if isinstance(error, UnidentifiedImageError) and (begun := _begins_as(path)):
            return "unreadable", f"it begins like a {begun} file, but its header is damaged or cut short"
        reason = reason_for(error, path).removesuffix(" Get it again, or leave it out.").rstrip(".")
    except OSError as failed:
        reason = str(failed)
    return ("not_image" if isinstance(error, UnidentifiedImageError) else "unreadable"), reason


def _begins_as(path: str | os.PathLike[str]) -> str:
    with open(path, "rb") as file:
        start = file.read(12)
    return next((name for begin, name in BEGINNINGS.items() if start.startswith(begin)), "")


def _averaged(im: Image.Image) -> Image.Image:
    scale = SIDE / max(im.size)
    if scale >= 1:
        return im.copy()
    size = max(1, round(im.width * scale)), max(1, round(im.height * scale))
    return im.resize(size, Image.Resampling.BOX)


def _content(path: Path, size: int) -> IO[bytes]:
    """The file, read at once if it is small: its bytes are hashed and decoded."""
    return path.open("rb") if size > LARGE_FILE else io.BytesIO(path.read_bytes())


def _digest(file: IO[bytes]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    file.seek(0)
    return digest.digest()
