"""SGD with momentum and decoupled weight decay, on torch's fused kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

import torch
from torch import Tensor
from torch.optim.sgd import sgd

from fastlearn.keywords import check_keywords
from fastlearn.optim.groups import Params, can_fuse, to_param_groups
from fastlearn.optim.hyper_methods import HyperMethods


class SGDW(HyperMethods, torch.optim.SGD):
    """torch's SGD whose weight decay shrinks the weights directly instead of entering the momentum.

    One step is `p = p * (1 - lr * wd) - lr * v` with `v = mom * v + grad`; without momentum this equals plain L2.
    Source: Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization", algorithm 1.
    """

    def __init__(self, params: Any, **settings: Any) -> None:
        super().__init__(params, **settings)
        # A gradient scaler must skip the whole step after an overflow: the fused kernel alone would still let us decay.
        self._step_supports_amp_scaling = False

    @overload
    def step(self, closure: None = None) -> None: ...

    @overload
    def step(self, closure: Callable[[], float]) -> float: ...

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Update every parameter that has a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            self._step_group(group)
        return loss

    def _step_group(self, group: dict[str, Any]) -> None:
        params: list[Tensor] = [p for p in group["params"] if p.grad is not None]
        grads = [p.grad for p in params if p.grad is not None]
        buffers: list[Tensor | None] = [self.state[p].get("momentum_buffer") for p in params]
        keep = 1 - float(group["lr"]) * group["weight_decay"]
        if params and keep != 1:
            torch._foreach_mul_(params, keep)
        sgd(
            params,
            grads,
            buffers,
            weight_decay=0.0,
            momentum=group["momentum"],
            lr=group["lr"],
            dampening=group["dampening"],
            nesterov=group["nesterov"],
            maximize=group["maximize"],
            has_sparse_grad=any(g.is_sparse for g in grads),
            foreach=group["foreach"],
            fused=group["fused"],
        )
        if group["momentum"] != 0:
            for p, buffer in zip(params, buffers, strict=True):
                self.state[p]["momentum_buffer"] = buffer


class SGDL2(HyperMethods, torch.optim.SGD):
    """torch's SGD, with the decay in the gradient, which also answers to `set_hyper` and `hypers`."""

    kind = "SGD"  # in files


@check_keywords
def SGD(
    params: Params,
    lr: float = 1e-3,
    mom: float = 0.0,
    wd: float = 0.0,
    decouple_wd: bool = True,
) -> torch.optim.SGD:
    """A torch optimizer for `params`: tensors, lists of tensors (one per layer group) or torch's own group dicts.

    With `decouple_wd=False` the decay is plain L2, added to the gradient before the momentum.
    """
    groups = to_param_groups(params)
    kind = SGDW if decouple_wd else SGDL2
    fused = True if can_fuse(groups) else None  # None lets torch choose between foreach and the plain loop
    return kind(groups, lr=lr, momentum=mom, weight_decay=wd, fused=fused)
