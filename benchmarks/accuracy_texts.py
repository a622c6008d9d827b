"""Accuracy of a text classifier, by the recipe of ULMFiT in small: this library against fastai.

    FASTAI_PYTHON=python-with-fastai python benchmarks/accuracy_texts.py [--seeds N] [--data FILE.csv]

Figure to reach: a mean validation accuracy within fastai's spread, or better. Both sides tokenise the same texts, each
with its own words and the rules that they share, train a language model on those for training, take its encoder over
and train a classifier from the last layers to the first: same split, settings, seeds and steps.

The texts are the docstrings of Python's standard library, and the labels the ten packages with most of them. Another
table takes their place as `--data` (or the variable BENCHMARK_DATA): a csv file with the columns text, label and
is_valid.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from fastlearn.data.samples import sample_data
from fastlearn.metrics import accuracy
from fastlearn.text.awd_lstm import AWD_LSTM
from fastlearn.text.learner import language_model_learner, text_classifier_learner
from fastlearn.text.loaders import TextDataLoaders
from sides import Numbers, Recipe, arguments, compare, fastai_side

RECIPE: Recipe = {
    "bs": 32, "seq_len": 48, "config": {"emb_sz": 64, "n_hid": 128, "n_layers": 2},
    "lm": {"epochs": 1, "lr": 2e-2, "wd": 0.1, "drop_mult": 0.2}, "drop_mult": 0.3,
    "stages": [[-1, 1, 3e-2], [-2, 1, 2e-2], [0, 3, 1e-2]],  # frozen up to which group, epochs, highest rate
    "between_groups": 2.6**4,
}  # fmt: skip
COLUMNS = ["text", "label", "is_valid"]
PACKAGES = 10


def ours(recipe: Recipe, seed: int) -> Numbers:
    """Validation accuracy and loss of the classifier, and the language model's loss before it."""
    torch.set_num_threads(1)
    df = pd.read_csv(recipe["file"])
    with tempfile.TemporaryDirectory() as folder:
        same: dict[str, Any] = {
            "path": folder, "text_col": "text", "valid_col": "is_valid", "bs": recipe["bs"],
            "seq_len": recipe["seq_len"], "seed": seed,
        }  # fmt: skip
        dls_lm = TextDataLoaders.from_df(df, is_lm=True, **same)
        said = recipe["lm"]
        lm = language_model_learner(
            dls_lm, AWD_LSTM, config=recipe["config"], drop_mult=said["drop_mult"], pretrained=False, seed=seed
        )
        with lm.no_bar(), lm.no_logging():
            lm.fit_one_cycle(said["epochs"], said["lr"], wd=said["wd"])
        lm.save_encoder("encoder")
        dls = TextDataLoaders.from_df(df, label_col="label", text_vocab=dls_lm.vocab, **same)
        learn = text_classifier_learner(
            dls, AWD_LSTM, config=recipe["config"], seq_len=recipe["seq_len"], drop_mult=recipe["drop_mult"],
            pretrained=False, metrics=accuracy, seed=seed,
        )  # fmt: skip
        learn.load_encoder("encoder")
        with learn.no_bar(), learn.no_logging():
            for frozen, epochs, lr in recipe["stages"]:
                learn.freeze_to(frozen)
                learn.fit_one_cycle(epochs, slice(lr / recipe["between_groups"], lr))
    history = learn.history
    return {
        "accuracy": history.last("accuracy"),
        "valid loss": history.last("valid_loss"),
        "language model's loss": lm.history.last("valid_loss"),
    }


def docstrings() -> pd.DataFrame:
    """The packages with most docstrings as labels."""
    docs = pd.read_csv(sample_data("docstrings") / "docstrings.csv").rename(columns={"package": "label"})
    labelled: pd.DataFrame = docs[docs.label.isin(docs.label.value_counts().index[:PACKAGES])]
    return labelled[COLUMNS]


def main() -> None:
    said = arguments(str(__doc__))
    own = said.data is not None and Path(said.data).suffix == ".csv"
    df = pd.read_csv(said.data)[COLUMNS] if own else docstrings()
    valid = df[df.is_valid]
    by_frequency = (valid.label == df[~df.is_valid].label.mode()[0]).mean()
    print(f"{len(df)} texts, {len(valid)} for validation; always the most frequent label: {by_frequency:.3f}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "texts.csv"
        df.to_csv(file, index=False)
        title = f"{Path(said.data).stem if own else 'Docstrings'}, a classifier on a language model of its own"
        peer = fastai_side("accuracy_texts_fastai.py")
        compare(title, {**RECIPE, "file": str(file)}, ours, peer, said.seeds)


if __name__ == "__main__":
    main()
