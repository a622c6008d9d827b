"""Arguments of fastai's loggers that ask for pictures, models or data sets: ours send numbers and settings."""

from __future__ import annotations

from typing import Any

__all__ = ["without_fastais"]

# Those that ask for something when they are true; the others say how it would be done.
SWITCHES = frozenset({"log", "log_preds", "log_preds_every_epoch", "log_model", "log_dataset", "projector"})
DETAILS = frozenset({"n_preds", "model_name", "dataset_name", "valid_dl", "reorder", "layer"})


def without_fastais(owner: str, given: dict[str, Any]) -> dict[str, Any]:
    """`given` without what fastai's loggers take beyond numbers; switched off, that changes nothing.

    Raises: TypeError for one that is switched on.
    """
    for name in SWITCHES & given.keys():
        if given[name]:
            raise TypeError(
                f"{owner} sends losses, rates, metrics and settings; {name}={given[name]!r} asks for more, which it "
                f"does not do. Try {name}=False, and send pictures, models or data sets in the after_epoch of a "
                "callback of your own."
            )
    return {name: value for name, value in given.items() if name not in SWITCHES | DETAILS}
