"""What a saved notebook shows of the finder without a kernel: a drawing, the suggestions, the code; and plain text."""

from __future__ import annotations

import math
from html import escape

from fastwidgets.lr_finder.chart import MARGIN, decades
from fastwidgets.lr_finder.curve import decimals, finite, loss_at, rate_text, thin, ticks
from fastwidgets.lr_finder.session import FinderSession
from fastwidgets.lr_finder.words import BEGUN

WIDTH, HEIGHT = 640, 260
POINTS = 300  # more cannot be told apart at this width


def as_text(session: FinderSession) -> str:
    """The search in a few lines."""
    lines = ["Learning-rate finder", session.message]
    lines += [f"  {one['name']}: {rate_text(one['lr'])} ({one['reason']})" for one in session.shown]
    return "\n".join([*lines, session.line] if session.line else lines)


def as_html(session: FinderSession) -> str:
    """The search as HTML with an inline drawing, under 20 kB; it follows the page's text colour."""
    running = session.status == "running"  # a file that was saved now shows this until it is saved again
    parts = ["<strong>Learning-rate finder</strong>", f"<p>{escape(BEGUN if running else session.message)}</p>"]
    if not running and finite(session.curve).shape[1] > 1:
        parts.append(_drawing(session))
    if session.shown:
        parts.append(f"<ul>{''.join(map(_suggestion, session.shown))}</ul>")
    if session.line:
        parts.append(f"<pre><code>{escape(session.line)}</code></pre>")
    return "".join(parts)


def _suggestion(one: dict[str, object]) -> str:
    lr = float(str(one["lr"]))
    return f"<li>{escape(str(one['name']))}: {rate_text(lr)} ({escape(str(one['reason']))})</li>"


class _Frame:
    """Turns rates and losses into places in the drawing."""

    def __init__(self, session: FinderSession) -> None:
        self.lr_range, self.losses = session.lr_range(), session.loss_range()

    def x(self, lr: float) -> float:
        low, high = map(math.log, self.lr_range)
        return MARGIN["left"] + (math.log(lr) - low) / (high - low) * (WIDTH - MARGIN["left"] - MARGIN["right"])

    def y(self, loss: float) -> float:
        low, high = self.losses
        part = min(max((high - loss) / (high - low), 0.0), 1.0)
        return MARGIN["top"] + part * (HEIGHT - MARGIN["top"] - MARGIN["bottom"])


def _drawing(session: FinderSession) -> str:
    frame = _Frame(session)
    lrs, losses = thin(finite(session.curve), POINTS)
    path = "L".join(f"{frame.x(lr):.1f} {frame.y(loss):.1f}" for lr, loss in zip(lrs, losses, strict=True))
    label = f"Loss against learning rate. {session.message}"
    return (
        f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" style="max-width:100%" font-family="sans-serif" font-size="12" fill="currentColor">'
        f'{_axes(frame)}<path d="M{path}" fill="none" stroke="#1976d2" stroke-width="2"/>'
        f"{''.join(_flag(session, frame, i) for i in range(len(session.shown)))}</svg>"
    )


def _axes(frame: _Frame) -> str:
    bottom, right = HEIGHT - MARGIN["bottom"], WIDTH - MARGIN["right"]
    parts = [_line(MARGIN["left"], bottom, right, bottom), _line(MARGIN["left"], MARGIN["top"], MARGIN["left"], bottom)]
    for lr in decades(frame.lr_range):
        x = frame.x(float(lr))
        parts.append(_line(x, bottom, x, bottom + 4) + _text(x, bottom + 18, f"{lr:.0e}", "middle"))
    named = ticks(*frame.losses)
    for loss in map(float, named):
        parts.append(_text(MARGIN["left"] - 8, frame.y(loss) + 4, f"{loss:.{decimals(named)}f}", "end"))
    parts.append(_text((MARGIN["left"] + right) / 2, HEIGHT - 6, "learning rate", "middle"))
    parts.append(_text(4, MARGIN["top"] + 10, "loss", "start"))
    return "".join(parts)


def _flag(session: FinderSession, frame: _Frame, i: int) -> str:
    one = session.shown[i]
    x, loss = frame.x(one["lr"]), loss_at(session.curve, one["lr"])
    dot = f'<circle cx="{x:.1f}" cy="{frame.y(loss):.1f}" r="4"/>' if math.isfinite(loss) else ""
    beside = (x - 6, "end") if x > 0.8 * WIDTH else (x + 6, "start")
    name = f"{one['name']} {rate_text(one['lr'])}"
    return (
        f'<path d="M{x:.1f} {MARGIN["top"]}V{HEIGHT - MARGIN["bottom"]}" stroke="currentColor" stroke-dasharray="3 3"/>'
        + dot
        + _text(beside[0], MARGIN["top"] + 12 + 16 * i, escape(name), beside[1])
    )


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="currentColor" stroke-opacity="0.5"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'
