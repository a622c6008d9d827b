"""Any torch optimizer where one of ours could stand."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch

from fastlearn.keywords import takes_any_keyword, unknown_keyword
from fastlearn.optim.groups import Params, to_param_groups
from fastlearn.optim.hypers import set_hyper

__all__ = ["OptimWrapper"]


def OptimWrapper(
    params: Params | None = None,
    opt: Callable[..., torch.optim.Optimizer] | torch.optim.Optimizer | None = None,
    convert_groups: bool = True,
    **hypers: Any,
) -> torch.optim.Optimizer:
    """`opt`, a class of torch optimizers, over `params`; one that is made already is returned as it is.

    Learners take torch's classes without this: `opt_func=torch.optim.AdamW`. It is here for code that wraps them as
    fastai does, `opt_func=partial(OptimWrapper, opt=torch.optim.AdamW)`. `mom`, `sqr_mom` and `wd` are understood.
    """
    if isinstance(opt, torch.optim.Optimizer):
        return opt
    if opt is None or params is None:
        raise ValueError("OptimWrapper takes parameters and the class of an optimizer: opt=torch.optim.AdamW.")
    _check_hypers(opt, hypers)
    mom, sqr_mom = hypers.pop("mom", None), hypers.pop("sqr_mom", None)
    if "wd" in hypers:
        hypers["weight_decay"] = hypers.pop("wd")
    groups: Any = to_param_groups(params) if convert_groups else params
    made = opt(groups, **hypers)
    for name, value in (("mom", mom), ("sqr_mom", sqr_mom)):
        if value is not None:
            set_hyper(made, name, value)
    return made


def _check_hypers(opt: Callable[..., Any], hypers: dict[str, Any]) -> None:
    """Raise TypeError, with a "did you mean", for a name that neither `opt` nor this wrapper takes."""
    if takes_any_keyword(opt):
        return
    known = {*list(inspect.signature(opt).parameters)[1:], "mom", "sqr_mom", "wd"}
    for name in hypers:
        if name not in known:
            raise unknown_keyword(f"OptimWrapper of {getattr(opt, '__name__', 'this optimizer')}", name, known)
