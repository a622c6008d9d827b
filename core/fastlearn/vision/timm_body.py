"""Networks of the timm library, named by a string."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from fastlearn.models.cut_report import CutReport, attach_report
from fastlearn.models.sizes import dummy_eval
from fastlearn.vision.arch import Arch
from fastlearn.vision.stats import Stats
from fastlearn.vision.weights import is_weights_file, load_weights, read_weights

PROBE_SIZES = (128, 224, 256, 384)


class TimmBody(nn.Module):
    """A timm network without its classifier. `maps`: give feature maps `(N, C, H, W)`, else its own pooled `(N, C)`.

    `stats` are the mean and standard deviation of the pixels it was trained on.
    """

    stats: Stats | None = None

    def __init__(self, model: Any, maps: bool) -> None:
        super().__init__()
        self.model, self.maps = model, maps

    def forward(self, x: Tensor) -> Tensor:
        features = self.model.forward_features(x) if self.maps else self.model(x)
        return features  # type: ignore[no-any-return]


def create_timm_body(name: str, pretrained: bool, weights: Any, n_in: int) -> TimmBody:
    """The timm network `name` for `n_in` channels; what it gives was tried, not guessed.

    Raises: ImportError with what to install if timm is missing.
    """
    timm = _import_timm(name)
    from_file = weights is not None and is_weights_file(weights)
    if weights is not None and not from_file:
        raise ValueError(f"timm names its weights in the model's name, as in 'resnet50.a1_in1k', but got {weights!r}.")
    model = timm.create_model(name, pretrained=pretrained and not from_file, num_classes=0, in_chans=n_in)
    if from_file:
        load_weights(model, read_weights(weights), str(weights))
    config = getattr(model, "pretrained_cfg", None) or getattr(model, "default_cfg", None) or {}
    stats = (list(config["mean"]), list(config["std"])) if "mean" in config and "std" in config else None
    maps, size = _gives_maps(model, n_in)
    body = TimmBody(model, maps)
    body.stats = stats
    shape = tuple(dummy_eval(body, (size, size), n_in).shape)
    return attach_report(body, CutReport(name, "headless", (), (), shape, size))


def _gives_maps(model: Any, n_in: int) -> tuple[bool, int]:
    """Whether the unpooled features are maps with the channels second (some networks give tokens, or channels last).

    Returns: that, and the size of the image that was tried.
    """
    body = TimmBody(model, maps=True)
    problem: Exception | None = None
    for size in PROBE_SIZES:
        try:
            features = dummy_eval(body, (size, size), n_in)
        except Exception as error:  # many insist on one input size
            problem = error
            continue
        return features.ndim == 4 and features.shape[1] == model.num_features, size
    raise ValueError(f"No image of {PROBE_SIZES} pixels runs through timm's {type(model).__name__}: {problem}")


def _import_timm(name: str) -> Any:
    try:
        import timm  # type: ignore[import-not-found]
    except ImportError as error:
        from fastlearn.vision import models

        own = isinstance(getattr(models, name, None), Arch)
        remedy = f"Pass {name} itself, without quotes, or install timm" if own else "Install timm"
        raise ImportError(
            f"An architecture given as text, here {name!r}, is a model of the timm library, which is not installed. "
            f"{remedy}: pip install timm."
        ) from error
    return timm
