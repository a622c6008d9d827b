"""Collects predictions over a pass, in the order of the data set, into arrays that are allocated once."""

from __future__ import annotations

from collections.abc import Sized
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fastlearn.data.batch import map_tensors
from fastlearn.train.callback import Callback

__all__ = ["GatherPredsCallback", "Rows"]


class Rows:
    """Batches of a tensor, or of a tuple of them, gathered on the CPU.

    Where each batch tells its positions among `n` rows, it is written to its place in one array allocated at the first
    batch; otherwise batches are joined in the order in which they came. `ragged` says that the second axis may be
    longer in some batches (boxes of a picture, words of a text); shorter ones are filled up with `fill`, the padding.
    """

    def __init__(self, n: int | None = None, concat_dim: int = 0, ragged: bool = False, fill: int = 0) -> None:
        self.n, self.concat_dim, self.ragged, self.fill = n, concat_dim, ragged, fill
        self._parts: list[Any] = []
        self._whole: list[Tensor] | None = None
        self._tuple: type | None = None

    def add(self, batch: Any, positions: NDArray[np.int64] | None) -> None:
        """Take in one batch."""
        tensors = list(batch) if isinstance(batch, list | tuple) else [batch]
        self._tuple = type(batch) if isinstance(batch, list | tuple) else None
        tensors = [tensor.detach() for tensor in tensors]
        if positions is None or self.n is None or self.concat_dim != 0:
            self._parts.append([tensor.cpu() for tensor in tensors])
            return
        if self._whole is None:
            self._whole = [torch.empty((self.n, *t.shape[1:]), dtype=t.dtype) for t in tensors]
        index = torch.from_numpy(positions)
        if self.ragged:
            self._whole = [_longer(whole, _length(t), self.fill) for whole, t in zip(self._whole, tensors, strict=True)]
            tensors = [_longer(t, _length(whole), self.fill) for whole, t in zip(self._whole, tensors, strict=True)]
        for whole, tensor in zip(self._whole, tensors, strict=True):
            whole[index] = tensor.to("cpu")

    def result(self, seen: Tensor | None) -> Any:
        """Everything gathered; None if nothing was. `seen` picks the rows that were filled, None all of them."""
        if self._whole is not None:
            joined = self._whole if seen is None else [whole[seen] for whole in self._whole]
        elif self._parts:
            columns = list(zip(*self._parts, strict=True))
            if self.ragged:
                columns = [tuple(_longer(t, max(map(_length, parts)), self.fill) for t in parts) for parts in columns]
            joined = [torch.cat(parts, dim=self.concat_dim) for parts in columns]
        else:
            return None
        return joined[0] if self._tuple is None else tuple(joined)


class GatherPredsCallback(Callback):
    """Keeps predictions, targets, inputs and losses of a validation pass.

    `act` is applied to each batch of predictions before it is kept. Rows are in the order of the data set where the
    loader tells which items a batch holds (`reorder`). `save_preds` and `save_targs` are folders that get one `.npy`
    file for each batch. Items that could not be read, or whose batch was
    cancelled, have no row; `positions` tells which items the rows are.
    """

    order = 20
    run_train = False

    def __init__(
        self,
        with_input: bool = False,
        with_loss: bool = False,
        save_preds: str | Path | None = None,
        save_targs: str | Path | None = None,
        with_preds: bool = True,
        with_targs: bool = True,
        concat_dim: int = 0,
        reorder: bool = True,
        act: Any = None,
    ) -> None:
        self.with_input, self.with_loss, self.with_preds, self.with_targs = (
            with_input,
            with_loss,
            with_preds,
            with_targs,
        )
        self.save_preds, self.save_targs = _folder(save_preds), _folder(save_targs)
        self.concat_dim, self.reorder, self.act = concat_dim, reorder, act

    def before_validate(self) -> None:
        dataset = getattr(self.dl, "dataset", None)
        n = len(dataset) if self.reorder and isinstance(dataset, Sized) else None
        kinds = getattr(self.dls.train, "kinds", None) or ()
        boxes = "boxes" in kinds
        self._rows = {name: Rows(n, self.concat_dim, boxes) for name in ("inputs", "preds", "targs", "losses")}
        if kinds and kinds[0] == "text":  # as long as the longest text of its batch
            self._rows["inputs"] = Rows(n, self.concat_dim, True, getattr(self.dls.train, "pad_id", 1))
        self._seen = None if n is None else torch.zeros(n, dtype=torch.bool)
        self._positions: list[NDArray[np.int64]] = []

    def before_batch(self) -> None:
        if self.with_input:  # a model whose first layer works in place changes what it is given
            self._input = map_tensors(Tensor.clone, self.learn.x)

    def after_batch(self) -> None:
        learn = self.learn
        if learn.pred is None or (self.with_loss and learn.yb and learn.loss is None):
            return  # cancelled before there was anything to keep
        positions = learn.batch_items
        if positions is not None:
            self._note(positions)
        preds = learn.pred if self.act is None else self.act(learn.pred)
        if self.with_input:
            self._rows["inputs"].add(self._input, positions)
        if self.with_preds:
            self._rows["preds"].add(preds, positions)
        if self.with_targs and learn.yb:
            self._rows["targs"].add(learn.y, positions)
        if self.with_loss and learn.yb:
            self._rows["losses"].add(learn.loss, positions)
        share = getattr(learn.dl, "share", None)
        number = learn.iter if share is None else learn.iter * share.size + share.rank
        _save(self.save_preds, number, preds)
        if learn.yb:
            _save(self.save_targs, number, learn.y)

    def after_validate(self) -> None:
        """Where several processes share the pass, each has all rows from here on."""
        processes = self.learn.processes
        if processes is None or self.learn.cleaning_up or not getattr(self.dl, "share", None):
            return
        parts = processes.gather((self.positions, {name: self.rows(name) for name in self._rows}))
        self.before_validate()
        for positions, rows in parts:
            if positions is None:
                continue  # this process had no item
            self._note(positions)
            for name, part in rows.items():
                if part is not None:
                    self._rows[name].add(part, positions)

    def _note(self, positions: NDArray[np.int64]) -> None:
        self._positions.append(positions)
        if self._seen is not None:
            self._seen[torch.from_numpy(positions)] = True

    @property
    def positions(self) -> NDArray[np.int64] | None:
        """Which item of the data set each row is; None where the loader does not tell."""
        if not self._positions:
            return None
        seen = np.concatenate(self._positions)
        return seen if self._seen is None else np.flatnonzero(self._seen.numpy())

    def all_tensors(self) -> list[Any]:
        """What was gathered: `[inputs,] predictions, targets[, losses]`, None for what is switched off."""
        inputs = [self.rows("inputs")] if self.with_input else []
        losses = [self.rows("losses")] if self.with_loss else []
        return [*inputs, self.rows("preds"), self.rows("targs"), *losses]

    def rows(self, name: str) -> Any:
        """What was gathered of "inputs", "preds", "targs" or "losses"; None if nothing was."""
        return self._rows[name].result(None if self._seen is None or bool(self._seen.all()) else self._seen)


def _length(tensor: Tensor) -> int:
    return tensor.shape[1] if tensor.ndim > 1 else 0


def _longer(tensor: Tensor, length: int, fill: int) -> Tensor:
    """`tensor` with its second axis at least `length` long, filled up with `fill`."""
    if _length(tensor) >= length:
        return tensor
    padding = tensor.new_full((len(tensor), length - tensor.shape[1], *tensor.shape[2:]), fill)
    return torch.cat([tensor, padding], dim=1)


def _folder(path: str | Path | None) -> Path | None:
    if path is None:
        return None
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _save(folder: Path | None, batch: int, tensor: Any) -> None:
    if folder is not None:
        np.save(folder / f"{batch}.npy", tensor.detach().cpu().numpy())
