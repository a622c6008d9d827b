"""Heat maps of what is in sight: made in the background, by a copy of the model that gave the answers."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from fastlearn.data.problems import DataError
from fastlearn.interpret import GradCAM, HeatMap, StoredAnswers
from fastlearn.interpret.made_with import weights_fingerprint
from PIL import UnidentifiedImageError

from fastwidgets.grid.overlay import Heat
from fastwidgets.top_losses.frozen import frozen
from fastwidgets.top_losses.on_picture import laid_on, upright_size, window_of

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["HeatMaps", "Made"]

KEPT = 1000  # maps, of about 10 kB each
SIDE = 112  # pixels of the longer side of a map


@dataclass(frozen=True)
class Made:
    """An image that lies over a picture, as a data URI."""

    made: str

    def uri(self) -> str:
        """The data URI."""
        return self.made


class HeatMaps:
    """Grad-CAM of rows of `answers`, for the predicted class; each is made once. May be asked from several threads.

    `weights` is the fingerprint of the model that gave the answers: of another one no maps are shown.
    """

    def __init__(self, learn: Learner, answers: StoredAnswers, weights: str) -> None:
        self._learn, self._answers, self._weights = learn, answers, weights
        self._cam: GradCAM | None = None
        self._why_not = ""
        self._kept: OrderedDict[int, Made] = OrderedDict()
        self._lock = threading.Lock()  # one copy of the model, one pass at a time

    @property
    def why_not(self) -> str:
        """Why there are none and will be none; empty as long as that is not known."""
        return self._why_not

    def of(self, rows: Sequence[int]) -> dict[int, Made]:
        """The maps of `rows`; nothing for those whose picture can no longer be read.

        Raises: DataError where there are none, with what to try.
        """
        with self._lock:
            if self._why_not:
                return {}
            missing = [row for row in rows if row not in self._kept]
            if missing:
                self._make(missing)
            found = {row: self._kept[row] for row in rows if row in self._kept}
            for row in found:
                self._kept.move_to_end(row)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return found

    def _make(self, rows: Sequence[int]) -> None:
        cam = self._camera()
        readable = [row for row in rows if self._is_readable(row)]
        try:
            maps = cam.of_rows(self._answers, readable, bs=16) if readable else []
        except DataError as error:
            if not cam.layer:  # the network has no such layer: asking again would tell the same
                self._why_not = str(error)
            raise
        for row, heat in zip(readable, maps, strict=True):
            self._kept[row] = self._laid(row, heat)

    def _camera(self) -> GradCAM:
        if self._cam is None:
            twin = frozen(self._learn)
            if weights_fingerprint(twin) != self._weights:
                raise DataError("The weights have changed since these answers were made. Press Update first.")
            try:
                self._cam = GradCAM(twin)
            except DataError as error:
                self._why_not = str(error)
                raise
        return self._cam

    def _is_readable(self, row: int) -> bool:
        path = self._answers.paths[row]
        try:
            return path is None or min(upright_size(path)) > 0
        except (OSError, UnidentifiedImageError, SyntaxError, ValueError):
            return False

    def _laid(self, row: int, heat: HeatMap) -> Made:
        path = self._answers.paths[row]
        size = heat.values.shape[::-1] if path is None else upright_size(path)
        values = laid_on(heat.values, window_of(self._learn, (size[0], size[1])), (size[0], size[1]), SIDE)
        return Made(Heat(np.asarray(values)).uri())
