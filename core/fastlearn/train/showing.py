"""A learner in words and pictures: results, layers, and the loop with the callbacks in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from fastlearn.metrics.base import function_name
from fastlearn.train.batch import as_parts
from fastlearn.train.callback import EVENTS
from fastlearn.train.inference import inference, pick_loader

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["LayerRow", "ModelSummary", "show_results", "show_training_loop", "summary", "summary_of"]


@dataclass(frozen=True)
class LayerRow:
    """One layer: its class, the shape of what it returns, how many parameters it has, and whether they train."""

    name: str
    shape: str
    n_params: int
    trains: bool


@dataclass(frozen=True)
class ModelSummary:
    """The layers of a model in the order in which a batch ran through them; prints as a table."""

    model: str
    input_shape: str
    layers: tuple[LayerRow, ...]
    n_params: int
    n_trained: int
    footer: tuple[str, ...]

    def __str__(self) -> str:
        rows = [("Layer", "Output shape", "Parameters", "Trains")]
        for layer in self.layers:
            counted = (f"{layer.n_params:,}", "yes" if layer.trains else "no") if layer.n_params else ("", "")
            rows.append((layer.name, layer.shape, *counted))
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        rule = "-" * max(len(line) for line in lines)
        totals = [f"Parameters: {self.n_params:,}, of which {self.n_trained:,} train"]
        head = f"{self.model} (input {self.input_shape})"
        return "\n".join([head, rule, lines[0], rule, *lines[1:], rule, *totals, *self.footer])

    __repr__ = __str__


def summary(learn: Learner) -> ModelSummary:
    """See `Learner.summary`."""
    return summary_of(learn, None)


def summary_of(learn: Learner, inputs: tuple[Any, ...] | None) -> ModelSummary:
    """What `inputs` meet in the model; without them, the first batch of the training data."""
    rows: list[LayerRow] = []

    def note(module: nn.Module, _: Any, output: Any) -> None:
        parameters = list(module.parameters(recurse=False))
        n = sum(p.numel() for p in parameters)
        rows.append(LayerRow(type(module).__name__, _shape(output), n, any(p.requires_grad for p in parameters)))

    leaves = [module for module in learn.model.modules() if not list(module.children())]
    hooks = [module.register_forward_hook(note) for module in leaves]
    try:
        with inference(learn), torch.random.fork_rng(devices=[]), torch.no_grad():
            learn.training = False
            learn.start_pass(learn.dls.train)
            if inputs is None:
                learn.set_batch(first_batch(learn.dls.train))
            else:
                learn.xb = inputs
            learn.model.eval()
            learn.model(*learn.xb)
            shape = _shape(learn.x)
    finally:
        for hook in hooks:
            hook.remove()
    parameters = list(learn.model.parameters())
    footer = (
        f"Optimizer: {type(learn.opt).__name__}, {len(learn.opt.param_groups)} parameter groups",
        f"Loss: {_name(learn.loss_func)}",
        f"Callbacks: {', '.join(cb.name for cb in learn.cbs)}",
    )
    total, trained = sum(p.numel() for p in parameters), sum(p.numel() for p in parameters if p.requires_grad)
    return ModelSummary(type(learn.model).__name__, shape, tuple(rows), total, trained, footer)


def show_results(learn: Learner, ds_idx: int, dl: Any, max_n: int, shuffle: bool, **options: Any) -> Any:
    """See `Learner.show_results`."""
    loader = pick_loader(learn, ds_idx, dl)
    if not hasattr(loader, "show_results"):
        raise TypeError(
            f"A {type(loader).__name__} does not know how its samples look. Try loaders made by DataBlock or "
            "ImageDataLoaders, or get_preds and a plot of your own."
        )
    if dl is None and shuffle:
        loader = loader.new(shuffle=True)
    batch = first_batch(loader)
    with learn.no_bar():
        decoded = learn.get_preds(dl=[batch], with_decoded=True)[2]
    return loader.show_results(batch, decoded, max_n=max_n, **options)


def show_training_loop(learn: Learner) -> None:
    """See `Learner.show_training_loop`."""
    depth = 0
    for event in EVENTS:
        if event.startswith("before_") or event in ("after_pred", "after_loss", "after_create"):
            print(_line(learn, event, depth))
            depth += event.startswith("before_")
        elif event.startswith("after_cancel_"):
            print(_line(learn, event, depth - 1))
        else:
            depth -= 1
            print(_line(learn, event, depth))


def first_batch(loader: Any) -> Any:
    """The first batch of `loader`, without moving our own loaders on.

    Raises: ValueError if there is none.
    """
    if hasattr(loader, "one_batch"):
        return loader.one_batch()
    for batch in loader:
        return batch
    raise ValueError("The loader has no batches. Try a smaller batch size, or check that the data set has items.")


def _line(learn: Learner, event: str, depth: int) -> str:
    names = ", ".join(cb.name for cb in learn.ordered_cbs(event))
    return f"{'   ' * depth}{event:<{30 - 3 * depth}} {names}".rstrip()


def _shape(output: Any) -> str:
    if isinstance(output, Tensor):
        return " x ".join(str(n) for n in output.shape)
    if isinstance(output, list | tuple):
        return ", ".join(_shape(part) for part in as_parts(output))
    return type(output).__name__


def _name(loss: Any) -> str:
    return type(loss).__name__ if isinstance(loss, nn.Module) else function_name(loss)
