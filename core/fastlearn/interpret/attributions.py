"""What in a picture made the model say what it says: attributions by Captum, computed first and drawn afterwards."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fastlearn.data.loader import DataLoader
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.problems import DataError, describe
from fastlearn.interpret.attribution_choices import Choices, class_id
from fastlearn.interpret.attribution_methods import captum_module, make_baseline, values_of
from fastlearn.interpret.attribution_plots import check_drawing, colour_map, draw_page, picture_of
from fastlearn.interpret.clean import item_name, target_vocab
from fastlearn.keywords import at_least, check_keywords
from fastlearn.losses.reading import activation_of
from fastlearn.train.batch import as_parts
from fastlearn.train.inference import inference
from fastlearn.train.run_state import n_inputs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from fastlearn.train.learner import Learner

__all__ = ["Attribution", "CaptumInterpretation"]


@dataclass(frozen=True, eq=False)
class Attribution:
    """How much each value of a picture speaks for the class `target`, or against it where negative.

    Shapes: `values`, `image` and `baseline` are `(C, H, W)`, on the CPU, `image` and `baseline` as the model sees them;
    `picture` is the picture as people see it, `(H, W, 3)` in `[0, 1]`; `probabilities` is `(K,)`. `predicted`, `label`
    and `probability` are of the likeliest class. `score` and `baseline_score` are what the model gives `target`, before
    any activation, for picture and baseline.
    """

    values: Tensor
    image: Tensor
    baseline: Tensor
    picture: NDArray[np.float32]
    metric: str
    target: int
    target_name: str
    predicted: int
    label: str
    probability: float
    probabilities: Tensor
    score: float
    baseline_score: float
    name: str = ""  # of the file, where the item is one

    @property
    def gap(self) -> float:
        """By how much the sum of the values misses `score - baseline_score`: near 0 for IG with enough steps."""
        return float(self.values.double().sum()) - (self.score - self.baseline_score)


class CaptumInterpretation:
    """Shows which pixels of a picture speak for a class, by integrated gradients, noise tunnel or occlusion.

    `methods` and `signs` are what is drawn side by side, in Captum's words; the strongest `outlier_perc` percent of a
    map look alike. `cmap_name` is a colour map of matplotlib, of which `N` colours are used; without a name a map is
    blue, or red (against the class) and blue (for it) where its sign is "all". At most `bs` pictures are in the model
    at once. `seed` fixes the noise of baselines and noise tunnel. Needs the extra `fastwidgets[captum]`.
    Raises: ImportError if Captum is not installed; ValueError for names that Captum or matplotlib do not know.
    """

    @check_keywords
    def __init__(
        self,
        learn: Learner,
        cmap_name: str | None = None,
        N: int = 256,
        methods: Sequence[str] = ("original_image", "heat_map"),
        signs: Sequence[str] = ("all", "positive"),
        outlier_perc: float = 1,
        bs: int = 32,
        seed: int = 0,
    ) -> None:
        captum_module()  # missing is said now, not after minutes
        check_drawing(methods, signs, outlier_perc)
        self.learn, self.methods, self.signs, self.outlier_perc = learn, tuple(methods), tuple(signs), outlier_perc
        self.colours = [colour_map(cmap_name, at_least("N", N, 2), sign) for sign in self.signs]
        self.bs, self.seed = at_least("bs", bs, 1), seed

    @check_keywords
    def attribute(
        self,
        inp: Any,
        metric: str = "IG",
        n_steps: int = 1000,
        baseline_type: str = "zeros",
        nt_type: str = "smoothgrad",
        strides: Sequence[int] = (3, 4, 4),
        sliding_window_shapes: Sequence[int] = (3, 15, 15),
        target: str | int | None = None,
        nt_samples: int = 5,
        nt_noise: float = 0.15,
    ) -> Any:
        """What speaks for the class `target` (its name or number; by default the predicted one) in the picture `inp`.

        `inp` is what `learn.predict` takes, or an item of a data set with its target; a list of them gives a list.
        `metric` is "IG" (integrated gradients, at `n_steps` points), "NT" (noise tunnel: those of `nt_samples` copies
        with noise of `nt_noise` times the picture's range, which share the `n_steps`; `nt_type` is "smoothgrad",
        "smoothgrad_sq" or "vargrad") or "Occl" (occlusion by windows of `sliding_window_shapes` every `strides`, both
        channels, rows, columns). `baseline_type` is what the picture is compared with: "zeros", "uniform" or "gauss".
        The model, its modes and its gradients stay as they were.
        Returns: an `Attribution`.
        Raises: ValueError for an unknown name or an impossible number; DataError if the input is not one picture or the
        model does not give one score a class.
        """
        choices = Choices(
            metric, n_steps, baseline_type, nt_type, strides, sliding_window_shapes, target, nt_samples, nt_noise
        )
        return [self._one(item, choices) for item in inp] if isinstance(inp, list) else self._one(inp, choices)

    @check_keywords
    def visualize(
        self,
        inp: Any,
        metric: str = "IG",
        n_steps: int = 1000,
        baseline_type: str = "zeros",
        nt_type: str = "smoothgrad",
        strides: Sequence[int] = (3, 4, 4),
        sliding_window_shapes: Sequence[int] = (3, 15, 15),
        target: str | int | None = None,
        nt_samples: int = 5,
        nt_noise: float = 0.15,
    ) -> Figure:
        """Draw the picture beside what speaks for its class, a list in a row each. See `attribute` for the arguments.

        Returns: the figure, which pyplot does not keep: a notebook shows it at the end of a cell, or by `display`.
        """
        found = self.attribute(
            inp, metric, n_steps, baseline_type, nt_type, strides, sliding_window_shapes, target, nt_samples, nt_noise
        )
        return self._page(found)

    @check_keywords
    def insights(self, inp: Any, debug: bool = True, metric: str = "IG", n_steps: int = 200) -> Figure:
        """A page of the items `inp`: each picture with its maps and the probabilities of its likeliest classes.

        `debug` writes below each map the scores that it explains and, for "IG", how far its sum is from them. The page
        is static with every Captum: its own Insights was made for the classic notebook only, and Captum 0.9 dropped it.
        Returns: the figure, as `visualize` does.
        """
        return self._page(self.attribute(inp, metric, n_steps), with_probabilities=True, debug=debug)

    def _page(self, found: Any, **options: bool) -> Figure:
        rows = found if isinstance(found, list) else [found]
        if not rows:
            raise DataError("There is nothing to explain: the list of items is empty. Try a path or a picture.")
        names = _class_names(self.learn, len(rows[0].probabilities))
        return draw_page(rows, self.methods, self.signs, self.colours, self.outlier_perc, names, **options)

    def _one(self, item: Any, choices: Choices) -> Attribution:
        item = item[0] if isinstance(item, tuple) and item and (n_inputs(self.learn.dls) or 1) == 1 else item
        # Captum asks for the gradients that it needs; a caller's inference mode would forbid them.
        with torch.inference_mode(False), torch.no_grad(), inference(self.learn):
            batch = _batch_of(self.learn, item)
            return self._explain(batch, choices, _name_of(item, self.learn))

    def _explain(self, batch: Any, choices: Choices, name: str) -> Attribution:
        learn = self.learn
        picture = picture_of(learn.dls, batch)
        image = _as_model_sees(learn, batch)
        raw = _scores(learn.model, image)
        probabilities = activation_of(learn.loss_func)(raw)[0].float().cpu()
        names, predicted = _class_names(learn, len(probabilities)), int(probabilities.argmax())
        target = predicted if choices.target is None else class_id(choices.target, names)
        baseline = make_baseline(image, choices.baseline_type, torch.Generator().manual_seed(self.seed))
        values = values_of(
            lambda pictures: _scores(learn.model, pictures), image, baseline, target, choices, self.bs, self.seed
        )
        return Attribution(
            values=values[0].float().cpu(),
            image=image[0].cpu(),
            baseline=baseline[0].cpu(),
            picture=picture,
            metric=choices.metric,
            target=target,
            target_name=names[target],
            predicted=predicted,
            label=names[predicted],
            probability=float(probabilities[predicted]),
            probabilities=probabilities,
            score=float(raw[0, target]),
            baseline_score=float(_scores(learn.model, baseline)[0, target]),
            name=name,
        )


def _batch_of(learn: Learner, item: Any) -> Any:
    """`item` as the loaders give it, a batch of one. Raises: DataError if that is not one picture."""
    batch: Any
    if isinstance(learn.dls, DataLoaders) and isinstance(learn.dls.train, DataLoader):
        batch = learn.dls.test_dl([item]).one_batch()
    elif isinstance(item, Tensor):
        batch = (item[None],)
    else:
        raise TypeError(
            f"The loaders do not say how to make an input of {type(item).__name__}. Try the tensor that the model "
            "takes for one item, or loaders made by DataBlock or DataLoaders.from_dsets."
        )
    inputs = as_parts(batch)
    if len(inputs) != 1 or not isinstance(inputs[0], Tensor) or inputs[0].ndim != 4:
        raise DataError(
            "Attributions are of one picture, a batch (1, channels, rows, columns), but the loaders gave "
            f"{describe(inputs[0] if len(inputs) == 1 else inputs)}. Try a learner for pictures."
        )
    return batch


def _as_model_sees(learn: Learner, batch: Any) -> Tensor:
    """The picture of `batch`, `(1, C, H, W)`, on the model's device, and the model ready for it; inside `inference`."""
    learn.training = False
    learn.start_pass(learn.dls.train)
    learn.set_batch(batch)
    learn.model.eval()
    image: Tensor = learn.x.detach().clone()
    return image if image.is_floating_point() else image.float()


def _scores(model: Any, pictures: Tensor) -> Tensor:
    """The model's scores, `(B, K)`. A copy goes in, since a model may work in place on what it is given."""
    scores = model(pictures.clone())
    if isinstance(scores, Tensor) and scores.shape == (len(pictures),):
        scores = scores[:, None]
    if not isinstance(scores, Tensor) or scores.ndim != 2:
        raise DataError(
            "Attributions explain one score, so the model gives one a class, shape (B, K), but it gave "
            f"{describe(scores)}. Try a model that classifies pictures."
        )
    return scores


def _class_names(learn: Learner, n: int) -> list[str]:
    names = (target_vocab(learn.dls) or [])[:n]
    return names + [str(i) for i in range(len(names), n)]


def _name_of(item: Any, learn: Learner) -> str:
    return item_name(item, learn.path) if isinstance(item, str | os.PathLike) else ""
