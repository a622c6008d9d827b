"""Saving and loading weights and optimizer: safetensors and JSON, nothing that could run code."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

if TYPE_CHECKING:
    from torch.optim import Optimizer

    from fastlearn.train.learner import Learner

__all__ = ["load", "save"]

VERSION = "1"
MODEL, OPTIMIZER = "model.", "optimizer."


def save(learn: Learner, file: str | Path, with_opt: bool = True) -> Path:
    """See `Learner.save`. The file is written whole or not at all."""
    path = _path(learn, file)
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = {MODEL + name: tensor for name, tensor in _state(learn.model)}
    meta: dict[str, Any] = {"version": VERSION}
    if with_opt:
        opt_tensors, plain = _optimizer_state(learn.opt)
        tensors.update({OPTIMIZER + name: tensor for name, tensor in opt_tensors.items()})
        meta["optimizer"] = json.dumps({"class": type(learn.opt).__name__, **plain})
    temporary = path.with_name(path.name + ".part")
    try:
        save_file(
            {name: tensor.detach().cpu().clone().contiguous() for name, tensor in tensors.items()}, temporary, meta
        )
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


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
    try:
        tensors = load_file(path)
        meta = _metadata(path)
    except Exception as error:
        raise ValueError(
            f"{path} is not a file of saved weights that can be read: {error}. Try saving it again."
        ) from error
    if device is not None:
        learn.model.to(device)
    weights = {name.removeprefix(MODEL): tensor for name, tensor in tensors.items() if name.startswith(MODEL)}
    _load_model(learn.model, weights or tensors, strict, path)
    described = json.loads(meta["optimizer"]) if "optimizer" in meta else None
    if with_opt and described is None:
        raise ValueError(f"{path.name} holds no optimizer. Try with_opt=False, or save with with_opt=True.")
    if described is not None and with_opt is not False:
        _load_optimizer(learn.opt, described, tensors, path)
    return learn


def _path(learn: Learner, file: str | Path) -> Path:
    path = learn.path / learn.model_dir / file
    return path if path.suffix == ".safetensors" else path.with_name(path.name + ".safetensors")


def _state(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    for name, value in model.state_dict().items():
        if isinstance(value, Tensor):
            yield name, value


def _optimizer_state(opt: Optimizer) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors by "parameter.key", and the rest as plain JSON values."""
    state = opt.state_dict()
    tensors: dict[str, Tensor] = {}
    plain: dict[str, dict[str, Any]] = {}
    for index, values in state["state"].items():
        for key, value in values.items():
            if isinstance(value, Tensor):
                tensors[f"{index}.{key}"] = value
            else:
                plain.setdefault(str(index), {})[key] = value
    groups = [{k: v for k, v in group.items() if _is_json(v)} for group in state["param_groups"]]
    return tensors, {"plain": plain, "groups": groups}


def _load_optimizer(opt: Optimizer, described: dict[str, Any], tensors: dict[str, Tensor], path: Path) -> None:
    current = opt.state_dict()
    sizes = [len(group["params"]) for group in current["param_groups"]]
    saved_sizes = [len(group["params"]) for group in described["groups"]]
    if described["class"] != type(opt).__name__ or sizes != saved_sizes:
        raise ValueError(
            f"{path.name} holds the state of {described['class']} over {saved_sizes} parameters in its groups, but the "
            f"learner has {type(opt).__name__} over {sizes}. Try with_opt=False to load the weights alone."
        )
    state: dict[int, dict[str, Any]] = {int(index): dict(values) for index, values in described["plain"].items()}
    for name, tensor in tensors.items():
        if name.startswith(OPTIMIZER):
            index, key = name.removeprefix(OPTIMIZER).split(".", 1)
            state.setdefault(int(index), {})[key] = tensor
    groups = [
        {**now, **{k: tuple(v) if isinstance(v, list) and k != "params" else v for k, v in saved.items()}}
        for now, saved in zip(current["param_groups"], described["groups"], strict=True)
    ]
    opt.load_state_dict({"state": state, "param_groups": groups})


def _load_model(model: nn.Module, weights: dict[str, Tensor], strict: bool, path: Path) -> None:
    try:
        model.load_state_dict(weights, strict=strict)
    except RuntimeError as error:
        raise ValueError(
            f"The weights in {path.name} do not fit the model. {error} Try a learner built like the one that was saved."
        ) from error


def _metadata(path: Path) -> dict[str, str]:
    from safetensors import safe_open

    with safe_open(path, framework="pt") as opened:
        return dict(opened.metadata() or {})


def _is_json(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_json(v) for v in value)
    return value is None or isinstance(value, bool | int | float | str)
