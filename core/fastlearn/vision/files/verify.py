"""`verify_image`, `verify_images`: can the files be read to their end?"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fastlearn.data.find import StrPath
from fastlearn.keywords import check_keywords
from fastlearn.vision.files.parallel import Cancel, Progress, Reporter, run_each
from fastlearn.vision.files.probe import MAX_PIXELS, Prober
from fastlearn.vision.files.quiet import quiet_pillow

__all__ = ["verify_image", "verify_images"]


def verify_image(fn: StrPath, max_pixels: int = MAX_PIXELS) -> bool:
    """Whether `fn` is a picture that can be decoded to its end, and of no more than `max_pixels`."""
    with quiet_pillow():
        return not Prober(pixels=False, max_pixels=max_pixels)(fn).fault


@check_keywords
def verify_images(
    fns: Iterable[StrPath],
    n_workers: int | None = None,
    max_pixels: int = MAX_PIXELS,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> list[Path]:
    """Those of `fns` that cannot be used, in order; `find_problems` also says why.

    `n_workers` threads read the files, by default one a core; `progress(done, total)` is called now and then, and
    `cancel`, an event or a function, ends the work early.
    """
    paths = [Path(fn) for fn in fns]
    reporter, failed = Reporter(progress, len(paths)), []
    with quiet_pillow():
        probes: Any = run_each(Prober(pixels=False, max_pixels=max_pixels), paths, n_workers, cancel=cancel)
        for index, probe in probes:
            if probe.fault:
                failed.append(paths[index])
            reporter.add()
    return failed
