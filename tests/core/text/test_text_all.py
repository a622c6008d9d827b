"""The star import for texts: complete, each name once; and its loss over streams."""

from __future__ import annotations

import torch
from fastlearn.losses import CrossEntropyLossFlat
from fastlearn.text import all as text_all
from torch.nn import functional as F

CHAPTERS = """
    AWD_LSTM BaseTokenizer CategoryBlock CrossEntropyLossFlat DataBlock DataLoaders F GrandparentSplitter
    LMDataLoader Learner ModelResetter Module Numericalize Path Perplexity RNNRegularizer RandomSplitter
    SentencePieceTokenizer SpacyTokenizer SubwordTokenizer TextBlock TextDataLoaders TextLearner Tokenizer URLs
    WordTokenizer accuracy awd_lstm_clas_config awd_lstm_lm_config first get_text_files language_model_learner
    load_learner make_vocab nn parent_label partial pd sample_data tensor text_classifier_learner tokenize_df
    torch untar_data
"""


def test_the_star_import_has_what_the_chapters_use():
    assert [name for name in CHAPTERS.split() if name not in text_all.__all__] == []


def test_every_name_of_the_star_import_is_there_once():
    assert len(set(text_all.__all__)) == len(text_all.__all__)
    assert [name for name in text_all.__all__ if not hasattr(text_all, name)] == []


def test_cross_entropy_of_a_stream_equals_torchs_and_keeps_the_shape_of_the_targets():
    scores, ids = torch.randn(3, 5, 7, requires_grad=True), torch.randint(0, 7, (3, 5))
    each = CrossEntropyLossFlat(reduction="none")(scores, ids)
    assert torch.allclose(each, F.cross_entropy(scores.movedim(-1, 1), ids, reduction="none"), atol=1e-6)
    weight = torch.rand(7)
    assert torch.allclose(
        CrossEntropyLossFlat(weight=weight, label_smoothing=0.1)(scores, ids),
        F.cross_entropy(scores.flatten(0, 1), ids.flatten(), weight=weight, label_smoothing=0.1),
    )
