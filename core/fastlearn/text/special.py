"""The special tokens: what stands in a tokenised text beside its own words."""

from __future__ import annotations

UNK, PAD, BOS, EOS, FLD = "xxunk", "xxpad", "xxbos", "xxeos", "xxfld"
TK_REP, TK_WREP, TK_UP, TK_MAJ = "xxrep", "xxwrep", "xxup", "xxmaj"
FAKE = "xxfake"  # fills a vocabulary up to a multiple of 8

SPECIAL_TOKENS = [UNK, PAD, BOS, EOS, FLD, TK_REP, TK_WREP, TK_UP, TK_MAJ]
"""In the order in which they begin a vocabulary: an unknown word, padding, begin and end of a text, a numbered field, a
repeated character, a repeated word, a word in capitals, a word with a capital letter."""

SPACE = "▁"  # stands for a space inside a token
