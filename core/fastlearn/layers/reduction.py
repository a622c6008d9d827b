"""One loss for each item, from a loss that takes their mean."""

from __future__ import annotations

import functools
from types import TracebackType
from typing import Any


class NoneReduce:
    """Within `with NoneReduce(loss_func) as per_item:` that loss keeps one number per item.

    A loss with an attribute `reduction` is switched and put back, also after an error; one without gets
    `reduction="none"` as an argument.
    """

    def __init__(self, loss_func: Any) -> None:
        self.loss_func = loss_func

    def __enter__(self) -> Any:
        if not hasattr(self.loss_func, "reduction"):
            return functools.partial(self.loss_func, reduction="none")
        self._before = self.loss_func.reduction
        self.loss_func.reduction = "none"
        return self.loss_func

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if hasattr(self.loss_func, "reduction"):
            self.loss_func.reduction = self._before
