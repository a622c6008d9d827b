"""A network that gives its feature maps of every size, from large to small."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import astuple
from typing import Any, ClassVar

from torch import Tensor, nn

from fastlearn.models.calls import Call
from fastlearn.models.cut import chain_differs
from fastlearn.models.cut_report import attach_report, report_of
from fastlearn.models.pyramid import Level, NoPyramid, levels_in, probe
from fastlearn.models.sizes import Size, evaluating


class Encoder(nn.Module):
    """The parts of `body`, under their names, run so that every map of `levels` can be handed out.

    Shapes: `(N, n_in, H, W)` becomes a list of maps `(N, C, H', W')`, from large to small; the last is what `body`
    gives. Parts that did not run when `body` was probed are left out. No hooks are used, so that copies, threads and
    compilers see plain calls.
    Raises: NoPyramid if `body` has no such maps.
    """

    made_of: ClassVar = ("plain_levels",)

    def __init__(self, body: nn.Module, n_in: int = 3, sizes: Iterable[Size] = ()) -> None:
        super().__init__()
        run, image = probe(body, n_in, sizes)
        self.levels = levels_in(run, image)
        for name, child in _used(body, run).items():
            self.add_module(name, child)
        self.training = body.training
        report = report_of(body)
        if report is not None:
            attach_report(self, report)
        self._check(run, image)

    def _check(self, run: Call, image: Tensor) -> None:
        """The parts in turn must give what they gave inside the network."""
        with evaluating(self):
            again = self(image)[-1]
        if chain_differs(again, run.gave.permute(0, 3, 1, 2) if self.levels[-1].channels_last else run.gave):
            raise NoPyramid(f"the parts of {type(run.module).__name__}, run in turn, give other numbers than it does")

    @property
    def plain_levels(self) -> list[tuple[Any, ...]]:
        """`levels` as plain values, for an export."""
        return [astuple(level) for level in self.levels]

    @plain_levels.setter
    def plain_levels(self, values: Iterable[tuple[Any, ...]]) -> None:
        self.levels = tuple(Level(*value) for value in values)

    def forward(self, x: Tensor) -> list[Tensor]:
        maps = []
        for level in self.levels:
            for path in level.path:
                x = self.get_submodule(path)(x)
            found = x.clone() if level.overwritten else x
            maps.append(found.permute(0, 3, 1, 2) if level.channels_last else found)
        return maps


def _used(body: nn.Module, run: Call) -> dict[str, nn.Module]:
    """The children of `body` without those in which nothing runs.

    What runs stays whole, as it may use parts without calling them. A module around one that is left out is copied, so
    that `body` stays as it is; layers are shared.
    """
    ran = {call.module for call in run.walk()}
    return {name: _slim(child, ran) for name, child in body.named_children() if ran & set(child.modules())}


def _slim(m: nn.Module, ran: set[nn.Module]) -> nn.Module:
    if m in ran:
        return m
    kept = {name: _slim(child, ran) for name, child in m.named_children() if ran & set(child.modules())}
    slim = copy.copy(m)
    slim._modules = dict(kept)
    return slim
