"""Normalisation of activations or of weights, chosen by one word."""

from __future__ import annotations

from enum import Enum
from typing import Any

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm, weight_norm

from fastlearn.layers.dimensions import by_dimension


class NormType(str, Enum):
    """What a layer normalises: its outputs by batch or by item (`...Zero`: starting at 0), or its weights.

    Wherever one is taken, the text ("Batch") does as well; None is no normalisation.
    """

    Batch = "Batch"
    BatchZero = "BatchZero"
    Weight = "Weight"
    Spectral = "Spectral"
    Instance = "Instance"
    InstanceZero = "InstanceZero"


NormName = NormType | str | None

BATCH = (NormType.Batch, NormType.BatchZero)
INSTANCE = (NormType.Instance, NormType.InstanceZero)
_ZERO = {NormType.Batch: NormType.BatchZero, NormType.Instance: NormType.InstanceZero}


def norm_type_of(value: NormName) -> NormType | None:
    """`value` as a NormType. Raises: ValueError for another word."""
    if value is None:
        return None
    try:
        return NormType(value)
    except ValueError:
        raise ValueError(
            f"`norm_type` is one of {[kind.value for kind in NormType]} or None, but got {value!r}."
        ) from None


def starting_at_zero(norm_type: NormType | None) -> NormType | None:
    """The same normalisation with outputs that start at 0, where there is one."""
    return norm_type if norm_type is None else _ZERO.get(norm_type, norm_type)


def BatchNorm(nf: int, ndim: int = 2, norm_type: NormName = NormType.Batch, **kwargs: Any) -> nn.Module:
    """Batch norm of `nf` channels whose bias starts at 0.001 and whose weight starts at 1, or at 0 for `BatchZero`.

    Further arguments go to torch's layer.
    """
    return _started("BatchNorm", nf, ndim, norm_type_of(norm_type) is NormType.BatchZero, kwargs)


def InstanceNorm(
    nf: int, ndim: int = 2, norm_type: NormName = NormType.Instance, affine: bool = True, **kwargs: Any
) -> nn.Module:
    """Instance norm, started like `BatchNorm`; without `affine` it has nothing to learn."""
    zero = norm_type_of(norm_type) is NormType.InstanceZero
    return _started("InstanceNorm", nf, ndim, zero, {"affine": affine, **kwargs})


def normalised_weight(layer: nn.Module, norm_type: NormName) -> nn.Module:
    """`layer` with its weight under weight or spectral norm, if `norm_type` says so; otherwise as it is.

    Source: Salimans & Kingma 2016, "Weight Normalization"; Miyato et al. 2018, "Spectral Normalization for GANs".
    """
    kind = norm_type_of(norm_type)
    if kind is NormType.Weight:
        weight_norm(layer)
    elif kind is NormType.Spectral:
        spectral_norm(layer)
    return layer


class BatchNorm1dFlat(nn.BatchNorm1d):
    """Batch norm of the last axis: `(N, T, C)` is read as N * T items of C features."""

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim == 2:
            return super().forward(x)
        return super().forward(x.reshape(-1, x.shape[-1])).reshape(x.shape)


def _started(prefix: str, nf: int, ndim: int, zero: bool, options: dict[str, Any]) -> nn.Module:
    norm = by_dimension(prefix, ndim)(nf, **options)
    if isinstance(norm.weight, nn.Parameter) and isinstance(norm.bias, nn.Parameter):
        nn.init.constant_(norm.bias, 1e-3)
        nn.init.constant_(norm.weight, 0.0 if zero else 1.0)
    return norm
