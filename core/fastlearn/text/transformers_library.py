"""The library transformers, brought in when it is needed, and reading with it from this machine alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

__all__ = ["library", "read_local"]


def library() -> Any:
    """The library transformers. Raises: ImportError, saying what to install, where it is not there."""
    try:
        import transformers
    except ImportError as error:
        raise ImportError(
            "Models by name or folder need the library transformers. Try pip install 'fastwidgets[transformers]'."
        ) from error
    return transformers


def read_local(auto: Any, name: str | Path) -> Any:
    """What the class `auto` of the library reads at `name`, a folder or a name in the hub's cache.

    Nothing is downloaded, and no code that lies beside it is run.
    Raises: OSError if it is not there or not whole.
    """
    try:
        return auto.from_pretrained(str(name), local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError) as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise OSError(
            f"The transformer {str(name)!r} could not be read: {said} It is a folder with config.json, weights and "
            "tokenizer.json (model.save_pretrained and tokenizer.save_pretrained write them), or the name of a model "
            "in the hub's cache on this machine; nothing is downloaded."
        ) from error
