"""The part of a network that finds features: everything up to the classifier, which is cut off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import nn

from fastlearn.models.cut import Trace, chain_differs, find_cut, trace_children
from fastlearn.models.cut_report import CutReport, attach_report, make_report
from fastlearn.models.first_layer import change_first_layer
from fastlearn.models.sizes import dummy_eval

Cut = int | Callable[[nn.Module], nn.Module]


def create_body(
    model: nn.Module | Callable[..., nn.Module],
    n_in: int = 3,
    pretrained: bool = True,
    cut: Cut | None = None,
) -> nn.Module:
    """`model` without its classifier, taking images of `n_in` channels and giving feature maps.

    An architecture (`resnet34`), or a constructor that takes `pretrained`, is built first.
    `cut` is a position among the direct children of `model` (those before it stay, as one sequence) or a function that
    returns the body. Without it the network is tried on a made-up image and cut after the last child that gives
    feature maps, pooling excluded. The layers are reused, not copied; `report_of(body)` says what was kept and what
    was cut off.
    Raises: ValueError if no place for the cut can be found, or if the children cannot run one after the other.
    """
    if not isinstance(model, nn.Module):
        model = model(pretrained=pretrained)
    change_first_layer(model, n_in, pretrained)
    if callable(cut):
        body = _returned_by(cut, model)
        return attach_report(body, _report_of_function(model, body, n_in))
    trace = trace_children(model, n_in)
    how = "given"
    if cut is None:
        model, trace, cut, how = find_cut(model, trace, n_in)
    n_kept = _position(cut, model, trace)
    body = nn.Sequential(*list(model.children())[:n_kept])
    _check_body(body, model, trace, n_kept, exactly=how != "given")
    return attach_report(body, make_report(model, trace, n_kept, how))


def _returned_by(cut: Callable[[nn.Module], nn.Module], model: nn.Module) -> nn.Module:
    body = cut(model)
    if not isinstance(body, nn.Module):
        raise TypeError(
            f"A `cut` function takes the network and returns its body, an nn.Module, but got {type(body).__name__}. "
            "Try cut=lambda net: net.features."
        )
    return body


def _position(cut: int, model: nn.Module, trace: Trace) -> int:
    n = len(trace.names)
    n_kept = cut if cut >= 0 else n + cut
    if not 0 < n_kept <= n:
        raise ValueError(
            f"`cut={cut}` leaves no body: {type(model).__name__} has {n} parts, and those before the cut are kept.\n"
            f"{trace.table()}\nTry one of the numbers on the left, counted from 0."
        )
    return n_kept


def _check_body(body: nn.Module, model: nn.Module, trace: Trace, n_kept: int, exactly: bool) -> None:
    """The kept children, run one after the other, must give feature maps; `exactly`: those of the whole network."""
    try:
        features = dummy_eval(body, (trace.size, trace.size), trace.n_in)
    except Exception as error:
        raise ValueError(_no_chain(model, trace, f"they stop with: {error}")) from error
    if features.ndim not in (2, 4):
        raise ValueError(_no_chain(model, trace, f"they give {tuple(features.shape)}, not feature maps (N, C, H, W)"))
    whole = trace.outputs.get(n_kept - 1)
    if exactly and whole is not None and chain_differs(features, whole):
        raise ValueError(_no_chain(model, trace, "they give other numbers than inside the network"))


def _no_chain(model: nn.Module, trace: Trace, what: str) -> str:
    return (
        f"The parts of {type(model).__name__} before the cut do not work one after the other: {what}. Perhaps its "
        f"forward does more than call them in turn.\n{trace.table()}\nTry cut=<a function that takes the network and "
        "returns its body as one nn.Module>, or train it as it is with Learner(dls, model)."
    )


def _report_of_function(model: nn.Module, body: nn.Module, n_in: int) -> CutReport:
    own = {id(m) for m in body.modules()}
    trace = trace_children(model, n_in)
    report = make_report(model, trace, len(trace.names), "function")
    stays = [any(id(m) in own for m in child.modules()) for child in model.children()]
    with torch.no_grad():
        shape = tuple(dummy_eval(body, (trace.size, trace.size), n_in).shape)
    return replace(
        report,
        kept=tuple(part for part, here in zip(report.kept, stays, strict=True) if here),
        dropped=tuple(part for part, here in zip(report.kept, stays, strict=True) if not here),
        shape=shape,
    )
