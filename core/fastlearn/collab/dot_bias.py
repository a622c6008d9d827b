"""The model of collaborative filtering: a vector and a bias for each user and each item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn

from fastlearn.data.problems import DataError
from fastlearn.keywords import check_keywords, did_you_mean
from fastlearn.layers.embedding import Embedding
from fastlearn.models.ranges import sigmoid_range
from fastlearn.tabular.ranges import Range, is_range, plain_ranges

__all__ = ["EmbeddingDotBias", "not_in_training"]


class EmbeddingDotBias(nn.Module):
    """The rating of an item by a user: the dot product of their vectors, plus the bias of each.

    Shapes: codes `(B, 2)`, user and item, to ratings `(B,)`; with `y_range` (low, high) they stay within.
    `n_users` and `n_items` count code 0, which stands for the unknown; it starts at zero. The names of
    users and items come with `from_classes`, or from the learner.
    Source: Koren, Bell & Volinsky 2009, "Matrix Factorization Techniques for Recommender Systems".
    """

    classes: Mapping[str, Sequence[Any]] | None = None
    user: str | None = None
    item: str | None = None

    @check_keywords
    def __init__(self, n_factors: int, n_users: int, n_items: int, y_range: Sequence[float] | None = None) -> None:
        super().__init__()
        self.n_factors, self.n_users, self.n_items = n_factors, n_users, n_items
        self.y_range = _checked_range(y_range)
        self.u_weight, self.i_weight = _table(n_users, n_factors), _table(n_items, n_factors)
        self.u_bias, self.i_bias = _table(n_users, 1), _table(n_items, 1)

    @classmethod
    @check_keywords
    def from_classes(
        cls,
        n_factors: int,
        classes: Mapping[str, Sequence[Any]],
        user: str | None = None,
        item: str | None = None,
        y_range: Sequence[float] | None = None,
    ) -> EmbeddingDotBias:
        """A model for the labels `classes`, by default of the columns `user` and `item` in this order."""
        columns = list(classes)
        if len(columns) < 2:
            raise DataError(f"`classes` has the labels of users and of items, but only columns {columns}. Try "
                            "dls.classes of CollabDataLoaders.")  # fmt: skip
        user, item = user or columns[0], item or columns[1]
        made = cls(n_factors, len(classes[user]), len(classes[item]), y_range)
        made.name_by(classes, user, item)
        return made

    def name_by(self, classes: Mapping[str, Sequence[Any]], user: str, item: str) -> None:
        """Take up the labels of users and items, which `bias` and `weight` look up."""
        self.classes, self.user, self.item = classes, user, item

    def forward(self, x: Tensor) -> Tensor:
        users, items = x.unbind(1)
        dots = (self.u_weight(users) * self.i_weight(items)).sum(1, keepdim=True)
        return self._within((dots + self.u_bias(users) + self.i_bias(items)).squeeze(1))

    def of_all_items(self, users: Tensor) -> Tensor:
        """What each of the `users`, codes `(U,)`, would say of every item: `(U, n_items)`."""
        dots = self.u_weight(users) @ self.i_weight.weight.T
        return self._within(dots + self.u_bias(users) + self.i_bias.weight[:, 0])

    def _within(self, scores: Tensor) -> Tensor:
        return scores if self.y_range is None else sigmoid_range(scores, *self.y_range)

    # What was learnt, by name.

    def bias(self, arr: Any, is_item: bool = True) -> Tensor:
        """The biases of items, or users, by name, shape `(n,)`: how far above others they are rated, taste aside.

        A single name gives a scalar. Raises: DataError for a name that was not in training.
        """
        return self._looked_up(self.i_bias if is_item else self.u_bias, arr, is_item)[..., 0]

    def weight(self, arr: Any, is_item: bool = True) -> Tensor:
        """The vectors of items, or users, by name, `(n, n_factors)`; a single name gives one vector."""
        return self._looked_up(self.i_weight if is_item else self.u_weight, arr, is_item)

    @property
    def embeds(self) -> list[Embedding]:
        """The vectors of users and those of items: one table for each column of categories, as in `TabularModel`."""
        return [self.u_weight, self.i_weight]

    def constructor_arguments(self) -> dict[str, Any]:
        """What makes the same network again."""
        return {"n_factors": self.n_factors, "n_users": self.n_users, "n_items": self.n_items, "y_range": self.y_range}

    def _looked_up(self, table: nn.Embedding, names: Any, is_item: bool) -> Tensor:
        single = isinstance(names, str) or not isinstance(names, Iterable)
        positions = self._positions([names] if single else names, is_item)
        found = table.weight.detach()[positions.to(table.weight.device)].cpu()
        return found[0] if single else found

    def _positions(self, names: Iterable[Any], is_item: bool) -> Tensor:
        column = self.item if is_item else self.user
        if self.classes is None or column is None:
            raise DataError("This model does not know the names of its users and items. Make it by collab_learner, or "
                            "EmbeddingDotBias.from_classes(n_factors, dls.classes).")  # fmt: skip
        labels = self.classes[column]
        known = getattr(labels, "o2i", None) or {label: code for code, label in enumerate(labels)}
        wanted = [name.item() if hasattr(name, "item") else name for name in names]
        wrong = next((name for name in wanted if name not in known), None)
        if wrong is not None:
            raise not_in_training(column, wrong, labels)
        return torch.tensor([known[name] for name in wanted], dtype=torch.int64)


def not_in_training(column: str, name: Any, labels: Iterable[Any]) -> DataError:
    """The error for a user or an item that was not in training; the caller raises it."""
    hint = did_you_mean(name, [str(label) for label in labels]) if isinstance(name, str) else ""
    return DataError(f"No {column} {name!r} was in training.{hint or f' Try names of dls.classes[{column!r}].'}")


def _table(n: int, size: int) -> Embedding:
    """Vectors that start small; what is unknown is neither liked nor disliked."""
    table = Embedding(n, size)
    with torch.no_grad():
        table.weight[:1] = 0
    return table


def _checked_range(y_range: Any) -> Range | None:
    plain = plain_ranges(y_range)
    if plain is not None and not is_range(plain):
        raise ValueError(f"`y_range` is (low, high), the range of ratings, but got {y_range!r}. Try (0, 5.5).")
    return cast("Range | None", plain)
