"""Where the feature maps of a network end, found by watching its parts while an image runs through."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from fastlearn.models.groups import has_params
from fastlearn.models.pool import has_pool, is_pool
from fastlearn.models.sizes import dummy_image, evaluating, outputs_of

# 128 leaves a map of several pixels at the end of the usual networks; some insist on 224; own ones are often small.
PROBE_SIZES = (128, 224, 64, 32, 28)


@dataclass(frozen=True)
class Trace:
    """What each direct child of a network gave for one made-up image of `size` pixels and `n_in` channels."""

    size: int
    n_in: int
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    outputs: dict[int, Tensor] = field(default_factory=dict)
    finished: bool = False

    def shape(self, i: int) -> tuple[int, ...] | None:
        """The output shape of child `i`; None if it did not run or gave no tensor."""
        output = self.outputs.get(i)
        return None if output is None else tuple(output.shape)

    def table(self) -> str:
        """The children with their positions and output shapes, one per line."""
        rows = enumerate(zip(self.names, self.kinds, strict=True))
        return "\n".join(f"  {i:>3} {name}: {kind} -> {self.shape(i) or 'did not run'}" for i, (name, kind) in rows)


def trace_children(model: nn.Module, n_in: int) -> Trace:
    """Run images of several sizes through `model` until one gets to the end; else the one that got furthest."""
    best: Trace | None = None
    for size in PROBE_SIZES:
        trace = _trace(model, size, n_in)
        if best is None or trace.finished or len(trace.outputs) > len(best.outputs):
            best = trace
        if trace.finished:
            break
    assert best is not None
    return best


def _trace(model: nn.Module, size: int, n_in: int) -> Trace:
    children = dict(model.named_children())
    finished = True
    with outputs_of(list(children.values())) as outputs, evaluating(model):
        try:
            model(dummy_image(model, (size, size), n_in))
        except Exception:  # what ran until here is worth knowing: a last linear layer may want another size
            finished = False
    return Trace(size, n_in, tuple(children), tuple(type(c).__name__ for c in children.values()), outputs, finished)


def find_cut(model: nn.Module, trace: Trace, n_in: int) -> tuple[nn.Module, Trace, int, str]:
    """The network to cut (that inside a mere wrapper), its trace, how many children stay, and how that was found.

    How is "nothing" (it ends in feature maps already), "pooling" (cut at the last child with a pooling layer) or
    "shape" (cut after the last child that gives feature maps).
    Raises: ValueError if no child gives feature maps, or if what follows them works on tokens.
    """
    children = list(model.children())
    maps = [i for i in trace.outputs if _is_map(trace, i) and not _ends_in_pooling(children[i], trace, i)]
    if not maps and len(children) == 1:
        return find_cut(children[0], trace_children(children[0], n_in), n_in)
    if not maps:
        raise ValueError(_no_maps(model, trace))
    n_kept = max(maps) + 1
    if any(_hides_features(children[i], trace, i) for i in range(n_kept, len(children))):
        raise ValueError(_no_maps(model, trace))
    if n_kept == len(children):
        return model, trace, n_kept, "nothing"
    pooled = [i for i, child in enumerate(children) if has_pool(child)]
    return model, trace, n_kept, "pooling" if pooled and pooled[-1] == n_kept else "shape"


def chain_differs(features: Tensor, whole: Tensor) -> bool:
    """Whether children run in turn give other numbers than the same children inside their network did."""
    if features.shape != whole.shape:
        return True
    scale = float(whole.abs().max()) if whole.numel() else 0.0
    return not torch.allclose(features, whole, rtol=1e-3, atol=1e-3 * scale, equal_nan=True)


def _is_map(trace: Trace, i: int) -> bool:
    return len(trace.shape(i) or ()) == 4


def _hides_features(child: nn.Module, trace: Trace, i: int) -> bool:
    """Whether a child that would be cut off does more than classify: it works on tokens, or is a list of blocks."""
    return len(trace.shape(i) or ()) == 3 or (isinstance(child, (nn.ModuleList, nn.ModuleDict)) and has_params(child))


def _ends_in_pooling(child: nn.Module, trace: Trace, i: int) -> bool:
    if is_pool(child):
        return True
    return has_pool(child) and trace.outputs[i].shape[2:].numel() == 1


def _no_maps(model: nn.Module, trace: Trace) -> str:
    return (
        f"No place to cut was found in {type(model).__name__}: a body ends in feature maps (N, C, H, W), but its parts "
        f"give, for an image of {trace.size} pixels:\n{trace.table()}\nTry cut=<position or function>, or give the "
        "network its own last layer and train it with Learner(dls, model)."
    )
