"""Keeps predictions after each validation."""

from __future__ import annotations

from typing import Any

from fastlearn.train.callback import Callback
from fastlearn.train.host import Callbacks

__all__ = ["FetchPredsCallback"]


class FetchPredsCallback(Callback):
    """After each validation of a fit, `preds` holds the predictions over loader `ds_idx`, or over `dl`.

    The arguments are those of `learn.get_preds`. It is a pass of its own: the fit's own metrics do not hear of it.
    """

    remove_on_fetch = True
    in_lr_find = False

    def __init__(
        self,
        ds_idx: int = 1,
        dl: Any = None,
        with_input: bool = False,
        with_decoded: bool = False,
        cbs: Callbacks = None,
        reorder: bool = True,
    ) -> None:
        self.ds_idx, self.dl_to_fetch, self.fetch_cbs = ds_idx, dl, cbs
        self.with_input, self.with_decoded, self.reorder = with_input, with_decoded, reorder
        self.preds: tuple[Any, ...] | None = None

    def after_validate(self) -> None:
        if not self.learn.in_fit or self.learn.cleaning_up:
            return
        self.preds = self.learn.get_preds(
            self.ds_idx, self.dl_to_fetch, with_input=self.with_input, with_decoded=self.with_decoded, inner=True,
            reorder=self.reorder, cbs=self.fetch_cbs,
        )  # fmt: skip
