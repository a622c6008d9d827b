"""A table's preprocessing as an object of its own: it keeps statistics and no rows, and is saved as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.category import CategoryMap
from fastlearn.data.problems import DataError, describe
from fastlearn.keywords import check_keywords, did_you_mean
from fastlearn.tabular.categorify import Categorify
from fastlearn.tabular.columns import Columns, Finding, rows_to_learn_from
from fastlearn.tabular.fill_missing import FillMissing
from fastlearn.tabular.frame import as_frame, as_names, check_columns, check_once
from fastlearn.tabular.matrices import (
    FloatType,
    Matrices,
    as_matrices,
    checked_float_type,
    float_type_of,
    frame_of,
    note_inexact,
)
from fastlearn.tabular.normalize import NormalizeColumns
from fastlearn.tabular.proc import TabularProc, mk_proc
from fastlearn.tabular.schema import tell_schema
from fastlearn.tabular.shrink import cont_cat_split
from fastlearn.warn import warn_user

if TYPE_CHECKING:
    import pandas as pd

    from fastlearn.bundle.names import Trust

__all__ = ["TabularPipeline"]

VERSION = 1
OUTPUTS = ("default", "pandas", "polars")


class TabularPipeline:
    """Steps that turn the columns of a table into codes and numbers, and back.

    `procs` are steps: classes or instances, by default all three of ours. `cat_names` are the columns of categories and
    `cont_names` those of numbers; without either, `fit` tells them apart by `cont_cat_split`. With `schema` some
    columns need no learning: it maps a column to its list of labels, or to `{"mean", "std", "fill"}`. The steps of a
    pipeline that was loaded keep their settings, and what was given by hand, in a new `fit`.

    Tables may be of pandas, polars or Arrow. `transform` gives a frame: codes (0: missing or never seen), then numbers.
    It stands in a pipeline of scikit-learn as any transformer does. What was mended in the newest table is in
    `findings`, and warned of. A fitted pipeline keeps statistics: labels, means, fillings.
    """

    @check_keywords
    def __init__(
        self,
        procs: Sequence[Any] | None = None,
        cat_names: Sequence[str] | str | None = None,
        cont_names: Sequence[str] | str | None = None,
        schema: Mapping[str, Any] | None = None,
    ) -> None:
        self.procs, self.cat_names, self.cont_names, self.schema = procs, cat_names, cont_names, schema
        self.steps: list[TabularProc] = []  # fitted
        self.cats: list[str] = []  # columns of categories, those that steps have added last
        self.conts: list[str] = []
        self.inputs: tuple[list[str], list[str]] = ([], [])  # the columns of categories and of numbers that it reads
        self.float_type: FloatType = "float32"  # of the numbers that it gives
        self.findings: list[Finding] = []
        self.fitted = False

    # Learning and using.

    @check_keywords
    def fit(self, table: Any, y: Any = None, rows: Any = None) -> TabularPipeline:
        """Learn from `rows` of `table` (positions or a mask; all by default). `y` is for scikit-learn, and ignored."""
        self.fit_columns(table, rows)
        return self

    @check_keywords
    def transform(self, table: Any) -> Any:
        """`table` as a frame of codes (int16 or int32) and numbers, with the table's own row labels.

        Numbers are float32, or float64 where the table it was fitted to had whole numbers too large for that. Other
        columns than those it was fitted to are left out. Raises: DataError for a missing column, text or infinities
        among numbers.
        """
        return self._given_out(self.matrices(table))

    @check_keywords
    def fit_transform(self, table: Any, y: Any = None, rows: Any = None) -> Any:
        """`fit` and `transform` in one, which reads the table once."""
        return self._given_out(self.fit_columns(table, rows))

    @check_keywords
    def inverse_transform(self, encoded: Any) -> pd.DataFrame:
        """Labels and numbers out of what `transform` gave, a frame or an array of its columns.

        What was missing is missing again where a mark says so, and so is a label that was never seen.
        """
        import pandas as pd

        self._check_fitted()
        frame = pd.DataFrame(encoded, columns=self.names) if isinstance(encoded, np.ndarray) else as_frame(encoded)
        check_columns(frame, self.names, "which this pipeline gives")
        to = Columns(frame, self.cats, self.conts)
        for step in reversed(self.steps):
            step.decodes(to)
        made: pd.DataFrame = to[[*to.cat_names, *to.cont_names]]
        return made

    inverse = inverse_transform

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """The names of the columns that `transform` gives. `input_features` is for scikit-learn, and ignored."""
        self._check_fitted()
        return np.array(self.names, dtype=object)

    # For those who want arrays.

    def fit_columns(self, table: Any, rows: Any = None) -> Matrices:
        """Learn, and encode what was read: codes `(N, n_cat)` and numbers `(N, n_cont)`."""
        frame = as_frame(table)
        cats, conts = self._names_in(frame)
        check_columns(frame, [*cats, *conts], "named in cat_names or cont_names")
        check_once(cats, "cat_names")
        check_once(conts, "cont_names")
        both = sorted(set(cats) & set(conts))
        if both:
            raise DataError(f"A column is one of categories or of numbers, but {both[:5]} are named as both.")
        to = Columns(frame, cats, conts, rows_to_learn_from(rows, len(frame)))
        steps = sorted((mk_proc(step) for step in self._given_procs()), key=lambda step: step.order)
        tell_schema(steps, self.schema)
        for step in steps:
            step.learn(to)
        self.steps, self.inputs, self.fitted = steps, (cats, conts), True
        self.cats, self.conts, self.findings = list(to.cat_names), list(to.cont_names), to.findings
        self.float_type = float_type_of(to)
        return as_matrices(to, self.classes, self.float_type)

    def matrices(self, table: Any, quiet: bool = False) -> Matrices:
        """Encode `table`: codes `(N, n_cat)` and numbers `(N, n_cont)`; `quiet` notes findings and does not warn."""
        self._check_fitted()
        cats, conts = self.inputs
        frame = as_frame(table, [*cats, *conts])
        check_columns(frame, [*cats, *conts], "which the pipeline was fitted to")
        to = Columns(frame, cats, conts)
        for step in self.steps:
            step.encodes(to)
        if self.float_type == "float32":
            note_inexact(to)
        self.findings = to.findings
        if self.findings and not quiet:
            warn_user("\n".join(map(str, self.findings)), UserWarning)
        return as_matrices(to, self.classes, self.float_type)

    # What it knows.

    @property
    def names(self) -> list[str]:
        """The columns that it gives: categories first."""
        return [*self.cats, *self.conts]

    @property
    def classes(self) -> dict[str, CategoryMap]:
        """For each column of categories its labels by code; the first stands for missing and unseen."""
        found: dict[str, CategoryMap] = {}
        for step in self.steps:
            if isinstance(step, Categorify):
                found.update(step.classes)
        return found

    @property
    def marks(self) -> dict[str, str]:
        """The columns that steps have added, each with the column that it comes from."""
        return {mark: name for step in self.steps for mark, name in step.adds().items()}

    def step(self, kind: type[TabularProc]) -> Any:
        """The fitted step of a class, None where there is none."""
        return next((step for step in self.steps if isinstance(step, kind)), None)

    def _given_procs(self) -> Sequence[Any]:
        if self.procs is None:
            return (Categorify, FillMissing, NormalizeColumns)
        return self.procs if isinstance(self.procs, list | tuple) else [self.procs]

    def _names_in(self, frame: pd.DataFrame) -> tuple[list[str], list[str]]:
        if self.cat_names is None and self.cont_names is None:
            conts, cats = cont_cat_split(frame)
            return cats, conts
        return as_names(self.cat_names), as_names(self.cont_names)

    def _check_fitted(self) -> None:
        if not self.fitted:
            raise DataError("This pipeline has learnt nothing yet. Try fit(df) first, or TabularPipeline.load(path).")

    # Saving.

    def to_dict(self) -> dict[str, Any]:
        """All of it in plain values, ready for JSON: names and statistics."""
        from fastlearn.tabular.saving import steps_spec

        self._check_fitted()
        return {"format": "fastwidgets table", "version": VERSION, "cat_names": self.inputs[0],
                "cont_names": self.inputs[1], "cats": self.cats, "conts": self.conts, "float_type": self.float_type,
                "steps": steps_spec(self.steps)}  # fmt: skip

    @classmethod
    def from_dict(cls, content: Mapping[str, Any], trust: Trust | Iterable[Any] = ()) -> TabularPipeline:
        """The pipeline that `to_dict` described. Steps of your own are only made if they are in `trust`.

        Raises: DataError for a damaged, newer or foreign description; UntrustedCode, naming the code.
        """
        from fastlearn.tabular.saving import steps_from_spec

        if not isinstance(content, Mapping) or content.get("format") != "fastwidgets table":
            raise DataError(f"This is not a saved pipeline, but {describe(content)}. TabularPipeline.save makes one.")
        if content.get("version", 0) > VERSION:
            raise DataError(f"The pipeline was saved by a newer fastwidgets (version {content['version']}, this one "
                            f"reads up to {VERSION}). Try pip install --upgrade fastwidgets.")  # fmt: skip
        try:
            made = cls(cat_names=list(content["cat_names"]), cont_names=list(content["cont_names"]))
            made.steps = steps_from_spec(content["steps"], trust)
            made.procs = list(made.steps)  # a new fit learns anew, with their settings and with what was given by hand
            made.inputs = (list(content["cat_names"]), list(content["cont_names"]))
            made.cats, made.conts, made.fitted = list(content["cats"]), list(content["conts"]), True
            made.float_type = checked_float_type(content["float_type"])
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(
                f"The saved pipeline is damaged: {type(error).__name__}: {error}. Try saving it again."
            ) from error
        return made

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write it to `path` as JSON; returns the path."""
        where = Path(path)
        where.write_text(json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False), encoding="utf-8")
        return where

    @classmethod
    def load(cls, path: str | os.PathLike[str], trust: Iterable[Any] = ()) -> TabularPipeline:
        """The pipeline that `save` wrote. Raises: DataError if there is none; UntrustedCode as `from_dict`."""
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DataError(f"{str(path)!r} cannot be read as a saved pipeline: {error}.") from error
        return cls.from_dict(content, trust)

    # What scikit-learn asks of a transformer.

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"procs": self.procs, "cat_names": self.cat_names, "cont_names": self.cont_names, "schema": self.schema}

    def set_params(self, **params: Any) -> TabularPipeline:
        """Change constructor's arguments; what was learnt before is forgotten."""
        self.__init__(**{**self.get_params(), **params})  # type: ignore[misc]
        return self

    @check_keywords
    def set_output(self, transform: str | None = None) -> TabularPipeline:
        """Which frames `transform` gives: of "pandas" (also "default") or of "polars"; None leaves it as it is.

        One of polars has no row labels.
        """
        if transform not in (None, *OUTPUTS):
            raise ValueError(f"`transform` is one of {', '.join(OUTPUTS)}, but got {transform!r}."
                             f"{did_you_mean(str(transform), OUTPUTS)}")  # fmt: skip
        if transform is not None:
            self._sklearn_output_config = {"transform": transform}  # under this name scikit-learn's clone copies it
        return self

    def _given_out(self, matrices: Matrices) -> Any:
        """The frame that `transform` gives."""
        frame = frame_of(matrices, self.cats, self.conts)
        if getattr(self, "_sklearn_output_config", {}).get("transform") != "polars":
            return frame
        import polars

        return polars.from_pandas(frame)

    def __sklearn_is_fitted__(self) -> bool:
        return self.fitted

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        return Tags(estimator_type=None, target_tags=TargetTags(required=False), transformer_tags=TransformerTags(),
                    input_tags=InputTags(allow_nan=True, string=True, categorical=True))  # fmt: skip

    def __repr__(self) -> str:
        what = f"{len(self.cats)} columns of categories, {len(self.conts)} of numbers" if self.fitted else "not fitted"
        return f"{type(self).__name__}({' -> '.join(type(s).__name__ for s in self.steps) or self.procs}; {what})"
