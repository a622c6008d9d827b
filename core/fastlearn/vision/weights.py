"""Pretrained weights: torchvision's published ones, or a file of your own. Nothing is ever unpickled."""

from __future__ import annotations

import http.client
import pickle
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import torch
from torch import Tensor, nn

StateDict = dict[str, Tensor]

WRAPPED = "module."  # of a network inside torch's DataParallel
SUFFIXES = (".pth", ".pt", ".bin", ".safetensors")
_OLD_DENSENET = re.compile(r"^(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\.(?:weight|bias|running_mean|running_var))$")

_SAID = {name: {"init_weights": True} for name in ("googlenet", "inception_v3")}  # the default, which warns if not said


class WeightsError(OSError):
    """Pretrained weights could not be had; the message says which file to put where."""


def build_torchvision(name: str, weights: Any = None, progress: bool = True, **options: Any) -> nn.Module:
    """The torchvision network `name`, with `weights` or, without, with random ones."""
    from torchvision import models

    options = {**_SAID.get(name, {}), **options}
    if weights is None:
        return models.get_model(name, weights=None, **options)  # type: ignore[no-any-return]
    if is_weights_file(weights):
        source, state = str(weights), read_weights(weights)
    else:
        chosen = _published(name, weights)
        source, state = str(chosen), _fetch(chosen, name, progress)
        options.setdefault("num_classes", len(chosen.meta["categories"]))
    model: nn.Module = models.get_model(name, weights=None, **options)
    load_weights(model, state, source)
    return model


def is_weights_file(weights: Any) -> bool:
    """Whether `weights` names a file: a path, or text that ends like one or is the path of one."""
    named = isinstance(weights, str) and (weights.lower().endswith(SUFFIXES) or Path(weights).expanduser().is_file())
    return isinstance(weights, Path) or named


def read_weights(path: str | Path) -> StateDict:
    """The tensors in a .safetensors file or one saved by torch, by name.

    They may lie under a `"state_dict"`; where all names begin with `module.`, as those of `DataParallel` do, that goes.
    Raises: WeightsError if the file is missing, damaged or holds anything but tensors.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise WeightsError(f"The weights file {path} does not exist. Give weights= a .pth or .safetensors file.")
    try:
        found = _read(path)
    except Exception as error:  # the libraries raise a dozen different ones
        raise WeightsError(
            f"The weights file {path} cannot be read as plain tensors: {_first_line(error)}. Is it whole, and was it "
            "saved by torch.save(model.state_dict(), path)? Files that hold Python objects are refused, as they could "
            "run code."
        ) from error
    while not all(isinstance(value, Tensor) for value in found.values()):
        inner = next((found[key] for key in ("state_dict", "model") if isinstance(found.get(key), dict)), None)
        if inner is None:
            raise WeightsError(f"The weights file {path} holds no state dict: its keys are {list(found)[:5]}.")
        found = inner
    wrapped = all(name.startswith(WRAPPED) for name in found)
    return {name.removeprefix(WRAPPED): value for name, value in found.items()} if wrapped else found


def load_weights(model: nn.Module, state: StateDict, source: str) -> None:
    """Put `state` into `model`. Its last part, the classifier, may differ, as it is about to be replaced.

    Raises: WeightsError if anything else is missing or has another shape.
    """
    own = model.state_dict()
    classifier = [name for name, _ in model.named_children()][-1:]
    fitting = {key: value for key, value in state.items() if key in own and value.shape == own[key].shape}
    wrong = [k for k in own if k not in fitting and k.partition(".")[0] not in classifier]
    wrong = [k for k in wrong if not k.endswith("num_batches_tracked")]
    if wrong:
        raise WeightsError(
            f"{source} does not fit {type(model).__name__}: of {len(own)} tensors {len(wrong)} are missing or have "
            f"another shape, first {', '.join(wrong[:3])}; the file begins with {', '.join(list(state)[:3])}. "
            "Is it from the same architecture?"
        )
    model.load_state_dict(fitting, strict=False)


def _published(name: str, weights: Any) -> Any:
    from torchvision import models

    known = models.get_model_weights(name)
    try:
        return known.verify(weights)
    except (KeyError, TypeError) as error:
        names = ", ".join(["DEFAULT", *(w.name for w in known)])
        raise ValueError(
            f"`weights` for {name} is one of {names}, or a .pth or .safetensors file, but got {weights!r}."
        ) from error


def _fetch(chosen: Any, name: str, progress: bool) -> StateDict:
    file = Path(torch.hub.get_dir()) / "checkpoints" / Path(urlparse(chosen.url).path).name
    try:
        state: StateDict = chosen.get_state_dict(
            progress=progress, check_hash=True, map_location="cpu", weights_only=True
        )
    except (OSError, RuntimeError, EOFError, http.client.HTTPException, pickle.UnpicklingError) as error:
        raise WeightsError(_unavailable(chosen, name, file, error)) from error
    return {_OLD_DENSENET.sub(r"\1\2", key): value for key, value in state.items()}


def _unavailable(chosen: Any, name: str, file: Path, error: Exception) -> str:
    if file.exists():
        return (
            f"The pretrained weights of {name} in {file} cannot be read: {_first_line(error)}. "
            f"The file seems damaged. Delete it and run again, or download {chosen.url} anew."
        )
    return (
        f"The pretrained weights of {name} could not be downloaded: {_first_line(error)}.\n"
        f"Without a network, download on another machine:  {chosen.url}\n"
        f"and put the file, named {file.name}, into the folder:  {file.parent}\n"
        "Meanwhile pretrained=False works: it trains from random weights."
    )


def _read(path: Path) -> dict[str, Any]:
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        return dict(load_file(path))
    found = torch.load(path, map_location="cpu", weights_only=True)
    if not isinstance(found, dict):
        raise TypeError(f"expected names and tensors, but got {type(found).__name__}")
    return found


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    plain = lines and not lines[0].strip("'").isdigit()  # unpickling text fails with a bare number
    return lines[0].rstrip(".") if plain else type(error).__name__
