"""How a learner computes: precision, memory layout, compilation, and memory for time. Each switch has a way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import torch

from fastlearn.callbacks.channels_last import ChannelsLast
from fastlearn.callbacks.half_precision import NonNativeMixedPrecision
from fastlearn.callbacks.mixed_precision import AMPMode, MixedPrecision
from fastlearn.train.batch_size import find_batch_size
from fastlearn.train.compilation import compiled
from fastlearn.train.fitter import Fitter
from fastlearn.train.recompute import keep_activations, recompute_activations, recomputes
from fastlearn.train.run_state import model_device

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["Switches"]

ONE_OF_TWO = (
    "A compiled model decides itself what to compute again. Use learn.compile() or learn.recompute_activations(), and "
    "learn.uncompile() or learn.recompute_activations(False) to change."
)
S = TypeVar("S", bound="Switches")


class Switches(Fitter):
    """Each method returns the learner, so that they can follow each other."""

    # Precision

    def to_fp16(self: S, **scaler: Any) -> S:
        """Run model and loss in float16 where that is safe; `scaler` options go to torch's GradScaler."""
        return self.to_fp32().add_cb(MixedPrecision(AMPMode.FP16, **scaler))

    def to_bf16(self: S) -> S:
        """Run model and loss in bfloat16 where that is safe: half the memory, and no scaling."""
        return self.to_fp32().add_cb(MixedPrecision(AMPMode.BF16))

    def to_non_native_fp16(self: S, **options: Any) -> S:
        """Train a float16 model with float32 master weights; see `NonNativeMixedPrecision`."""
        return self.to_fp32().add_cb(NonNativeMixedPrecision(**options))

    def to_fp32(self: S) -> S:
        """Back to float32 throughout."""
        return self.remove_cbs([MixedPrecision, NonNativeMixedPrecision])

    # Memory layout

    def to_channelslast(self: S, use_amp: bool = True, amp_mode: str = AMPMode.FP16) -> S:
        """Keep images and weights with the channels last and, with `use_amp`, compute in half precision."""
        if use_amp and not any(isinstance(cb, MixedPrecision) for cb in self.cbs):
            self.add_cb(MixedPrecision(amp_mode))
        return self.add_cb(ChannelsLast())

    def to_contiguous(self: S, to_fp32: bool = False) -> S:
        """Back to the usual layout and, with `to_fp32`, to float32."""
        self.remove_cbs(ChannelsLast)
        self.model.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
        return self.to_fp32() if to_fp32 else self

    # Compilation

    def compile(self: S, backend: str | None = None, **options: Any) -> S:
        """Compile the forward pass with `torch.compile`, when it is first run; the model itself stays as it is.

        `backend` is by default "inductor" where this machine has the compiler that it needs, else "aot_eager".
        Saving, exporting, freezing and hooks go on working on `learn.model`.
        """
        if recomputes(self.model):
            raise ValueError(ONE_OF_TWO)
        self.compiled = compiled(self.model, backend, **options)
        self._compiled_from = self.model
        return self

    def uncompile(self: S) -> S:
        """Run the model as it is again."""
        self.compiled = self._compiled_from = None
        return self

    # Memory

    def find_batch_size(self, start: int = 1, most: int = 4096) -> int:
        """The largest batch size, from `start` up to `most`, at which a training step does not run out of memory.

        Steps are tried on repeated items, and the learner is afterwards as it was.
        Raises: MemoryError if not even `start` items fit (two, for a network with batch normalisation).
        """
        return find_batch_size(cast("Learner", self), start, most)

    def recompute_activations(self: S, on: bool = True) -> S:
        """Keep only the inputs of the model's blocks in training, and compute the rest again in the backward pass.

        This is gradient checkpointing: less memory for about a third more time, with the same gradients.
        Source: Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost".
        """
        keep_activations(self.model)
        if on:
            if self.compiled is not None:
                raise ValueError(ONE_OF_TWO)
            recompute_activations(self.model, model_device(self.model).type)
        return self
