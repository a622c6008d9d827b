"""Half precision where it is safe: forward pass and loss under autocast, gradients scaled where they could vanish."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import torch
from torch import nn

from fastlearn.data.batch import map_tensors
from fastlearn.train.boundary import add_note
from fastlearn.train.callback import Callback
from fastlearn.train.cancel import CancelStepException

__all__ = ["AMPMode", "MixedPrecision"]

DTYPES = {"fp16": torch.float16, "bf16": torch.bfloat16}


class AMPMode:
    """The two half precisions: `FP16` needs its gradients scaled, `BF16` has the range of float32 and does not."""

    FP16 = "fp16"
    BF16 = "bf16"


class MixedPrecision(Callback):
    """Run model and loss under autocast, on any type of device, with float32 weights.

    With "fp16" the loss is multiplied by a scale that is found by trying; a step whose gradients overflow is left out
    and counted in `n_overflows`, with a note in the history. `scaler` options go to `torch.amp.GradScaler`.
    Source: Micikevicius et al. 2018, "Mixed Precision Training".
    """

    order = 10

    def __init__(self, amp_mode: str = AMPMode.FP16, **scaler: Any) -> None:
        if amp_mode not in DTYPES:
            raise ValueError(f"`amp_mode` is 'fp16' or 'bf16', but got {amp_mode!r}.")
        self.amp_mode, self.scaler_options = amp_mode, scaler
        self.n_overflows = self._noted = 0
        self._inside = ExitStack()  # holds autocast while the model runs

    @property
    def scale(self) -> float:
        """What losses are multiplied by now."""
        return float(self.scaler.get_scale())

    def before_fit(self) -> None:
        device = next(self.model.parameters()).device.type
        enabled = self.amp_mode == AMPMode.FP16
        if enabled and device == "cpu" and any(isinstance(module, nn.RNNBase) for module in self.model.modules()):
            raise ValueError("On a CPU, LSTMs and GRUs cannot be computed in fp16. Try learn.to_bf16().")
        self.scaler = torch.amp.GradScaler(device, enabled=enabled, **self.scaler_options)  # type: ignore[attr-defined]
        self.n_overflows = self._noted = 0
        self.learn.take_step = self._step if enabled else None

    def before_batch(self) -> None:
        device = next(self.model.parameters()).device.type
        self._inside.enter_context(torch.autocast(device, dtype=DTYPES[self.amp_mode]))

    def after_pred(self) -> None:
        """Losses and metrics get float32."""
        self.learn.pred = map_tensors(_to_float, self.pred)

    def after_loss(self) -> None:
        self._inside.close()
        if self.training:
            self.learn.loss_grad = self.scaler.scale(self.loss_grad) if self.learn.in_fit else self.loss_grad

    def before_step(self) -> None:
        """From here on gradients are true ones, for clipping and whoever looks at them."""
        if self.scaler.is_enabled():
            self.scaler.unscale_(self.opt)

    def after_batch(self) -> None:
        self._inside.close()

    def after_epoch(self) -> None:
        fresh, self._noted = self.n_overflows - self._noted, self.n_overflows
        if fresh and not self.learn.cleaning_up:
            steps = f"{fresh} step{'s' if fresh > 1 else ''}"
            add_note(self.learn, "problem", f"{steps} left out: the gradients overflowed in fp16")

    def after_fit(self) -> None:
        self._inside.close()
        self.learn.take_step = None

    def state_dict(self) -> dict[str, Any]:
        """The scale and the counts."""
        return {"scaler": self.scaler.state_dict(), "n_overflows": self.n_overflows, "noted": self._noted}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on with them."""
        self.scaler.load_state_dict(state["scaler"])
        self.n_overflows, self._noted = state["n_overflows"], state["noted"]

    def _step(self) -> None:
        before = self.scaler.get_scale()
        self.scaler.step(self.opt)
        self.scaler.update()
        if self.scaler.get_scale() < before:
            self.n_overflows += 1
            raise CancelStepException


def _to_float(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.float() if tensor.dtype in DTYPES.values() else tensor
