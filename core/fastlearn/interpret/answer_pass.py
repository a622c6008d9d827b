"""One pass of a model over clean items, written to disk batch by batch."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator, Sized
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader as TorchLoader
from torch.utils.data import SequentialSampler, Subset, SubsetRandomSampler

from fastlearn.data.loader import DataLoader
from fastlearn.data.problems import DataError
from fastlearn.interpret.answer_files import AnswerWriter
from fastlearn.interpret.answer_reading import Cells, TaskReader
from fastlearn.interpret.clean import clean_loader
from fastlearn.interpret.feature_point import FeaturePoint, find_feature_point, tapped
from fastlearn.losses.reading import activation_of
from fastlearn.train import loop
from fastlearn.train.callback import Callback
from fastlearn.train.host import Callbacks
from fastlearn.train.inference import inference, loss_not_reduced
from fastlearn.train.recorder import Recorder

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["AnswerPass", "clean_items", "run_pass", "some_items"]

KEPT_MASKS = 64  # of the worst losses
NO_PLACE = "the network has no place with one vector of features an item"


def clean_items(loader: Any) -> Any:
    """A loader over all items that `loader` gives, each once, in their order and not augmented.

    Raises: DataError if it gives no items that can be told apart.
    """
    clean = loader if not isinstance(loader, TorchLoader) or isinstance(loader, DataLoader) else _in_order(loader)
    clean = clean_loader(clean)
    dataset = getattr(clean, "dataset", None)
    if not isinstance(dataset, Sized) or not hasattr(dataset, "__getitem__"):
        raise DataError(
            f"Answers are stored by item, but the {type(loader).__name__} has no data set with a length and places. "
            "Try Interpretation.from_learner, which keeps them in memory."
        )
    return clean


def some_items(clean: Any, positions: NDArray[np.int64]) -> Any:
    """A loader over the items of `clean` at `positions` alone; of another library's loader over all of them."""
    whole = not isinstance(clean, DataLoader) or len(positions) == len(clean.dataset)  # type: ignore[arg-type]
    return clean if whole else clean.new(sampler=positions.tolist())


class AnswerPass(Callback):
    """Writes what the model says of the items of a pass into `writer`; item `i` of the data set is row `rows[i]`.

    `point` is where the features are; without one it is looked for at the first batch, unless `wants_features` is
    False. `no_features` says why there are none.
    """

    order = 20
    run_train = False

    def __init__(
        self, writer: AnswerWriter, reader: TaskReader, point: FeaturePoint | None, wants_features: bool
    ) -> None:
        self.writer, self.reader, self.point = writer, reader, point
        self.no_features = "" if wants_features else "they were not asked for"
        self.rows: NDArray[np.int64] = np.zeros(0, np.int64)
        self.cells: list[Cells] = []
        self.n_items = 0
        self.cancelled = False
        self._worst: list[tuple[float, int, NDArray[Any]]] = []
        self._tap: Callable[[], Tensor | None] | None = None
        self._inside = ExitStack()

    def before_validate(self) -> None:
        self._next = 0

    def before_batch(self) -> None:
        if self.no_features or self._tap is not None:
            return
        if self.point is None:
            self.point = find_feature_point(self.model, self.learn.xb)
        if self.point is None:
            self.no_features = NO_PLACE
        else:
            self._tap = self._inside.enter_context(tapped(self.model, self.point))

    def after_batch(self) -> None:
        learn, positions = self.learn, self.learn.batch_items
        n = len(learn.yb[0]) if learn.yb and hasattr(learn.yb[0], "__len__") else 0
        if positions is None:
            positions = np.arange(self._next, self._next + n)
        self._next += n
        if learn.pred is None or learn.loss is None:
            if not learn.yb and learn.pred is not None:
                raise DataError(
                    "Answers compare predictions with targets, but the loader gives none. Try a loader with items and "
                    "labels, as test_dl(items, with_labels=True)."
                )
            return  # cancelled before there was anything to keep
        rows = self.rows[positions]
        losses = _one_each(learn.loss, len(rows))
        found = self.reader.read(activation_of(_plain(learn.loss_func))(learn.pred), learn.y)
        self.writer.put("losses", rows, losses)
        for name, values in found.arrays.items():
            self.writer.put(name, rows, values)
        features = None if self._tap is None else self._tap()
        if features is not None:
            self.writer.put("embeddings", rows, features.float().clamp(-65504, 65504).half().cpu().numpy())
        if found.cells is not None:
            self.cells.append(found.cells._replace(row=rows[found.cells.row]))
        for row, loss, mask in zip(rows.tolist(), losses.tolist(), found.masks if found.masks is not None else ()):  # noqa: B905
            self.keep_mask(row, loss, mask)
        self.writer.mark(rows)
        self.n_items += len(rows)

    def after_cancel_validate(self) -> None:
        self.cancelled = True

    def keep_mask(self, row: int, loss: float, mask: NDArray[Any]) -> None:
        """Keep a predicted mask while it is among the worst."""
        entry = (math.inf if math.isnan(loss) else loss, -row, mask)
        if len(self._worst) < KEPT_MASKS:
            heapq.heappush(self._worst, entry)
        elif entry[:2] > self._worst[0][:2]:
            heapq.heapreplace(self._worst, entry)

    @property
    def worst_masks(self) -> dict[int, NDArray[Any]]:
        """The masks that were kept, by row."""
        return {-row: mask for _, row, mask in sorted(self._worst, key=lambda entry: entry[:2], reverse=True)}

    def close(self) -> None:
        """Take the hooks off the model."""
        self._inside.close()
        self._tap = None


def run_pass(learn: Learner, loader: Any, taking: AnswerPass, cbs: Callbacks) -> None:
    """Send the items of `loader` through the model, in evaluation mode and without gradients.

    Raises: RuntimeError if a callback ended it before all were seen.
    """
    with (
        inference(learn), learn.removed_cbs(Recorder), learn.added_cbs([taking]), learn.added_cbs(cbs),
        loss_not_reduced(learn), _alone(learn),
    ):  # fmt: skip
        loop.validate(learn, loader)
    if taking.cancelled:
        raise RuntimeError(f"The pass was ended after {taking.n_items} items by a callback; nothing of it is kept.")


@contextmanager
def _alone(learn: Learner) -> Iterator[None]:
    """Inside, this process does the whole pass, with the model itself, whose layers can be looked into."""
    processes, compiled = learn.processes, learn.compiled
    learn.processes, learn.compiled = None, None
    try:
        yield
    finally:
        learn.processes, learn.compiled = processes, compiled


def _plain(loss: Any) -> Any:
    """The loss itself, which `loss_not_reduced` may have wrapped."""
    return loss.args[0] if getattr(getattr(loss, "func", None), "__name__", "") == "loss_per_item" else loss


def _one_each(loss: Tensor, n: int) -> NDArray[np.float32]:
    if loss.numel() % max(n, 1) or loss.numel() < n:
        raise DataError(
            f"A loss has one value or several for each item, but {loss.numel()} came for {n} items. Try a loss that "
            'takes reduction="none".'
        )
    values: NDArray[np.float32] = loss.detach().reshape(n, -1).float().mean(1).cpu().numpy()
    return values


def _in_order(loader: TorchLoader[Any]) -> Any:
    """A loader of torch in the order of its data set; one over a random subset in the order of its indices."""
    dataset, sampler = loader.dataset, loader.sampler
    if loader.batch_size is None or isinstance(sampler, SequentialSampler):
        return loader
    if isinstance(sampler, SubsetRandomSampler):
        dataset = Subset(dataset, list(sampler.indices))
    return TorchLoader(dataset, loader.batch_size, num_workers=loader.num_workers, collate_fn=loader.collate_fn,
                       pin_memory=loader.pin_memory, worker_init_fn=loader.worker_init_fn)  # fmt: skip
