"""fastai's ways to change an optimizer, for torch's classes that are ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastlearn.optim.hypers import HyperValue, get_hyper, hyper_names, layer_groups_of, n_layer_groups, set_hyper

__all__ = ["HyperMethods"]

if TYPE_CHECKING:
    from torch.optim import Optimizer as Base
else:
    Base = object


class HyperMethods(Base):
    """Hyper-parameters by name, and layer groups that are frozen: `opt.set_hyper("mom", 0.9)`, `opt.hypers`."""

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drop the gradients; with `set_to_none=False` they stay, as zeros.

        torch's own opens a range for its profiler first, which for a small network takes longer than all the rest.
        """
        if not set_to_none:
            super().zero_grad(set_to_none=False)
            return
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    @property
    def hypers(self) -> list[dict[str, float]]:
        """The hyper-parameters of each layer group, by name. A copy: they are changed by `set_hyper`."""
        values = {name: get_hyper(self, name) for name in hyper_names(self)}
        return [{name: of_groups[i] for name, of_groups in values.items()} for i in range(n_layer_groups(self))]

    def set_hyper(self, name: str, value: HyperValue) -> None:
        """Set a hyper-parameter, to one value or to one per layer group."""
        set_hyper(self, name, value)

    def set_hypers(self, **values: Any) -> None:
        """Set several hyper-parameters."""
        for name, value in values.items():
            self.set_hyper(name, value)

    def freeze_to(self, n: int) -> None:
        """Train layer groups `n` and later only. (`learn.freeze_to` also knows of norm layers.)"""
        groups = layer_groups_of(self)
        first = n if n >= 0 else len(groups) + n
        for i, group in enumerate(groups):
            for p in group:
                p.requires_grad_(i >= first)

    def freeze(self) -> None:
        """Train only the last layer group."""
        self.freeze_to(-1)

    def unfreeze(self) -> None:
        """Train all layer groups."""
        self.freeze_to(0)

    def clear_state(self) -> None:
        """Forget what was learnt of each parameter."""
        self.state.clear()
