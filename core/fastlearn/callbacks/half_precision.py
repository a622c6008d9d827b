"""Half precision done by hand: a half model, batch norm in float32, and float32 master weights that the steps move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from fastlearn.data.batch import map_tensors
from fastlearn.train.boundary import add_note
from fastlearn.train.callback import Callback
from fastlearn.train.cancel import CancelBatchException

__all__ = ["NonNativeMixedPrecision"]

_NORMS = (nn.modules.batchnorm._BatchNorm,)


class NonNativeMixedPrecision(Callback):
    """Train a float16 model with float32 master weights and a loss scale, without autocast.

    While a fit runs, all layers but batch norm are float16; afterwards the model is float32 again, with the master
    weights. With `dynamic` the scale begins at `max_loss_scale`, is divided by `div_factor` after an overflow, whose
    step is left out, and multiplied by it after `scale_wait` steps without one; else it stays `loss_scale`. `clip`
    limits the norm of the gradients. `flat_master` keeps the master weights of each parameter group in one flat tensor.
    Whoever asks the model for its `state_dict` during a fit gets the float32 weights, and what is loaded reaches them.
    `MixedPrecision` is simpler and as good for most.
    Source: Micikevicius et al. 2018, "Mixed Precision Training", section 3.
    """

    order = 10

    def __init__(
        self,
        loss_scale: int = 512,
        flat_master: bool = False,
        dynamic: bool = True,
        max_loss_scale: float = 2.0**24,
        div_factor: float = 2.0,
        scale_wait: int = 500,
        clip: float | None = None,
    ) -> None:
        self.flat_master, self.dynamic, self.max_loss_scale = flat_master, dynamic, max_loss_scale
        self.div_factor, self.scale_wait, self.clip = div_factor, scale_wait, clip
        self.loss_scale = max_loss_scale if dynamic else float(loss_scale)
        self.n_overflows = self._noted = self._good = 0
        self._groups: list[tuple[list[Tensor], list[Tensor]]] = []
        self._still: list[tuple[Tensor, Tensor]] = []  # parameters that no step moves, and their float32 weights
        self._hooks: list[Any] = []

    def before_fit(self) -> None:
        """Make the model half, and let the optimizer move the master weights."""
        self.n_overflows = self._noted = self._good = 0
        opt = self.opt
        if opt.state:
            opt.state.clear()  # its averages belong to tensors that it will not see
        self._groups, self._own_params = [], [group["params"] for group in opt.param_groups]
        for group in opt.param_groups:
            params = [p for p in group["params"] if p.requires_grad]
            flat = [_flat(params)] if self.flat_master and params else [p.detach().clone().float() for p in params]
            masters: list[Tensor] = [nn.Parameter(value) for value in flat]
            self._groups.append((params, masters))
            group["params"] = masters
        moved = {id(p) for params, _ in self._groups for p in params}
        self._still = [(p, p.data) for p in self.model.parameters() if id(p) not in moved]
        for module in self.model.modules():
            if not isinstance(module, _NORMS):
                for p in module.parameters(recurse=False):
                    p.data = p.data.half()
        model: Any = self.model
        self._hooks = [
            model.register_state_dict_post_hook(partial(_give_float, self)),  # torch marks what it is given
            model.register_load_state_dict_pre_hook(self._take_float),
        ]

    def before_batch(self) -> None:
        if self._groups:  # outside a fit the model is float32
            self.learn.xb = map_tensors(_half, self.xb)

    def after_pred(self) -> None:
        self.learn.pred = map_tensors(
            lambda tensor: tensor.float() if tensor.is_floating_point() else tensor, self.pred
        )

    def before_backward(self) -> None:
        self.learn.loss_grad = self.loss_grad * self.loss_scale

    def before_step(self) -> None:
        """Bring the gradients to the master weights; leave the step out if there was an overflow."""
        self._to_masters()
        masters = [m for _, masters in self._groups for m in masters]
        if self.dynamic and any(not torch.isfinite(m.grad.sum()) for m in masters if m.grad is not None):
            self._overflow(masters)
        torch._foreach_div_([m.grad for m in masters if m.grad is not None], self.loss_scale)
        if self.clip is not None:
            nn.utils.clip_grad_norm_(masters, self.clip)
        self._good += 1
        if self.dynamic and self._good >= self.scale_wait:
            self._good = 0
            self.loss_scale = min(self.loss_scale * self.div_factor, self.max_loss_scale)

    def after_step(self) -> None:
        if self.learn.cleaning_up:
            return  # the step was left out, and gradients may be waiting for more
        for p in self.model.parameters():
            p.grad = None
        self._to_model()

    def after_epoch(self) -> None:
        fresh, self._noted = self.n_overflows - self._noted, self.n_overflows
        if fresh and not self.learn.cleaning_up:
            steps = f"{fresh} step{'s' if fresh > 1 else ''}"
            add_note(self.learn, "problem", f"{steps} left out: the gradients overflowed in fp16")

    def after_fit(self) -> None:
        if not self._groups:
            return
        for hook in self._hooks:
            hook.remove()
        for p in self.model.parameters():
            p.data, p.grad = p.data.float(), None
        self._to_model()
        for group, params in zip(self.opt.param_groups, self._own_params, strict=True):
            group["params"] = params
        self.opt.state.clear()
        self._groups, self._still, self._hooks = [], [], []

    def state_dict(self) -> dict[str, Any]:
        """The scale and the counts, and the master weights that are not in the model's `state_dict`."""
        counts = {"n_overflows": self.n_overflows, "noted": self._noted, "good": self._good}
        apart = {name: value for name, p, value in self._named(self.model) if not _is_half_of(p, value)}
        return {"loss_scale": self.loss_scale, "masters": apart, **counts}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on with them."""
        self.loss_scale, self._good = state["loss_scale"], state["good"]
        self.n_overflows, self._noted = state["n_overflows"], state["noted"]
        for name, _, value in self._named(self.model):
            if name in state["masters"]:
                value.copy_(state["masters"][name])

    def _overflow(self, masters: list[Tensor]) -> None:
        self.n_overflows += 1
        self._good = 0
        self.loss_scale /= self.div_factor
        for p in (*self.model.parameters(), *masters):
            p.grad = None
        raise CancelBatchException

    def _to_masters(self) -> None:
        for params, masters in self._groups:
            grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in params]
            if self.flat_master and params:
                masters[0].grad = _flat(grads)
            else:
                for master, grad in zip(masters, grads, strict=True):
                    master.grad = grad.detach().float()

    def _to_model(self) -> None:
        with torch.no_grad():
            for p, value in self._full():
                p.copy_(value)

    def _full(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Each parameter with its float32 weights, which share memory with the master weights."""
        for params, masters in self._groups:
            values: Any = [master.detach() for master in masters]
            if self.flat_master and params:
                pieces: Any = torch.split(values[0], [p.numel() for p in params])
                values = [piece.view(p.shape) for piece, p in zip(pieces, params, strict=True)]
            yield from zip(params, values, strict=True)
        yield from self._still

    def _named(self, module: nn.Module, prefix: str = "") -> Iterator[tuple[str, Tensor, Tensor]]:
        full = {id(p): value for p, value in self._full()}
        for name, p in module.named_parameters(prefix.removesuffix("."), remove_duplicate=False):
            if id(p) in full:
                yield name, p, full[id(p)]

    def _take_float(self, module: nn.Module, state: Mapping[str, Any], prefix: str, *_: Any) -> None:
        for name, _p, value in self._named(module, prefix):
            if name in state and state[name].shape == value.shape:  # else torch says what does not fit
                value.copy_(state[name])


def _give_float(cb: NonNativeMixedPrecision, module: nn.Module, state: dict[str, Any], prefix: str, meta: Any) -> None:
    for name, p, value in cb._named(module, prefix):
        state[name] = value if _is_half_of(p, value) else p.detach().float()


def _is_half_of(p: Tensor, value: Tensor) -> bool:
    """Whether the model has `value`; a callback may have put other weights into it for a while."""
    return torch.equal(p.detach(), value.to(p.dtype))


def _flat(tensors: list[Tensor]) -> Tensor:
    return torch.cat([tensor.detach().float().reshape(-1) for tensor in tensors])


def _half(tensor: Tensor) -> Tensor:
    return tensor.half() if tensor.is_floating_point() else tensor
