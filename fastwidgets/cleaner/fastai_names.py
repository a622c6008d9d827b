"""The cleaner by the names and results that fastai's users know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from fastwidgets.cleaner.widget import ImageCleaner

__all__ = ["ImageClassifierCleaner", "ImagesCleaner"]


class ImageClassifierCleaner(ImageCleaner):
    """`ImageCleaner` of a learner, with fastai's results: `delete()`, `change()`, and `fns` that they number.

    fastai's loops run as they are (`for i in cleaner.delete(): cleaner.fns[i].unlink()`), though nothing needs them:
    `fix_and_continue(learn)` and `cleaner.plan_folders()` lose no file.
    """

    @property
    def fns(self) -> list[Path | None]:
        """The paths of all items, training items first."""
        return list(self.review.source.paths)

    def delete(self) -> list[int]:
        """The numbers in `fns` of what was excluded."""
        return self._decided("excluded")

    def change(self) -> list[tuple[int, Any]]:
        """The numbers in `fns` of what was relabelled, each with its new label."""
        return [(i, self.review.labels[i]) for i in self._decided("relabelled")]

    def values(self) -> list[Any]:
        """For each of `fns` "<Keep>", "<Delete>" or its new label."""
        said = {**dict.fromkeys(self.delete(), "<Delete>"), **dict(self.change())}
        return [said.get(i, "<Keep>") for i in range(self.review.n)]


class ImagesCleaner(ImageClassifierCleaner):
    """A cleaner of a list of paths, `opts` being the classes that an image can be given; no model.

    fastai makes it first and gives it paths by `set_fns`; here they come with it: `ImagesCleaner(fns, opts=(...))`.
    """

    def __init__(self, fns: Iterable[Any], opts: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(list(fns), **kwargs)
        for name in opts:
            self.review.add_class(name)
        if opts:
            with self.lock:
                self.session.set_classes("label", self.review.classes)
