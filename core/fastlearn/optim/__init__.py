"""Optimizers with fastai's defaults, their hyper-parameters and schedules."""

from __future__ import annotations

from fastlearn.optim.adam import Adam
from fastlearn.optim.composable import Optimizer, Step
from fastlearn.optim.groups import make_param_groups, to_param_groups
from fastlearn.optim.hypers import get_hyper, has_hyper, hyper_setter, n_layer_groups, set_hyper
from fastlearn.optim.lookahead import Lookahead
from fastlearn.optim.more import LARC, LARS, Lamb, Larc, Lars, QHAdam, RAdam, RMSProp, ranger
from fastlearn.optim.schedule import (
    SchedCos,
    SchedExp,
    SchedLin,
    SchedNo,
    SchedPoly,
    annealer,
    combine_scheds,
    combined_cos,
)
from fastlearn.optim.sgd import SGD, SGDW
from fastlearn.optim.steps import (
    adam_step,
    average_grad,
    average_grad_dampened,
    average_sqr_grad,
    debias,
    l2_reg,
    lamb_step,
    larc_layer_lr,
    larc_step,
    lars_layer_lr,
    momentum_step,
    qhadam_step,
    radam_step,
    rms_prop_step,
    sgd_step,
    step_stat,
    weight_decay,
)
from fastlearn.optim.wrapper import OptimWrapper

__all__ = [
    "LARC",
    "LARS",
    "SGD",
    "SGDW",
    "Adam",
    "Lamb",
    "Larc",
    "Lars",
    "Lookahead",
    "OptimWrapper",
    "Optimizer",
    "QHAdam",
    "RAdam",
    "RMSProp",
    "SchedCos",
    "SchedExp",
    "SchedLin",
    "SchedNo",
    "SchedPoly",
    "Step",
    "adam_step",
    "annealer",
    "average_grad",
    "average_grad_dampened",
    "average_sqr_grad",
    "combine_scheds",
    "combined_cos",
    "debias",
    "get_hyper",
    "has_hyper",
    "hyper_setter",
    "l2_reg",
    "lamb_step",
    "larc_layer_lr",
    "larc_step",
    "lars_layer_lr",
    "make_param_groups",
    "momentum_step",
    "n_layer_groups",
    "qhadam_step",
    "radam_step",
    "ranger",
    "rms_prop_step",
    "set_hyper",
    "sgd_step",
    "step_stat",
    "to_param_groups",
    "weight_decay",
]
