"""How good predictions of a table are: numpy alone, so that both sides of a comparison are measured alike."""

from __future__ import annotations

from typing import Any

import numpy as np


def scores(said: Any, targets: Any) -> dict[str, float]:
    """Accuracy and log-loss of probabilities `(N, K)`; RMSE of numbers, `(N,)` or `(N, 1)`."""
    if said.ndim < 2 or said.shape[1] == 1:
        return {"RMSE": float(np.sqrt(((said.reshape(-1) - targets.reshape(-1)) ** 2).mean()))}
    labels = targets.reshape(-1).astype(int)
    picked = said[np.arange(len(said)), labels].clip(1e-6, 1)
    return {"accuracy": float((said.argmax(1) == labels).mean()), "log-loss": float(-np.log(picked).mean())}
