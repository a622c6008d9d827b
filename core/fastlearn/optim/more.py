"""Optimizers beyond SGD and Adam, with fastai's defaults, put together from steps."""

from __future__ import annotations

from typing import Any

from fastlearn.keywords import check_keywords
from fastlearn.optim import steps
from fastlearn.optim.composable import Optimizer, Step
from fastlearn.optim.groups import Params
from fastlearn.optim.lookahead import Lookahead

__all__ = ["LARC", "LARS", "Lamb", "Larc", "Lars", "QHAdam", "RAdam", "RMSProp", "ranger"]


def _decay(decouple_wd: bool) -> Step:
    return steps.weight_decay if decouple_wd else steps.l2_reg


@check_keywords
def RMSProp(
    params: Params,
    lr: float = 1e-3,
    mom: float = 0.0,
    sqr_mom: float = 0.99,
    eps: float = 1e-8,
    wd: float = 0.0,
    decouple_wd: bool = True,
) -> Optimizer:
    """Steps divided by the root of a moving average of squared gradients; with `mom`, of averaged gradients.

    Source: Tieleman & Hinton 2012, "Lecture 6.5 - rmsprop".
    """
    if mom:
        cbs = [_decay(decouple_wd), steps.average_grad, steps.average_sqr_grad, steps.rms_prop_step]
        return Optimizer(params, cbs, lr=lr, mom=mom, sqr_mom=sqr_mom, eps=eps, wd=wd)
    cbs = [_decay(decouple_wd), steps.average_sqr_grad, steps.rms_prop_step]
    return Optimizer(params, cbs, lr=lr, sqr_mom=sqr_mom, eps=eps, wd=wd)


@check_keywords
def RAdam(
    params: Params,
    lr: float = 1e-3,
    mom: float = 0.9,
    sqr_mom: float = 0.99,
    eps: float = 1e-5,
    wd: float = 0.0,
    beta: float = 0.0,
    decouple_wd: bool = True,
) -> Optimizer:
    """Rectified Adam: a warm-up of its own, see `steps.radam_step`. `beta` > 0 smooths the divisor by a softplus."""
    cbs = [_decay(decouple_wd), *_AVERAGES, steps.radam_step]
    return Optimizer(params, cbs, lr=lr, mom=mom, sqr_mom=sqr_mom, eps=eps, wd=wd, beta=beta)


@check_keywords
def QHAdam(
    params: Params,
    lr: float = 1e-3,
    mom: float = 0.999,
    sqr_mom: float = 0.999,
    nu_1: float = 0.7,
    nu_2: float = 1.0,
    eps: float = 1e-8,
    wd: float = 0.0,
    decouple_wd: bool = True,
) -> Optimizer:
    """Quasi-hyperbolic Adam, see `steps.qhadam_step`."""
    cbs = [_decay(decouple_wd), *_AVERAGES, steps.qhadam_step]
    return Optimizer(params, cbs, lr=lr, mom=mom, sqr_mom=sqr_mom, nu_1=nu_1, nu_2=nu_2, eps=eps, wd=wd)


@check_keywords
def Larc(
    params: Params,
    lr: float = 1e-3,
    mom: float = 0.9,
    clip: bool = True,
    trust_coeff: float = 0.02,
    eps: float = 1e-8,
    wd: float = 0.0,
    decouple_wd: bool = True,
) -> Optimizer:
    """SGD with a rate for each tensor, from the sizes of weights and gradient. `clip` keeps it below `lr` (LARC).

    Source: see `steps.lars_layer_lr`.
    """
    rate = steps.larc_layer_lr if clip else steps.lars_layer_lr
    cbs = [_decay(decouple_wd), *([steps.average_grad] if mom else []), rate, steps.larc_step]
    more: dict[str, Any] = {"mom": mom} if mom else {}
    return Optimizer(params, cbs, lr=lr, trust_coeff=trust_coeff, eps=eps, wd=wd, **more)


@check_keywords
def Lars(
    params: Params,
    lr: float = 1e-3,
    mom: float = 0.9,
    trust_coeff: float = 0.02,
    eps: float = 1e-8,
    wd: float = 0.0,
    decouple_wd: bool = True,
) -> Optimizer:
    """`Larc` without clipping."""
    return Larc(params, lr, mom, False, trust_coeff, eps, wd, decouple_wd)


@check_keywords
def Lamb(
    params: Params,
    lr: float = 1e-3,
    mom: float = 0.9,
    sqr_mom: float = 0.99,
    eps: float = 1e-5,
    wd: float = 0.0,
    decouple_wd: bool = True,
) -> Optimizer:
    """Adam with a trust ratio for each tensor, for large batches, see `steps.lamb_step`."""
    cbs = [_decay(decouple_wd), *_AVERAGES, steps.lamb_step]
    return Optimizer(params, cbs, lr=lr, mom=mom, sqr_mom=sqr_mom, eps=eps, wd=wd)


@check_keywords
def ranger(
    params: Params,
    lr: float = 1e-3,
    mom: float = 0.95,
    wd: float = 0.01,
    eps: float = 1e-6,
    k: int = 6,
    alpha: float = 0.5,
    sqr_mom: float = 0.99,
    beta: float = 0.0,
    decouple_wd: bool = True,
) -> Lookahead:
    """RAdam under Lookahead, which goes well with `fit_flat_cos`."""
    return Lookahead(RAdam(params, lr, mom, sqr_mom, eps, wd, beta, decouple_wd), k=k, alpha=alpha)


_AVERAGES = (steps.average_grad_dampened, steps.average_sqr_grad, steps.step_stat)
LARC, LARS = Larc, Lars
