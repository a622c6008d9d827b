"""One call from ratings to a learner, and what it recommends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn import functional as F
from torch.optim import Optimizer

from fastlearn.collab.dot_bias import EmbeddingDotBias, not_in_training
from fastlearn.collab.embedding_nn import EMBED_STD, EmbeddingNN
from fastlearn.collab.ranking import hits_of, liked_items, ndcg_at_k, precision_at_k, recall_at_k
from fastlearn.collab.table import TabularCollab
from fastlearn.collab.top import Codes, by_model, by_popularity, pairs_of, top_items
from fastlearn.collab.unknown import UnknownAsAverage
from fastlearn.data.category import plain_label
from fastlearn.data.problems import DataError
from fastlearn.keywords import check_keywords, did_you_mean
from fastlearn.losses import MSELossFlat
from fastlearn.models.groups import trainable_params
from fastlearn.models.seed import seeded
from fastlearn.optim.adam import Adam
from fastlearn.tabular.frame import as_names
from fastlearn.tabular.learner import TabularLearner, checked_config
from fastlearn.tabular.model import get_emb_sz
from fastlearn.tabular.out_of_range import warn_outside
from fastlearn.train.host import Callbacks
from fastlearn.warn import warn_user

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CollabLearner", "collab_learner"]

MEASURES = {"precision": precision_at_k, "recall": recall_at_k, "ndcg": ndcg_at_k}
CANDIDATES = ("all", "rated")


class CollabLearner(TabularLearner):
    """A learner whose data are ratings; `collab_learner` makes it. `predict` takes pairs of user and item.

    Users and items are named as in the data. One that was not in training counts as the average one, with a warning.
    """

    def __init__(self, dls: Any, model: torch.nn.Module, *args: Any, **options: Any) -> None:
        if isinstance(model, EmbeddingDotBias) and model.classes is None:
            model.name_by(dls.classes, dls.user, dls.item)
        super().__init__(dls, model, *args, **options)
        if not any(isinstance(cb, UnknownAsAverage) for cb in self.cbs):
            self.add_cb(UnknownAsAverage())

    # What to show whom.

    @check_keywords
    def recommend(self, user: Any, k: int = 10, seen: Any = None) -> pd.DataFrame:
        """The `k` items with the highest ratings that `user` is expected to give, best first: a frame of both.

        A list of users gives a frame with a column of users, too. Left out are the items `seen`, by default those that
        a user has rated in training or validation rows; `seen=[]` leaves nothing out. A bundle holds no ratings, so
        that what was rated is given by hand.
        """
        import pandas as pd

        single = isinstance(user, str) or not isinstance(user, Iterable)
        names = [user] if single else list(user)
        codes = self._codes(names, self._table.user, "rate as the average user does")
        n_items = len(self._labels(self._table.item))
        found, ratings = self._best(codes, n_items, _checked_count(k), self._left_out(seen))
        if seen is None:
            self._replace_for_strangers(names, found, ratings)
        there = found > 0
        columns = {self._table.item: [self._labels(self._table.item)[int(code)] for code in found[there]],
                   self._table.y_names[0]: ratings[there]}  # fmt: skip
        if not single:
            columns = {self._table.user: np.repeat(np.array(names, dtype=object), there.sum(1)), **columns}
        made: pd.DataFrame = pd.DataFrame(columns).infer_objects()
        return made

    @check_keywords
    def similar_items(self, item: Any, k: int = 10) -> pd.DataFrame:
        """The `k` items that are liked by the same users as `item`: a frame of items and `similarity`, best first.

        It is the cosine of their vectors, -1 to 1; how much items are liked by all, their bias, does not count.
        """
        return self._similar(self._table.item, item, k)

    @check_keywords
    def similar_users(self, user: Any, k: int = 10) -> pd.DataFrame:
        """The `k` users of the taste of `user`: a frame of users and `similarity`, best first; see `similar_items`."""
        return self._similar(self._table.user, user, k)

    # How good that is.

    @check_keywords
    def ranking(
        self,
        k: int = 10,
        relevant: float | None = None,
        ds_idx: int = 1,
        dl: Any = None,
        candidates: str = "all",
        n_users: int | None = 2000,
    ) -> pd.DataFrame:
        """Precision, recall and NDCG of the first `k` items for each user: a row for the model, one for popularity.

        Liked is what has a rating of at least `relevant` in the loader `ds_idx` (or `dl`), by default their mean.
        Items are chosen from `candidates`: "all" that a user has not rated in training, or only those "rated" in the
        loader. "all" takes what was not rated for not liked, and popular items are rated most, so that showing these
        to everyone scores well; "rated" asks for the order of what is known, and is near 1 where users have less than
        `k` ratings. Users and items that training has not seen are left out. Of more than `n_users` some are drawn.
        Source: Cremonesi, Koren & Turrin 2010, on both ways to choose candidates.
        """
        import pandas as pd

        if candidates not in CANDIDATES:
            raise ValueError(f"`candidates` is one of {', '.join(CANDIDATES)}, but got {candidates!r}."
                             f"{did_you_mean(str(candidates), CANDIDATES)}")  # fmt: skip
        held: TabularCollab = (self.dls[ds_idx] if dl is None else dl).dataset
        if not len(held) or not held.y_names or len(held.kinds) == held.n_inp:
            raise DataError("A ranking is measured on rows with ratings, but the loader has none. Try ds_idx=0, or "
                            "dls.test_dl(df, with_labels=True).")  # fmt: skip
        codes, ratings = (part.numpy() for part in held.rows_at(slice(None)))
        training, n_items = self._table, len(self._labels(self._table.item))
        liked = liked_items(codes, ratings[:, 0], n_items, relevant, n_users)
        if not len(liked.users):
            wanted = float(ratings.mean()) if relevant is None else relevant
            raise DataError(f"No user who was in training has a rating of {wanted:g} or more in these rows, whose "
                            f"highest is {float(ratings.max()):g}. Try a lower relevant=….")  # fmt: skip
        seen = None if held is training else training.rated
        only = held.rated if candidates == "rated" else None
        scorers = {"model": by_model(self.model, n_items), "popular": by_popularity(training.rated.counts(n_items))}
        rows = {}
        for name, scorer in scorers.items():
            hits = hits_of(scorer, liked, _checked_count(k), seen, only)
            rows[name] = {f"{word}@{k}": measure(hits, liked.n) for word, measure in MEASURES.items()}
        frame: pd.DataFrame = pd.DataFrame.from_dict(rows, orient="index")
        return frame

    # What was learnt.

    @check_keywords
    def biases(self, is_item: bool = True) -> pd.Series:
        """How far above others each item, or user, is rated, taste aside: a Series by name, the highest first.

        Raises: DataError for a model without biases.
        """
        import pandas as pd

        table = getattr(self.model, "i_bias" if is_item else "u_bias", None)
        if table is None:
            raise DataError(f"{type(self.model).__name__} has no biases. Try collab_learner(dls) without use_nn.")
        column = self._table.item if is_item else self._table.user
        values = table.weight.detach().cpu().numpy()[1:, 0]
        made: pd.Series = pd.Series(values, index=pd.Index(list(self._labels(column))[1:], name=column), name="bias")
        return made.sort_values(ascending=False)

    # Inside.

    @property
    def _table(self) -> TabularCollab:
        found: TabularCollab = self.dls.table
        return found

    def _labels(self, column: str) -> Any:
        return self._table.classes[column]

    def _codes(self, names: Sequence[Any], column: str, so: str) -> Codes:
        codes = np.array([self._labels(column).index_of(name) for name in names], dtype=np.int64)
        strangers = [name for name, code in zip(names, codes, strict=True) if code == 0]
        if strangers:
            warn_user(f"No {column} {', '.join(map(repr, strangers[:5]))}{', …' if len(strangers) > 5 else ''} was in "
                      f"training, so they {so}. Try names of dls.classes[{column!r}].", UserWarning)  # fmt: skip
        return codes

    def _left_out(self, seen: Any) -> Codes | None:
        """The codes of the items `seen`, one or several; None where users' own ratings say what they are."""
        if seen is not None:
            return self._codes(as_names(seen), self._table.item, "cannot be left out")
        if not any(len(loader.dataset) for loader in self.dls):
            warn_user("These loaders hold no ratings (those of a bundle do not), so what a user knows already may be "
                      "among the items. Try seen=[...] with the items to leave out.", UserWarning)  # fmt: skip
        return None

    def _best(self, users: Codes, n_items: int, k: int, left_out: Codes | None) -> tuple[Codes, Any]:
        """The best items of each user and their ratings: all but those `left_out`, or those that the user has rated."""
        rated = [loader.dataset.rated for loader in self.dls if left_out is None and len(loader.dataset)]
        nowhere = torch.from_numpy(np.empty(0, np.int64) if left_out is None else left_out)
        every = by_model(self.model, n_items)

        def of_new_ones(codes: Codes) -> torch.Tensor:
            scores = every(codes)
            scores[:, nowhere] = -torch.inf
            for items in rated:
                scores[pairs_of(items, codes)] = -torch.inf
            return scores

        return top_items(of_new_ones, users, n_items, k)

    def _replace_for_strangers(self, names: Sequence[Any], found: Codes, ratings: Any) -> None:
        """Leave out, too, what those have rated who stand in validation rows only, and share the code 0."""
        known = self._table.strangers
        for place, name in enumerate(names):
            items = known.get(plain_label(name))
            if items is not None:
                best = self._best(np.zeros(1, np.int64), len(self._labels(self._table.item)), found.shape[1], items)
                found[place], ratings[place] = (part[0] for part in best)

    def _similar(self, column: str, name: Any, k: int) -> pd.DataFrame:
        import pandas as pd

        vectors = torch.tensor(self.embeddings()[column].to_numpy(), dtype=torch.float32)
        labels = self._labels(column)
        code = labels.index_of(name)
        if code == 0:
            raise not_in_training(column, name, labels)
        cosines = F.cosine_similarity(vectors, vectors[code : code + 1])
        cosines[[0, code]] = -torch.inf
        best = cosines.topk(min(_checked_count(k), len(labels) - 2))
        names = [labels[int(place)] for place in best.indices]
        made: pd.DataFrame = pd.DataFrame({column: names, "similarity": best.values.numpy()})
        return made


@check_keywords
def collab_learner(
    dls: Any,
    n_factors: int = 50,
    use_nn: bool = False,
    emb_szs: Mapping[str, int] | Sequence[Sequence[int]] | None = None,
    layers: Sequence[int] | None = None,
    config: Mapping[str, Any] | None = None,
    y_range: Sequence[float] | None = None,
    loss_func: Callable[..., Any] | None = None,
    opt_func: Callable[..., Optimizer] = Adam,
    lr: float | slice = 1e-3,
    splitter: Callable[..., Any] = trainable_params,
    cbs: Callbacks = None,
    metrics: Any = None,
    path: str | Path | None = None,
    model_dir: str | Path = "models",
    wd: float | None = None,
    wd_bn_bias: bool = False,
    train_bn: bool = True,
    moms: tuple[float, float, float] = (0.95, 0.85, 0.95),
    seed: int | None = None,
) -> CollabLearner:
    """A learner for `CollabDataLoaders`: an `EmbeddingDotBias` with vectors of `n_factors` numbers.

    With `use_nn` it is an `EmbeddingNN` with `layers`, by default [n_factors]; `emb_szs` gives the size of embeddings
    by column, `config` further options, such as {"ps": 0.1} (see `tabular_config`). With `y_range` (low, high) ratings
    stay within; a little wider than the ratings is best, such as (0, 5.5) for 1 to 5. The loss is the mean squared
    error. `seed` makes the initial weights and whatever the learner draws reproducible.
    Warns of ratings outside of `y_range`.
    """
    table = getattr(dls, "table", None)
    if not isinstance(table, TabularCollab):
        raise DataError(f"collab_learner reads the loaders of ratings, but got {type(dls).__name__}. Try "
                        "CollabDataLoaders.from_df(ratings).")  # fmt: skip
    options = checked_config({"embed_std": EMBED_STD, **(config or {})})
    span = options.pop("y_range") if y_range is None else y_range
    options.pop("y_range", None)
    warn_outside(dls, span)
    if not use_nn and (layers is not None or emb_szs is not None or set(config or {}) - {"y_range"}):
        raise ValueError("`layers`, `emb_szs` and `config` are options of the network that use_nn=True makes; a dot "
                         "product has n_factors alone.")  # fmt: skip
    model: torch.nn.Module
    with seeded(seed):
        if use_nn:
            sizes = get_emb_sz(dls, emb_szs) if emb_szs is None or isinstance(emb_szs, Mapping) else emb_szs
            model = EmbeddingNN(sizes, [n_factors] if layers is None else layers, y_range=span, **options)
        else:
            model = EmbeddingDotBias.from_classes(n_factors, dls.classes, dls.user, dls.item, span)
    loss = MSELossFlat() if loss_func is None else loss_func
    return CollabLearner(
        dls, model, loss, opt_func, lr, splitter, cbs=cbs, metrics=metrics, path=path, model_dir=model_dir, wd=wd,
        wd_bn_bias=wd_bn_bias, train_bn=train_bn, moms=moms, seed=seed,
    )  # fmt: skip


def _checked_count(k: int) -> int:
    if k < 1:
        raise ValueError(f"`k` is how many are wanted, at least 1, but got {k!r}.")
    return k
