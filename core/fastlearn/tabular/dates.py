"""Dates taken apart into columns that a model can use, and days counted from event to event."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.problems import DataError, describe, short
from fastlearn.keywords import check_keywords
from fastlearn.tabular.frame import as_frame, check_columns, named_rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["add_datepart", "add_elapsed_times", "make_date"]

PARTS = ("Year", "Month", "Week", "Day", "Dayofweek", "Dayofyear", "Is_month_end", "Is_month_start", "Is_quarter_end",
         "Is_quarter_start", "Is_year_end", "Is_year_start")  # fmt: skip
TIMES = ("Hour", "Minute", "Second")
WINDOW = 7  # rows in the sums of events


def make_date(df: pd.DataFrame, date_field: str) -> None:
    """Make column `date_field` of `df`, a frame of pandas, one of dates, in place.

    Raises: DataError, naming column and rows, for values that are no dates.
    """
    if as_frame(df) is not df:
        raise DataError(f"make_date changes a frame of pandas, but got {describe(df)}. Try make_date(df.to_pandas(), "
                        "…), or add_datepart.")  # fmt: skip
    check_columns(df, [date_field], "named as a date")
    df[date_field] = _dates(df[date_field], date_field)


@check_keywords
def add_datepart(
    df: Any, field_name: str, prefix: str | None = None, drop: bool = True, time: bool = False
) -> pd.DataFrame:
    """Add to `df` what date column `field_name` says: year, month, week, day, …, and `Elapsed`, seconds since 1970.

    The columns are named by `prefix`, by default the name without "date" at its end. With `time` there are hour, minute
    and second too. `drop` takes the date itself away. Parts of a missing date are missing; its `Is_…` are false.
    Returns: `df`, which is changed; of a table of polars or Arrow, which cannot be, a frame of pandas.
    Raises: DataError, naming column and rows, for values that are no dates.
    """
    frame: pd.DataFrame = as_frame(df)
    make_date(frame, field_name)
    dates = frame[field_name]
    start = re.sub("[Dd]ate$", "", field_name) if prefix is None else prefix
    whole = not dates.isna().any()
    for part in (*PARTS, *(TIMES if time else ())):
        frame[start + part] = _part(dates, part, whole)
    frame[f"{start}Elapsed"] = _seconds(dates) if whole else np.where(dates.isna(), np.nan, _seconds(dates))
    if drop:
        del frame[field_name]
    return frame


@check_keywords
def add_elapsed_times(df: Any, field_names: str | Sequence[str], date_field: str, base_field: str) -> pd.DataFrame:
    """A new frame with, for each event column, days since and until the nearest event, and how many were around it.

    `field_names` are columns that are true where an event takes place; days are counted within each `base_field` (a
    shop, a user). `After<name>` is days since the last event, `Before<name>` days to the next, as a negative number;
    both are 0 where there is none. `<name>_bw` counts events in the last 7 rows by date, `<name>_fw` in the next 7,
    this row included.
    Returns: the columns of `df`, events as truth values and `date_field` as dates, and those counted.
    Raises: DataError, naming column and rows, for values that are no dates.
    """
    import pandas as pd

    names = [field_names] if isinstance(field_names, str) else list(field_names)
    frame = as_frame(df)
    check_columns(frame, [*names, date_field, base_field], "named for elapsed times")
    for name in names:
        _check_events(frame[name], name)
    frame = frame.assign(**{name: frame[name].astype(bool) for name in names})
    make_date(frame, date_field)
    _check_known(frame, [date_field, base_field])
    events = frame[[*names, date_field, base_field]].reset_index(drop=True)
    events = events.sort_values([base_field, date_field], kind="stable")
    groups = events[base_field].ne(events[base_field].shift()).cumsum().to_numpy()
    days = _seconds(events[date_field]) // 86_400
    after, before, behind, ahead = {}, {}, {}, {}
    for name in names:
        there = events[name].to_numpy()
        after[f"After{name}"] = _days_since(there, days, groups)
        before[f"Before{name}"] = -_days_since(there[::-1], -days[::-1], groups[::-1])[::-1]
        behind[f"{name}_bw"] = _in_window(there, groups)
        ahead[f"{name}_fw"] = _in_window(there[::-1], groups[::-1])[::-1]
    counted = pd.DataFrame({**after, **before, **behind, **ahead}, index=events.index).sort_index()
    joined: pd.DataFrame = pd.concat([frame, counted.set_axis(frame.index)], axis=1)
    return joined


def _part(dates: Any, part: str, whole: bool) -> Any:
    """One part of a column of dates; where none is missing (`whole`) they are whole numbers."""
    if part == "Week":
        return dates.dt.isocalendar().week.astype("int32" if whole else "float64")
    return getattr(dates.dt, {"Dayofweek": "day_of_week", "Dayofyear": "day_of_year"}.get(part, part.lower()))


def _dates(column: Any, name: str) -> Any:
    """A column as dates. Raises: DataError for values that are none."""
    import pandas as pd
    from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

    if is_datetime64_any_dtype(column.dtype):
        return column
    if is_numeric_dtype(column.dtype) or is_bool_dtype(column.dtype):
        raise DataError(f"Column {name!r} holds numbers ({column.dtype}), and a date is expected. Try pd.to_datetime("
                        f"df[{name!r}], unit='s') for seconds, or format='%Y%m%d' for 20240131.")  # fmt: skip
    try:
        return pd.to_datetime(column)
    except (ValueError, TypeError, OverflowError):
        pass
    parsed = pd.to_datetime(column, errors="coerce", format="mixed", utc=_has_zones(column))
    wrong = (parsed.isna() & ~column.isna()).to_numpy()
    if not wrong.any():
        _check_one_order(column, name, parsed)
        return parsed
    values = ", ".join(repr(short(value, 30)) if not isinstance(value, str) else repr(value)
                       for value in column[wrong].iloc[:5])  # fmt: skip
    raise DataError(f"Column {name!r} holds values that are no dates in {named_rows(wrong, column.index)}: {values}. "
                    f"Try pd.to_datetime(df[{name!r}], format='…'), or errors='coerce' for holes.")  # fmt: skip


def _check_one_order(column: Any, name: str, parsed: Any) -> None:
    """Raise DataError where dates that are written in several ways could be read with the day or the month first."""
    import pandas as pd

    other = pd.to_datetime(column, errors="coerce", format="mixed", dayfirst=True, utc=_has_zones(column))
    doubtful = (parsed != other).to_numpy() & ~column.isna().to_numpy()
    if doubtful.any():
        values = ", ".join(repr(value) for value in column[doubtful].iloc[:3])
        raise DataError(f"Column {name!r} holds dates of which it is not clear whether the day or the month comes "
                        f"first, in {named_rows(doubtful, column.index)}: {values}. Say it: pd.to_datetime("
                        f"df[{name!r}], dayfirst=True), or format='…'.")  # fmt: skip


def _has_zones(column: Any) -> bool:
    """Whether the texts carry offsets of time zones, which may differ from row to row."""
    return bool(column.dropna().astype(str).str.contains(r"[+-]\d\d:?\d\d$|Z$", regex=True).any())


def _seconds(dates: Any) -> NDArray[np.int64]:
    """Seconds since 1970 of a column of dates, whatever unit it is stored in."""
    naive = dates.dt.tz_convert("UTC").dt.tz_localize(None) if dates.dt.tz is not None else dates
    seconds: NDArray[np.int64] = naive.to_numpy().astype("datetime64[s]").astype(np.int64)
    return seconds


def _check_events(column: Any, name: str) -> None:
    """Events are true or false, or 1 or 0; words would all count as true."""
    holes = column.isna().to_numpy()
    if holes.any():
        raise DataError(f"Column {name!r} says where an event takes place, but has no value in "
                        f"{named_rows(holes, column.index)}. Try df[{name!r}].fillna(False).")  # fmt: skip
    wrong = np.array([value not in (0, 1) for value in column], bool)  # True and False are 1 and 0
    if wrong.any():
        values = ", ".join(repr(value) for value in column[wrong].iloc[:3])
        raise DataError(f"Column {name!r} says where an event takes place by true and false, or 1 and 0, but holds "
                        f"{values} in {named_rows(wrong, column.index)}. Try df[{name!r}] == 'yes'.")  # fmt: skip


def _check_known(df: pd.DataFrame, names: Sequence[str]) -> None:
    for name in names:
        holes = df[name].isna().to_numpy()
        if holes.any():
            raise DataError(f"Days are counted by column {name!r}, which has no value in {named_rows(holes, df.index)}."
                            f" Leave these rows out: df.dropna(subset=[{name!r}]).")  # fmt: skip


def _days_since(events: NDArray[np.bool_], days: NDArray[np.int64], groups: NDArray[Any]) -> NDArray[np.int64]:
    """Days from the last event of the same group up to each row; 0 where there was none."""
    n = len(events)
    place = np.maximum.accumulate(np.where(events, np.arange(n), -1))  # of the last event, in whatever group
    there = place >= 0
    there[there] = groups[place[there]] == groups[there]
    since = np.zeros(n, dtype=np.int64)
    since[there] = days[there] - days[place[there]]
    return since


def _in_window(events: NDArray[np.bool_], groups: NDArray[Any]) -> NDArray[np.float64]:
    """How many events there were in the last rows of the same group, this one included."""
    n = len(events)
    summed = np.concatenate([[0], np.cumsum(events)])
    changes = np.concatenate([[True], groups[1:] != groups[:-1]]) if n else np.zeros(0, bool)
    first = np.maximum.accumulate(np.where(changes, np.arange(n), 0)) if n else np.zeros(0, int)
    from_row = np.maximum(first, np.arange(n) - WINDOW + 1)
    counts: NDArray[np.float64] = (summed[1:] - summed[from_row]).astype(np.float64)
    return counts
