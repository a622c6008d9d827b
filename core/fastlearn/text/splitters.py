"""Layer groups of text models, for freezing and for learning rates that rise from group to group."""

from __future__ import annotations

from typing import Any

from torch import nn

__all__ = ["awd_lstm_clas_split", "awd_lstm_lm_split"]


def awd_lstm_lm_split(model: Any) -> list[list[nn.Parameter]]:
    """A language model's groups: each LSTM, then the embedding with the decoder, which it is usually tied to."""
    encoder, decoder = model[0], model[1]
    return [*(_parameters(rnn) for rnn in encoder.rnns), _parameters(encoder.encoder_dp, decoder)]


def awd_lstm_clas_split(model: Any) -> list[list[nn.Parameter]]:
    """A classifier's groups: the embedding, each LSTM, and the head."""
    encoder = model[0].module
    return [_parameters(encoder.encoder_dp), *(_parameters(rnn) for rnn in encoder.rnns), _parameters(model[1])]


def _parameters(*modules: nn.Module) -> list[nn.Parameter]:
    """All parameters of `modules`, each once."""
    return list(dict.fromkeys(p for module in modules for p in module.parameters()))
