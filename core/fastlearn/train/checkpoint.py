"""Saving and loading weights and optimizer: safetensors and JSON, nothing that could run code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from fastlearn.distributed.processes import rank_distrib
from fastlearn.runs.files import read_tensors, write_tensors
from fastlearn.runs.optimizer_state import load_optimizer, optimizer_state
from fastlearn.runs.packing import pack, unpack

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["load", "save"]

VERSION = "1"
MODEL, IN_RUN = "model.", "state.modules.model."  # in a saved file, and in the checkpoint of a run


def save(learn: Learner, file: str | Path, with_opt: bool = True) -> Path:
    """See `Learner.save`. The file is written whole or not at all; of several processes by the first."""
    path = _path(learn, file)
    if rank_distrib():
        return path
    tensors = {MODEL + name: value for name, value in learn.model.state_dict().items() if isinstance(value, Tensor)}
    meta = {"version": VERSION}
    if with_opt:
        meta["optimizer"] = json.dumps(pack(optimizer_state(learn.opt), tensors, "optimizer"), allow_nan=False)
    return write_tensors(path, tensors, meta)


def load(
    learn: Learner,
    file: str | Path,
    with_opt: bool | None = None,
    device: str | torch.device | None = None,
    strict: bool = True,
) -> Learner:
    """See `Learner.load`."""
    path = _path(learn, file)
    if not path.is_file():
        there = sorted(p.stem for p in path.parent.glob("*.safetensors"))
        raise FileNotFoundError(f"There are no saved weights at {path}. Saved there: {', '.join(there) or 'nothing'}.")
    tensors, meta = read_tensors(path)
    if device is not None:
        learn.model.to(device)
    prefix = MODEL if any(name.startswith(MODEL) for name in tensors) else IN_RUN
    weights = {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
    _load_model(learn.model, weights or tensors, strict, path)
    described = json.loads(meta["optimizer"]) if "optimizer" in meta else None
    if with_opt and described is None:
        raise ValueError(f"{path.name} holds no optimizer. Try with_opt=False, or save with with_opt=True.")
    if described is not None and with_opt is not False:
        load_optimizer(learn.opt, unpack(described, tensors), path.name)
    return learn


def _path(learn: Learner, file: str | Path) -> Path:
    path = learn.path / learn.model_dir / file
    return path if path.suffix == ".safetensors" else path.with_name(path.name + ".safetensors")


def _load_model(model: nn.Module, weights: dict[str, Tensor], strict: bool, path: Path) -> None:
    try:
        model.load_state_dict(weights, strict=strict)
    except RuntimeError as error:
        raise ValueError(
            f"The weights in {path.name} do not fit the model. {error} Try a learner built like the one that was saved."
        ) from error
