"""How a table is written: what parts its columns, in which encoding, and what a CSV does not say of its columns."""

from __future__ import annotations

import codecs
import csv
import json
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastwidgets.builder.paths import name_of

__all__ = ["DTYPES", "KEPT", "MISSING", "TableForm", "called", "form_file", "table_form"]

SEPS = (",", ";", "\t", "|")
BEGINNING = 65_536  # bytes that tell the form of a table
EXACT = [int(part) for part in re.findall(r"\d+", version("pandas"))[:2]] >= [
    3,
    1,
]  # where numbers are read so without being told
KEPT = re.compile(r"frame-([0-9a-f]{12})\.csv")  # a data frame; the number is made of the content
MISSING = "<missing>"  # in a table that is taken `to_the_letter`, where an empty cell is an empty text
DTYPES = ("str", "category", "boolean", "float32", "Float32", "Float64", *(
    f"{kind}{bits}" for kind in ("int", "uint", "Int", "UInt") for bits in (8, 16, 32, 64)))  # fmt: skip


@dataclass(frozen=True)
class TableForm:
    """What `pandas.read_csv` has to be told about a file; the fields of a recipe's source that bear the same names."""

    sep: str = ""
    encoding: str = ""
    dtypes: tuple[tuple[str, str], ...] = ()
    dates: tuple[str, ...] = ()
    to_the_letter: bool = False

    def options(self) -> dict[str, Any]:
        """The arguments for `pandas.read_csv`, without those that are the usual ones."""
        found: dict[str, Any] = {"sep": self.sep, "encoding": self.encoding, "parse_dates": list(self.dates)}
        found["dtype"] = {column: str if dtype == "str" else dtype for column, dtype in self.dtypes}
        if self.to_the_letter:
            found |= {"na_values": [MISSING], "float_precision": "" if EXACT else "round_trip"}
        given = {key: value for key, value in found.items() if value}
        return given | {"keep_default_na": False} if self.to_the_letter else given


def called(table: str) -> str:
    """A table in words."""
    return "the data frame" if KEPT.fullmatch(name_of(table)) else table


def form_file(table: Path) -> Path:
    """Where the form of a table that was kept from a data frame is written."""
    return table.with_suffix(".form.json")


def table_form(path: Path) -> TableForm:
    """The form of a table, from its beginning or as it was kept; of a parquet file the usual one.

    Raises: OSError where it cannot be read.
    """
    if path.suffix.lower() == ".parquet":
        return TableForm()
    kept = _kept(path)
    if kept is not None:
        return kept
    with path.open("rb") as file:
        start = file.read(BEGINNING)
    encoding = _encoding(start)
    lines = start.decode(encoding or "utf-8", "replace").splitlines()[:10]
    if path.suffix.lower() == ".tsv":
        return TableForm("\t", encoding)
    fewest = {sep: min((len(row) for row in csv.reader(lines[:-1] or lines, delimiter=sep)), default=0) for sep in SEPS}
    best = max(SEPS, key=lambda sep: fewest[sep])  # of equals the first: a comma
    return TableForm("" if best == "," else best, encoding)


def _kept(path: Path) -> TableForm | None:
    try:
        plain = json.loads(form_file(path).read_text(encoding="utf-8"))
        dtypes = tuple((str(column), str(dtype)) for column, dtype in plain["dtypes"] if dtype in DTYPES)
        return TableForm(dtypes=dtypes, dates=tuple(map(str, plain["dates"])), to_the_letter=True)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # an ordinary file, or one whose form is gone


def _encoding(start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8", "cp1252"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(start)  # which may end within a letter
        except UnicodeDecodeError:
            continue
        return "" if encoding == "utf-8" else encoding
    return "latin-1"
