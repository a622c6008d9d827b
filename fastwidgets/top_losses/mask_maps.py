"""Masks over their pictures: where the prediction differs from the target, and how both are bounded."""

from __future__ import annotations

import io
import threading
from base64 import b64encode
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from fastlearn.interpret import StoredAnswers
from fastlearn.interpret.answer_pass import clean_items
from numpy.typing import NDArray
from PIL import Image

from fastwidgets.top_losses.heat_maps import Made
from fastwidgets.top_losses.on_picture import laid_on, upright_size, window_of

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["MaskMaps", "mask_image"]

SIDE = 256
WRONG = (213, 94, 0, 150)  # vermilion, of the colours that the colour-blind tell apart
OTHER_WRONG = (213, 94, 0, 60)
TARGET, PREDICTED = (255, 255, 255, 255), (0, 0, 0, 255)  # lines: white around the target, black and dashed around it


class MaskMaps:
    """The stored predicted masks of the worst rows beside their targets, as images to lay over the pictures.

    `cell` (actual, predicted), class ids, shows only the pixels of that confusion in full.
    """

    def __init__(self, learn: Learner, answers: StoredAnswers) -> None:
        self._learn, self._answers = learn, answers
        self.cell: tuple[int, int] | None = None
        self._lock = threading.Lock()

    def of(self, rows: Sequence[int]) -> dict[int, Made]:
        """The images of those `rows` whose predicted mask is stored."""
        stored = [row for row in rows if row in self._answers.worst_masks]
        with self._lock:
            targets = self._targets(stored)
        return {row: Made(self._drawn(row, target)) for row, target in targets.items()}

    def _targets(self, rows: Sequence[int]) -> dict[int, NDArray[Any]]:
        found: dict[int, NDArray[Any]] = {}
        for split in (0, 1):
            mine = [row for row in rows if self._answers.splits[row] == split]
            if mine:
                clean = clean_items(self._learn.dls[split])
                positions = self._answers.positions[mine].tolist()
                for row, position in zip(mine, positions, strict=True):
                    found[row] = _target_at(clean, position)
        return found

    def _drawn(self, row: int, target: NDArray[Any]) -> str:
        predicted, path = np.asarray(self._answers.worst_masks[row]), self._answers.paths[row]
        try:
            size = (target.shape[1], target.shape[0]) if path is None else upright_size(path)
        except OSError:  # gone meanwhile: its tile says so
            size = (target.shape[1], target.shape[0])
        window = window_of(self._learn, size)
        both = [laid_on(mask + 1.0, window, size, SIDE, smooth=False).round().astype(int) - 1
                for mask in (target, predicted)]  # fmt: skip
        return mask_image(both[0], both[1], self.cell)


def mask_image(target: NDArray[Any], predicted: NDArray[Any], cell: tuple[int, int] | None = None) -> str:
    """A PNG as a data URI: wrong pixels coloured, a white line around each class of the target, a black dashed one
    around each of the prediction. Both are class ids `(H, W)`; -1 was not seen by the model.
    """
    colours = np.zeros((*target.shape, 4), np.uint8)
    wrong = (target != predicted) & (target >= 0) & (predicted >= 0)
    colours[wrong] = WRONG if cell is None else OTHER_WRONG
    if cell is not None:
        colours[wrong & (target == cell[0]) & (predicted == cell[1])] = WRONG
    down, across = np.indices(target.shape)
    colours[_edges(target)] = TARGET
    colours[_edges(predicted) & ((down + across) % 6 < 4)] = PREDICTED
    file = io.BytesIO()
    Image.fromarray(colours, "RGBA").save(file, "PNG")
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"


def _edges(mask: NDArray[Any]) -> NDArray[np.bool_]:
    edges = np.zeros(mask.shape, bool)
    edges[:, 1:] |= mask[:, 1:] != mask[:, :-1]
    edges[1:] |= mask[1:] != mask[:-1]
    return edges


def _target_at(clean: Any, position: int) -> NDArray[Any]:
    """The mask `(H, W)` of one item as the model is given it."""
    if hasattr(clean, "new"):
        few = clean.new(sampler=[position], bs=1, batch_size=None, num_workers=0, skip_unreadable=False)
        mask = few.one_batch()[1][0]
    else:
        mask = clean.dataset[position][1]
    array: NDArray[Any] = np.asarray(mask.cpu() if hasattr(mask, "cpu") else mask)
    return array[0] if array.ndim == 3 else array
