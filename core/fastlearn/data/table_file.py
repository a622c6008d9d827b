"""Tables in text files, read by pandas; what is wrong with a file is said with its name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from fastlearn.data.problems import DataError

if TYPE_CHECKING:
    import pandas as pd


def read_table(path: str | os.PathLike[str], encoding: str = "utf-8", **options: Any) -> pd.DataFrame:
    """The table in the file `path`; `options` are those of `pandas.read_csv`, None for its own default.

    Raises: DataError if the file is not there, is empty, in another encoding (naming the byte), or no table.
    """
    import pandas as pd

    given = {name: value for name, value in options.items() if value is not None}
    try:
        table: pd.DataFrame = pd.read_csv(path, encoding=encoding, **given)
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
    return table
