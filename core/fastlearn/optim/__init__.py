"""Optimizers with fastai's defaults, their hyper-parameters and schedules."""

from __future__ import annotations

from fastlearn.optim.adam import Adam
from fastlearn.optim.groups import make_param_groups, to_param_groups
from fastlearn.optim.hypers import get_hyper, has_hyper, hyper_setter, n_layer_groups, set_hyper
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

__all__ = [
    "SGD",
    "SGDW",
    "Adam",
    "SchedCos",
    "SchedExp",
    "SchedLin",
    "SchedNo",
    "SchedPoly",
    "annealer",
    "combine_scheds",
    "combined_cos",
    "get_hyper",
    "has_hyper",
    "hyper_setter",
    "make_param_groups",
    "n_layer_groups",
    "set_hyper",
    "to_param_groups",
]
