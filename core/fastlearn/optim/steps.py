"""The steps that optimizers are made of: in place, on all tensors of a group at once, with torch's foreach kernels."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from fastlearn.optim.composable import State, step

Tensors = list[Tensor]
Hypers = dict[str, Any]


def debias(mom: float, damp: float, step: int) -> float:
    """What a moving average that began at 0 is divided by after `step` steps; `damp` is the weight of the new."""
    return float(damp * (1 - mom**step) / (1 - mom))


@step(wd=0.0)
def weight_decay(params: Tensors, grads: Tensors, states: list[State], h: Hypers) -> None:
    """Shrink the weights: `p *= 1 - lr * wd`."""
    if h["wd"] and h["do_wd"]:
        torch._foreach_mul_(params, 1 - h["lr"] * h["wd"])


@step(wd=0.0)
def l2_reg(params: Tensors, grads: Tensors, states: list[State], h: Hypers) -> None:
    """Plain L2: `grad += wd * p`, before any average."""
    if h["wd"] and h["do_wd"]:
        torch._foreach_add_(grads, params, alpha=h["wd"])


@step(mom=0.9)
def average_grad(params: Tensors, grads: Tensors, states: list[State], h: Hypers) -> None:
    """Momentum: `grad_avg = mom * grad_avg + grad`."""
    averages = _state(states, "grad_avg", params)
    torch._foreach_mul_(averages, h["mom"])
    torch._foreach_add_(averages, grads)


@step(mom=0.9)
def average_grad_dampened(params: Tensors, grads: Tensors, states: list[State], h: Hypers) -> None:
    """A moving average: `grad_avg = mom * grad_avg + (1 - mom) * grad`."""
    averages = _state(states, "grad_avg", params)
    torch._foreach_mul_(averages, h["mom"])
    torch._foreach_add_(averages, grads, alpha=1 - h["mom"])


@step(sqr_mom=0.99)
def average_sqr_grad(params: Tensors, grads: Tensors, states: list[State], h: Hypers) -> None:
    """A moving average of squares: `sqr_avg = sqr_mom * sqr_avg + (1 - sqr_mom) * grad ** 2`."""
    averages = _state(states, "sqr_avg", params)
    torch._foreach_mul_(averages, h["sqr_mom"])
    torch._foreach_addcmul_(averages, grads, grads, value=1 - h["sqr_mom"])


@step()
def step_stat(params: Tensors, grads: Tensors, states: list[State], h: Hypers) -> None:
    """Count the steps of each parameter in `step`."""
    for state in states:
        state["step"] = state.get("step", 0) + 1


@step()
def sgd_step(params: Tensors, grads: Tensors, states: list[State], h: Hypers) -> None:
    """`p -= lr * grad`."""
    torch._foreach_add_(params, grads, alpha=-h["lr"])


@step()
def momentum_step(params: Tensors, grads: Tensors, states: list[State], h: Hypers) -> None:
    """`p -= lr * grad_avg`."""
    torch._foreach_add_(params, [state["grad_avg"] for state in states], alpha=-h["lr"])


@step(eps=1e-8)
def rms_prop_step(params: Tensors, grads: Tensors, states: list[State], h: Hypers) -> None:
    """`p -= lr * g / (sqrt(sqr_avg) + eps)`, where g is `grad_avg` if it is kept, else the gradient."""
    numerators = [state.get("grad_avg", grad) for state, grad in zip(states, grads, strict=True)]
    torch._foreach_addcdiv_(params, numerators, _root(states, 1.0, h["eps"]), value=-h["lr"])


@step(mom=0.9, sqr_mom=0.99, eps=1e-5)
def adam_step(params: Tensors, grads: Tensors, states: list[State], h: Hypers) -> None:
    """Adam with both averages debiased. Source: Kingma & Ba 2015, algorithm 1."""
    for part, n in _by_age(params, grads, states):
        debias1, debias2 = _debiases(h, n)
        averages = [state["grad_avg"] for state in part.states]
        torch._foreach_addcdiv_(part.params, averages, _root(part.states, debias2, h["eps"]), value=-h["lr"] / debias1)


@step(mom=0.9, sqr_mom=0.99, eps=1e-5, beta=0.0)
def radam_step(params: Tensors, grads: Tensors, states: list[State], h: Hypers) -> None:
    """Adam whose adaptive part waits until its variance is known (r > 5). With `beta` the root goes through a softplus.

    Source: Liu et al. 2020, "On the Variance of the Adaptive Learning Rate and Beyond", algorithm 2.
    """
    for part, n in _by_age(params, grads, states):
        debias1, debias2 = _debiases(h, n)
        averages = [state["grad_avg"] for state in part.states]
        factor = _rectification(h["sqr_mom"], n)
        if factor is None:
            torch._foreach_add_(part.params, averages, alpha=-h["lr"] / debias1)
            continue
        roots = _root(part.states, debias2, h["eps"])
        if h["beta"]:
            roots = [F.softplus(root, beta=h["beta"]) for root in roots]
        torch._foreach_addcdiv_(part.params, averages, roots, value=-h["lr"] * factor / debias1)


@step(mom=0.999, sqr_mom=0.999, nu_1=0.7, nu_2=1.0, eps=1e-8)
def qhadam_step(params: Tensors, grads: Tensors, states: list[State], h: Hypers) -> None:
    """Adam that mixes its averages with the newest gradient, `nu_1` and `nu_2` being the shares of the averages.

    Source: Ma & Yarats 2019, "Quasi-hyperbolic momentum and Adam for deep learning", equation 19.
    """
    for part, n in _by_age(params, grads, states):
        debias1, debias2 = _debiases(h, n)
        numerators = torch._foreach_mul([state["grad_avg"] for state in part.states], h["nu_1"] / debias1)
        torch._foreach_add_(numerators, part.grads, alpha=1 - h["nu_1"])
        squares = torch._foreach_mul([state["sqr_avg"] for state in part.states], h["nu_2"] / debias2)
        torch._foreach_addcmul_(squares, part.grads, part.grads, value=1 - h["nu_2"])
        torch._foreach_sqrt_(squares)
        torch._foreach_add_(squares, h["eps"])
        torch._foreach_addcdiv_(part.params, numerators, squares, value=-h["lr"])


def _larc_rates(params: Tensors, grads: Tensors, h: Hypers) -> Tensors:
    weights, slopes = torch._foreach_norm(params), torch._foreach_norm(grads)
    wd = h["wd"] if h["do_wd"] else 0.0
    return [h["lr"] * h["trust_coeff"] * w / (g + w * wd + h["eps"]) for w, g in zip(weights, slopes, strict=True)]


@step(trust_coeff=0.02, wd=0.0, eps=1e-8)
def lars_layer_lr(params: Tensors, grads: Tensors, states: list[State], h: Hypers) -> None:
    """A rate for each tensor: `lr * trust_coeff * |p| / (|grad| + wd * |p| + eps)`.

    Source: You, Gitman & Ginsburg 2017, "Large Batch Training of Convolutional Networks", equation 6.
    """
    for state, rate in zip(states, _larc_rates(params, grads, h), strict=True):
        state["local_lr"] = rate


@step(trust_coeff=0.02, wd=0.0, eps=1e-8)
def larc_layer_lr(params: Tensors, grads: Tensors, states: list[State], h: Hypers) -> None:
    """The same as `lars_layer_lr`, but never more than `lr`."""
    for state, rate in zip(states, _larc_rates(params, grads, h), strict=True):
        state["local_lr"] = rate.clamp(max=h["lr"])


@step()
def larc_step(params: Tensors, grads: Tensors, states: list[State], h: Hypers) -> None:
    """`p -= local_lr * g`, where g is `grad_avg` if it is kept, else the gradient."""
    for p, grad, state in zip(params, grads, states, strict=True):
        p.sub_(state["local_lr"] * state.get("grad_avg", grad))


@step(mom=0.9, sqr_mom=0.99, eps=1e-5, wd=0.0)
def lamb_step(params: Tensors, grads: Tensors, states: list[State], h: Hypers) -> None:
    """Adam whose step is scaled, for each tensor, by the size of its weights over that of the step, at most 10.

    Source: You et al. 2020, "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes", algorithm 2.
    """
    for part, n in _by_age(params, grads, states):
        debias1, debias2 = _debiases(h, n)
        moves = torch._foreach_div([state["grad_avg"] for state in part.states], debias1)
        torch._foreach_div_(moves, _root(part.states, debias2, h["eps"]))
        ratios = [
            torch.where((w == 0) | (m == 0), 1.0, (w / m).clamp(max=10.0))
            for w, m in zip(torch._foreach_norm(part.params), torch._foreach_norm(moves), strict=True)
        ]
        torch._foreach_mul_(moves, ratios)
        torch._foreach_add_(part.params, moves, alpha=-h["lr"])


class _Part:
    """Tensors of a group that have taken the same number of steps."""

    def __init__(self) -> None:
        self.params: Tensors = []
        self.grads: Tensors = []
        self.states: list[State] = []


def _by_age(params: Tensors, grads: Tensors, states: list[State]) -> list[tuple[_Part, int]]:
    """The group in parts by `step`: mostly one, but layers that were frozen for a while are younger."""
    parts: dict[int, _Part] = {}
    for p, grad, state in zip(params, grads, states, strict=True):
        part = parts.setdefault(int(state["step"]), _Part())
        part.params.append(p)
        part.grads.append(grad)
        part.states.append(state)
    return [(part, n) for n, part in parts.items()]


def _state(states: list[State], name: str, params: Tensors) -> Tensors:
    for state, p in zip(states, params, strict=True):
        if name not in state:
            state[name] = torch.zeros_like(p, memory_format=torch.preserve_format)
    return [state[name] for state in states]


def _debiases(h: Hypers, n: int) -> tuple[float, float]:
    return debias(h["mom"], 1 - h["mom"], n), debias(h["sqr_mom"], 1 - h["sqr_mom"], n)


def _root(states: list[State], debias2: float, eps: float) -> tuple[Tensor, ...] | Tensors:
    """`sqrt(sqr_avg / debias2) + eps`."""
    roots = torch._foreach_div([state["sqr_avg"] for state in states], debias2)
    torch._foreach_sqrt_(roots)
    torch._foreach_add_(roots, eps)
    return roots


def _rectification(sqr_mom: float, n: int) -> float | None:
    """The factor of the adaptive step after `n` steps; None while the variance is not known well enough."""
    limit = 2 / (1 - sqr_mom) - 1
    r = limit - 2 * n * sqr_mom**n / (1 - sqr_mom**n)
    if r <= 5:
        return None
    return float(((r - 4) * (r - 2) * limit / ((limit - 4) * (limit - 2) * r)) ** 0.5)
