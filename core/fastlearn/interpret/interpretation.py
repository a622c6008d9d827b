"""What a trained model makes of each item, from one stored pass over clean input."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from fastlearn.data.decoding import decoded_targets
from fastlearn.data.kinds import kinds_of_sample
from fastlearn.data.problems import DataError
from fastlearn.data.show import View, find_viewer, show_view
from fastlearn.data.targets import part_vocabs
from fastlearn.interpret.clean import clean_loader, in_words, item_name, items_at, samples_at, target_vocab
from fastlearn.losses.reading import Reading, decodes_of

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

DRAWN_TARGETS = ("mask", "points", "boxes")
LARGEST = 3  # classes of a mask, in a title
TITLE_POINTS = 8  # size of the titles of the top losses


class Interpretation:
    """Predictions, targets and losses of every item of `dl`, stored by one pass; nothing asked later runs the model.

    Row i of `preds` (as people read them, after the activation), `targs`, `losses` (one number an item) and `items`
    (paths, rows) is one item. Make it with `from_learner`.
    """

    def __init__(
        self,
        dl: Any,
        preds: Any,
        targs: Any,
        losses: Tensor,
        positions: NDArray[np.int64],
        decodes: Reading,
        path: Path = Path(),
    ) -> None:
        self.dl, self.preds, self.targs, self.losses = dl, preds, targs, losses
        self.positions, self.decodes, self.path = positions, decodes, path
        self.vocab = target_vocab(dl)
        self.items = items_at(dl.dataset, positions)

    @classmethod
    def from_learner(cls, learn: Learner, ds_idx: int = 1, dl: Any = None, act: Any = None) -> Interpretation:
        """Run the model once over loader `ds_idx` of the learner (0 training, 1 validation), or over `dl`.

        The input is clean: every item once, in order, with the validation transforms, for the training data too. `act`
        replaces the loss's activation.
        Raises: DataError if there is nothing to look at or the loader gives no targets.
        """
        loader = clean_loader(learn.dls[ds_idx] if dl is None else dl)
        preds, targs, losses = learn.get_preds(dl=loader, with_loss=True, act=act)
        if preds is None or targs is None or losses is None:
            raise DataError(
                "Interpretation compares predictions with targets, but the loader gave none. Try a loader "
                "with items and labels, as test_dl(items, with_labels=True)."
            )
        losses = losses.flatten(1).mean(1) if losses.ndim > 1 else losses
        known = learn.pred_positions
        positions = np.arange(len(losses)) if known is None or len(known) != len(losses) else known
        path = Path(getattr(learn.dls, "path", "."))
        return cls(loader, preds, targs, losses, positions, decodes_of(learn.loss_func), path)

    def __len__(self) -> int:
        return len(self.losses)

    def top_losses(self, k: int | None = None, largest: bool = True, items: bool = False) -> tuple[Any, ...]:
        """The `k` largest losses (smallest with `largest=False`) and their rows; all of them, in order, without `k`.

        Returns: `(losses, rows)`, two tensors of shape `(k,)`; with `items=True` also the list of the items.
        """
        if k is not None and k < 1:
            raise ValueError(f"`k` counts items, so it is at least 1, but got {k!r}. Try k=9.")
        losses, rows = self.losses.topk(min(k or len(self), len(self)), largest=largest)
        return (losses, rows, self._items(rows.tolist())) if items else (losses, rows)

    def plot_top_losses(
        self,
        k: int | Sequence[int] | range,
        largest: bool = True,
        nrows: int | None = None,
        ncols: int | None = None,
        figsize: tuple[float, float] | None = None,
    ) -> None:
        """Show the `k` items with the largest losses, each with prediction, actual, probabilities, loss and path.

        `k` may be places in that ranking: `range(9, 18)` shows the next nine. Masks, points and boxes are drawn twice,
        the actual ones beside the predicted. Rows of a table are shown as one, other data without pictures is printed.
        """
        _, ranked = self.top_losses(k if isinstance(k, int) else None, largest)
        rows = ranked.tolist() if isinstance(k, int) else [int(ranked[i]) for i in k]
        samples = self._samples(rows)
        viewer = find_viewer(self._kinds(samples)[0], None)
        if getattr(viewer, "as_table", False):
            self._show_with_losses(rows, samples)
            return
        if viewer is None:
            print("\n".join(", ".join(self.describe(row)) for row in rows))
            return
        from fastlearn.vision.plots import get_grid

        two = self._draws_targets(samples)
        axes = get_grid(len(rows), nrows=nrows, ncols=ncols, figsize=figsize, double=two, imsize=3.2)
        for i, (row, sample) in enumerate(zip(rows, samples, strict=True)):
            if two:
                self._draw_pair(row, sample, axes[2 * i], axes[2 * i + 1])
            else:
                self._draw(sample, axes[i])
                self._title(axes[i], row)

    def show_results(
        self,
        idxs: Sequence[int] | Tensor,
        nrows: int | None = None,
        ncols: int | None = None,
        figsize: tuple[float, float] | None = None,
    ) -> None:
        """Show the items of the rows `idxs` with their targets and predictions."""
        rows = [int(i) for i in idxs]
        pairs = [(row, sample) for row, sample in zip(rows, self._samples(rows), strict=True) if sample is not None]
        if not pairs:
            raise self._unreadable(len(rows))
        samples = [sample for _, sample in pairs]
        kinds = self._kinds(samples)
        predictions = [self._shown(self._row_decoded(row), sample, kinds) for row, sample in pairs]
        show_view(
            View(
                samples,
                kinds,
                self._n_inp(),
                vocab=self.vocab,
                predictions=predictions,
                nrows=nrows,
                ncols=ncols,
                figsize=figsize,
                items=self._items([row for row, _ in pairs]),
                vocabs=part_vocabs(self.dl.dataset, len(kinds)),
            )
        )

    def _show_with_losses(self, rows: Sequence[int], samples: Sequence[tuple[Any, ...] | None]) -> None:
        """The rows of a table, each with its target, prediction and loss."""
        pairs = [(row, sample) for row, sample in zip(rows, samples, strict=True) if sample is not None]
        if not pairs:
            raise self._unreadable(len(rows))
        found = [sample for _, sample in pairs]
        kinds = self._kinds(found)
        words = [self._shown(self._row_decoded(row), sample, kinds) for row, sample in pairs]
        losses = {"columns": {"loss": [self.losses[row].item() for row, _ in pairs]}}
        show_view(View(found, kinds, self._n_inp(), vocab=self.vocab, predictions=words, options=losses,
                       vocabs=part_vocabs(self.dl.dataset, len(kinds))))  # fmt: skip
        gone = len(rows) - len(found)
        if gone:
            print(f"{gone} of {len(rows)} can no longer be read and {'is' if gone == 1 else 'are'} left out.")

    def _unreadable(self, n: int) -> DataError:
        return DataError(f"None of the {n} items can be shown: their files can no longer be read.")

    def describe(self, row: int, limit: int = 46) -> list[str]:
        """What is known of a row, in labelled lines: prediction, actual, loss, and the item if the data tells it.

        `limit` is how many characters the item's name may have.
        """
        decoded, target = self._row_decoded(row), _at(self.targs, row)
        lines = [
            f"prediction: {self._words(decoded)}{self._probability(row, decoded)}",
            f"actual: {self._words(target)}{self._probability(row, target)}",
            f"loss: {self.losses[row].item():.4g}",
        ]
        return lines if self.items is None else [*lines, item_name(self.items[row], self.path, limit)]

    def _words(self, value: Any) -> str:
        parts = tuple(value) if isinstance(value, tuple | list) else (value,)
        n_inp, kinds = self._n_inp(), tuple(getattr(self.dl, "kinds", None) or ())
        if len(kinds) != n_inp + len(parts):
            return " / ".join(in_words(part, self.vocab) for part in parts)
        vocabs = [self.vocab] if len(parts) == 1 else part_vocabs(self.dl.dataset, len(kinds))[n_inp:]
        told = list(zip(parts, kinds[n_inp:], vocabs, strict=True))
        labels = next(((part, vocab) for part, kind, vocab in told if kind == "boxlabels"), None)
        return " / ".join(_box_words(part, labels) if kind == "boxes" else _part_words(part, kind, vocab)
                          for part, kind, vocab in told if kind != "boxlabels")  # fmt: skip

    def _probability(self, row: int, class_id: Any) -> str:
        """The predicted probability of a class, where the predictions are probabilities of classes."""
        pred = _at(self.preds, row)
        one_class = isinstance(pred, Tensor) and isinstance(class_id, Tensor) and class_id.ndim == 0
        if not one_class or pred.ndim != 1 or not 0 <= int(class_id) < len(pred) or pred.min() < 0 or pred.max() > 1:
            return ""
        return f" (probability {pred[int(class_id)].item():.2f})"

    def _row_decoded(self, row: int) -> Any:
        if not isinstance(self.preds, Tensor):
            one = type(self.preds)(part[row : row + 1] for part in self.preds)
            return _at(self.decodes(one), 0)  # type: ignore[arg-type]  # a loss of several targets takes them all
        return self.decodes(self.preds[row : row + 1])[0]

    def _shown(self, decoded: Any, sample: tuple[Any, ...], kinds: tuple[str, ...]) -> Any:
        """A prediction as a viewer shows it: words for labels, the values themselves for what is drawn, in pixels."""
        n_inp = self._n_inp()
        if len(kinds) > n_inp and kinds[n_inp] in DRAWN_TARGETS:
            parts = decoded_targets(self.dl, sample[:n_inp], decoded if isinstance(decoded, tuple) else (decoded,))
            vocabs = part_vocabs(self.dl.dataset, len(kinds))[n_inp:]
            parts = tuple(_named(part, kind, vocab)
                          for part, kind, vocab in zip(parts, kinds[n_inp:], vocabs, strict=False))  # fmt: skip
            return parts[0] if len(parts) == 1 else parts
        drawn = isinstance(decoded, Tensor) and (decoded.ndim > 1 or self.vocab is None)
        return decoded if drawn else self._words(decoded)

    def _items(self, rows: Sequence[int]) -> list[Any] | None:
        return None if self.items is None else [self.items[row] for row in rows]

    def _samples(self, rows: Sequence[int]) -> list[tuple[Any, ...] | None]:
        if isinstance(self.dl.dataset, IterableDataset) or not hasattr(self.dl.dataset, "__getitem__"):
            raise DataError("The data is a stream, which cannot be read again to show items. Try top_losses().")
        return samples_at(self.dl, [int(self.positions[row]) for row in rows])

    def _kinds(self, samples: Sequence[tuple[Any, ...] | None]) -> tuple[str, ...]:
        known = getattr(self.dl, "kinds", None)
        first = next((s for s in samples if s is not None), ())
        return tuple(known) if known else kinds_of_sample(first) or ("value",)

    def _n_inp(self) -> int:
        return int(getattr(self.dl, "n_inp", 1))

    def _draws_targets(self, samples: Sequence[tuple[Any, ...] | None]) -> bool:
        """Whether what is predicted is drawn on its picture, and not told in words."""
        kinds, n_inp = self._kinds(samples), self._n_inp()
        return len(kinds) > n_inp and kinds[n_inp] in DRAWN_TARGETS

    def _draw_pair(self, row: int, sample: tuple[Any, ...] | None, left: Any, right: Any) -> None:
        """What is actually there, and what was predicted, each with its part of the description."""
        prediction, actual, *rest = self.describe(row, limit=self._characters(left))
        predicted = sample
        if sample is not None:
            n_inp = self._n_inp()
            shown = self._shown(self._row_decoded(row), sample, self._kinds([sample]))
            parts = shown if isinstance(shown, tuple) else (shown, *sample[n_inp + 1 :])
            predicted = (*sample[:n_inp], *parts)
        for ax, one, lines in ((left, sample, [actual, *rest]), (right, predicted, [prediction])):
            self._draw(one, ax)
            self._title(ax, lines=lines)

    def _title(self, ax: Any, row: int | None = None, lines: Sequence[str] = ()) -> None:
        """The description of `row`, or `lines`, above `ax`, wrapped to its width."""
        across = self._characters(ax)
        told = lines if row is None else self.describe(row, limit=across)
        wrapped = [piece for line in told for piece in textwrap.wrap(line, across) or [""]]
        ax.set_title("\n".join(wrapped), fontsize=TITLE_POINTS, parse_math=False)  # names may have dollar signs

    def _characters(self, ax: Any) -> int:
        from fastlearn.vision.plots import characters_across

        return characters_across(ax, TITLE_POINTS)

    def _draw(self, sample: tuple[Any, ...] | None, ax: Any) -> None:
        if sample is None:
            ax.text(0.5, 0.5, "can no longer\nbe read", ha="center", va="center")
            ax.set_axis_off()
            return
        kinds, n_inp = self._kinds([sample]), self._n_inp()
        kept = len(sample) if self._draws_targets([sample]) else n_inp
        vocabs = part_vocabs(self.dl.dataset, len(kinds))[:kept]
        show_view(View([sample[:kept]], kinds[:kept], n_inp, vocab=self.vocab, ctxs=[ax], vocabs=vocabs))


def _part_words(part: Any, kind: str, vocab: Any) -> str:
    """One target in words: boxes are counted, a mask is told by its largest classes."""
    names = None if vocab is None else [str(name) for name in vocab]
    if kind == "mask":
        counts = torch.bincount(part.flatten().clamp(min=0).long())
        largest = [i for i in counts.argsort(descending=True)[:LARGEST].tolist() if counts[i]]
        return ", ".join(
            f"{names[i] if names and i < len(names) else i} {counts[i] / counts.sum():.0%}" for i in largest
        )
    return in_words(part, names)


def _box_words(boxes: Tensor, labels: tuple[Any, Any] | None) -> str:
    """How many boxes there are and, where they have labels (ids and vocabulary), of what: "3 boxes: car, 2 dog"."""
    there = ((boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])).tolist()
    counted = f"{sum(there)} box{'' if sum(there) == 1 else 'es'}"
    if labels is None or labels[1] is None or not any(there):
        return counted
    ids, vocab = labels
    names = Counter(str(vocab[int(i)]) for i, real in zip(ids, there, strict=False) if real)
    return f"{counted}: {', '.join(name if n == 1 else f'{n} {name}' for name, n in names.items())}"


def _named(part: Any, kind: str, vocab: Any) -> Any:
    """The labels of boxes by name."""
    return [vocab[int(i)] for i in part] if kind == "boxlabels" and vocab is not None else part


def _at(stored: Any, row: int) -> Any:
    """One row of a tensor, or of each in a tuple of them."""
    return stored[row] if isinstance(stored, Tensor) else type(stored)(part[row] for part in stored)


def rows_of(stored: Any, start: int, stop: int) -> Tensor:
    """Rows `start` to `stop` of what is stored, which has to be one tensor. Raises: DataError if it is several."""
    if not isinstance(stored, Tensor):
        raise DataError(
            f"One prediction and one target an item are compared, but there are {len(stored)} of them. Try "
            "Interpretation, which shows any number."
        )
    return torch.as_tensor(stored[start:stop])
