"""Collaborative filtering: who would like what, from who has rated what."""

from __future__ import annotations

from fastlearn.collab.dot_bias import EmbeddingDotBias
from fastlearn.collab.embedding_nn import EmbeddingNN
from fastlearn.collab.learner import CollabLearner, collab_learner
from fastlearn.collab.loaders import CollabDataLoaders
from fastlearn.collab.metrics import NDCGAtK, PrecisionAtK, RankingMetric, RecallAtK
from fastlearn.collab.ranking import ndcg_at_k, precision_at_k, recall_at_k
from fastlearn.collab.table import TabularCollab
from fastlearn.collab.unknown import UnknownAsAverage

__all__ = [
    "CollabDataLoaders",
    "CollabLearner",
    "EmbeddingDotBias",
    "EmbeddingNN",
    "NDCGAtK",
    "PrecisionAtK",
    "RankingMetric",
    "RecallAtK",
    "TabularCollab",
    "UnknownAsAverage",
    "collab_learner",
    "ndcg_at_k",
    "precision_at_k",
    "recall_at_k",
]
