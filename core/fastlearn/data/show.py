"""How samples are shown: viewers registered by the kinds of input and target, and a plain text table otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastlearn.data.problems import describe

ANY = "*"


@dataclass(frozen=True)
class View:
    """What a viewer gets: decoded samples on the CPU, and how they should be laid out.

    `samples` holds one tuple of decoded parts per sample, `kinds` one word per part, the first `n_inp` of them inputs.
    `predictions`, one decoded value (or tuple) per sample, is there when results are shown. `vocab` is the targets',
    `vocabs` has one for each part, None for a part without.
    """

    samples: Sequence[tuple[Any, ...]]
    kinds: tuple[str, ...]
    n_inp: int = 1
    vocab: Any = None
    predictions: Sequence[Any] | None = None
    ctxs: Sequence[Any] | None = None
    nrows: int | None = None
    ncols: int | None = None
    figsize: tuple[float, float] | None = None
    items: Sequence[Any] | None = None  # the source items, where they are known
    options: dict[str, Any] = field(default_factory=dict)  # further keyword arguments of show_batch, for the viewer
    vocabs: tuple[Any, ...] | None = None

    @property
    def input_kind(self) -> str:
        """The kind of the first input."""
        return self.kinds[0] if self.kinds else "value"

    @property
    def target_kind(self) -> str | None:
        """The kind of the first target; None where the samples have no target."""
        return self.kinds[self.n_inp] if len(self.kinds) > self.n_inp else None

    def vocab_of(self, part: int) -> Any:
        """The vocabulary of part `part`: its own, or that of the targets where nothing else is known."""
        if self.vocabs is not None:
            return self.vocabs[part] if part < len(self.vocabs) else None
        return self.vocab


Viewer = Callable[[View], Any]
_viewers: dict[tuple[str, str], Viewer] = {}
_loaded: set[str] = set()


def register_viewer(input_kind: str, target_kind: str, viewer: Viewer) -> None:
    """Show samples whose first input and first target are of these kinds with `viewer`; `"*"` stands for any kind.

    Registering again for the same kinds replaces the viewer. It gets a `View` and returns what it drew on, or None.
    """
    _viewers[input_kind, target_kind] = viewer


def find_viewer(input_kind: str, target_kind: str | None) -> Viewer | None:
    """The viewer for these kinds: an exact match first, then any target, then any input."""
    _bring_in_viewers(input_kind)
    target = target_kind or ANY
    keys = ((input_kind, target), (input_kind, ANY), (ANY, target))
    return next((_viewers[key] for key in keys if key in _viewers), None)


def show_view(view: View) -> Any:
    """Show `view`: by the samples' own `show`, else by the viewer of its kinds, else as a text table."""
    own = [sample for sample in view.samples if callable(getattr(sample, "show", None))]
    if own and len(own) == len(view.samples) and view.predictions is None:
        return _show_themselves(view)
    viewer = find_viewer(view.input_kind, view.target_kind)
    if viewer is not None:
        return viewer(view)
    print(text_table(view))
    return None


def show_value(value: Any, kind: str = "value", ctx: Any = None, **kwargs: Any) -> Any:
    """Show one decoded value: by its own `show`, as a picture, or as text (the title of `ctx` where there is one)."""
    if callable(getattr(value, "show", None)) and not _is_plain_picture(value):
        return value.show(ctx=ctx, **kwargs)
    if kind in ("image", "mask") or _is_plain_picture(value):
        from fastlearn.vision.plots import show_image

        return show_image(value, ctx=ctx, **kwargs)
    text = value if isinstance(value, str) else _cell(value)
    if ctx is not None and hasattr(ctx, "set_title"):
        ctx.set_title(text)
    else:
        print(text)
    return ctx


def _is_plain_picture(value: Any) -> bool:
    from PIL import Image  # PIL's own `show` opens a program of the desktop

    return isinstance(value, Image.Image) and type(value).show is Image.Image.show


def text_table(view: View) -> str:
    """The samples as aligned columns of text, one row each; the fallback that works for any data."""
    predicted = [] if view.predictions is None else ["prediction"]
    heads = [*(f"{'input' if i < view.n_inp else 'target'} ({kind})" for i, kind in enumerate(view.kinds)), *predicted]
    rows = [[_cell(part) for part in sample] for sample in view.samples]
    if view.predictions is not None:
        rows = [[*row, _cell(pred)] for row, pred in zip(rows, view.predictions, strict=False)]
    columns = max([len(heads), *map(len, rows)])
    table = [[*line, *[""] * (columns - len(line))] for line in (heads, *rows)]
    widths = [max(len(line[c]) for line in table) for c in range(columns)]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in table)


def _cell(value: Any) -> str:
    numel = getattr(value, "numel", None)
    if callable(numel) and numel() <= 8:
        return str(value.tolist())
    if isinstance(value, str | int | float | bool):
        return str(value)[:60]
    if hasattr(value, "iloc") and hasattr(value, "items"):  # a row of a table
        return ", ".join(f"{name}={f'{v:.4g}' if isinstance(v, float) else v}" for name, v in value.items())[:60]
    if isinstance(value, list | tuple) and len(value) <= 8 and all(isinstance(v, str | int | float) for v in value):
        return ";".join(map(str, value))
    return describe(value, 60)


def _show_themselves(view: View) -> list[Any]:
    """Let each sample draw itself, in a grid of plots unless `ctxs` gives the places."""
    ctxs = list(view.ctxs) if view.ctxs is not None else _grid(view)
    samples: Sequence[Any] = view.samples
    return [sample.show(ctx=ctx, **view.options) for sample, ctx in zip(samples, ctxs, strict=False)]


def _grid(view: View) -> list[Any]:
    from fastlearn.vision.plots import get_grid

    return list(get_grid(len(view.samples), nrows=view.nrows, ncols=view.ncols, figsize=view.figsize))


def _bring_in_viewers(kind: str) -> None:
    """Register the viewers of our own domain for this kind when it is first shown; those of the user stay."""
    if kind in _loaded or kind not in ("image", "mask", "points", "boxes", "noise", "cats", "text"):
        return
    if kind == "text":
        from fastlearn.text.show import show_texts

        _viewers.setdefault((kind, ANY), show_texts)
        _loaded.add(kind)
        return
    if kind == "cats":
        from fastlearn.tabular.show import show_rows

        _viewers.setdefault((kind, ANY), show_rows)
        _loaded.add(kind)
        return
    from fastlearn.vision.gan.show import register_viewers as register_for_noise
    from fastlearn.vision.show import register_viewers

    users = dict(_viewers)
    register_viewers()
    register_for_noise()
    _viewers.update(users)
    _loaded.update(("image", "mask", "points", "boxes", "noise"))
