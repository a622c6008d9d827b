"""Learners for text: one call from data to a language model or a classifier, pretrained where weights are at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import nn

from fastlearn.callbacks.rnn import rnn_cbs
from fastlearn.keywords import check_keywords
from fastlearn.losses.cross_entropy import CrossEntropyLossFlat
from fastlearn.models.groups import trainable_params
from fastlearn.models.seed import seeded
from fastlearn.optim.adam import Adam
from fastlearn.seed import ambient_seed, new_generator
from fastlearn.text.configs import check_not_quoted, known_arch
from fastlearn.text.encoder import LanguageModel
from fastlearn.text.encoder_file import encoder_path, read_encoder, write_encoder
from fastlearn.text.generate import check_sampling, generate, next_word, word_probabilities
from fastlearn.text.models import encoder_of, get_language_model, get_text_classifier
from fastlearn.text.pretrained import (
    chosen_files,
    load_part,
    match_embeds,
    published_files,
    read_language_model,
    read_vocab,
)  # fmt: skip
from fastlearn.text.prompt import Prompt
from fastlearn.text.words import check_loaders, known_words, n_classes, pad_id_of, words_of
from fastlearn.train.host import Callbacks, as_callbacks
from fastlearn.train.learner import Learner
from fastlearn.warn import warn_user

if TYPE_CHECKING:
    from torch.optim import Optimizer

__all__ = ["LMLearner", "TextLearner", "language_model_learner", "text_classifier_learner"]

Arch = Callable[..., nn.Module] | str | Path
L = TypeVar("L", bound="TextLearner")


class TextLearner(Learner):
    """A `Learner` of recurrent models of text: their state is reset, their activations are kept small.

    `alpha` and `beta` weigh the two penalties of `RNNRegularizer`; with both 0 there is none. The other arguments are
    those of `Learner`.
    """

    @check_keywords
    def __init__(
        self,
        dls: Any,
        model: nn.Module,
        alpha: float = 2.0,
        beta: float = 1.0,
        moms: tuple[float, float, float] = (0.8, 0.7, 0.8),
        loss_func: Callable[..., Any] | None = None,
        opt_func: Callable[..., Optimizer] = Adam,
        lr: float | slice = 1e-3,
        splitter: Callable[[nn.Module], Any] = trainable_params,
        cbs: Callbacks = None,
        metrics: Any = None,
        path: str | Path | None = None,
        model_dir: str | Path = "models",
        wd: float | None = None,
        wd_bn_bias: bool = False,
        train_bn: bool = True,
        default_cbs: bool = True,
        seed: int | None = None,
        input_tfms: Any = None,
    ) -> None:
        super().__init__(
            dls, model, loss_func, opt_func, lr, splitter, [*rnn_cbs(alpha, beta), *as_callbacks(cbs)], metrics, path,
            model_dir, wd, wd_bn_bias, train_bn, moms, default_cbs, seed, input_tfms,
        )  # fmt: skip

    def save_encoder(self, file: str | Path) -> Path:
        """Write the encoder, which language models and classifiers share, to `path/model_dir/file.safetensors`.

        The vocabulary is written with it.
        Returns: where it was written.
        """
        return write_encoder(encoder_path(self, file), encoder_of(self.model), words_of(self.dls))

    def load_encoder(
        self, file: str | Path, device: str | torch.device | None = None, match_vocab: bool = False
    ) -> TextLearner:
        """Load what `save_encoder` wrote and freeze all but the last layer group; returns the learner.

        With `match_vocab` a vocabulary in another order, or another one, is matched word by word; words that the
        encoder does not know begin with its mean vector.
        Raises: FileNotFoundError, naming what is there; ValueError for another vocabulary or architecture.
        """
        path = encoder_path(self, file)
        weights = read_encoder(path, words_of(self.dls), match_vocab)
        if device is not None:
            self.model.to(device)
        load_part(encoder_of(self.model), weights, path.name)
        self.freeze()
        return self

    def load_pretrained(
        self, wgts_fname: str | Path, vocab_fname: str | Path, model: nn.Module | None = None
    ) -> TextLearner:
        """Load a language model trained on other texts and freeze all but the last layer group; returns the learner.

        Words are matched by their writing; those it does not know begin with its mean vector. A classifier takes its
        encoder. `wgts_fname` is a .pth or .safetensors file, `vocab_fname` its words as .json, as lines of text, or as
        the .pkl that fastai writes. `model` is the part to load into, by default the learner's.
        Raises: OSError if a file cannot be read; ValueError if vocabulary, weights and model do not belong together.
        """
        state = match_embeds(read_language_model(wgts_fname), read_vocab(vocab_fname), known_words(self.dls))
        target = self.model if model is None else model
        if isinstance(target, LanguageModel):
            load_part(target, state, str(wgts_fname))
        else:
            encoder = {name.removeprefix("0."): value for name, value in state.items() if name.startswith("0.")}
            load_part(encoder_of(target), encoder, str(wgts_fname))
        self.freeze()
        return self


class LMLearner(TextLearner):
    """A `TextLearner` of language models, which can write on."""

    @check_keywords
    def predict(  # type: ignore[override]  # what a language model predicts is the rest of a text
        self,
        text: str,
        n_words: int = 1,
        no_unk: bool = True,
        temperature: float = 1.0,
        min_p: float | None = None,
        no_bar: bool = False,
        decoder: Callable[[list[str]], Any] | None = None,
        only_last_word: bool = False,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        generator: torch.Generator | None = None,
    ) -> str:
        """`text` and `n_words` more, drawn word by word; the model reads on and never reads anything twice.

        `no_unk` leaves out the mark of unknown words; `temperature`, `min_p`, `top_k` and `top_p` are those of
        `word_probabilities`: 0.75 is a little bolder than the model, 0 takes the likeliest word each time. The same
        `seed` writes the same text, `generator` goes on with its own numbers. `decoder` makes readable text, or a list
        of words to join, of the list of all tokens; by default special tokens are turned back into writing. With
        `only_last_word` each word is told from the one before alone. `no_bar` is for code written for fastai: none is
        drawn. A model trained backwards writes what comes before.
        Raises: TypeError if `text` is none; ValueError if it has no words, and for settings out of range.
        """
        check_sampling(temperature, min_p, top_k, top_p)
        prompt = Prompt.of(self.dls, text)
        rng = generator or new_generator(ambient_seed() if seed is None else seed)
        never = prompt.unknown if no_unk else ()
        chances = partial(
            word_probabilities, temperature=temperature, min_p=min_p, top_k=top_k, top_p=top_p, never=never
        )
        self.place_model()
        device = next(self.model.parameters()).device
        words = generate(
            self.model, prompt.ids.to(device), n_words, lambda scores: next_word(chances(scores), rng), only_last_word
        )
        return prompt.written(words, decoder)

    def get_preds(self, ds_idx: int = 1, dl: Any = None, concat_dim: int = 1, **options: Any) -> tuple[Any, ...]:  # type: ignore[override]
        """As `Learner.get_preds`; batches go on from each other, so they are joined along time."""
        return super().get_preds(ds_idx, dl, concat_dim=concat_dim, **options)


@check_keywords
def language_model_learner(
    dls: Any,
    arch: Arch,
    config: Mapping[str, Any] | None = None,
    drop_mult: float = 1.0,
    backwards: bool = False,
    pretrained: bool = True,
    pretrained_fnames: Sequence[str | Path] | None = None,
    alpha: float = 2.0,
    beta: float = 1.0,
    moms: tuple[float, float, float] = (0.8, 0.7, 0.8),
    loss_func: Callable[..., Any] | None = None,
    opt_func: Callable[..., Optimizer] = Adam,
    lr: float | slice = 1e-3,
    splitter: Callable[[nn.Module], Any] | None = None,
    cbs: Callbacks = None,
    metrics: Any = None,
    path: str | Path | None = None,
    model_dir: str | Path = "models",
    wd: float | None = None,
    wd_bn_bias: bool = False,
    train_bn: bool = True,
    seed: int | None = None,
) -> LMLearner:
    """A learner of the next word for `dls`.

    `arch` is `AWD_LSTM`, or a decoder of the library transformers: a folder or a name in the hub's cache. `config`
    replaces the architecture's own settings, all dropouts are multiplied by `drop_mult`. By default it is
    `pretrained`: the published weights, which are downloaded once (`backwards` those that read backwards), or the files
    `pretrained_fnames`, weights and vocabulary, in `path/model_dir`; all but the last layer group is then frozen. A
    transformer comes with its own weights, all of which train from the beginning, and has dropouts of its own. `seed`
    makes the initial weights and the dropout reproducible. The other arguments are those of `TextLearner`.
    Raises: OSError without the weights; ValueError if they are of another architecture or vocabulary.
    """
    check_loaders(dls, language_model=True)
    check_not_quoted(arch)
    words = known_words(dls)
    settings = {
        "loss_func": loss_func or CrossEntropyLossFlat(), "opt_func": opt_func, "lr": lr, "cbs": cbs,
        "metrics": metrics, "path": path, "model_dir": model_dir, "wd": wd, "wd_bn_bias": wd_bn_bias,
        "train_bn": train_bn, "moms": moms, "seed": seed,
    }  # fmt: skip
    if isinstance(arch, str | Path):
        from fastlearn.text.transformers_models import language_model_of

        _tell_unused(1.0, drop_mult=drop_mult, backwards=backwards, pretrained_fnames=pretrained_fnames, alpha=alpha,
                     beta=beta)  # fmt: skip
        decoder = partial(language_model_of, arch, words, pretrained, config)
        return _of_transformer(LMLearner, dls, decoder, splitter, settings)
    known = known_arch(arch)
    padded = {"pad_token": pad_id_of(dls), **(config or {})}
    model = partial(get_language_model, arch, len(words), padded, drop_mult)
    learn = _made(LMLearner, dls, model, alpha=alpha, beta=beta, splitter=splitter or known.split_lm, **settings)
    if pretrained or pretrained_fnames is not None:
        _load_published(learn, known.url_bwd if backwards else known.url, pretrained_fnames)
    return learn


@check_keywords
def text_classifier_learner(
    dls: Any,
    arch: Arch,
    seq_len: int = 72,
    config: Mapping[str, Any] | None = None,
    backwards: bool = False,
    pretrained: bool = True,
    drop_mult: float = 0.5,
    n_out: int | None = None,
    lin_ftrs: Sequence[int] | None = None,
    ps: Sequence[float] | None = None,
    max_len: int | None = 72 * 20,
    y_range: tuple[float, float] | None = None,
    pretrained_fnames: Sequence[str | Path] | None = None,
    alpha: float = 2.0,
    beta: float = 1.0,
    moms: tuple[float, float, float] = (0.8, 0.7, 0.8),
    loss_func: Callable[..., Any] | None = None,
    opt_func: Callable[..., Optimizer] = Adam,
    lr: float | slice = 1e-3,
    splitter: Callable[[nn.Module], Any] | None = None,
    cbs: Callbacks = None,
    metrics: Any = None,
    path: str | Path | None = None,
    model_dir: str | Path = "models",
    wd: float | None = None,
    wd_bn_bias: bool = False,
    train_bn: bool = True,
    seed: int | None = None,
) -> TextLearner:
    """A learner of what whole texts are: one class, several, or numbers.

    `arch` is `AWD_LSTM`, or an encoder of the library transformers: a folder or a name in the hub's cache. Texts are
    read `seq_len` words at a time, and their last `max_len` words are judged. `n_out` is by default what the data says,
    `lin_ftrs` and `ps` shape the head, `y_range` bounds a number. `pretrained` as in `language_model_learner`, of which
    the encoder is taken; to use one of your own, say `pretrained=False` and `load_encoder`. All dropouts are
    multiplied by `drop_mult`. The other arguments are those of `TextLearner`.
    Raises: ValueError if the number of outputs is neither given nor known; OSError without pretrained weights.
    """
    check_loaders(dls, language_model=False)
    check_not_quoted(arch)
    words, n, pad_id = known_words(dls), n_out or n_classes(dls), pad_id_of(dls)
    settings = {
        "loss_func": loss_func, "opt_func": opt_func, "lr": lr, "cbs": cbs, "metrics": metrics, "path": path,
        "model_dir": model_dir, "wd": wd, "wd_bn_bias": wd_bn_bias, "train_bn": train_bn, "moms": moms, "seed": seed,
    }  # fmt: skip
    if isinstance(arch, str | Path):
        from fastlearn.text.transformers_models import classifier_of

        _tell_unused(0.5, drop_mult=drop_mult, backwards=backwards, pretrained_fnames=pretrained_fnames, alpha=alpha,
                     beta=beta)  # fmt: skip
        encoder = partial(classifier_of, arch, words, n, pretrained, config, lin_ftrs, ps, max_len, y_range, pad_id)
        learn = _of_transformer(TextLearner, dls, encoder, splitter, settings)
        if pretrained:
            learn.freeze()
        return learn
    known = known_arch(arch)
    model = partial(
        get_text_classifier, arch, len(words), n, seq_len, config, drop_mult, lin_ftrs, ps, pad_id, max_len, y_range
    )
    learn = _made(TextLearner, dls, model, alpha=alpha, beta=beta, splitter=splitter or known.split_clas, **settings)
    if pretrained or pretrained_fnames is not None:
        _load_published(learn, known.url_bwd if backwards else known.url, pretrained_fnames)
    return learn


def _of_transformer(
    kind: type[L], dls: Any, make: Callable[[], nn.Module], splitter: Any, settings: Mapping[str, Any]
) -> L:
    """A learner of a transformer, which has no state to reset and no activations of LSTMs to keep small."""
    from fastlearn.text.transformers_models import transformer_split

    return _made(kind, dls, make, alpha=0.0, beta=0.0, splitter=splitter or transformer_split, **settings)


def _tell_unused(usual_drop_mult: float, **given: Any) -> None:
    """Say which arguments of `given` a transformer has no use for, where they were set."""
    usual = {"drop_mult": usual_drop_mult, "backwards": False, "pretrained_fnames": None, "alpha": 2.0, "beta": 1.0}
    unused = [name for name, value in given.items() if value != usual[name]]
    if unused:
        warn_user(
            f"{', '.join(unused)}: of recurrent models, without a meaning for a transformer. Its dropouts are settings "
            'of its own, such as config={"hidden_dropout_prob": 0.2}; its weights are those of the folder.',
            UserWarning,
        )


def _made(kind: type[L], dls: Any, make: Callable[[], nn.Module], seed: int | None, **settings: Any) -> L:
    """A learner of the network that `make` gives; `seed` is for its first weights, too."""
    with seeded(seed):
        model = make()
    return kind(dls, model, seed=seed, **settings)


def _load_published(learn: TextLearner, url: str | None, files: Sequence[str | Path] | None) -> None:
    """Load `files`, or else what is published at `url`."""
    if files is not None:
        learn.load_pretrained(*chosen_files(learn.path / learn.model_dir, files))
    elif url is None:
        warn_user("There are no published weights of this architecture: it begins with random ones.")
    else:
        learn.load_pretrained(*published_files(url))
