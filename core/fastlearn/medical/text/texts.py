"""The same rule for one text, a list of texts, or a column of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, fields, is_dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args, get_type_hints

from fastlearn.data.problems import DataError, describe, short

if TYPE_CHECKING:
    import pandas as pd

Texts = TypeVar("Texts")


def checked_note(note: Any) -> str:
    """`note` if it is a text. Raises: DataError for what is none, such as a missing value."""
    if not isinstance(note, str):
        raise DataError(f"A note is a str, but got {describe(note)}. Many notes at once: found_in(df[\"text\"], "
                        "findings); without those that are missing: df[\"text\"].dropna().")  # fmt: skip
    return note


def changed(texts: Texts, change: Callable[[str], str]) -> Texts:
    """`texts` after `change`: a str for a str, a list for a list, a Series with the same index for a Series.

    Raises: DataError, naming the row, where there is no text.
    """
    if isinstance(texts, str):
        return cast(Texts, change(texts))
    made = [change(text) for _, text in rows_of(texts)]
    if hasattr(texts, "index") and hasattr(texts, "to_frame"):
        import pandas as pd

        return cast(Texts, pd.Series(made, index=texts.index, name=getattr(texts, "name", None), dtype=object))
    return cast(Texts, made)


def rows_of(texts: Any) -> Iterator[tuple[Any, str]]:
    """Each text with the name of its row: 0 for a single one, the index of a Series, the place in a list.

    Raises: DataError, naming the row, where there is no text; TypeError for what holds no texts.
    """
    if isinstance(texts, str):
        texts = [texts]
    if hasattr(texts, "columns"):
        raise TypeError(f"Rules for notes take one column of a table, but got a table with columns "
                        f"{short(list(texts.columns))}. Try df[\"text\"].")  # fmt: skip
    try:
        pairs = texts.items() if hasattr(texts, "to_frame") else enumerate(texts)
    except TypeError:
        raise TypeError(f"Rules for notes take a str, a list of str, or a column of a table, but got "
                        f"{type(texts).__name__}.") from None  # fmt: skip
    for row, text in pairs:
        if not isinstance(text, str):
            raise DataError(f"Row {row!r} has no text: expected a str, but got {short(text)}. Try "
                            "df.dropna(subset=[...]), or df[column].fillna(\"\").")  # fmt: skip
        yield row, text


def found_in(texts: Any, rule: Callable[[str], Sequence[Any]]) -> pd.DataFrame:
    """What `rule` finds in each of `texts` as a table: the row of the text, and the fields of what was found.

    `rule` is `sections`, `measurements`, `findings`, `marks`, `identifiers`, or one of them with settings (`partial`).
    Raises: DataError, naming the row, where there is no text.
    """
    import pandas as pd

    rows = [{"row": row, **asdict(found)} for row, text in rows_of(texts) for found in rule(text)]
    made: pd.DataFrame = pd.DataFrame(rows) if rows else pd.DataFrame(columns=_columns_of(rule))
    return made


def _columns_of(rule: Callable[..., Any]) -> list[str]:
    """The columns of a table of what `rule` finds, where it finds nothing: as its annotation says."""
    while isinstance(rule, partial):
        rule = rule.func
    found = get_args(get_type_hints(rule).get("return"))
    return ["row", *(field.name for one in found if is_dataclass(one) for field in fields(one) if field.name != "row")]
