"""A record of what was kept of a network and what was cut off, carried by its body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from torch import nn

from fastlearn.models.cut import Trace

M = TypeVar("M", bound=nn.Module)


@dataclass(frozen=True)
class Part:
    """A direct child of the network: its name, class, number of parameters and output shape for the made-up image."""

    name: str
    kind: str
    n_params: int
    shape: tuple[int, ...] | None


@dataclass(frozen=True)
class CutReport:
    """What was cut off `network`, and how the place was chosen.

    `how` is "given" (the caller's number), "function" (the caller's function), "listed" (registered with the
    architecture), "pooling" or "shape" (found by trying the network, see `find_cut`), or "nothing" (no classifier).
    `shape` is the body's output for an image of `size` pixels.
    """

    network: str
    how: str
    kept: tuple[Part, ...]
    dropped: tuple[Part, ...]
    shape: tuple[int, ...] | None
    size: int

    def __str__(self) -> str:
        dropped = ", ".join(f"{p.name} ({p.kind})" for p in self.dropped) or "nothing"
        return f"{self.network}: {len(self.kept)} parts kept, cut off: {dropped}; body gives {self.shape}"


def make_report(model: nn.Module, trace: Trace, n_kept: int, how: str) -> CutReport:
    """The record of keeping the first `n_kept` children of `model`."""
    parts = tuple(
        Part(name, type(child).__name__, sum(p.numel() for p in child.parameters()), trace.shape(i))
        for i, (name, child) in enumerate(model.named_children())
    )
    kept, dropped = parts[:n_kept], parts[n_kept:]
    return CutReport(type(model).__name__, how, kept, dropped, kept[-1].shape if kept else None, trace.size)


def attach_report(body: M, report: CutReport) -> M:
    """`body`, carrying `report`."""
    body.cut_report = report  # type: ignore[assignment]
    return body


def report_of(body: nn.Module) -> CutReport | None:
    """The record that `body` carries, if it was made by `create_body`."""
    report = getattr(body, "cut_report", None)
    return report if isinstance(report, CutReport) else None
