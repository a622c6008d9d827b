"""One call from a table to a learner, and predictions of rows, frames and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.optim import Optimizer

from fastlearn.data.problems import DataError
from fastlearn.keywords import check_keywords, did_you_mean
from fastlearn.models.groups import trainable_params
from fastlearn.models.seed import seeded
from fastlearn.optim.adam import Adam
from fastlearn.tabular.embeddings import embedding_frames, with_embeddings
from fastlearn.tabular.frame import as_frame, as_row, is_path, is_row
from fastlearn.tabular.loaders import rows_of
from fastlearn.tabular.model import TabularModel, get_emb_sz, tabular_config
from fastlearn.tabular.out_of_range import warn_outside
from fastlearn.tabular.prediction import RowPrediction, prediction_frame
from fastlearn.tabular.ranges import is_range
from fastlearn.train.host import Callbacks
from fastlearn.train.learner import Learner

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TabularLearner", "tabular_learner"]


class TabularLearner(Learner):
    """A learner whose data is a table; `tabular_learner` makes it."""

    def predict(self, item: Any, rm_type_tfms: int | None = None, with_input: bool = False) -> Any:
        """What the model says of rows, quietly and in batches.

        One row (a dict, a Series, or what `itertuples` gives) is answered by `(row, decoded, prediction)`: the row
        prints as its label and has `show()`. A list of rows gives a list of these. A frame or the path of a CSV file
        gives a frame with the same row labels: the predicted targets, and for categories the probability of each label.
        """
        if is_path(item) or not (is_row(item) or isinstance(item, list)):
            return self.predict_frame(item)
        targets = set(self.dls.y_names)
        rows = [_without(row, targets) for row in (item if isinstance(item, list) else [item])]
        results = super().predict(rows, rm_type_tfms, with_input)
        place = 1 if with_input else 0
        pairs = zip(rows, results, strict=True)
        found = [(*r[:place], self._labelled(row, r[place]), *r[place + 1 :]) for row, r in pairs]
        return found if isinstance(item, list) else found[0]

    def predict_frame(self, table: Any) -> pd.DataFrame:
        """The predictions for all rows of a frame or CSV file; see `predict`."""
        frame = rows_of(table)
        loader = self.dls.test_dl(frame, with_labels=False)
        data = self.dls.table
        if not len(frame):
            nothing = tuple(torch.empty(0, target.c) for target in data.targets)
            return prediction_frame(data, frame.index, nothing, nothing)
        with self.no_bar():
            preds, _, decoded = self.get_preds(dl=loader, with_decoded=True)
        return prediction_frame(data, frame.index, preds, decoded)

    def embeddings(self) -> dict[str, pd.DataFrame]:
        """The learnt vectors of each column of categories: one row a label, `#na#` first."""
        return embedding_frames(self.model, self.dls)

    def with_embeddings(self, table: Any) -> pd.DataFrame:
        """`table` encoded, its categories as their learnt vectors beside the numbers: what trees may be fed with."""
        return with_embeddings(self.model, self.dls, as_frame(table))

    def _labelled(self, row: Mapping[str, Any], label: Any) -> RowPrediction:
        import pandas as pd

        values = label if isinstance(label, tuple) else (label,)
        columns: dict[str, Any] = {}
        for target, value in zip(self.dls.table.targets, values, strict=True):
            columns.update(_columns(target, value))
        return RowPrediction(_plain(label), pd.Series({**dict(row), **columns}, dtype=object))


@check_keywords
def tabular_learner(
    dls: Any,
    layers: Sequence[int] | None = None,
    emb_szs: Mapping[str, int] | Sequence[Sequence[int]] | None = None,
    config: Mapping[str, Any] | None = None,
    n_out: int | Sequence[int] | None = None,
    y_range: Any = None,
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
) -> TabularLearner:
    """A learner for the loaders `dls` of a table, with a `TabularModel` of the sizes `layers`, by default [200, 100].

    `layers=[]` is linear, or logistic, regression. `emb_szs` gives the size of some embeddings by column (or of all,
    as `get_emb_sz` does); `config` holds further options of the model (see `tabular_config`). With `y_range` (low,
    high) predicted numbers stay within; of several targets those that are categories have none. `n_out` is for targets
    of your own; `seed` makes the initial weights and whatever the learner draws reproducible.
    """
    options = checked_config(config)
    sizes = dls.table.out_sizes
    outputs = n_out if n_out is not None else sizes[0] if len(sizes) == 1 else sizes
    if not outputs:
        raise ValueError("How many outputs the network needs is not known: the table has no target. Try y_names=…, or "
                         "n_out=….")  # fmt: skip
    span = options.pop("y_range") if y_range is None else y_range
    options.pop("y_range", None)
    warn_outside(dls, span)
    known = get_emb_sz(dls, emb_szs) if emb_szs is None or isinstance(emb_szs, Mapping) else emb_szs
    with seeded(seed):
        model = TabularModel(known, len(dls.cont_names), outputs, [200, 100] if layers is None else layers,
                             y_range=_for_numbers(span, dls.table.targets, outputs), **options)  # fmt: skip
    return TabularLearner(
        dls, model, loss_func, opt_func, lr, splitter, cbs=cbs, metrics=metrics, path=path, model_dir=model_dir, wd=wd,
        wd_bn_bias=wd_bn_bias, train_bn=train_bn, moms=moms, seed=seed,
    )  # fmt: skip


def _for_numbers(span: Any, targets: Sequence[Any], outputs: Any) -> Any:
    """One range for the numbers among several targets. Raises: ValueError where there are only categories to bound."""
    if span is None or not is_range(span):
        return span
    if targets and not any(target.kind == "regression" for target in targets):
        raise ValueError(f"`y_range` keeps predicted numbers within {tuple(span)!r}, but the targets are categories. "
                         "Leave it out, or say y_block=RegressionBlock.")  # fmt: skip
    return span if isinstance(outputs, int) else [span if one.kind == "regression" else None for one in targets]


def checked_config(config: Mapping[str, Any] | None) -> dict[str, Any]:
    """The options `config`, with defaults for the rest. Raises: DataError for one that `TabularModel` has not."""
    given, known = dict(config or {}), tabular_config()
    wrong = next((name for name in given if name not in known), None)
    if wrong is not None:
        raise DataError(f"`config` holds options of TabularModel ({', '.join(known)}), but got {wrong!r}."
                        f"{did_you_mean(wrong, known)}")  # fmt: skip
    return tabular_config(**given)


def _without(row: Any, targets: set[str]) -> Any:
    """A row without the targets, which a prediction does not need and which may be unknown."""
    if not is_row(row):
        raise DataError(f"A row is a dict or a Series with column names, but got {type(row).__name__}. Try "
                        "df.iloc[0], or a frame for many rows.")  # fmt: skip
    row = as_row(row)
    if hasattr(row, "iloc"):
        return row[[name for name in row.index if name not in targets]]
    return {name: value for name, value in dict(row).items() if name not in targets}


def _columns(target: Any, value: Any) -> dict[str, Any]:
    """The decoded prediction of one target as the values of its columns."""
    if target.kind == "category":
        return {target.names[0]: value}
    if target.kind == "multicategory":
        if not target.encoded:
            return {target.names[0]: value}
        return {name: label in value for name, label in zip(target.names, target.vocab, strict=True)}
    numbers = value.flatten().tolist()
    return dict(zip(target.names, numbers, strict=False))


def _plain(label: Any) -> Any:
    """Numbers as plain ones; labels as they are."""
    if isinstance(label, tuple):
        return tuple(_plain(part) for part in label)
    if isinstance(label, torch.Tensor):
        numbers = label.flatten().tolist()
        return numbers[0] if len(numbers) == 1 else numbers
    return label
