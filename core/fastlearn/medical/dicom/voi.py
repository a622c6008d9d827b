"""What a viewer shows of a file: the window, curve or table that the file itself asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from fastlearn.data.problems import DataError
from fastlearn.medical.dicom.functional import functional, group_of
from fastlearn.medical.dicom.lookup import Lookup
from fastlearn.medical.dicom.names import named

GROUP = "FrameVOILUTSequence"
FUNCTIONS = ("LINEAR", "LINEAR_EXACT", "SIGMOID")


class Voi(NamedTuple):
    """A window of a file: `width` and `level` in the unit of `scaled_px`, and the VOILUTFunction that goes with it."""

    width: float
    level: float
    function: str = "LINEAR"
    name: str = ""  # the explanation in the file, if any: "BRAIN"


def windows_of(ds: Any, frame: int = 0) -> list[Voi]:
    """The windows that a file names for one frame, in its order; empty where there are none.

    Raises: DataError for an unknown VOILUTFunction, or a width that its function cannot have.
    """
    levels, widths, names = (
        _listed(functional(ds, GROUP, name, frame))
        for name in ("WindowCenter", "WindowWidth", "WindowCenterWidthExplanation")
    )
    function = str(functional(ds, GROUP, "VOILUTFunction", frame) or "LINEAR").strip().upper()
    if not levels or not widths:
        return []
    if function not in FUNCTIONS:
        raise DataError(f"{named(ds)} has the VOILUTFunction {function!r}, but only {', '.join(FUNCTIONS)} are known. "
                        "Give a window of your own.")  # fmt: skip
    try:
        pairs = [(float(w), float(c)) for w, c in zip(widths, levels, strict=False)]
    except (TypeError, ValueError) as error:
        raise DataError(f"{named(ds)}: its window is no pair of numbers. Give a window of your own.") from error
    least = 1.0 if function == "LINEAR" else 0.0
    bad = next((w for w, c in pairs if not (w >= least and w > 0 and np.isfinite((w, c)).all())), None)
    if bad is not None:
        raise DataError(f"{named(ds)} has a window of width {bad:g}, which {function} cannot have. Give a window of "
                        "your own.")  # fmt: skip
    return [Voi(w, c, function, str(names[i]) if i < len(names) else "") for i, (w, c) in enumerate(pairs)]


def brightness(values: Tensor, voi: Voi) -> Tensor:
    """`values` in the unit of `scaled_px`, any shape, as brightness in `[0, 1]`, by the function of `voi`.

    Source: DICOM PS3.3, C.11.2.1.2.1 (LINEAR), C.11.2.1.3.1 (SIGMOID), C.11.2.1.3.2 (LINEAR_EXACT).
    """
    x = values.double()
    if voi.function == "SIGMOID":
        return torch.sigmoid(4 * (x - voi.level) / voi.width).float()
    if voi.function == "LINEAR_EXACT":
        return ((x - voi.level) / voi.width + 0.5).clamp_(0, 1).float()
    if voi.width <= 1:  # a step
        return (x > voi.level - 0.5).float()
    return ((x - (voi.level - 0.5)) / (voi.width - 1) + 0.5).clamp_(0, 1).float()


def shown_values(values: Tensor, ds: Any, frame: int = 0, index: int = 0) -> tuple[Tensor, str]:
    """`values` of one frame as the file wants them seen, and in words by what: a table, a window, or neither.

    Returns: brightness in `[0, 1]`, before the inversion of MONOCHROME1, and a description ("LINEAR, width 350…").
    A table takes precedence over windows, as in pydicom. Without either, the least to the greatest value are spread.
    """
    table = voi_table(ds, frame, index)
    if table is not None:
        seen = table.of_values(values.numpy()).astype(np.float32) / (2**table.bits - 1)
        return torch.from_numpy(seen).clamp_(0, 1), "the file's lookup table (VOILUTSequence)"
    windows = windows_of(ds, frame)
    if windows:
        voi = windows[min(index, len(windows) - 1)]
        named_by = f" ({voi.name})" if voi.name else ""
        return brightness(values, voi), f"{voi.function}, width {voi.width:g}, level {voi.level:g}{named_by}"
    return spread(values), "no window in the file: its least to its greatest value"


def voi_table(ds: Any, frame: int = 0, index: int = 0) -> Lookup | None:
    """The table by which the file wants one frame seen, if it has any. Raises: DataError if it is damaged."""
    tables = group_of(ds, GROUP, frame).get("VOILUTSequence") or ds.get("VOILUTSequence")
    return Lookup.of(tables[min(index, len(tables) - 1)], ds) if tables else None


def spread(values: Tensor) -> Tensor:
    """`values` from the least to the greatest as 0 to 1; a picture of one value is 0."""
    known = values[torch.isfinite(values)]
    if not len(known):
        return torch.zeros_like(values)
    least, most = float(known.min()), float(known.max())
    return ((values - least) / ((most - least) or 1.0)).nan_to_num(0.0).clamp(0, 1)


def _listed(value: Any) -> Sequence[Any]:
    if value is None:
        return []
    return [value] if isinstance(value, str | int | float) else list(value)
