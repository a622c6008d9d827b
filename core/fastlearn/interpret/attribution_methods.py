"""Which pixels speak for a class: integrated gradients, the noise tunnel and occlusion, as Captum computes them.

Each method takes a function from pictures `(B, C, H, W)` to scores `(B, K)`, one picture `(1, C, H, W)` with its
baseline of the same shape, and gives attributions of that shape. No more than `bs` pictures are in the model at once.
Captum is imported when it is first needed.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor

from fastlearn.interpret.attribution_choices import Choices

__all__ = ["captum_module", "integrated_gradients", "make_baseline", "noise_tunnel", "occlusion", "values_of"]

Scores: TypeAlias = Callable[[Tensor], Tensor]


def captum_module() -> Any:
    """`captum.attr`. Raises: ImportError, saying how to install it, where it is missing."""
    try:
        return importlib.import_module("captum.attr")
    except ImportError as error:
        raise ImportError(
            f"CaptumInterpretation needs Captum, which could not be imported ({error}). "
            "Try pip install 'fastwidgets[captum]'."
        ) from error


def make_baseline(image: Tensor, kind: str, rng: torch.Generator) -> Tensor:
    """What a picture is compared with: one that tells the model nothing.

    Shapes: `image` has any shape, in the units that the model sees; the result has its shape, dtype and device.
    `"zeros"` is all zero, the mean colour where pictures are normalised; `"uniform"` is noise in `[0, 1)`; `"gauss"` is
    the mean of the picture and standard normal noise. Noise is drawn on the CPU, so that all devices draw the same.
    """
    if kind == "uniform":
        return torch.rand(image.shape, generator=rng).to(image)
    if kind == "gauss":
        return (torch.randn(image.shape, generator=rng).to(image) + image) / 2
    return torch.zeros_like(image)


def values_of(
    scores: Scores, image: Tensor, baseline: Tensor, target: int, choices: Choices, bs: int, seed: int
) -> Tensor:
    """The attributions that `choices` ask for."""
    if choices.metric == "IG":
        return integrated_gradients(scores, image, baseline, target, choices.n_steps, bs)
    if choices.metric == "Occl":
        return occlusion(scores, image, baseline, target, choices.strides, choices.sliding_window_shapes, bs)
    return noise_tunnel(
        scores,
        image,
        baseline,
        target,
        choices.n_steps,
        choices.nt_type,
        choices.nt_samples,
        choices.nt_noise,
        bs,
        seed,
    )


def integrated_gradients(
    scores: Scores, image: Tensor, baseline: Tensor, target: int, n_steps: int, bs: int = 32
) -> Tensor:
    """The gradients at `n_steps` points between baseline and picture, averaged, times the difference of the two.

    Their sum is the score's rise from the baseline to the picture, up to an error that falls with `n_steps`.
    Source: Sundararajan et al. 2017, "Axiomatic Attribution for Deep Networks".
    """
    method = captum_module().IntegratedGradients(scores)
    values: Tensor = method.attribute(image, baseline, target, n_steps=n_steps, internal_batch_size=bs)
    return values.detach()


def noise_tunnel(
    scores: Scores,
    image: Tensor,
    baseline: Tensor,
    target: int,
    n_steps: int,
    nt_type: str = "smoothgrad",
    n_samples: int = 5,
    noise: float = 0.15,
    bs: int = 32,
    seed: int = 0,
) -> Tensor:
    """Integrated gradients of `n_samples` noisy copies of the picture: their mean, mean square or variance.

    The copies share the `n_steps` gradients (at least one each), so that this costs what `integrated_gradients` costs.
    `noise` is the standard deviation as a fraction of the picture's range. `nt_type` is "smoothgrad", "smoothgrad_sq"
    or "vargrad".
    Source: Smilkov et al. 2017, "SmoothGrad: removing noise by adding noise"; Adebayo et al. 2018, "Local Explanation
    Methods for Deep Neural Networks Lack Sensitivity to Parameter Values", for "vargrad".
    """
    captum = captum_module()
    method = captum.NoiseTunnel(captum.IntegratedGradients(scores))
    devices = [image.device] if image.device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):  # Captum draws its noise from the global generator
        torch.manual_seed(seed)
        values: Tensor = method.attribute(
            image,
            nt_type=nt_type,
            nt_samples=n_samples,
            nt_samples_batch_size=1,  # one copy at a time, so that `bs` is the limit
            stdevs=float(noise * (image.max() - image.min())),
            baselines=baseline,
            target=target,
            n_steps=-(-n_steps // n_samples),
            internal_batch_size=bs,
        )
    return values.detach()


def occlusion(
    scores: Scores,
    image: Tensor,
    baseline: Tensor,
    target: int,
    strides: Sequence[int] = (3, 4, 4),
    sliding_window_shapes: Sequence[int] = (3, 15, 15),
    bs: int = 32,
) -> Tensor:
    """How far the score falls where a window shows the baseline instead of the picture, averaged over all windows.

    `strides` and `sliding_window_shapes` are (channels, rows, columns); what is larger than the picture is cut to it.
    Source: Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks".
    """
    window = tuple(min(w, n) for w, n in zip(sliding_window_shapes, image.shape[1:], strict=True))
    steps = tuple(min(s, w) for s, w in zip(strides, window, strict=True))
    method = captum_module().Occlusion(scores)
    with torch.no_grad():
        values: Tensor = method.attribute(image, window, steps, baseline, target, perturbations_per_eval=bs)
    return values.detach()
