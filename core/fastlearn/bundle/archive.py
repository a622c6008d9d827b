"""The two files of a bundle, in a folder or in a zip archive, which may hold nothing else and is never extracted."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

from torch import Tensor

from fastlearn.runs.files import tensors_to_bytes
from fastlearn.whole_files import write_whole

__all__ = ["JSON_FILE", "TENSOR_FILE", "read_files", "write_files"]

JSON_FILE, TENSOR_FILE = "bundle.json", "model.safetensors"
MOST_JSON = 64 * 2**20  # bytes; vocabularies of millions of words fit, a bomb does not


def write_files(path: Path, content: dict[str, Any], tensors: dict[str, Tensor]) -> Path:
    """Write a folder, or for a path that ends in .zip an archive; each file is there whole or not at all."""
    text = json.dumps(content, indent=1, allow_nan=False).encode()
    data = tensors_to_bytes(tensors)
    if path.suffix != ".zip":
        write_whole(path / TENSOR_FILE, lambda file: file.write_bytes(data))
        write_whole(path / JSON_FILE, lambda file: file.write_bytes(text))
        return path
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:  # weights do not shrink
        archive.writestr(JSON_FILE, text)
        archive.writestr(TENSOR_FILE, data)
    return write_whole(path, lambda file: file.write_bytes(packed.getvalue()))


def read_files(path: Path) -> tuple[dict[str, Any], bytes]:
    """The description and the tensors' bytes of the bundle at `path`.

    Raises: FileNotFoundError; ValueError, saying what it is instead, for anything that is not a whole bundle.
    """
    if path.is_dir():
        if not (path / JSON_FILE).is_file() or not (path / TENSOR_FILE).is_file():
            raise ValueError(f"{path} is not a bundle: it does not hold both {JSON_FILE} and {TENSOR_FILE}.")
        return _described((path / JSON_FILE).read_bytes(), path), (path / TENSOR_FILE).read_bytes()
    if not path.exists():
        raise FileNotFoundError(f"There is no bundle at {path}. learn.export(path) makes one.")
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path} is not a bundle: {_what_it_is(path)}")
    try:
        with zipfile.ZipFile(path) as archive:
            return _from_archive(archive, path)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is damaged or cut short: {error}. Try copying it again.") from error


def _from_archive(archive: zipfile.ZipFile, path: Path) -> tuple[dict[str, Any], bytes]:
    names = archive.namelist()
    if "data.pkl" in {name.rpartition("/")[2] for name in names}:
        raise ValueError(f"{path} is not a bundle: it is a file of torch.save, {_PICKLE}")
    if sorted(names) != sorted((JSON_FILE, TENSOR_FILE)):
        strange = sorted(set(names) - {JSON_FILE, TENSOR_FILE}) or names
        raise ValueError(
            f"{path} is not a bundle: it holds exactly {JSON_FILE} and {TENSOR_FILE}, but here is {strange[:3]}."
        )
    if archive.getinfo(JSON_FILE).file_size > MOST_JSON:
        raise ValueError(
            f"{path} is not loaded: its description is {archive.getinfo(JSON_FILE).file_size:,} bytes large."
        )
    weights = archive.getinfo(TENSOR_FILE)
    if weights.compress_type != zipfile.ZIP_STORED or weights.file_size != weights.compress_size:
        raise ValueError(
            f"{path} is not loaded: its {TENSOR_FILE} is compressed, to {weights.compress_size:,} of "
            f"{weights.file_size:,} bytes, which learn.export never does. Where you trust it, unpack it into a folder "
            "and load that."
        )
    return _described(archive.read(JSON_FILE), path), archive.read(TENSOR_FILE)


_PICKLE = "which can hold code of any kind. Build the learner and load its weights, or export it with fastwidgets."


def _what_it_is(path: Path) -> str:
    start = path.open("rb").read(2)
    if start[:1] == b"\x80":
        return f"it is a pickle, {_PICKLE}"
    return "it is neither a folder nor a zip archive, or it was cut short."


def _described(text: bytes, path: Path) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{JSON_FILE} in {path} is damaged: {error}. Try copying it again.") from error
    if not isinstance(content, dict) or content.get("format") != "fastwidgets bundle":
        raise ValueError(f"{path} is not a bundle: its {JSON_FILE} does not say so.")
    return content
