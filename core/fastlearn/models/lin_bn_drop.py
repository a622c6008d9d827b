"""The unit that heads are made of: batch norm, dropout, linear, activation."""

from __future__ import annotations

from torch import nn

from fastlearn.models.simple import Layers


class LinBnDrop(Layers):
    """Batch norm, dropout `p`, linear, `act`; with `lin_first` the linear layer and `act` come first.

    The linear layer has no bias where there is a batch norm, which brings its own. Of the parts that are not asked for
    (`bn=False`, `p=0`, `act=None`) no layer is made.
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        bn: bool = True,
        p: float = 0.0,
        act: nn.Module | None = None,
        lin_first: bool = False,
    ) -> None:
        before: list[nn.Module] = [batch_norm_1d(n_out if lin_first else n_in)] if bn else []
        if p:
            before.append(nn.Dropout(p))
        linear: list[nn.Module] = [nn.Linear(n_in, n_out, bias=not bn)]
        if act is not None:
            linear.append(act)
        super().__init__(*(linear + before if lin_first else before + linear))


def batch_norm_1d(n: int, momentum: float = 0.1) -> nn.BatchNorm1d:
    """Batch norm whose bias starts at 0.001, so that a following ReLU is not exactly at its corner."""
    norm = nn.BatchNorm1d(n, momentum=momentum)
    nn.init.constant_(norm.bias, 1e-3)
    return norm
