"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from torch import Tensor

__all__ = ["read_tensors", "tensors_from_bytes", "tensors_to_bytes", "write_json", "write_tensors", "write_whole"]


def write_whole(path: Path, write: Callable[[Path], object]) -> Path:
    """Call `write` on a temporary file beside `path`, which then takes its place; on the disk before this returns.

    Raises: what `write` raises; `path` is then as it was, and the temporary file is gone.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{uuid4().hex[:8]}.part")
    try:
        write(temporary)
        _to_disk(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _to_disk(path.parent)  # the new name too survives a power cut
    return path


def write_json(path: Path, value: Any) -> Path:
    """Write `value` as indented JSON, whole or not at all."""
    text = json.dumps(value, indent=1, allow_nan=False)
    return write_whole(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def write_tensors(path: Path, tensors: Mapping[str, Tensor], meta: Mapping[str, str]) -> Path:
    """Write tensors and texts as a safetensors file, whole or not at all. Tensors that share memory become two."""
    from safetensors.torch import save_file

    own = {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in tensors.items()}
    return write_whole(path, lambda temporary: save_file(own, temporary, dict(meta)))


def tensors_to_bytes(tensors: Mapping[str, Tensor]) -> bytes:
    """The content of a safetensors file."""
    from safetensors.torch import save

    return save({name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in tensors.items()})


def tensors_from_bytes(data: bytes, source: str) -> dict[str, Tensor]:
    """The tensors in the content of a safetensors file. Raises: ValueError, naming `source`, if it is damaged."""
    from safetensors.torch import load

    try:
        return dict(load(data))
    except Exception as error:
        raise ValueError(f"The weights in {source} are damaged or cut short: {error}. Try copying it again.") from error


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a safetensors file, on the CPU, and its texts.

    Raises: ValueError if it is no such file, or only a part of one.
    """
    from safetensors import safe_open

    try:
        with safe_open(path, framework="pt") as opened:
            return {name: opened.get_tensor(name) for name in opened.keys()}, dict(opened.metadata() or {})  # noqa: SIM118
    except FileNotFoundError:
        raise
    except Exception as error:
        raise ValueError(
            f"{path} is not a whole safetensors file: {error}. Try an older one, or save again."
        ) from error


def _to_disk(path: Path) -> None:
    with contextlib.suppress(OSError):  # some file systems cannot, and Windows cannot for folders
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
