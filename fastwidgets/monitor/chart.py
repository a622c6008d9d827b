"""Charts as SVG for readers without the live view: no script, no colour that a dark page would swallow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fastwidgets.monitor.axis import highest
from fastwidgets.monitor.words import short

HEIGHT = 170
LEFT, RIGHT, TOP, BOTTOM = 52, 10, 22, 24


@dataclass(frozen=True)
class Line:
    """A line of a chart. `dash` is an SVG dash pattern: lines are told apart by it, not by colour alone."""

    label: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    color: str
    dash: str = ""
    width: float = 1.5
    dots: bool = False


def chart(
    title: str,
    lines: Sequence[Line],
    floor: float | None = None,
    top: float | None = None,
    marks: Sequence[tuple[float, str]] = (),
    width: int = 270,
) -> str:
    """An SVG of `lines` on common axes, `width` pixels wide.

    `floor` is the lowest value the axis must show and `top` the highest it may: what lies above sits on its border,
    and words below that say how far each line goes. `marks` are places on the x axis with the words that stand there.
    """
    drawn = [line for line in lines if np.isfinite(line.y).any()]
    if not drawn:
        return ""
    x_low, x_high = _span(np.concatenate([line.x for line in drawn]))
    values = np.concatenate([line.y for line in drawn])
    above = [] if top is None else [(line.label, peak) for line in drawn if (peak := highest(line.y) or 0.0) > top]
    y_low, y_high = _span(np.minimum(values, top) if above else values, floor)  # type: ignore[arg-type]

    def place(x: ArrayLike, y: ArrayLike) -> NDArray[np.float64]:  # (n, 2) pixels
        across = LEFT + (np.asarray(x) - x_low) / (x_high - x_low) * (width - LEFT - RIGHT)
        down = TOP + (y_high - np.minimum(y, y_high)) / (y_high - y_low) * (HEIGHT - TOP - BOTTOM)
        return np.stack((across, down), axis=-1)

    paths = [_path(line, place(line.x, line.y)) for line in drawn]
    rules = [_rule(float(place(step, y_low)[0]), text) for step, text in marks if x_low < step < x_high]
    return (
        f'<svg viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}" role="img" '
        f'aria-label="{escape(title)}" fill="currentColor" '
        'style="max-width:100%;font:11px system-ui,sans-serif;color:var(--jp-ui-font-color1,currentColor)">'
        f"{_legend(drawn)}{_axes(width, (x_low, x_high), (y_low, y_high))}{''.join(rules)}{''.join(paths)}"
        f"{_above(width, above)}</svg>"
    )


def _span(values: NDArray[np.float64], floor: float | None = None) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    low, high = float(finite.min()), float(finite.max())
    low = low if floor is None else min(low, floor)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _axes(width: int, x: tuple[float, float], y: tuple[float, float]) -> str:
    right, bottom = width - RIGHT, HEIGHT - BOTTOM
    frame = f'<path d="M{LEFT} {TOP}V{bottom}H{right}" fill="none" stroke="currentColor" opacity=".5"/>'
    texts = [(LEFT - 4, TOP + 8, "end", short(y[1])), (LEFT - 4, bottom, "end", short(y[0])),
             (LEFT, HEIGHT - 8, "start", f"{x[0]:.0f}"), (right, HEIGHT - 8, "end", f"{x[1]:.0f}"),
             ((LEFT + right) // 2, HEIGHT - 8, "middle", "step")]  # fmt: skip
    return frame + "".join(
        f'<text x="{at}" y="{down}" text-anchor="{a}">{escape(t)}</text>' for at, down, a, t in texts
    )


def _legend(lines: Sequence[Line]) -> str:
    parts, x = [], LEFT
    for line in lines:
        dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
        parts.append(
            f'<path d="M{x} 9h18" stroke="{line.color}" stroke-width="{max(line.width, 1):g}"{dash}/>'
            f'<text x="{x + 22}" y="13">{escape(line.label)}</text>'
        )
        x += 34 + 6 * len(line.label)
    return "".join(parts)


def _rule(x: float, text: str) -> str:
    """A dotted line upright at `x` pixels, and what it marks."""
    return (
        f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="currentColor" stroke-dasharray="1 3"/>'
        f'<text x="{x + 3:.1f}" y="{TOP + 9}">{escape(text)}</text>'
    )


def _above(width: int, lines: Sequence[tuple[str, float]]) -> str:
    """How far the lines go that the axis cuts off."""
    told = ", ".join(f"{label} to {short(peak)}" for label, peak in lines)
    if not told:
        return ""
    halo = "paint-order:stroke;stroke:var(--jp-layout-color0,Canvas);stroke-width:4px"  # no curve runs through words
    return f'<text x="{width - RIGHT}" y="{TOP + 13}" text-anchor="end" style="{halo}">↑ {escape(told)}</text>'


def _path(line: Line, points: NDArray[np.float64]) -> str:
    pieces, pen = [], "M"
    for x, y in points:
        if not np.isfinite(y):
            pen = "M"  # a gap where there is no number
            continue
        pieces.append(f"{pen}{x:.1f} {y:.1f}")
        pen = "L"
    dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
    finite = np.isfinite(points[:, 1])
    apart = np.diff(np.concatenate(([False], finite, [False])).astype(int))  # 1 where a stretch begins, -1 after it
    alone = (apart[:-1] == 1) & (apart[1:] == -1)  # a point without neighbours has no line to lie on
    dotted = points[finite if line.dots else alone]
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{line.color}"/>' for x, y in dotted)
    return f'<path d="{"".join(pieces)}" fill="none" stroke="{line.color}" stroke-width="{line.width}"{dash}/>{dots}'
