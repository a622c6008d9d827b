"""What the finder says in words: why a rate is suggested, and how far the curve can be trusted."""

from __future__ import annotations

import numpy as np

from fastwidgets.lr_finder.curve import Curve, finite, rate_text

BY_HAND = "by hand"
REASONS = {
    "valley": "in the middle of the longest descent",
    "slide": "at the end of the last stretch that falls steadily",
    "minimum": "a tenth of the rate with the lowest loss",
    "steep": "where the loss falls fastest",
    BY_HAND: "the rate that you chose",
}
FLAT = 0.05  # a smaller share of the first loss is no clear descent
FAR_APART = 3.0  # times the lowest: suggestions that agree lie closer together
PREPARING = "Preparing the first batch…"
CHOOSE = "Click on the curve to choose a rate yourself."
BEGUN = "A search had begun when this was saved; its curve appears here when it ends."
WHOLE = ("finished", "diverged")  # searches that ended as they should
SPOILT = ("nan", "error")  # searches whose curve is nothing to choose from


def reason_for(name: str) -> str:
    """Why the rate called `name` is suggested; an own suggestion function speaks for itself."""
    return REASONS.get(name, f"found by {name}")


def outcome(status: str, told: str, curve: Curve, rates: dict[str, float]) -> str:
    """How the search ended, as `told`, and what to make of its `curve`, shape `(2, n)`, and suggested `rates`.

    What to do comes before what was done, unless the search was cut short: then that is the first thing to know.
    """
    advice = ""
    if rates:
        advice = confidence(curve, rates)
    elif status not in SPOILT and finite(curve).shape[1] >= 2:
        advice = CHOOSE
    parts = (advice, told.strip()) if rates and status in WHOLE else (told.strip(), advice)
    return " ".join(filter(None, parts))


def confidence(curve: Curve, rates: dict[str, float]) -> str:
    """How far `curve`, shape `(2, n)`, and the suggested `rates` can be trusted, in one or two sentences."""
    losses = finite(curve)[1]
    drop = _drop(losses)
    if drop < FLAT:
        suggested = "suggestion" if len(rates) == 1 else "suggestions"
        return f"The loss falls by only {drop:.0%}, so trust the {suggested} little and watch the first epoch."
    words = [f"The loss falls clearly, by {drop:.0%}."]
    if losses[-1] <= losses.min() * 1.02:
        words.append("It never rises: a larger end_lr would show where it breaks.")
    low, high = (min(rates.values()), max(rates.values())) if rates else (1.0, 1.0)
    if high > FAR_APART * low:
        words.append(f"The suggestions disagree ({rate_text(low)} to {rate_text(high)}): the lower one is safer.")
    elif len(rates) > 1:
        words.append("The suggestions agree.")
    return " ".join(words)


def _drop(losses: np.ndarray) -> float:
    """The descent before the lowest loss, as a share of where it starts from."""
    lowest = int(losses.argmin())
    top = float(losses[: lowest + 1].max())
    return (top - float(losses[lowest])) / abs(top) if top else 0.0
