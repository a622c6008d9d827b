"""Whether the columns of a data frame come back from a CSV as they are, and what its reader has to be told for that."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastlearn.data.problems import DataError

from fastwidgets.builder.table_form import DTYPES, MISSING, TableForm

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["form_of"]

BY_THEMSELVES = ("int64", "float64", "bool")  # numbers and truths that a reader knows without being told


def form_of(table: pd.DataFrame, written: Path) -> TableForm:
    """The form with which the file `written` gives `table` again. Texts are named only where they look like something
    else. Raises: DataError for a column that does not come back, whatever is said of it.
    """
    import pandas as pd

    dates = tuple(name for name in table.columns if pd.api.types.is_datetime64_any_dtype(table[name].dtype))
    dtypes = {name: str(table[name].dtype) for name in table.columns if name not in dates and _is_told(table[name])}
    back = _read(written, TableForm("", "", tuple(dtypes.items()), dates, True))
    texts = {name: "str" for name in table.columns if name not in dtypes and name not in dates and _is_text(table[name])
             and not _same(table[name], back[name])}  # fmt: skip
    if texts:
        back = _read(written, TableForm("", "", tuple((dtypes | texts).items()), dates, True))
    for name in table.columns:
        if len(back) != len(table) or not _same(table[name], back[name]):
            raise DataError(_why_not(name, table[name]))
    in_order = tuple((name, (dtypes | texts)[name]) for name in table.columns if name in dtypes or name in texts)
    return TableForm(dtypes=in_order, dates=dates, to_the_letter=True)


def _read(written: Path, form: TableForm) -> pd.DataFrame:
    import pandas as pd

    try:
        back: pd.DataFrame = pd.read_csv(written, **form.options())
    except Exception as error:  # every type has errors of its own
        raise DataError(f"The data frame does not come back from a CSV, as which it is kept: {error}") from error
    return back


def _is_told(values: pd.Series[Any]) -> bool:
    dtype = str(values.dtype)
    return dtype in DTYPES and dtype not in BY_THEMSELVES and not _is_text(values)


def _is_text(values: pd.Series[Any]) -> bool:
    import pandas as pd

    if values.dtype == object:
        return any(isinstance(value, str) for value in values)
    return pd.api.types.is_string_dtype(values.dtype)


def _same(one: pd.Series[Any], other: pd.Series[Any]) -> bool:
    """Whether values and types are equal; how texts are stored, how a time is counted and how what is missing is
    written make no difference.
    """
    import pandas as pd

    missing = one.isna()
    if not missing.equals(other.isna()):
        return False
    if pd.api.types.is_datetime64_any_dtype(one.dtype):
        same_zone = str(getattr(one.dtype, "tz", "")) == str(getattr(other.dtype, "tz", ""))
        return (
            same_zone
            and pd.api.types.is_datetime64_any_dtype(other.dtype)
            and bool((one[~missing] == other[~missing]).all())
        )
    if isinstance(one.dtype, pd.CategoricalDtype):
        alike = [*one.cat.categories] == [*other.cat.categories] and one.cat.ordered == other.cat.ordered
        return alike and not _like_numbers(one.cat.categories) and [*one.cat.codes] == [*other.cat.codes]
    if missing.all() and one.dtype == object:
        return True
    if one.dtype == object or pd.api.types.is_string_dtype(one.dtype):
        return [*one[~missing]] == [*other[~missing]] and [*map(_kind, one[~missing])] == [*map(_kind, other[~missing])]
    return one.dtype == other.dtype and one.equals(other)


def _like_numbers(categories: pd.Index[Any]) -> bool:
    """Whether they are numbers for one version of pandas, and texts for another."""
    import pandas as pd

    return len(categories) > 0 and bool(pd.to_numeric(pd.Series(categories), errors="coerce").notna().all())


def _kind(value: object) -> type:
    """The type of a value, without that of numpy."""
    return type(value.item() if hasattr(value, "item") else value)


def _why_not(name: str, values: pd.Series[Any]) -> str:
    import pandas as pd

    column = f"df[{name!r}]"
    start = f"The column {name!r} of the data frame does not come back the same from a CSV, as which it is kept: "
    if isinstance(values.dtype, pd.CategoricalDtype):
        return (f"{start}its categories have an order of their own, are numbers or look like them, or are not all "
                f"used. Try {column} = {column}.astype(object).")  # fmt: skip
    if any(isinstance(value, str) and value == MISSING for value in values.astype(object)):
        return f"{start}it holds the text {MISSING!r}, which stands for a missing value. Write another word for it."
    if values.dtype == object:
        return f"{start}its values are of several types. Try {column} = {column}.astype(str)."
    return f"{start}it is of the type {values.dtype}. Turn it into numbers or texts: {column} = {column}.astype(str)."
