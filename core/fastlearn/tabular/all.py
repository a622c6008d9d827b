"""Everything a notebook about tables needs: `from fastlearn.tabular.all import *`.

The names below, and all of `fastlearn.all`; pandas, as `pd`, is among them.
"""

# ruff: noqa: I001, RUF022, F403  # several names a line: this file is a list, read by searching
# fmt: off
from __future__ import annotations

import pandas as pd

from fastlearn import all as everywhere
from fastlearn.all import *
from fastlearn.tabular import (
    add_datepart, add_elapsed_times, Categorify, Columns, cont_cat_split, DecodedTable, df_shrink, df_shrink_dtypes,
    emb_sz_rule, FillMissing, FillStrategy, get_emb_sz, make_date, Normalize, permutation_importance, plot_embedding,
    plot_importance, RowPrediction, TabDataLoader, Tabular, tabular_config, tabular_learner, TabularDataLoaders,
    TabularLearner, TabularModel, TabularPandas, TabularPipeline, TabularProc, TabWeightedDL,
)

__all__ = [
    "add_datepart", "add_elapsed_times", "Categorify", "Columns", "cont_cat_split", "DecodedTable", "df_shrink",
    "df_shrink_dtypes", "emb_sz_rule", "FillMissing", "FillStrategy", "get_emb_sz", "make_date", "Normalize", "pd",
    "permutation_importance", "plot_embedding", "plot_importance", "RowPrediction", "TabDataLoader", "Tabular",
    "tabular_config", "tabular_learner", "TabularDataLoaders", "TabularLearner", "TabularModel", "TabularPandas",
    "TabularPipeline", "TabularProc", "TabWeightedDL",
]
__all__ += everywhere.__all__
