"""Tensors in safetensors files, written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from fastlearn.whole_files import write_whole

__all__ = ["read_tensors", "tensors_from_bytes", "tensors_to_bytes", "write_tensors"]


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
