"""A network instead of a dot product: vectors of users and items side by side, through linear layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from fastlearn.keywords import check_keywords
from fastlearn.tabular.model import TabularModel

__all__ = ["EMBED_STD", "EmbeddingNN"]

EMBED_STD = 0.01  # that of tables, 0.2, is too much for many users with few ratings: RMSE 0.56 instead of 0.53


class EmbeddingNN(TabularModel):
    """A `TabularModel` of two columns of categories, users and items, and one number: their vectors may differ in size.

    Shapes: codes `(B, 2)` to ratings `(B, 1)`. `emb_szs` are `(number, size)` of users and of items, as `get_emb_sz`
    gives them; the other arguments are those of `TabularModel`.
    Source: He et al. 2017, "Neural Collaborative Filtering", its multi-layer perceptron.
    """

    @check_keywords
    def __init__(
        self,
        emb_szs: Sequence[Sequence[int]],
        layers: Sequence[int],
        ps: float | Sequence[float] | None = None,
        embed_p: float = 0.0,
        y_range: Any = None,
        use_bn: bool = True,
        bn_final: bool = False,
        bn_cont: bool = True,
        act_cls: nn.Module | None = None,
        lin_first: bool = True,
        embed_std: float = EMBED_STD,
    ) -> None:
        super().__init__(emb_szs, 0, 1, layers, ps, embed_p, y_range, use_bn, bn_final, bn_cont, act_cls, lin_first,
                         embed_std)  # fmt: skip

    def constructor_arguments(self) -> dict[str, Any]:
        """What makes the same network again."""
        given = super().constructor_arguments()
        return {name: value for name, value in given.items() if name not in ("n_cont", "out_sz")}
