"""Lookahead: slow weights that follow the fast ones of any optimizer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from fastlearn.keywords import check_keywords
from fastlearn.optim.hyper_methods import HyperMethods

__all__ = ["Lookahead"]


class Lookahead(HyperMethods, torch.optim.Optimizer):
    """After every `k` steps of `opt`, slow weights move by the share `alpha` to the fast ones, which start anew there.

    Groups and hyper-parameters are those of `opt`.
    Source: Zhang et al. 2019, "Lookahead Optimizer: k steps forward, 1 step back", algorithm 1.
    """

    @check_keywords
    def __init__(self, opt: torch.optim.Optimizer, k: int = 6, alpha: float = 0.5) -> None:
        if k < 1 or not 0 < alpha <= 1:
            raise ValueError(f"`k` is at least 1 and `alpha` a share in (0, 1], but got k={k!r}, alpha={alpha!r}.")
        self.opt, self.k, self.alpha, self.count = opt, k, alpha, 0
        super().__init__(opt.param_groups, opt.defaults)

    @property
    def param_groups(self) -> list[dict[str, Any]]:  # type: ignore[override]
        """The groups of the optimizer inside."""
        return self.opt.param_groups

    @param_groups.setter
    def param_groups(self, groups: list[dict[str, Any]]) -> None:
        self.opt.param_groups = groups

    @property
    def kind(self) -> str:
        """What is inside, for files."""
        return f"Lookahead({getattr(self.opt, 'kind', type(self.opt).__name__)})"

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Step the optimizer inside and, every `k` times, the slow weights."""
        params = [p for group in self.param_groups for p in group["params"] if p.requires_grad]
        for p in params:
            if "slow" not in self.state[p]:
                self.state[p]["slow"] = p.detach().clone()
        loss = self.opt.step() if closure is None else self.opt.step(closure)
        self.count += 1
        if self.count % self.k == 0 and params:
            slow = [self.state[p]["slow"] for p in params]
            torch._foreach_lerp_(slow, params, self.alpha)
            torch._foreach_copy_(params, slow)
        return loss

    def state_dict(self) -> dict[str, Any]:
        """The slow weights, the count, and the state of the optimizer inside."""
        return {**super().state_dict(), "inner": self.opt.state_dict()["state"], "count": self.count}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from there."""
        saved = dict(state_dict)
        inner, self.count = saved.pop("inner"), saved.pop("count")
        super().load_state_dict(saved)
        self.opt.load_state_dict({"state": inner, "param_groups": saved["param_groups"]})

    def clear_state(self) -> None:
        """Forget the slow weights, and what the optimizer inside has learnt."""
        self.state.clear()
        self.opt.state.clear()
        self.count = 0
