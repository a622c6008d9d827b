"""What can be found out about a learner's network by looking at it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from fastlearn.explain.layers import leaves
from fastlearn.models.cut_report import CutReport, report_of
from fastlearn.models.groups import norm_bias_params


@dataclass(frozen=True)
class Group:
    """A parameter group: where it lies, how many numbers it holds, how many of those train and how many are norms'."""

    where: str
    n_params: int
    n_training: int
    n_norm: int

    @property
    def state(self) -> str:
        """Whether the group trains."""
        if self.n_training == self.n_params:
            return "trains" if self.n_params else "has no parameters"
        if self.n_training == 0:
            return "frozen"
        return "frozen, norm layers train" if self.n_training == self.n_norm else "partly frozen"


@dataclass(frozen=True)
class Anatomy:
    """A learner's network taken apart; `body` and `head` are None unless it was made of the two."""

    model: nn.Module
    body: nn.Module | None
    head: nn.Module | None
    report: CutReport | None
    notes: Any
    groups: tuple[Group, ...]

    @property
    def n_params(self) -> int:
        """The numbers that could be learned."""
        return count(self.model.parameters())

    @property
    def n_training(self) -> int:
        """The numbers that are being learned."""
        return count(p for p in self.model.parameters() if p.requires_grad)


def count(params: Iterable[Tensor]) -> int:
    """How many numbers `params` hold; those of a lazy layer that has not run yet are not there yet."""
    return sum(0 if is_lazy(p) else p.numel() for p in params)


def look_at(learn: Any) -> Anatomy:
    """Take the network of `learn` apart without running or changing it."""
    model = learn.model
    body, head = body_and_head(model)
    report = None if body is None else report_of(body)
    notes = getattr(model, "notes", None)
    return Anatomy(model, body, head, report, notes, tuple(_groups(learn)))


def body_and_head(model: nn.Module) -> tuple[nn.Module | None, nn.Module | None]:
    """The two parts of a network whose first child was cut from another one; otherwise nothing."""
    children = list(model.children())
    if len(children) < 2 or report_of(children[0]) is None:
        return None, None
    return children[0], children[1] if len(children) == 2 else nn.Sequential(*children[1:])


def layer_groups_of(learn: Any) -> list[list[Tensor]]:
    """The parameter groups that the learner's splitter makes."""
    given = list(learn.splitter(learn.model))
    return [given] if given and isinstance(given[0], Tensor) else [list(group) for group in given]


def _groups(learn: Any) -> list[Group]:
    norms = {id(p) for p in norm_bias_params(learn.model, with_bias=False)}
    owners = {id(p): name for name, layer in leaves(learn.model) for p in layer.parameters()}
    order = list(dict.fromkeys(owners.values()))
    return [_group(group, norms, owners, order) for group in layer_groups_of(learn)]


def _group(group: Sequence[Tensor], norms: set[int], owners: dict[int, str], order: list[str]) -> Group:
    places = sorted({owners[id(p)] for p in group if id(p) in owners}, key=order.index)
    where = "nowhere" if not places else places[0] if len(places) == 1 else f"{places[0]} to {places[-1]}"
    return Group(
        where,
        n_params=count(group),
        n_training=count(p for p in group if p.requires_grad),
        n_norm=count(p for p in group if id(p) in norms),
    )
