"""fastai's side of `tokenizing.py`: FASTAI_PYTHON tokenizing_fastai.py TEXTS.json prints seconds for tokens and ids."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

from fastai.text.core import SpacyTokenizer, TokenizeWithRules
from fastai.text.data import Numericalize, make_vocab

texts = json.loads(Path(sys.argv[1]).read_text())
split = TokenizeWithRules(SpacyTokenizer())
start = time.process_time()
tokens = [list(text) for text in split(texts)]
number = Numericalize(vocab=make_vocab(Counter(token for text in tokens for token in text)))
ids = [number(text) for text in tokens]
print(sum(map(len, ids)), time.process_time() - start)
