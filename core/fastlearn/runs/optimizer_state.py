"""The state of an optimizer as tensors and plain values, and back into one of the same shape."""

from __future__ import annotations

from typing import Any

from torch.optim import Optimizer

__all__ = ["load_optimizer", "optimizer_state"]


def optimizer_state(opt: Optimizer) -> dict[str, Any]:
    """Everything that `opt` has learned, its hyper-parameters, and its class; `pack` takes it."""
    return {"class": _kind(opt), **opt.state_dict()}


def load_optimizer(opt: Optimizer, saved: dict[str, Any], source: str) -> None:
    """Put `saved`, what `optimizer_state` returned, into `opt`.

    Raises: ValueError, naming `source`, if it is of another class or has other parameter groups.
    """
    saved = dict(saved)
    kind = saved.pop("class")
    sizes = [len(group["params"]) for group in opt.state_dict()["param_groups"]]
    saved_sizes = [len(group["params"]) for group in saved["param_groups"]]
    if kind != _kind(opt) or sizes != saved_sizes:
        raise ValueError(
            f"{source} holds the state of {kind} over {saved_sizes} parameters in its groups, but the learner has "
            f"{_kind(opt)} over {sizes}. Try a learner built like the one that was saved, or with_opt=False to "
            "load the weights alone."
        )
    groups = opt.param_groups
    opt.load_state_dict(saved)
    for group, loaded in zip(groups, opt.param_groups, strict=True):
        group.update(loaded)
    opt.param_groups = groups  # torch makes new ones, while a schedule that has begun moves the values of the old ones


def _kind(opt: Optimizer) -> str:
    """The class, or what tells optimizers of one class apart."""
    return str(getattr(opt, "kind", type(opt).__name__))
