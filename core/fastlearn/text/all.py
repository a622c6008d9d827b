"""Everything a notebook about texts needs: `from fastlearn.text.all import *`.

The names below, and all of `fastlearn.all`; pandas, as `pd`, is among them.
"""

# ruff: noqa: I001, RUF022, F403  # several names a line: this file is a list, read by searching
# fmt: off
from __future__ import annotations

import pandas as pd

from fastlearn import all as everywhere
from fastlearn.all import *
from fastlearn.text.awd_lstm import AWD_LSTM
from fastlearn.text.blocks import TextBlock
from fastlearn.text.configs import awd_lstm_clas_config, awd_lstm_lm_config, register_text_arch, TextArch
from fastlearn.text.dropouts import dropout_mask, EmbeddingDropout, RNNDropout, WeightDropout
from fastlearn.text.encoder import LanguageModel, SentenceEncoder, SequentialRNN
from fastlearn.text.generate import word_probabilities
from fastlearn.text.heads import LinearDecoder, masked_concat_pool, PoolingLinearClassifier
from fastlearn.text.intrinsic import intrinsic_attention, IntrinsicAttention
from fastlearn.text.learner import language_model_learner, LMLearner, text_classifier_learner, TextLearner
from fastlearn.text.lm_loader import LMDataLoader
from fastlearn.text.loaders import text_part, text_vocab, TextDataLoaders
from fastlearn.text.models import get_language_model, get_text_classifier
from fastlearn.text.nearest import NearestTexts, text_features, TextNeighbour
from fastlearn.text.padding import Pad_Chunk, pad_chunk, Pad_Input, pad_input, pad_input_chunk, PadChunk, PadInput
from fastlearn.text.pieces import BaseTokenizer
from fastlearn.text.pretrained import match_embeds
from fastlearn.text.readable import readable
from fastlearn.text.reverse import reverse_text, ReverseText
from fastlearn.text.rules import (
    fix_html, lowercase, POSTPROC_RULES, PROC_RULES, replace_all_caps, replace_maj, replace_rep, replace_space,
    replace_wrep, rm_useless_spaces, spec_add_spaces,
)
from fastlearn.text.sentencepiece_tokenizer import SentencePieceTokenizer
from fastlearn.text.sorted_loader import SortedDL
from fastlearn.text.spacy_tokenizer import SpacyTokenizer
from fastlearn.text.special import BOS, EOS, FLD, PAD, SPECIAL_TOKENS, TK_MAJ, TK_REP, TK_UP, TK_WREP, UNK
from fastlearn.text.splitters import awd_lstm_clas_split, awd_lstm_lm_split
from fastlearn.text.subword_tokenizer import SubwordTokenizer
from fastlearn.text.tokenize_files import tokenize_files, tokenize_folder
from fastlearn.text.tokenize_tables import load_tokenized_csv, tokenize_csv, tokenize_df, tokenize_texts
from fastlearn.text.tokenizer import Tokenizer
from fastlearn.text.tokens import Tokens
from fastlearn.text.transformers_models import TransformerClassifier, TransformerLM
from fastlearn.text.transformers_tokenizer import TransformersTokenizer
from fastlearn.text.vocab import make_vocab, Numericalize
from fastlearn.text.word_tokenizer import WordTokenizer

__all__ = [
    "AWD_LSTM", "awd_lstm_clas_config", "awd_lstm_clas_split", "awd_lstm_lm_config", "awd_lstm_lm_split",
    "BaseTokenizer", "BOS", "dropout_mask", "EmbeddingDropout", "EOS", "fix_html", "FLD", "get_language_model",
    "get_text_classifier", "intrinsic_attention", "IntrinsicAttention", "language_model_learner", "LanguageModel",
    "LinearDecoder", "LMDataLoader", "LMLearner", "load_tokenized_csv", "lowercase", "make_vocab",
    "masked_concat_pool", "match_embeds", "NearestTexts", "Numericalize", "PAD", "Pad_Chunk", "pad_chunk",
    "Pad_Input", "pad_input", "pad_input_chunk", "PadChunk", "PadInput", "pd", "PoolingLinearClassifier",
    "POSTPROC_RULES", "PROC_RULES", "readable", "register_text_arch", "replace_all_caps", "replace_maj", "replace_rep",
    "replace_space", "replace_wrep", "reverse_text", "ReverseText", "rm_useless_spaces", "RNNDropout",
    "SentenceEncoder", "SentencePieceTokenizer", "SequentialRNN", "SortedDL", "SpacyTokenizer", "spec_add_spaces",
    "SPECIAL_TOKENS", "SubwordTokenizer", "text_classifier_learner", "text_features", "text_part", "text_vocab",
    "TextArch", "TextBlock", "TextDataLoaders", "TextLearner", "TextNeighbour", "TK_MAJ", "TK_REP", "TK_UP",
    "TK_WREP", "tokenize_csv", "tokenize_df", "tokenize_files", "tokenize_folder", "tokenize_texts", "Tokenizer",
    "Tokens", "TransformerClassifier", "TransformerLM", "TransformersTokenizer", "UNK", "WeightDropout",
    "word_probabilities", "WordTokenizer",
]
__all__ += everywhere.__all__
