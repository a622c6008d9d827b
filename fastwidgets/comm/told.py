"""What went wrong, for the line of a widget that says so."""

from __future__ import annotations

__all__ = ["told"]


def told(error: BaseException) -> str:
    """The message of `error` where that is a sentence, which was written for people; else with the kind of error."""
    alone = error.args[0] if isinstance(error, KeyError) and error.args else error  # a KeyError puts its in quotes
    text = str(alone)
    return text if text.endswith((".", "?", "!")) and " " in text else f"{type(error).__name__}: {text}".rstrip(": ")
