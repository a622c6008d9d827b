"""Tables in text files, read by pandas; what is wrong with a file is said with its name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fastlearn.data.problems import DataError

if TYPE_CHECKING:
    import pandas as pd

AnyPath = str | os.PathLike[str]


def read_table(path: AnyPath, encoding: str = "utf-8", **options: Any) -> pd.DataFrame:
    """The table in the file `path`; `options` are those of `pandas.read_csv`, None for its own default.

    Raises: DataError if the file is not there, is empty, in another encoding (naming the byte), or no table.
    """
    import pandas as pd

    given = {name: value for name, value in options.items() if value is not None}
    with _problems_told(path, encoding):
        table: pd.DataFrame = pd.read_csv(path, encoding=encoding, **given)
    return table


def read_table_in_parts(
    path: AnyPath, chunksize: int, encoding: str = "utf-8", **options: Any
) -> Iterator[pd.DataFrame]:
    """The table in the file `path`, `chunksize` rows at a time; arguments and errors are those of `read_table`."""
    import pandas as pd

    with _problems_told(path, encoding), pd.read_csv(path, encoding=encoding, chunksize=chunksize, **options) as parts:
        yield from parts


@contextmanager
def _problems_told(path: AnyPath, encoding: str) -> Iterator[None]:
    import pandas as pd

    try:
        yield
    except FileNotFoundError as error:
        raise DataError(
            f"There is no file {str(path)!r}. Try an absolute path, or the folder as path / name."
        ) from error
    except UnicodeDecodeError as error:
        raise DataError(
            f"The file {str(path)!r} is not a table in {encoding}: byte {error.start} is "
            f"0x{error.object[error.start]:02x}. Try encoding='latin-1' or 'cp1252', or save it as UTF-8."
        ) from error
    except (pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        raise DataError(f"{str(path)!r} cannot be read as a CSV table: {error}. Try pd.read_csv with other options, "
                        "and from_df.") from error  # fmt: skip
