"""`resize_image`, `resize_images`: smaller copies of pictures, upright and with the channels asked for."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable
from difflib import get_close_matches
from functools import partial
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from PIL import Image

from fastlearn.data.config import make_folder
from fastlearn.data.find import StrPath, get_image_files
from fastlearn.data.problems import DataError
from fastlearn.keywords import unknown_keyword
from fastlearn.vision.decode import explained
from fastlearn.vision.files.parallel import Cancel, Progress, Reporter, run_each
from fastlearn.vision.files.probe import MAX_PIXELS
from fastlearn.vision.files.quiet import quiet_pillow
from fastlearn.vision.files.report import Report
from fastlearn.vision.modes import to_mode
from fastlearn.vision.orientation import orientation_of, upright

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["resize_image", "resize_images"]

MODES = {1: "L", 3: "RGB", 4: "RGBA"}
QUALITY = 90  # of JPEG and WebP files, unless the caller says otherwise; Pillow's 75 leaves visible traces
LOSSY = ("JPEG", "WEBP")


def resize_image(
    file: StrPath,
    dest: StrPath,
    src: StrPath = ".",
    max_size: int | None = None,
    n_channels: int | None = 3,
    ext: str | None = None,
    img_format: str | None = None,
    resample: int = Image.Resampling.BILINEAR,
    resume: bool = False,
    max_pixels: int = MAX_PIXELS,
    **kwargs: Any,
) -> Path:
    """Write the picture `src / file` to `dest / file`, both sides at most `max_size` pixels, and return the new path.

    A smaller picture is not enlarged. EXIF orientation is carried out and removed. `n_channels`: 1, 3 or 4, None for
    as it is. `ext`: another extension, and with it another format (`img_format` names the format itself). What needs no
    change is copied byte for byte. With `resume` a file that is there already is left alone. `kwargs` go to PIL's
    `save`, as `quality=80`. The new file appears once it is whole, also where it replaces its source.
    Raises: DataError, naming the file, if it cannot be read, or written that way; ValueError for bad settings.
    """
    _check(max_size, n_channels)
    _check_settings(resize_image, kwargs)
    source, target = Path(src) / file, target_path(file, dest, ext)
    if resume and target.exists():
        return target
    with explained(source), Image.open(source) as im:
        form = img_format.upper() if img_format else _format_of(target, im.format or "")
        settings = {**_save_settings(im, form), **kwargs}
        fits = _fits(im, form, max_size, n_channels)
        picture = _resized(im, max_size, n_channels, resample, max_pixels)  # what is damaged is not copied either
    if not fits:
        _write(target, picture, form, settings)
    elif source.absolute() != target.absolute():
        replace_file(target, partial(shutil.copyfile, source))
    return target


def resize_images(
    path: StrPath,
    max_workers: int | None = None,
    max_size: int | None = None,
    recurse: bool = False,
    dest: StrPath = ".",
    n_channels: int | None = 3,
    ext: str | None = None,
    img_format: str | None = None,
    resample: int = Image.Resampling.BILINEAR,
    resume: bool = False,
    max_pixels: int = MAX_PIXELS,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    **kwargs: Any,
) -> pd.DataFrame:
    """`resize_image` for all pictures of the folder `path`, in threads; with `recurse`, its folders are made anew.

    `dest` may be `path` itself: its pictures are then replaced. A `dest` below `path` is not itself looked through.
    Returns: one row per picture with `path`, `result` (the new file), `status` ("done" or "failed") and `reason`; a
    warning sums up what failed.
    Raises: DataError if there are no pictures; ValueError for bad settings.
    """
    _check(max_size, n_channels)
    _check_settings(resize_images, kwargs)
    source, target = Path(path), Path(dest)
    files = [file.relative_to(source) for file in _sources(source, target, recurse)]
    settings = {"max_size": max_size, "n_channels": n_channels, "ext": ext, "img_format": img_format}
    settings |= {"resample": resample, "resume": resume, "max_pixels": max_pixels}
    taken = Counter(target_path(file, target, ext) for file in files)
    clashes = frozenset(name for name, count in taken.items() if count > 1)
    work = partial(_attempt, source, target, {**settings, **kwargs}, clashes)
    report, reporter = Report(("path", "result", "status", "reason")), Reporter(progress, len(files))
    with quiet_pillow():
        for index, (result, reason) in run_each(work, files, max_workers, cancel=cancel, piece=4):
            report.add(source / files[index], result, "failed" if reason else "done", reason)
            reporter.add()
    report.warn("pictures could not be resized")
    return report.table()


def target_path(file: StrPath, dest: StrPath, ext: str | None) -> Path:
    """Where the copy of `file` goes."""
    target = Path(dest) / file
    if ext is None:
        return target
    return target.with_suffix(ext if ext.startswith(".") else f".{ext}")


def _check(max_size: int | None, n_channels: int | None) -> None:
    if max_size is not None and (isinstance(max_size, bool) or not isinstance(max_size, int) or max_size < 1):
        raise ValueError(f"`max_size` is a side in pixels, but got {max_size!r}. Try 400.")
    if n_channels is not None and n_channels not in MODES:
        raise ValueError(f"`n_channels` is 1 (grey), 3 (colour), 4 (with alpha) or None, but got {n_channels!r}.")


def _check_settings(function: Callable[..., Any], settings: dict[str, Any]) -> None:
    """Raise TypeError for a setting that is probably a misspelt one of ours: PIL would pass over it in silence."""
    known = [name for name, p in signature(function).parameters.items() if p.kind is not p.VAR_KEYWORD]
    for name in settings:
        if get_close_matches(name, known, n=1, cutoff=0.8):
            raise unknown_keyword(function.__name__, name, known)


def _sources(source: Path, target: Path, recurse: bool) -> list[Path]:
    files = get_image_files(source, recurse=recurse)
    inside, there = target.absolute(), source.absolute()
    if inside == there or there not in inside.parents:
        return files
    return [file for file in files if inside not in file.absolute().parents]


def _attempt(
    source: Path, target: Path, settings: dict[str, Any], clashes: frozenset[Path], file: Path
) -> tuple[Path | None, str]:
    name = target_path(file, target, settings["ext"])
    if name in clashes:
        return None, f"several files would become {name.name!r}; rename them, or use another `ext`"
    try:
        return resize_image(file, target, source, **settings), ""
    except (DataError, OSError) as error:
        return None, str(error)


def _format_of(target: Path, own: str) -> str:
    """The format that a file of that name has to have."""
    named = Image.registered_extensions().get(target.suffix.lower())
    if named is None and not own:
        raise DataError(f"{target.suffix!r} stands for no format that can be written. Try ext='.jpg'.")
    return named or own


def _fits(im: Image.Image, form: str, max_size: int | None, n_channels: int | None) -> bool:
    """Whether the file can stay as it is."""
    small = max_size is None or max(im.size) <= max_size
    right = n_channels is None or im.mode == MODES[n_channels]
    same = im.format == form or (im.format == "MPO" and form == "JPEG")
    return small and right and same and orientation_of(im) == 1


def _resized(im: Any, max_size: int | None, n_channels: int | None, resample: int, max_pixels: int) -> Image.Image:
    full = im.size
    size = full if max_size is None else _inside(full, max_size)
    im.draft(None, (2 * size[0], 2 * size[1]))  # what is left to do is for `resample`, as PIL's own thumbnails have it
    if im.width * im.height > max_pixels:
        raise DataError(
            f"it has {full[0]} x {full[1]} pixels, too many to decode. If you trust it, raise `max_pixels`."
        )
    im.load()
    orientation = orientation_of(im)
    picture = im if n_channels is None else _with_channels(im, n_channels)
    if picture.mode in ("P", "1") and size != full:  # their pixels cannot be mixed
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB" if picture.mode == "P" else "L")
    if picture.size != size:
        picture = picture.resize(size, resample, reducing_gap=2.0)
    return upright(picture, orientation)


def _inside(size: tuple[int, int], max_size: int) -> tuple[int, int]:
    scale = min(1.0, max_size / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _with_channels(im: Image.Image, n_channels: int) -> Image.Image:
    if im.mode == MODES[n_channels]:
        return im
    return im.convert("RGBA") if n_channels == 4 else to_mode(im, MODES[n_channels])


def _save_settings(im: Image.Image, form: str) -> dict[str, Any]:
    """How PIL is to save a copy of `im`: not too coarse, and with its colour profile where the colours stay."""
    settings: dict[str, Any] = {"quality": QUALITY} if form in LOSSY else {}
    if im.info.get("icc_profile") and im.mode in MODES.values():
        settings["icc_profile"] = im.info["icc_profile"]
    return settings


def _write(target: Path, picture: Image.Image, form: str, settings: dict[str, Any]) -> None:
    try:
        replace_file(target, lambda path: picture.save(path, form, **settings))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"Cannot write {str(target)!r} as {form}, from a picture of mode {picture.mode}: {error}. "
                        "Try another `ext`, `img_format` or `n_channels`.") from error  # fmt: skip


def replace_file(target: Path, write: Callable[[Path], object]) -> None:
    """Let `write` write a file, which then takes the place of `target` in one go."""
    make_folder(target.parent)
    new = target.with_name(f".{uuid4().hex}{target.suffix}")
    try:
        write(new)
        os.replace(new, target)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
