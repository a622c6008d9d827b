"""The published sizes and dropouts of AWD-LSTM, and what learners know of each text architecture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from torch import nn

from fastlearn.data.urls import URLs
from fastlearn.keywords import did_you_mean
from fastlearn.text.awd_lstm import AWD_LSTM
from fastlearn.text.splitters import awd_lstm_clas_split, awd_lstm_lm_split

__all__ = [
    "TextArch",
    "awd_lstm_clas_config",
    "awd_lstm_lm_config",
    "check_not_quoted",
    "known_arch",
    "register_text_arch",
    "settings_for",
]  # fmt: skip

Config = Mapping[str, Any]

# They cannot be changed in place: dict(awd_lstm_lm_config, n_hid=1552) or .copy() makes one of your own.
awd_lstm_lm_config: Config = MappingProxyType(
    {
        "emb_sz": 400, "n_hid": 1152, "n_layers": 3, "pad_token": 1, "bidir": False, "output_p": 0.1, "hidden_p": 0.15,
        "input_p": 0.25, "embed_p": 0.02, "weight_p": 0.2, "tie_weights": True, "out_bias": True,
    }
)  # fmt: skip
awd_lstm_clas_config: Config = MappingProxyType(
    {
        "emb_sz": 400, "n_hid": 1152, "n_layers": 3, "pad_token": 1, "bidir": False, "output_p": 0.4, "hidden_p": 0.3,
        "input_p": 0.4, "embed_p": 0.05, "weight_p": 0.5,
    }
)  # fmt: skip


@dataclass(frozen=True)
class TextArch:
    """What learners know of an encoder that is made by `arch(vocab_sz, **config)`.

    `hid_name` is the setting that says how many features it gives; `split_lm` and `split_clas` are its layer groups;
    `url` and `url_bwd` name published weights, forwards and backwards.
    """

    hid_name: str
    config_lm: Config
    config_clas: Config
    split_lm: Callable[[nn.Module], Any]
    split_clas: Callable[[nn.Module], Any]
    url: str | None = None
    url_bwd: str | None = None


_KNOWN: dict[Any, TextArch] = {
    AWD_LSTM: TextArch(
        "emb_sz", awd_lstm_lm_config, awd_lstm_clas_config, awd_lstm_lm_split, awd_lstm_clas_split,
        URLs.WT103_FWD, URLs.WT103_BWD,
    )
}  # fmt: skip


def register_text_arch(arch: Callable[..., nn.Module], known: TextArch) -> None:
    """Tell the text learners about an encoder of your own; registering again replaces what was known.

    It has an embedding under `encoder`, takes `pad_token` and whatever its configurations hold, and gives features
    `(B, T, H)` for word ids `(B, T)`.
    """
    _KNOWN[arch] = known


def check_not_quoted(arch: Any) -> None:
    """Raise TypeError for the name of a registered architecture: a text is the name of a transformer."""
    named = {known.__name__.lower(): known.__name__ for known in _KNOWN if hasattr(known, "__name__")}
    if isinstance(arch, str) and arch.lower() in named and not Path(arch).exists():
        raise TypeError(f"`arch` is a text architecture, but got the text {arch!r}. Try {named[arch.lower()]}, without "
                        "the quotes.")  # fmt: skip


def known_arch(arch: Any) -> TextArch:
    """What is known of `arch`. Raises: TypeError if it is not registered."""
    try:
        found = _KNOWN.get(arch)
    except TypeError:  # unhashable
        found = None
    if found is None:
        raise TypeError(
            f"`arch` is a text architecture such as AWD_LSTM, or the folder or hub name of a transformer, but got "
            f"{arch!r}. Try AWD_LSTM, or register_text_arch for one of your own."
        )
    return found


def settings_for(base: Config, config: Mapping[str, Any] | None, drop_mult: float) -> dict[str, Any]:
    """`config` over `base`, with every dropout (`..._p`) multiplied by `drop_mult`.

    Raises: TypeError for a setting that the architecture does not have.
    """
    for key in config or ():
        if key not in base and key not in ("tie_weights", "out_bias", "init"):
            raise TypeError(f"The configuration has no setting {key!r}.{did_you_mean(key, base)}")
    settings = {**base, **(config or {})}
    return {key: value * drop_mult if key.endswith("_p") else value for key, value in settings.items()}
