"""Where in a picture a convolutional network looks: class activation maps weighted by gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader as TorchLoader
from torch.utils.data import Subset

from fastlearn.data.batch import map_tensors
from fastlearn.data.loader import DataLoader
from fastlearn.data.problems import DataError, describe
from fastlearn.interpret.answer_pass import clean_items
from fastlearn.interpret.attribution_choices import class_id
from fastlearn.interpret.clean import target_vocab
from fastlearn.interpret.map_layer import MapLayer, find_map_layer, held
from fastlearn.keywords import at_least, check_keywords
from fastlearn.losses.reading import activation_of
from fastlearn.train.inference import inference

if TYPE_CHECKING:
    from fastlearn.interpret.stored_answers import StoredAnswers
    from fastlearn.train.learner import Learner

__all__ = ["GradCAM", "HeatMap", "grad_cam"]

Target = str | int
Targets = Target | Sequence[Target]


@dataclass(frozen=True, eq=False)
class HeatMap:
    """What in a picture speaks for the class `target`.

    `values` is `(H, W)` float32 in `[0, 1]`, of the size of the picture as the model sees it; the strongest place is 1.
    `flat`: nothing speaks for the class, and all values are 0. `probability` is that of `target`, where predictions are
    probabilities of classes; `predicted` is the likeliest class.
    """

    values: NDArray[np.float32]
    target: int
    target_name: str
    predicted: int
    probability: float
    layer: str

    @property
    def flat(self) -> bool:
        """Whether nothing in the picture speaks for the class."""
        return not bool(self.values.any())


def grad_cam(maps: Tensor, gradients: Tensor, size: tuple[int, int]) -> Tensor:
    """Heat maps of `size` (rows, columns) from the maps of a layer and the gradients of a score at them.

    Shapes: `maps` and `gradients` are `(B, C, h, w)`; the result is `(B, *size)` in `[0, 1]`, each map divided by its
    largest value, or zero where no value is positive.
    Source: Selvaraju et al. 2017, "Grad-CAM: Visual Explanations from Deep Networks", equations 1 and 2.
    """
    weights = gradients.float().mean((2, 3), keepdim=True)
    heat = F.relu((weights * maps.float()).sum(1, keepdim=True))
    heat = F.interpolate(heat, size, mode="bilinear", align_corners=False)[:, 0]
    largest = heat.amax((1, 2), keepdim=True)
    return torch.where(largest > 0, heat / largest.clamp(min=torch.finfo(heat.dtype).tiny), 0)


class GradCAM:
    """Heat maps of a learner's predictions: in one forward and one backward pass for each batch.

    `layer` is the dotted path of a layer that gives maps `(B, C, h, w)`; without it, it is found by sending a picture
    through: the last one whose maps have more than one place and on which the prediction depends, or, for a network
    that answers for every pixel, the one with the smallest maps. The model's modes, gradients and weights stay as they
    are.
    Raises: DataError, saying what to try, for a network without such a layer.
    """

    @check_keywords
    def __init__(self, learn: Learner, layer: str | None = None) -> None:
        self.learn = learn
        loader = next((dl for dl in (learn.dls.valid, learn.dls.train) if _has_items(dl)), None)
        self._place: MapLayer | None = None
        if layer is not None and layer not in dict(learn.model.named_modules()):
            last = ", ".join(name for name, _ in list(learn.model.named_modules())[-4:])
            raise DataError(f"The model has no layer {layer!r}. Its last ones are {last}.")
        self._wanted = layer
        if loader is not None:
            with _ready(learn):
                learn.set_batch(_first(clean_items(loader)))
                self._find()

    @property
    def layer(self) -> str:
        """The layer whose maps are weighted; empty before the first picture, where the learner has no items."""
        return "" if self._place is None else self._place.name

    @check_keywords
    def maps(self, items: Sequence[Any], target: Targets = "predicted", bs: int = 32) -> list[HeatMap]:
        """A map for each of `items` (paths, pictures, rows), at most `bs` of them in the model at once.

        `target`: "predicted", the name or the number of a class, or a list with one of these for each item.
        Raises: ItemError, naming the item, where one cannot be read.
        """
        items = list(items)
        if not items:
            return []
        loader: Any = self.learn.dls.test_dl(items, bs=at_least("bs", bs, 1), num_workers=0, skip_unreadable=False)
        return self._over(loader, _each(target, len(items)), None)

    @check_keywords
    def of_rows(
        self, answers: StoredAnswers, rows: Sequence[int], target: Targets = "predicted", bs: int = 32
    ) -> list[HeatMap]:
        """A map for each of the `rows` of stored answers; `target` may also be "target": the class of its label."""
        wanted, found = _each(target, len(rows)), dict[int, HeatMap]()
        chosen = np.asarray(rows, np.int64)
        for split in (0, 1):
            mine = np.flatnonzero(answers.splits[chosen] == split)
            if not len(mine):
                continue
            positions = answers.positions[chosen[mine]]
            labels = None if answers.targets is None else np.asarray(answers.targets[chosen[mine]])
            loader = _alone(clean_items(self.learn.dls[split]), positions, at_least("bs", bs, 1))
            heat = self._over(loader, [wanted[i] for i in mine], labels)
            found.update(zip(mine.tolist(), heat, strict=True))
        return [found[i] for i in range(len(rows))]

    def _over(self, loader: Any, targets: list[Target], labels: NDArray[Any] | None) -> list[HeatMap]:
        done: list[HeatMap] = []
        with _ready(self.learn):
            for batch in loader:
                self.learn.set_batch(batch)
                n = len(batch[0]) if isinstance(batch, tuple | list) else len(batch)
                chosen = slice(len(done), len(done) + n)
                done += self._of_batch(targets[chosen], None if labels is None else labels[chosen])
        if len(done) != len(targets):
            raise DataError(f"There are {len(targets)} items, but {len(done)} could be read. Try find_problems.")
        return done

    def _of_batch(self, targets: list[Target], labels: NDArray[Any] | None) -> list[HeatMap]:
        learn = self.learn
        place = self._find()
        with torch.enable_grad(), held(learn.model, place) as kept:
            inputs = tuple(map_tensors(lambda t: t.detach().clone(), part) for part in learn.xb)
            scores = learn.model(*inputs)
            maps = kept()
            if not isinstance(scores, Tensor) or maps is None:
                raise _no_layer(f"it gave {describe(scores)}")
            read = activation_of(learn.loss_func)(scores.detach())
            flat = _a_class_each(scores)
            ids, predicted = self._ids(targets, labels, flat.detach())
            (gradients,) = torch.autograd.grad(flat[torch.arange(len(ids)), ids].sum(), maps)
        heat = grad_cam(maps.detach(), gradients, tuple(learn.x.shape[-2:]))
        likely = _a_class_each(read.float())
        names = self._names(flat.shape[1])
        return [
            HeatMap(h.cpu().numpy(), int(i), names[i], int(p), float(row[i]), place.name)
            for h, i, p, row in zip(heat, ids.tolist(), predicted.tolist(), likely, strict=True)
        ]

    def _ids(self, targets: list[Target], labels: NDArray[Any] | None, scores: Tensor) -> tuple[Tensor, Tensor]:
        names, predicted = self._names(scores.shape[1]), scores.argmax(1).cpu()
        ids = [
            int(predicted[i]) if target == "predicted" and target not in names
            else _label_id(labels, i, scores[i]) if target == "target" and target not in names
            else class_id(target, names)
            for i, target in enumerate(targets)
        ]  # fmt: skip
        return torch.tensor(ids), predicted

    def _names(self, n: int) -> list[str]:
        names = (target_vocab(self.learn.dls) or [])[:n]
        return names + [str(i) for i in range(len(names), n)]

    def _find(self) -> MapLayer:
        if self._place is None:
            self._place = find_map_layer(self.learn.model, self.learn.xb, self._wanted)
        if self._place is None:
            raise _no_layer("all its layers give vectors, maps of a single place, or maps that the prediction ignores")
        return self._place


def _a_class_each(scores: Tensor) -> Tensor:
    """One score for each class, `(B, K)`: pixels are summed where they are predicted as the class.

    Source for pixels: Vinogradova et al. 2020, "Towards Interpretable Semantic Segmentation via Gradient-Weighted Class
    Activation Mapping".
    """
    if scores.ndim == 1:
        return scores[:, None]
    if scores.ndim == 4:
        chosen = torch.zeros_like(scores).scatter_(1, scores.argmax(1, keepdim=True), 1)
        return (scores * chosen.detach()).flatten(2).sum(2)
    return scores.flatten(1)


def _label_id(labels: NDArray[Any] | None, i: int, scores: Tensor) -> int:
    """The class of the label; of several labels the one that the model sees least."""
    if labels is None:
        raise DataError('There are no stored labels for these items. Try target="predicted", or a class.')
    if labels.ndim == 1:
        return int(labels[i])
    there = np.flatnonzero(labels[i])
    return int(there[int(scores[torch.from_numpy(there)].argmin())]) if labels.dtype == bool and len(there) else 0


def _ready(learn: Learner) -> Any:
    """The learner's model in evaluation mode on its device, and afterwards as it was."""
    return _Ready(learn)


class _Ready:
    def __init__(self, learn: Learner) -> None:
        self._learn, self._inside = learn, inference(learn)

    def __enter__(self) -> None:
        self._mode = torch.inference_mode(False)  # a caller's would forbid gradients
        self._mode.__enter__()
        self._inside.__enter__()
        self._learn.training = False
        self._learn.start_pass(self._learn.dls.train)
        self._learn.model.eval()

    def __exit__(self, *error: Any) -> None:
        self._inside.__exit__(*error)
        self._mode.__exit__(*error)


def _each(target: Targets, n: int) -> list[Target]:
    if isinstance(target, str | int | np.integer):
        return [target] * n  # type: ignore[list-item]
    if len(target) != n:
        raise ValueError(f"There is one target for each item, but {len(target)} targets came for {n} items.")
    return list(target)


def _alone(loader: Any, positions: NDArray[np.int64], bs: int) -> Any:
    """The items at `positions`, in that order."""
    if isinstance(loader, DataLoader):
        return loader.new(sampler=positions.tolist(), bs=bs, batch_size=None, num_workers=0, skip_unreadable=False)
    return TorchLoader(Subset(loader.dataset, positions.tolist()), bs, collate_fn=loader.collate_fn)


def _first(loader: Any) -> Any:
    return loader.one_batch() if hasattr(loader, "one_batch") else next(iter(loader))


def _has_items(loader: Any) -> bool:
    try:
        return loader is not None and len(loader.dataset) > 0
    except (TypeError, AttributeError):
        return False


def _no_layer(why: str) -> DataError:
    return DataError(
        f"There is no layer whose maps could be shown over the picture: {why}. A convolutional network has one where "
        "its last maps are larger than one place: try larger pictures, or layer= with the path of another layer."
    )
