"""Learning rates of layer groups, from what a fit was begun with: the history keeps that of the last group alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

# Fits whose own schedule moves the rates of all groups in proportion: their ratio holds from first to last step.
SCHEDULED = ("fit_one_cycle", "fit_flat_cos", "fit_sgdr", "fine_tune")
SAME = 1e-6  # relative


def first_share(settings: Mapping[str, Any]) -> float:
    """The rate of the first layer group as a share of that of the last, by the `settings` of a fit in the history.

    NaN where both have the same rate, and where the ratio is not known: a scheduler of the user's own may move it.
    """
    learner = settings.get("learner", {})
    rates = [group.get("lr") for group in learner.get("optimizer", {}).get("groups", [])]
    scheduled = settings.get("call", {}).get("method") in SCHEDULED
    schedulers = sum(str(cb.get("class")).endswith("Scheduler") for cb in learner.get("callbacks", []))
    known = all(isinstance(rate, (int, float)) and rate > 0 for rate in rates)
    if len(rates) < 2 or not known or schedulers != scheduled:
        return math.nan
    share = float(rates[0]) / float(rates[-1])
    return math.nan if math.isclose(share, 1.0, rel_tol=SAME) else share
