"""What a model says of users and items that were not in training: what it says of the average one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from fastlearn.train.callback import Callback

if TYPE_CHECKING:
    from fastlearn.collab.table import TabularCollab

__all__ = ["UnknownAsAverage"]


class UnknownAsAverage(Callback):
    """Before each validation, and after a fit, code 0 of every embedding becomes the mean of those that training met.

    Nothing trains code 0, which stands for users and items that training has not seen. Left at its first weights it
    has no bias, and biases of users and items share what all ratings have in common: it would pull every rating down.
    Labels of a schema that have no training row do not count. Loaders without rows, those of a bundle, change nothing.
    """

    def before_validate(self) -> None:
        average_unknown(self.learn.model, self.learn.dls.train.dataset)

    def after_fit(self) -> None:
        average_unknown(self.learn.model, self.learn.dls.train.dataset)


def average_unknown(model: nn.Module, table: TabularCollab) -> None:
    """Set the first vector of each embedding of `model` to the mean of those whose users, or items, are in `table`."""
    met = [torch.from_numpy(codes).clone() for codes in table.trained]
    for codes in met:
        codes[0] = False
    if not all(codes.any() for codes in met):
        return
    for embedding, column in columns_read(model).items():
        if len(embedding.weight) == len(met[column]):
            with torch.no_grad():
                embedding.weight[0] = embedding.weight[met[column].to(embedding.weight.device)].mean(0)


def columns_read(model: nn.Module) -> dict[nn.Embedding, int]:
    """Which column of codes `(B, 2)` each embedding of `model` looks up: 0 for users, 1 for items.

    It is found by asking for a user of code 0 and an item of code 1, so that any model will do; an embedding of both
    is left out.
    """
    embeddings = [module for module in model.modules() if isinstance(module, nn.Embedding)]
    asked: dict[nn.Module, list[int]] = {embedding: [] for embedding in embeddings}

    def note(module: nn.Module, codes: tuple[Tensor, ...]) -> None:
        asked[module] += codes[0].flatten().tolist()

    hooks = [embedding.register_forward_pre_hook(note) for embedding in embeddings]
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            model(torch.tensor([[0, 1]], device=next(model.parameters()).device))
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return {embedding: asked[embedding][0] for embedding in embeddings if asked[embedding] in ([0], [1])}
