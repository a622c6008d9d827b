"""Everything a notebook about ratings needs: `from fastlearn.collab.all import *`.

The names are those of `fastlearn.tabular.all`, and what has to do with users and items. Nothing here is loaded on
demand: a star import would load it at once; pandas, as `pd`, is among them.
"""

# ruff: noqa: I001, RUF022, F403  # several names a line: this file is a list, read by searching
# fmt: off
from __future__ import annotations

import pandas as pd

from fastlearn import all as everywhere
from fastlearn.all import *
from fastlearn.collab import (
    CollabDataLoaders, CollabLearner, EmbeddingDotBias, EmbeddingNN, NDCGAtK, PrecisionAtK, RankingMetric,
    RecallAtK, TabularCollab, UnknownAsAverage, collab_learner, ndcg_at_k, precision_at_k, recall_at_k,
)
from fastlearn.tabular import (
    Categorify, Columns, DecodedTable, FillMissing, FillStrategy, Normalize, RowPrediction, TabDataLoader,
    TabWeightedDL, Tabular, TabularDataLoaders, TabularLearner, TabularModel, TabularPandas, TabularPipeline,
    TabularProc, add_datepart, add_elapsed_times, cont_cat_split, df_shrink, df_shrink_dtypes, emb_sz_rule,
    get_emb_sz, make_date, permutation_importance, plot_embedding, plot_importance, tabular_config,
    tabular_learner,
)

__all__ = [
    "add_datepart", "add_elapsed_times", "Categorify", "collab_learner", "CollabDataLoaders", "CollabLearner",
    "Columns", "cont_cat_split", "DecodedTable", "df_shrink", "df_shrink_dtypes", "emb_sz_rule",
    "EmbeddingDotBias", "EmbeddingNN", "FillMissing", "FillStrategy", "get_emb_sz", "make_date", "ndcg_at_k",
    "NDCGAtK", "Normalize", "pd", "permutation_importance", "plot_embedding", "plot_importance",
    "precision_at_k", "PrecisionAtK", "RankingMetric", "recall_at_k", "RecallAtK", "RowPrediction",
    "TabDataLoader", "Tabular", "tabular_config", "tabular_learner", "TabularCollab", "TabularDataLoaders",
    "TabularLearner", "TabularModel", "TabularPandas", "TabularPipeline", "TabularProc", "TabWeightedDL",
    "UnknownAsAverage",
]
__all__ += everywhere.__all__
