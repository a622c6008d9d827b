"""The places that a batch of matrices shows, for steps of one's own."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor


def affine_grid(theta: Tensor, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """Places `(B, H, W, 2)` that the matrices `theta`, `(B, 2 or 3, 3)`, show in a result of `size` (B, C, H, W)."""
    return F.affine_grid(theta[:, :2], list(size), align_corners=bool(align_corners))
