"""How much a model leans on each column: what it loses when the column's values are dealt out anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch

from fastlearn.data.problems import DataError
from fastlearn.keywords import check_keywords
from fastlearn.seed import ambient_seed, new_generator

if TYPE_CHECKING:
    import pandas as pd

    from fastlearn.tabular.table import TabularPandas

__all__ = ["permutation_importance", "plot_importance"]


@check_keywords
def permutation_importance(
    learn: Any,
    ds_idx: int = 1,
    dl: Any = None,
    metric: Callable[[Any, Any], Any] | None = None,
    n_repeats: int = 3,
    seed: int | None = None,
) -> pd.DataFrame:
    """A frame of `column`, `importance` and `std` over the repeats, the most important column first.

    The importance of a column is how much the loss rises when its values are shuffled among the rows of loader `ds_idx`
    (or of `dl`), which keeps everything but what the column tells; a mark of its holes moves with it. With `metric`,
    a function of (predictions, targets) where more is better, it is how much that falls.
    Source: Breiman 2001, "Random Forests", section 10; Fisher, Rudin & Dominici 2019.
    """
    import pandas as pd

    if n_repeats < 1:
        raise ValueError(f"`n_repeats` is how often each column is shuffled, at least 1, but got {n_repeats!r}.")
    loader = learn.dls[ds_idx] if dl is None else dl
    table = loader.dataset
    if not len(table) or len(table.kinds) == table.n_inp:
        raise DataError("Importance is measured on rows with targets, but the loader has none. Try ds_idx=0, or "
                        "dls.test_dl(df, with_labels=True).")  # fmt: skip
    seed = ambient_seed() if seed is None else seed
    plain = _score(learn, loader, table, metric)
    rows = []
    for number, (name, together) in enumerate(_columns(table).items()):
        drops = [
            plain - _score(learn, loader, _shuffled(table, together, new_generator(seed, number, repeat)), metric)
            for repeat in range(n_repeats)
        ]
        found = torch.tensor(drops, dtype=torch.float64)
        rows.append((name, found.mean().item(), found.std(correction=0).item()))
    frame = pd.DataFrame(rows, columns=["column", "importance", "std"])
    ranked: pd.DataFrame = frame.sort_values("importance", ascending=False, ignore_index=True)
    return ranked


@check_keywords
def plot_importance(frame: pd.DataFrame, max_n: int = 20, ax: Any = None) -> Any:
    """Draw the first `max_n` columns of what `permutation_importance` returned. Returns: the axes."""
    few = frame.head(max_n).iloc[::-1]
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.subplots(figsize=(6, 0.3 * len(few) + 1))[1]
    ax.barh(few["column"].astype(str), few["importance"], xerr=few["std"], color="tab:blue", ecolor="0.4")
    ax.set_xlabel("importance")
    return ax


def _score(learn: Any, loader: Any, table: TabularPandas, metric: Callable[[Any, Any], Any] | None) -> float:
    """What is lost if it falls: the metric, or the loss with its sign turned."""
    clean = loader.new(table, shuffle=False, drop_last=False)
    with learn.no_bar(), learn.no_logging():
        if metric is None:
            losses = learn.get_preds(dl=clean, with_preds=False, with_targs=False, with_loss=True)[-1]
            return -float(losses.double().mean())
        preds, targets = learn.get_preds(dl=clean)
    return float(metric(preds, targets))


def _columns(table: TabularPandas) -> dict[str, list[tuple[bool, int]]]:
    """For each column that the table was given: its places among codes (True) and numbers, its mark's included."""
    marks = table.pipeline.marks
    found: dict[str, list[tuple[bool, int]]] = {
        name: [] for name in (*table.pipeline.inputs[0], *table.pipeline.inputs[1])
    }
    for place, name in enumerate(table.cat_names):
        found.setdefault(marks.get(name, name), []).append((True, place))
    for place, name in enumerate(table.cont_names if table.with_conts else []):
        found.setdefault(name, []).append((False, place))
    return {name: places for name, places in found.items() if places}


def _shuffled(table: TabularPandas, places: list[tuple[bool, int]], rng: torch.Generator) -> TabularPandas:
    """The table with some columns dealt out anew, together."""
    order = torch.randperm(len(table), generator=rng).numpy()
    codes, numbers = ([place for is_code, place in places if is_code is wanted] for wanted in (True, False))
    shuffled: TabularPandas = table.with_columns_from(order, codes, numbers)
    return shuffled
