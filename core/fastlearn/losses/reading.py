"""How to read a model's raw scores under a given loss, ours or torch's own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Reading: TypeAlias = Callable[[Tensor], Tensor]


def activation_of(loss: Any) -> Reading:
    """The function from raw scores to predictions that people read, for a loss object, a torch loss module or function.

    The loss's own `activation` comes first. A loss that nobody knows leaves the scores as they are.
    """
    own = getattr(loss, "activation", None)
    if callable(own):
        return own  # type: ignore[no-any-return]
    return _ACTIVATIONS.get(_known(loss), unchanged)


def decodes_of(loss: Any) -> Reading:
    """The function from what `activation_of(loss)` returned to targets: class ids, yes or no, or plain values."""
    own = getattr(loss, "decodes", None)
    if callable(own):
        return own  # type: ignore[no-any-return]
    return _DECODINGS.get(_known(loss), unchanged)


def judges_class_ids(loss: Any) -> bool:
    """Whether the targets of `loss` may be class ids below the number of scores, as for cross-entropy."""
    from fastlearn.losses.cross_entropy import CrossEntropyLossFlat

    return isinstance(loss, CrossEntropyLossFlat) or _known(loss) in ("softmax", "log_softmax", "margin")


def _class_axis(x: Tensor) -> int:
    return 1 if x.ndim > 1 else 0  # torch puts the classes second, whatever follows


def _softmax(x: Tensor) -> Tensor:
    return F.softmax(x, dim=_class_axis(x))


def _argmax(x: Tensor) -> Tensor:
    return x.argmax(dim=_class_axis(x))


def _over_half(x: Tensor) -> Tensor:
    return x > 0.5


def unchanged(x: Tensor) -> Tensor:
    """The scores themselves."""
    return x


_FAMILIES: dict[str, tuple[Any, ...]] = {
    "softmax": (nn.CrossEntropyLoss, F.cross_entropy),
    "log_softmax": (nn.NLLLoss, F.nll_loss),
    "margin": (nn.MultiMarginLoss, F.multi_margin_loss),
    "sigmoid": (
        nn.BCEWithLogitsLoss,
        F.binary_cross_entropy_with_logits,
        nn.MultiLabelSoftMarginLoss,
        F.multilabel_soft_margin_loss,
    ),
    "probability": (nn.BCELoss, F.binary_cross_entropy),
}
_ACTIVATIONS: dict[str, Reading] = {"softmax": _softmax, "log_softmax": torch.exp, "sigmoid": torch.sigmoid}
_DECODINGS: dict[str, Reading] = {
    "softmax": _argmax,
    "log_softmax": _argmax,
    "margin": _argmax,
    "sigmoid": _over_half,
    "probability": _over_half,
}


def _known(loss: Any) -> str:
    while isinstance(loss, functools.partial):
        loss = loss.func
    for family, members in _FAMILIES.items():
        if any(loss is m or (isinstance(m, type) and isinstance(loss, m)) for m in members):
            return family
    return ""
