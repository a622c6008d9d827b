"""A convolution as one matrix multiplication: what `torch.conv2d` computes, made visible."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["conv2d_by_unfold"]


def conv2d_by_unfold(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0
) -> Tensor:
    """Cut the picture into windows, and take the weighted sum of each.

    Shapes: `x` is `(B, C, H, W)`, `weight` is `(K, C, h, w)`, `bias` is `(K,)`; returns `(B, K, H', W')` with
    `H' = (H + 2 * padding - h) // stride + 1`, and `W'` alike. Equal to `torch.conv2d`.
    """
    h, w = weight.shape[2:]
    padded = torch.constant_pad_nd(x, (padding,) * 4)
    # A view: no number is copied, the windows overlap in memory.
    windows = padded.unfold(2, h, stride).unfold(3, w, stride)  # (B, C, H', W', h, w)
    out = torch.einsum("bcijhw,kchw->bkij", windows, weight)
    return out if bias is None else out + bias[:, None, None]
