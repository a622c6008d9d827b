"""Opening DICOM files with care: with or without extension or preamble, their headers alone, one clear error."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastlearn.data.find import StrPath, get_files
from fastlearn.data.problems import DataError
from fastlearn.medical.dicom.names import named, path_or_kind
from fastlearn.medical.dicom.quiet import unquoted

ENDINGS = (".dcm", ".dicom", ".dic")
PREAMBLE = 128  # bytes before the letters
LETTERS = b"DICM"
ABOUT_PIXELS = (0x0018, 0x0020, 0x0028, 0x3004)  # groups of acquisition, place, picture and dose
# Elements without which values would be wrong: shape, depth, padding, windows, slope and intercept, tables, dose.
MUST_BE_WHOLE = frozenset(
    0x00280000 + element
    for element in (0x02, 0x04, 0x06, 0x08, 0x10, 0x11, 0x100, 0x101, 0x102, 0x103, 0x120, 0x121, 0x1050, 0x1051,
                    0x1052, 0x1053, 0x1056, 0x3000, 0x3010)
) | {0x3004000E}  # fmt: skip
LARGE = 64 * 1024  # bytes; header values above it stay in the file until somebody asks for them


def get_dicom_files(path: StrPath, recurse: bool = True, folders: Iterable[str] | str | None = None) -> list[Path]:
    """All DICOM files below the folder `path`, in an order that is the same everywhere (see `get_files`).

    Files ending in .dcm, .dicom or .dic, and those without one of these that begin as DICOM does.
    Raises: DataError if the folder is missing, or holds no such file.
    """
    everything = get_files(path, None, recurse, folders)
    found = [file for file in everything if file.suffix.lower() in ENDINGS or is_dicom(file)]
    if not found:
        raise DataError(f"No DICOM files in the folder {str(path)!r}: none of its {len(everything)} files ends in "
                        f"{', '.join(ENDINGS)} or has DICM after {PREAMBLE} bytes.")  # fmt: skip
    return found


def is_dicom(source: Any) -> bool:
    """Whether `source`, a path, the bytes of a file or an open file, begins as DICOM does (DICM after 128 bytes)."""
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source[PREAMBLE : PREAMBLE + 4]) == LETTERS
    if isinstance(source, str | os.PathLike):
        try:
            with open(source, "rb") as file:
                return file.read(PREAMBLE + 4)[PREAMBLE:] == LETTERS
        except OSError:
            return False
    if not hasattr(source, "read") or not hasattr(source, "seek"):
        return False
    start = source.tell()
    head = source.read(PREAMBLE + 4)
    source.seek(start)
    return bool(head[PREAMBLE:] == LETTERS)


def dcmread(source: Any, tags: Iterable[str] | None = None) -> Any:
    """`source` as a pydicom dataset with its pixels still encoded; a dataset is returned as it is.

    `source` is a path, the bytes of a file, or an open binary file. `tags` are keywords of the only elements to read,
    which is faster. Files without the preamble, as old devices write them, are read too.
    Raises: DataError, with the reason, for what is not DICOM, empty or damaged; FileNotFoundError.
    """
    return _read(source, tags=tags)


def read_header(source: Any, tags: Iterable[str] | None = None) -> Any:
    """The header alone: as `dcmread`, but nothing from the pixels on, and large values stay in the file."""
    return _read(source, tags=tags, header_only=True)


@unquoted
def _read(source: Any, tags: Iterable[str] | None = None, header_only: bool = False) -> Any:
    if hasattr(source, "to_json_dict"):  # a dataset; its class is not asked for, so that pydicom need not be loaded
        return source
    import pydicom
    from pydicom.errors import InvalidDicomError

    on_disk = isinstance(source, str | os.PathLike)
    settings: dict[str, Any] = {"stop_before_pixels": header_only}
    if tags is not None:
        settings["specific_tags"] = _numbers(tuple(tags))
    if header_only and on_disk:
        settings["defer_size"] = LARGE
    try:
        try:
            ds = pydicom.dcmread(_as_file(source), **settings)
        except InvalidDicomError:
            ds = _without_preamble(pydicom.dcmread(_as_file(source), force=True, **settings), source)
        return without_damaged(ds)
    except IsADirectoryError:
        raise DataError(f"{str(source)!r} is a folder, and a DICOM file is read. Try get_dicom_files(folder) for its "
                        "files, or find_series(folder).") from None  # fmt: skip
    except (FileNotFoundError, PermissionError, MemoryError, DataError):
        raise
    except Exception as error:  # the decoders of a header raise anything, and quote what stands in it
        raise DataError(f"{named(source)} cannot be read: {_reason(source)} ({type(error).__name__} in its header). "
                        "Get it again, or leave it out.") from None  # fmt: skip


@lru_cache
def _numbers(keywords: tuple[str, ...]) -> list[Any]:
    """The tags of `keywords`, looked up once and not for every file."""
    from pydicom.tag import Tag

    return [Tag(keyword) for keyword in keywords]


def without_damaged(ds: Any) -> Any:
    """`ds` without those elements about pixels whose values cannot be read, as if the file did not have them.

    Those that decide about values are not left out: the error goes on. pydicom finds damage when a value is asked for,
    with errors of any kind that quote what stands there.
    """
    for tag in [tag for tag in ds.keys() if int(tag) >> 16 in ABOUT_PIXELS]:  # noqa: SIM118  # a dataset iterates values
        try:
            ds[tag]
        except Exception:
            if tag in MUST_BE_WHOLE:
                raise
            del ds[tag]
    return ds


def _without_preamble(ds: Any, source: Any) -> Any:
    """`ds`, which pydicom read without being sure that it is DICOM, if it is.

    Raises: DataError if it holds nothing that every DICOM object has.
    """
    if not any(name in ds for name in ("SOPClassUID", "SOPInstanceUID", "Modality", "Rows")):
        raise DataError(f"{path_or_kind(source)} is not DICOM: {_reason(source)}. Leave it out.")
    if ds.file_meta.get("TransferSyntaxUID") is None:
        from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

        implicit, little = ds.original_encoding
        plain = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else plain
    return ds


def _as_file(source: Any) -> Any:
    if isinstance(source, bytes | bytearray | memoryview):
        return io.BytesIO(source)
    if hasattr(source, "read"):
        source.seek(0)
    elif not isinstance(source, str | os.PathLike):
        raise DataError("DICOM is read from a path, the bytes of a file, an open file or a pydicom dataset, but got "
                        f"{type(source).__name__}.")  # fmt: skip
    return source


def _reason(source: Any) -> str:
    if isinstance(source, str | os.PathLike):
        if os.path.getsize(source) == 0:
            return "it is empty (0 bytes)"
        return "it is damaged or cut short" if is_dicom(source) else "it has no DICM after 128 bytes"
    if isinstance(source, bytes | bytearray | memoryview):
        return "it is empty (0 bytes)" if not source else "it is damaged, or something else"
    return "it is damaged, or something else"
