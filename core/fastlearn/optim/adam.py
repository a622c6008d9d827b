"""Adam and AdamW with fastai's defaults, on torch's fused kernel."""

from __future__ import annotations

import torch

from fastlearn.keywords import check_keywords
from fastlearn.optim.groups import Params, can_fuse, to_param_groups
from fastlearn.optim.hyper_methods import HyperMethods


class AdamW(HyperMethods, torch.optim.AdamW):
    """torch's AdamW, which also answers to `set_hyper` and `hypers`."""


class AdamL2(HyperMethods, torch.optim.Adam):
    """torch's Adam, with the decay in the gradient, which also answers to `set_hyper` and `hypers`."""

    kind = "Adam"  # in files


@check_keywords
def Adam(
    params: Params,
    lr: float = 1e-3,
    mom: float = 0.9,
    sqr_mom: float = 0.99,
    eps: float = 1e-5,
    wd: float = 0.01,
    decouple_wd: bool = True,
) -> torch.optim.Adam:
    """A torch optimizer for `params`: tensors, lists of tensors (one per layer group) or torch's own group dicts.

    `mom` and `sqr_mom` are torch's two betas. The defaults (0.99 instead of 0.999, a large `eps`) are fastai's: the
    second average adapts within an epoch and small gradients are not blown up. With `decouple_wd=False` the decay is
    plain L2, added to the gradient.
    Source: Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization", algorithm 2.
    """
    groups = to_param_groups(params)
    kind = AdamW if decouple_wd else AdamL2
    fused = True if can_fuse(groups) else None  # None lets torch choose between foreach and the plain loop
    return kind(groups, lr=lr, betas=(mom, sqr_mom), eps=eps, weight_decay=wd, fused=fused)
