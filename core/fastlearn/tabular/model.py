"""The network for tables: embeddings for categories beside normalised numbers, then linear layers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from fastlearn.data.problems import DataError
from fastlearn.keywords import check_keywords, did_you_mean
from fastlearn.layers.embedding import Embedding
from fastlearn.models.lin_bn_drop import LinBnDrop
from fastlearn.models.ranges import sigmoid_range
from fastlearn.tabular.ranges import is_range, plain_ranges

__all__ = ["TabularModel", "emb_sz_rule", "get_emb_sz", "tabular_config"]

EMBED_STD = 0.2  # fastai's 0.01 keeps categories from meeting each other in short trainings; see benchmarks/tabular.py


def emb_sz_rule(n_cat: int) -> int:
    """How many numbers stand for each of `n_cat` categories: 1.6 · n^0.56, at most 600."""
    return min(600, round(1.6 * math.pow(n_cat, 0.56)))


def get_emb_sz(to: Any, sz_dict: Mapping[str, int] | None = None) -> list[tuple[int, int]]:
    """`(number of categories, size)` of each column of categories of the table, or loaders, `to`.

    Sizes are those of `sz_dict` where it has one, and `emb_sz_rule`'s otherwise.
    Raises: DataError for a column that is none of categories.
    """
    sizes, names = dict(sz_dict or {}), list(to.cat_names)
    wrong = next((name for name in sizes if name not in names), None)
    if wrong is not None:
        raise DataError(f"There is no column of categories {wrong!r} to embed, only {names}."
                        f"{did_you_mean(str(wrong), names)}")  # fmt: skip
    counts = [len(to.classes[name]) for name in names]
    return [(n, int(sizes.get(name, emb_sz_rule(n)))) for name, n in zip(names, counts, strict=True)]


@check_keywords
def tabular_config(
    ps: float | Sequence[float] | None = None,
    embed_p: float = 0.0,
    y_range: Any = None,
    use_bn: bool = True,
    bn_final: bool = False,
    bn_cont: bool = True,
    act_cls: nn.Module | None = None,
    lin_first: bool = True,
    embed_std: float = EMBED_STD,
) -> dict[str, Any]:
    """Options of `TabularModel`, checked, for `tabular_learner(config=…)`."""
    return dict(locals())


class TabularModel(nn.Module):
    """Embeddings of codes `(B, n_cat)` and numbers `(B, n_cont)`, through `layers` of these sizes, to `out_sz` outputs.

    `emb_szs` are `(number of categories, size)` of each column. Embeddings start normal with deviation `embed_std`,
    that of code 0 (missing, never seen) at zero. Each layer is linear, `act_cls` (ReLU), batch norm with `use_bn`,
    dropout by `ps`; `lin_first=False` puts batch norm and dropout before the linear layer. `embed_p` is dropout of
    embeddings, `bn_cont` batch norm of numbers, `bn_final` one after the last layer. Without `layers` it is linear.

    `out_sz` may be a list, one size for each of several targets: then the output is a tuple, and `y_range` a list. Each
    range, (low, high), scales a sigmoid.
    """

    @check_keywords
    def __init__(
        self,
        emb_szs: Sequence[Sequence[int]],
        n_cont: int,
        out_sz: int | Sequence[int],
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
        super().__init__()
        drops = _drops(ps, len(layers))
        self._arguments = {
            "emb_szs": [list(map(int, size)) for size in emb_szs], "n_cont": n_cont,
            "out_sz": out_sz if isinstance(out_sz, int) else list(out_sz), "layers": list(layers), "ps": drops,
            "embed_p": embed_p, "y_range": plain_ranges(y_range), "use_bn": use_bn, "bn_final": bn_final,
            "bn_cont": bn_cont,
            "act_cls": act_cls, "lin_first": lin_first, "embed_std": embed_std,
        }  # fmt: skip
        self.embeds = nn.ModuleList([_embedding(n, size, embed_std) for n, size in emb_szs])
        self.emb_drop = nn.Dropout(embed_p)
        self.bn_cont = nn.BatchNorm1d(n_cont) if bn_cont and n_cont else None
        self.n_cont, self.parts = n_cont, None if isinstance(out_sz, int) else list(out_sz)
        n_out = out_sz if isinstance(out_sz, int) else sum(out_sz)
        self.y_range = _ranges(y_range, self.parts)
        sizes = [sum(int(size) for _, size in emb_szs) + n_cont, *layers, n_out]
        if not sizes[0]:
            raise DataError("A network needs columns of categories or of numbers, but there are none. Name some in "
                            "cat_names or cont_names.")  # fmt: skip
        last = len(layers)
        self.layers = nn.Sequential(*(
            LinBnDrop(
                sizes[i], sizes[i + 1], bn=use_bn and (i < last or bn_final), p=drops[i] if i < last else 0.0,
                act=(nn.ReLU(inplace=True) if act_cls is None else act_cls) if i < last else None, lin_first=lin_first,
            )
            for i in range(last + 1)
        ))  # fmt: skip

    def forward(self, x_cat: Tensor, x_cont: Tensor | None = None) -> Any:
        parts = [embed(x_cat[:, i]) for i, embed in enumerate(self.embeds)]
        if len(parts) and self.emb_drop.p:
            parts = [self.emb_drop(torch.cat(parts, 1))]
        if self.n_cont and x_cont is not None:
            parts.append(x_cont if self.bn_cont is None else self.bn_cont(x_cont))
        scores = self.layers(parts[0] if len(parts) == 1 else torch.cat(parts, 1))
        if self.parts is None:
            return scores if self.y_range is None else sigmoid_range(scores, *self.y_range)
        outputs = scores.split(self.parts, dim=1)
        ranges = self.y_range or [None] * len(outputs)
        return tuple(out if span is None else sigmoid_range(out, *span)
                     for out, span in zip(outputs, ranges, strict=True))  # fmt: skip

    def constructor_arguments(self) -> dict[str, Any]:
        """What makes the same network again."""
        return dict(self._arguments)


def _embedding(n: int, size: int, std: float) -> Embedding:
    """Vectors of categories; an answer does not depend on chance where code 0 was never trained."""
    table = Embedding(n, size, std=std)
    with torch.no_grad():
        table.weight[:1] = 0
    return table


def _drops(ps: float | Sequence[float] | None, n: int) -> list[float]:
    found = [0.0] * n if ps is None else [float(ps)] * n if isinstance(ps, int | float) else [float(p) for p in ps]
    if len(found) != n:
        raise ValueError(f"`ps` is the dropout of each of {n} layers, but got {len(found)} values. Try one number.")
    return found


def _ranges(y_range: Any, parts: list[int] | None) -> Any:
    """One range, or one for each of several targets. Raises: ValueError if they do not fit the targets."""
    plain = plain_ranges(y_range)
    if plain is None or (parts is None and is_range(plain)):
        return plain
    if parts is not None and not is_range(plain) and len(plain) == len(parts):
        return plain
    wanted = "(low, high)" if parts is None else f"a list of {len(parts)} entries, (low, high) or None, one a target"
    raise ValueError(f"`y_range` is {wanted}, but got {y_range!r}.")
