"""Cross-entropy towards targets that are not quite certain."""

from __future__ import annotations

from torch import Tensor

from fastlearn.keywords import check_keywords
from fastlearn.losses.cross_entropy import CrossEntropyLossFlat

__all__ = ["LabelSmoothingCrossEntropy", "LabelSmoothingCrossEntropyFlat"]


class LabelSmoothingCrossEntropyFlat(CrossEntropyLossFlat):
    """Cross-entropy with the share `eps` of each target spread evenly over all classes.

    Shapes and unit as in `CrossEntropyLossFlat`.
    Source: Szegedy et al. 2016, "Rethinking the Inception Architecture for Computer Vision", section 7.
    """

    @check_keywords
    def __init__(self, eps: float = 0.1, axis: int = -1, weight: Tensor | None = None, reduction: str = "mean") -> None:
        if not 0 <= eps <= 1:
            raise ValueError(f"`eps` is a share, in [0, 1], but got {eps!r}. Try 0.1.")
        super().__init__(axis=axis, weight=weight, reduction=reduction, label_smoothing=eps)
        self.eps = eps


class LabelSmoothingCrossEntropy(LabelSmoothingCrossEntropyFlat):
    """The same with the classes on the second axis, as torch's own losses have them."""

    @check_keywords
    def __init__(self, eps: float = 0.1, weight: Tensor | None = None, reduction: str = "mean") -> None:
        super().__init__(eps, 1, weight, reduction)
