"""Models of the library transformers behind the text learners: encoders that classify, decoders that write.

They are read from a folder, or by name from the hub's cache on this machine; nothing is downloaded and no code that
comes with a model is run. Needs the extra `fastwidgets[transformers]`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from fastlearn.models.lin_bn_drop import LinBnDrop
from fastlearn.models.ranges import SigmoidRange
from fastlearn.text.encoder import in_chunks
from fastlearn.text.transformers_library import library, read_local
from fastlearn.text.transformers_tokenizer import TransformersTokenizer

__all__ = ["TransformerClassifier", "TransformerLM", "classifier_of", "language_model_of", "transformer_split"]

Config = Mapping[str, Any]


class TransformerLM(nn.Module):
    """A decoder that scores the next word; `config` is that of the library transformers, as a dictionary.

    Shapes: word ids `(B, T)` become scores `(B, T, V)`. Every call reads its words alone: there is no state.
    Raises: ValueError for more words than the model has places.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = dict(config)
        self.decoder = _built("AutoModelForCausalLM", self.config)
        self.most = most_words(self.decoder)

    @property
    def encoder(self) -> nn.Module:
        """What a classifier of the same kind has too."""
        base: nn.Module = self.decoder.base_model
        return base

    def forward(self, words: Tensor) -> Tensor:
        if self.most is not None and words.shape[1] > self.most:
            raise ValueError(
                f"The model reads at most {self.most} words at once, but a batch has {words.shape[1]}. Try loaders "
                f"with seq_len={self.most} or less."
            )
        scores: Tensor = self.decoder(input_ids=words, use_cache=False).logits
        return scores

    def new_reader(self) -> Callable[[Tensor], Tensor]:
        """For `generate`: it keeps what was read in the model's cache."""
        return CachedReader(self)


class CachedReader:
    """Reads on with the keys and values of all words so far; where the places are used up, with the latest half."""

    def __init__(self, model: TransformerLM) -> None:
        self.model, self.cache = model, None
        self.n_cached = 0
        self.words: list[Tensor] = []

    def __call__(self, words: Tensor) -> Tensor:
        self.words.append(words)
        most = self.model.most
        if most is not None and self.n_cached + len(words) > most:
            words = torch.cat(self.words)[-max(1, most // 2) :]
            self.cache, self.n_cached, self.words = None, 0, [words]
        found = self.model.decoder(input_ids=words[None], past_key_values=self.cache, use_cache=True)
        self.cache = found.past_key_values
        self.n_cached += len(words)
        scores: Tensor = found.logits[0, -1]
        return scores


class TransformerClassifier(nn.Module):
    """An encoder, the mean of its features over the words of a text, and a head of the sizes `lin_ftrs` and `n_out`.

    Texts of more than `max_len` words, or than the model has places, are judged by their first ones. `ps` are the
    dropouts before the layers of the head.
    Shapes: word ids `(B, T)`, padded anywhere around the texts with `pad_idx`, become scores `(B, n_out)`.
    """

    def __init__(
        self,
        config: Config,
        n_out: int,
        lin_ftrs: Sequence[int] = (),
        ps: Sequence[float] = (0.1,),
        pad_idx: int = 1,
        max_len: int | None = None,
        y_range: tuple[float, float] | None = None,
    ) -> None:
        super().__init__()
        dims = [*lin_ftrs, n_out]
        if len(ps) != len(dims):
            raise ValueError(
                f"The head has {len(dims)} layers with one dropout each, but `ps` has {len(ps)}. Try "
                f"ps={[0.1] * len(dims)}."
            )
        self.config, self.n_out, self.lin_ftrs, self.ps = dict(config), n_out, list(lin_ftrs), list(ps)
        self.pad_idx, self.max_len, self.y_range = pad_idx, max_len, y_range
        whole = _built("AutoModel", self.config)
        self.encoder = whole.get_encoder() if self.config.get("is_encoder_decoder") else whole
        limits = [n for n in (most_words(self.encoder), max_len) if n is not None]
        self.most = min(limits) if limits else None
        sizes = [int(self.encoder.config.hidden_size), *dims]
        layers: list[nn.Module] = [
            LinBnDrop(n_in, n, bn=False, p=p, act=nn.ReLU() if i + 1 < len(dims) else None)
            for i, (n_in, n, p) in enumerate(zip(sizes[:-1], sizes[1:], ps, strict=True))
        ]
        self.head = nn.Sequential(*layers, *([] if y_range is None else [SigmoidRange(*y_range)]))

    def features(self, words: Tensor) -> Tensor:
        """The mean features of each text, `(B, H)`."""
        words, _ = in_chunks(words, words.shape[1], self.pad_idx)  # the texts begin at the first place
        words = words[:, : self.most]
        real = words != self.pad_idx
        found = self.encoder(input_ids=words, attention_mask=real.long()).last_hidden_state
        counts = real.sum(dim=1, keepdim=True).clamp(min=1)
        mean: Tensor = (found * real[:, :, None]).sum(dim=1) / counts.to(found.dtype)
        return mean

    def forward(self, words: Tensor) -> Tensor:
        scores: Tensor = self.head(self.features(words))
        return scores


def language_model_of(name: str | Path, words: Sequence[str], pretrained: bool, config: Config | None) -> TransformerLM:
    """The decoder at `name` for data of the vocabulary `words`, with its weights or with random ones.

    Raises: OSError if it is not on this machine; ValueError if it is no decoder or has another vocabulary.
    """
    settings = _settings(name, words, pretrained, config)
    model = TransformerLM({**settings, "is_decoder": True} if "is_decoder" in settings else settings)
    if pretrained:
        _load(model.decoder, "AutoModelForCausalLM", name)
    return model


def classifier_of(
    name: str | Path,
    words: Sequence[str],
    n_out: int,
    pretrained: bool,
    config: Config | None,
    lin_ftrs: Sequence[int] | None,
    ps: Sequence[float] | None,
    max_len: int | None,
    y_range: tuple[float, float] | None,
    pad_idx: int,
) -> TransformerClassifier:
    """The encoder at `name` with a new head, for data of the vocabulary `words`.

    Raises: OSError if it is not on this machine; ValueError if it has another vocabulary.
    """
    settings = _settings(name, words, pretrained, config)
    hidden = list(lin_ftrs or ())
    drops = [0.1] * (len(hidden) + 1) if ps is None else list(ps)
    model = TransformerClassifier(settings, n_out, hidden, drops, pad_idx, max_len, y_range)
    if pretrained:
        _load(model.encoder, "AutoModel", name)
    return model


def transformer_split(model: nn.Module) -> list[list[nn.Parameter]]:
    """Layer groups: what comes before the blocks, each block, and what comes after them, with the head."""
    body: Any = getattr(model, "encoder", model)
    blocks = _blocks(body)
    if blocks is None:
        body_params = list(body.parameters())
        known = {id(p) for p in body_params}
        return [body_params, [p for p in model.parameters() if id(p) not in known]]
    inside = {id(p) for p in blocks.parameters()}
    before: list[nn.Parameter] = []
    for p in body.parameters():
        if id(p) in inside:
            break
        before.append(p)
    taken = inside | {id(p) for p in before}
    after = [p for p in model.parameters() if id(p) not in taken]
    return [before, *(list(block.parameters()) for block in blocks), after]


def most_words(model: Any) -> int | None:
    """How many words `model` can read at once; None where nothing limits it."""
    most = getattr(model.config, "max_position_embeddings", None)
    table = next((m for name, m in model.named_modules() if name.endswith("position_embeddings")), None)
    used = getattr(table, "padding_idx", None)  # some count their places from behind the padding's
    return None if most is None else int(most) - (0 if used is None else int(used) + 1)


def _blocks(body: nn.Module) -> nn.ModuleList | None:
    """The list of equal blocks in `body`: the one that holds most parameters."""
    lists = [m for m in body.modules() if isinstance(m, nn.ModuleList) and len({type(part) for part in m}) == 1]
    return max(lists, key=lambda found: sum(p.numel() for p in found.parameters()), default=None)


def _settings(name: str | Path, words: Sequence[str], pretrained: bool, config: Config | None) -> dict[str, Any]:
    """The configuration at `name`, as plain values, with those of `config` in place of its own."""
    found: dict[str, Any] = {**read_local(library().AutoConfig, name).to_dict(), **(config or {})}
    if not pretrained:
        return {**found, "vocab_size": len(words)}
    size = int(found.get("vocab_size") or 0)
    if len(words) > size or not _are_own(words, name):
        raise ValueError(
            f"The vocabulary does not match the weights: the data has {len(words):,} words, the model {size:,} of its "
            f"own. Make the loaders with its tokenizer, tok = TransformersTokenizer({str(name)!r}) and "
            "text_vocab=tok.vocab, or begin with random weights by pretrained=False."
        )
    return found


def _are_own(words: Sequence[str], name: str | Path) -> bool:
    """Whether `words` are the tokens of the model at `name`; where it has no tokenizer, nobody can tell."""
    try:
        own = TransformersTokenizer(name).vocab
    except (OSError, ValueError):
        return True
    return list(words[: len(own)]) == own[: len(words)]


def _built(kind: str, config: Config) -> Any:
    modules = library()
    options = {key: value for key, value in config.items() if key not in ("_name_or_path", "transformers_version")}
    try:
        return getattr(modules, kind).from_config(modules.AutoConfig.for_model(**options))
    except ValueError as error:
        raise ValueError(
            f"{config.get('model_type')!r} is no model that transformers makes as {kind}: {str(error).splitlines()[0]}"
        ) from error


def _load(model: nn.Module, kind: str, name: str | Path) -> None:
    """Put the weights at `name` into `model`."""
    whole = read_local(getattr(library(), kind), name)
    found = whole.get_encoder() if getattr(whole.config, "is_encoder_decoder", False) else whole
    model.load_state_dict(found.state_dict())
