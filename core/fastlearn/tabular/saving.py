"""Steps of a pipeline as plain values, and back: ours by name, others by an import path that has to be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastlearn.bundle.names import CannotExport, Trust, path_of
from fastlearn.data.problems import DataError
from fastlearn.runs.packing import CannotPack, pack, unpack
from fastlearn.tabular.categorify import Categorify
from fastlearn.tabular.fill_missing import FillMissing
from fastlearn.tabular.normalize import NormalizeColumns
from fastlearn.tabular.proc import TabularProc

__all__ = ["steps_from_spec", "steps_spec"]

OURS: dict[str, type[TabularProc]] = {
    "Categorify": Categorify,
    "FillMissing": FillMissing,
    "Normalize": NormalizeColumns,
}


class _NoTensors(dict[str, Any]):
    def __setitem__(self, name: str, value: Any) -> None:
        raise CannotPack("An array has no place in JSON. Try .tolist().")


def steps_spec(steps: Sequence[TabularProc]) -> list[dict[str, Any]]:
    """What makes `steps` again, with what they have learnt.

    Raises: CannotExport, naming the step, for one with values that JSON has no place for, or made inside a function.
    """
    return [_spec(step) for step in steps]


def steps_from_spec(specs: Iterable[Mapping[str, Any]], trust: Trust | Iterable[Any] = ()) -> list[TabularProc]:
    """The steps that `steps_spec` described. Raises: UntrustedCode, naming code that is neither ours nor trusted."""
    trusted = trust if isinstance(trust, Trust) else Trust(trust)
    return [_made(spec, trusted) for spec in specs]


def _spec(step: TabularProc) -> dict[str, Any]:
    name = next((name for name, cls in OURS.items() if type(step) is cls), None)
    try:
        named = {"step": name} if name is not None else {"$make": path_of(type(step))}
        return {**named, "args": pack(step.arguments(), _NoTensors()), "state": pack(step.state(), _NoTensors())}
    except (CannotPack, CannotExport) as error:
        raise CannotExport(f"The step {type(step).__name__} cannot be saved: {error}") from error


def _made(spec: Mapping[str, Any], trust: Trust) -> TabularProc:
    if "step" in spec:
        cls = OURS.get(spec["step"])
        if cls is None:
            raise DataError(f"The saved pipeline has a step {spec['step']!r}, which is not one of {', '.join(OURS)}.")
    else:
        cls = trust.get(spec["$make"])
        if not (isinstance(cls, type) and issubclass(cls, TabularProc)):
            raise DataError(f"{spec['$make']} is named as a step of the saved pipeline, but is none.")
    step = cls(**unpack(spec["args"], {}))
    step.load_state(unpack(spec["state"], {}))
    return step
