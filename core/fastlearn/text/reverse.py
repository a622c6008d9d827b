"""Reading backwards: a second opinion that models trained in the other direction give."""

from __future__ import annotations

from typing import Any

import torch

from fastlearn.data.transform import Transform


def reverse_text(x: torch.Tensor) -> torch.Tensor:
    """The numbers of a text, shape `(n,)`, in the opposite order."""
    return x.flip(0)


class ReverseText(Transform):
    """The numbers of a text in the opposite order, and on the way back in their own."""

    kind = "text"

    def encodes(self, x: Any) -> torch.Tensor:
        return reverse_text(torch.as_tensor(x))

    def decodes(self, x: Any) -> torch.Tensor:
        return reverse_text(torch.as_tensor(x))
