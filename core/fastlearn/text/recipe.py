"""How texts are tokenised, as plain data: for worker processes, which make it again, and for the name of a cache."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

from fastlearn.text.encode import TextEncoder

VERSION = 1  # of what our own rules and tokenisers do: a cache of another version is not used


def recipe_of(encoder: TextEncoder) -> dict[str, Any] | None:
    """The tokeniser's class and arguments and the rules by name; None where another process could not find them."""
    tok: Any = encoder.tok
    make = name_of(type(tok))
    rules = [name_of(rule) for rule in encoder.rules]
    post_rules = [name_of(rule) for rule in encoder.post_rules]
    args = _arguments(tok)
    if make is None or args is None or None in rules or None in post_rules:
        return None
    codes = [_code_of(rule) for rule in (*encoder.rules, *encoder.post_rules)]
    return {"make": make, "args": args, "rules": rules, "post_rules": post_rules, "codes": codes, "version": VERSION}


def encoder_of(recipe: dict[str, Any]) -> TextEncoder:
    """The encoder that `recipe_of` described, made anew."""
    rules, post_rules = ([_found(name) for name in recipe[key]] for key in ("rules", "post_rules"))
    return TextEncoder(_found(recipe["make"])(**recipe["args"]), rules, post_rules)


def digest_of(recipe: dict[str, Any]) -> str:
    """A short name that recipes share only if they tokenise alike."""
    return blake2b(json.dumps(recipe, sort_keys=True).encode(), digest_size=16).hexdigest()


def name_of(thing: Callable[..., Any] | type) -> str | None:
    """Where `thing` is imported from, `module:name`; None for what is made inside a function or in the main script."""
    module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", "")
    if not module or module == "__main__" or not name or "<" in name:
        return None
    try:
        return f"{module}:{name}" if _found(f"{module}:{name}") is thing else None
    except (ImportError, AttributeError):
        return None


def _found(name: str) -> Any:
    module, _, path = name.partition(":")
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found


def _arguments(tok: Any) -> dict[str, Any] | None:
    """What makes `tok` again, if it says so and JSON can hold it."""
    if hasattr(tok, "constructor_arguments"):
        args = tok.constructor_arguments()
    elif type(tok).__module__.startswith("fastlearn."):
        args = {k: v for k, v in vars(tok).items() if not k.startswith("_")}
    else:
        return None
    try:
        return json.loads(json.dumps(args))  # type: ignore[no-any-return]
    except TypeError:
        return None


def _code_of(rule: Callable[..., Any]) -> str:
    """What tells a function from an edited one of the same name; ours change with the version."""
    code = getattr(rule, "__code__", None)
    if code is None or (getattr(rule, "__module__", "") or "").startswith("fastlearn."):
        return ""
    parts: Sequence[Any] = (code.co_code, [c for c in code.co_consts if not hasattr(c, "co_code")], code.co_names)
    return blake2b(repr(parts).encode(), digest_size=8).hexdigest()
