"""Tables: preprocessing as an object of its own, loaders, networks with embeddings, and what they lean on."""

from __future__ import annotations

from fastlearn.tabular.accessors import DecodedTable, Tabular
from fastlearn.tabular.categorify import Categorify
from fastlearn.tabular.columns import Columns
from fastlearn.tabular.dates import add_datepart, add_elapsed_times, make_date
from fastlearn.tabular.embeddings import plot_embedding
from fastlearn.tabular.fill_missing import FillMissing, FillStrategy
from fastlearn.tabular.importance import permutation_importance, plot_importance
from fastlearn.tabular.learner import TabularLearner, tabular_learner
from fastlearn.tabular.loader import TabDataLoader, TabWeightedDL
from fastlearn.tabular.loaders import TabularDataLoaders
from fastlearn.tabular.model import TabularModel, emb_sz_rule, get_emb_sz, tabular_config
from fastlearn.tabular.pipeline import TabularPipeline
from fastlearn.tabular.prediction import RowPrediction
from fastlearn.tabular.proc import TabularProc
from fastlearn.tabular.shrink import cont_cat_split, df_shrink, df_shrink_dtypes
from fastlearn.tabular.table import TabularPandas
from fastlearn.vision.normalize import Normalize

__all__ = [
    "Categorify",
    "Columns",
    "DecodedTable",
    "FillMissing",
    "FillStrategy",
    "Normalize",
    "RowPrediction",
    "TabDataLoader",
    "TabWeightedDL",
    "Tabular",
    "TabularDataLoaders",
    "TabularLearner",
    "TabularModel",
    "TabularPandas",
    "TabularPipeline",
    "TabularProc",
    "add_datepart",
    "add_elapsed_times",
    "cont_cat_split",
    "df_shrink",
    "df_shrink_dtypes",
    "emb_sz_rule",
    "get_emb_sz",
    "make_date",
    "permutation_importance",
    "plot_embedding",
    "plot_importance",
    "tabular_config",
    "tabular_learner",
]
