"""fastai's side of `benchmarks/accuracy_texts.py`: prints validation accuracy and losses as JSON.

FASTAI_PYTHON benchmarks/peer/accuracy_texts_fastai.py RECIPE-AS-JSON SEED
"""

from __future__ import annotations

import json
import sys
import tempfile
from typing import Any

import fastai.callback.progress
import fastai.callback.schedule  # noqa: F401  # adds fit_one_cycle
import pandas as pd
import torch
from fastai.metrics import accuracy
from fastai.text.data import TextDataLoaders
from fastai.text.learner import language_model_learner, text_classifier_learner
from fastai.text.models.awdlstm import AWD_LSTM, awd_lstm_clas_config, awd_lstm_lm_config
from fastai.torch_core import set_seed


def main(recipe: dict[str, Any], seed: int) -> None:
    torch.set_num_threads(1)
    set_seed(seed, True)
    df = pd.read_csv(recipe["file"])
    where = tempfile.mkdtemp()
    same = {
        "path": where, "text_col": "text", "valid_col": "is_valid", "bs": recipe["bs"], "seq_len": recipe["seq_len"],
        "num_workers": 0, "device": torch.device("cpu"),
    }  # fmt: skip
    said = recipe["lm"]
    dls_lm = TextDataLoaders.from_df(df, is_lm=True, **same)
    lm = language_model_learner(
        dls_lm, AWD_LSTM, config={**awd_lstm_lm_config, **recipe["config"]}, drop_mult=said["drop_mult"],
        pretrained=False, path=where,
    )  # fmt: skip
    with lm.no_bar(), lm.no_logging():
        lm.fit_one_cycle(said["epochs"], said["lr"], wd=said["wd"])
    lm.save_encoder("encoder")
    dls = TextDataLoaders.from_df(df, label_col="label", text_vocab=dls_lm.vocab, **same)
    learn = text_classifier_learner(
        dls, AWD_LSTM, config={**awd_lstm_clas_config, **recipe["config"]}, seq_len=recipe["seq_len"],
        drop_mult=recipe["drop_mult"], pretrained=False, metrics=accuracy, path=where,
    )  # fmt: skip
    learn.load_encoder("encoder")
    with learn.no_bar(), learn.no_logging():
        for frozen, epochs, lr in recipe["stages"]:
            learn.freeze_to(frozen)
            learn.fit_one_cycle(epochs, slice(lr / recipe["between_groups"], lr))
    _, loss, score = learn.recorder.values[-1]
    found = {"accuracy": score, "valid loss": loss, "language model's loss": lm.recorder.values[-1][1]}
    print(json.dumps({name: float(value) for name, value in found.items()}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), int(sys.argv[2]))
