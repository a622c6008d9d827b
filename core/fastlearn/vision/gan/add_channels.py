"""A vector as an image of one pixel."""

from __future__ import annotations

from torch import Tensor, nn

__all__ = ["AddChannels"]


class AddChannels(nn.Module):
    """Adds `n_dim` axes of length 1 at the end: `AddChannels(2)` makes `(N, C, 1, 1)` of `(N, C)`."""

    def __init__(self, n_dim: int) -> None:
        super().__init__()
        self.n_dim = n_dim

    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(*x.shape, *[1] * self.n_dim)

    def extra_repr(self) -> str:
        return str(self.n_dim)
