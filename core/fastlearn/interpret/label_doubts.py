"""Which labels are probably wrong, told from items that look like others with another label."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.problems import DataError
from fastlearn.interpret.confident import LITTLE, confident_classes, suspects, thresholds
from fastlearn.interpret.cross_fit import DECAYS, choose_decay, cross_fit, stratified_folds
from fastlearn.interpret.doubt_inputs import as_features, as_labels, enough, multi_label_folds, unit_rows
from fastlearn.keywords import at_least, check_keywords

if TYPE_CHECKING:
    import pandas as pd

    from fastlearn.interpret.stored_answers import StoredAnswers

__all__ = ["LabelDoubts", "find_label_doubts"]

FOLDS = 5
SEEN = 1.0  # weight decay of heads on features of a network that has seen the labels
Progress = Callable[[int, int], object]
Cancel = Callable[[], bool]
Bools = NDArray[np.bool_]


class LabelDoubts:
    """What out-of-sample probabilities say of the labels of `N` items with `C` classes.

    Shapes: `probs` is `(N, C)` float32; `labels` and `suggested` are class ids `(N,)`, or with several labels an item
    zeros and ones `(N, C)`, of which `label_wrong`, `(N, C)`, are suspected. `wrong` `(N,)`: suspected. `quality`
    `(N,)` in `[0, 1]`, low where the label is doubtful: how far its probability is above that of the likeliest other
    class, as `(1 + difference) / 2`, which for two classes is the probability itself; with several labels, that of the
    most doubtful one. `support` `(N,)`: the probability of the given label in units of the mean of its class.
    `confidence` `(N,)`: the probability of the suggestion. `judged`: False where a class has too few items to tell.
    """

    def __init__(self, probs: NDArray[np.float32], labels: NDArray[Any], classes: Sequence[str], judged: Bools) -> None:
        self.probs, self.labels, self.classes, self.judged = probs, labels, list(classes), judged
        self.multilabel = labels.ndim == 2
        self.label_wrong: Bools | None = None
        (self._judge_labels if self.multilabel else self._judge_classes)()

    @classmethod
    @check_keywords
    def of(
        cls,
        answers: StoredAnswers,
        folds: int = FOLDS,
        seed: int = 0,
        groups: Any = None,
        progress: Progress | None = None,
        cancel: Cancel | None = None,
    ) -> LabelDoubts:
        """Doubts about the targets of stored answers, by a cross-fit on their embeddings; see `find_label_doubts`.

        Raises: DataError if there are no embeddings, or the targets are no classes of whole items.
        """
        if answers.task not in ("category", "multicategory") or answers.targets is None:
            raise DataError(f"Labels that can be doubted are classes of whole items, but the task is {answers.task!r}.")
        if answers.embeddings is None:
            raise DataError(
                f"There are no embeddings to compare items by: {answers.no_embeddings}. Try "
                "find_label_doubts(features, labels) with features of your own."
            )
        return find_label_doubts(unit_rows(answers.embeddings), np.asarray(answers.targets), answers.vocab, folds, seed,
                                 groups, decay=SEEN, progress=progress, cancel=cancel)  # fmt: skip

    def _judge_classes(self) -> None:
        rows = np.arange(len(self))
        limits = thresholds(self.probs, self.labels)
        confident = confident_classes(self.probs, self.labels, limits)
        own = self.probs[rows, self.labels]
        self.support = own / np.maximum(limits[self.labels], 1e-9)
        others = self.probs.copy()
        others[rows, self.labels] = -1
        rival = others.argmax(1)
        self.wrong = suspects(confident != self.labels, self.support, others.max(1) / limits[rival]) & self.judged
        self.suggested: NDArray[Any] = np.where(confident != self.labels, confident, rival).astype(np.int64)
        # The margin, not the probability alone: an item between three classes has a low one and no wrong label.
        self.quality = np.where(self.judged, (1 + own - others.max(1)) / 2, np.nan).astype(np.float32)
        self.confidence = self.probs[rows, self.suggested]

    def _judge_labels(self) -> None:
        yes = self.labels.astype(bool)
        given = np.where(yes, self.probs, 1 - self.probs)
        # For each label on its own, presence and absence are two classes.
        wrong, support = np.zeros(yes.shape, bool), np.ones(yes.shape)
        for c in range(yes.shape[1]):
            two, ids = np.stack((1 - self.probs[:, c], self.probs[:, c]), axis=1), yes[:, c].astype(np.int64)
            limits = thresholds(two, ids)
            support[:, c] = given[:, c] / np.maximum(limits[ids], 1e-9)
            rival = (1 - given[:, c]) / limits[1 - ids]
            wrong[:, c] = suspects(confident_classes(two, ids, limits) != ids, support[:, c], rival)
        self.support = support.min(1)
        wrong &= self.judged[:, None] if self.judged.ndim == 1 else self.judged
        self.label_wrong, self.suggested, self.wrong = wrong, yes ^ wrong, np.logical_or.reduce(wrong, axis=1)
        judged = np.broadcast_to(self.judged[:, None] if self.judged.ndim == 1 else self.judged, yes.shape)
        self.quality = np.where(judged, given, np.inf).min(1).astype(np.float32)
        self.quality[np.isinf(self.quality)] = np.nan
        self.confidence = np.where(self.wrong, np.where(wrong, 1 - given, 0).max(1), 1 - self.quality).astype(
            np.float32
        )
        self.judged = np.logical_or.reduce(judged, axis=1)

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"LabelDoubts({self.n_doubtful} of {len(self)} suspected)"

    @property
    def n_doubtful(self) -> int:
        """How many labels are suspected."""
        return int(self.wrong.sum())

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """All rows, the most doubtful first; those that cannot be judged last."""
        quality = np.where(np.isnan(self.quality), 2.0, self.quality)
        return np.lexsort((np.arange(len(self)), quality))

    def suspected(self) -> NDArray[np.int64]:
        """The rows that are suspected, the most doubtful first."""
        return np.asarray(self.order[self.wrong[self.order]])

    def suggestion(self, row: int) -> str | tuple[str, ...]:
        """The label that the row probably should have; with several labels an item, all that it should have."""
        if not self.multilabel:
            return self.classes[int(self.suggested[row])]
        return tuple(name for name, on in zip(self.classes, self.suggested[row].tolist(), strict=True) if on)

    def reason(self, row: int) -> str:
        """Why the label of the row is doubted, or that it is not."""
        if not self.judged[row]:
            return "too few items of its class to tell"
        if not self.wrong[row]:
            return "label not doubted"
        if self.multilabel:
            return f"label doubtful: {'; '.join(self._label_reasons(row))}"
        own, label = float(self.probs[row, self.labels[row]]), self.classes[int(self.labels[row])]
        return (
            f"label doubtful: looks like {self.suggestion(row)} ({self.confidence[row]:.2f}), not {label} ({own:.2f})"
        )

    def _label_reasons(self, row: int) -> list[str]:
        assert self.label_wrong is not None
        columns = np.flatnonzero(self.label_wrong[row])
        there = self.labels[row].astype(bool)
        order = sorted(columns.tolist(), key=lambda c: self.probs[row, c] if there[c] else 1 - self.probs[row, c])
        return [f"{self.classes[c]} {'seems not to be there' if there[c] else 'seems to be missing'} "
                f"({self.probs[row, c]:.2f})" for c in order]  # fmt: skip

    def table(self, answers: StoredAnswers | None = None) -> pd.DataFrame:
        """The suspected items, the most doubtful first: row, item (of `answers`), label, suggestion, and why."""
        import pandas as pd

        rows = self.suspected().tolist()
        columns: dict[str, Any] = {"row": rows}
        if answers is not None:
            columns["item"] = [answers.ids[row] for row in rows]
        columns |= {
            "label": [self._given(row) for row in rows],
            "suggestion": [self.suggestion(row) for row in rows],
            "quality": self.quality[rows],
            "confidence": self.confidence[rows],
            "reason": [self.reason(row) for row in rows],
        }
        table: pd.DataFrame = pd.DataFrame(columns)
        return table

    def _given(self, row: int) -> str | tuple[str, ...]:
        if not self.multilabel:
            return self.classes[int(self.labels[row])]
        return tuple(name for name, on in zip(self.classes, self.labels[row].tolist(), strict=True) if on)


@check_keywords
def find_label_doubts(
    features: Any,
    labels: Any,
    classes: Sequence[str] | None = None,
    folds: int = FOLDS,
    seed: int = 0,
    groups: Any = None,
    items: Sequence[Any] | None = None,
    decay: float | None = None,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> LabelDoubts:
    """Doubts about `labels`, from small linear heads on `features` that each have not seen the labels they judge.

    Shapes: `features` is `(N, D)`, or a function from an item to a vector, called on each of `items`; `labels` are
    class ids or names, `(N,)`, or zeros and ones, `(N, C)`. `classes` names the classes. The items are parted into
    `folds`, stratified, by `seed`; those of one of the `groups`, `(N,)`, such as duplicates, are never in two folds. A
    second round fits the heads again without what the first one suspects, so that wrong labels do not vouch for each
    other. `decay` is the weight decay of the heads; None takes the one that explains held-out labels best. Features of
    a network that was trained on the very labels hold those too, so that held-out labels are no measure there: with
    `decay=1.0` a head can hardly make use of that. `progress(done, total)` is called after each head; `cancel()` ends
    it all.
    Raises: DataError, naming the row, for features that are not finite, and for less than two classes.
    Source: Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels", the
    thresholds of section 3.1 (equation 2) and the confident class of equation 1.
    """
    at_least("folds", folds, 2)
    x = as_features(features, items)
    y, names = as_labels(labels, classes, len(x))
    judged = enough(y, len(names))
    rng = np.random.default_rng(seed)
    parts = np.asarray(groups) if groups is not None else None
    split = multi_label_folds(y, folds, rng, parts) if y.ndim == 2 else stratified_folds(y, folds, rng, parts)
    count = _Count(2 * folds + len(DECAYS), progress, cancel)
    decay = choose_decay(x, y, len(names), split, step=count) if decay is None else decay
    first = LabelDoubts(cross_fit(x, y, len(names), split, decay, step=count), y, names, judged)
    trusted = ~(first.wrong & (first.support < LITTLE))
    probs = cross_fit(x, y, len(names), split, decay, trusted, step=count)
    count.end()
    return LabelDoubts(probs, y, names, judged)


class _Count:
    """Tells the progress after each step; stops the work where it was cancelled."""

    def __init__(self, total: int, progress: Progress | None, cancel: Cancel | None) -> None:
        self.total, self.progress, self.cancel, self.done = total, progress, cancel, 0

    def __call__(self) -> None:
        if self.cancel is not None and self.cancel():
            raise InterruptedError("The search for label doubts was cancelled.")
        self.done = min(self.done + 1, self.total - 1)
        if self.progress is not None:
            self.progress(self.done, self.total)

    def end(self) -> None:
        if self.progress is not None:
            self.progress(self.total, self.total)
