"""`find_problems`: what is wrong with the pictures of a folder, before any training."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastlearn.data.find import StrPath, get_image_files
from fastlearn.data.problems import DataError, describe
from fastlearn.keywords import check_keywords
from fastlearn.vision.files.cache import ScanCache, opened_cache
from fastlearn.vision.files.findings import Findings
from fastlearn.vision.files.judge import judge_files, judge_looks, judge_set
from fastlearn.vision.files.parallel import Cancel, Progress, Reporter, run_each, stop_check
from fastlearn.vision.files.probe import MAX_PIXELS, Prober, fine_of
from fastlearn.vision.files.problems import NEED_PIXELS, chosen_limits, wanted_problems
from fastlearn.vision.files.quiet import quiet_pillow
from fastlearn.vision.files.scan import Scan
from fastlearn.vision.files.twins import note_duplicates, note_near_duplicates

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["find_problems"]


@check_keywords
def find_problems(
    path_or_items: StrPath | Iterable[StrPath],
    problems: Iterable[str] | str | None = None,
    limits: Mapping[str, float] | None = None,
    recurse: bool = True,
    n_workers: int | None = None,
    processes: bool = False,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    cache: StrPath | None = None,
    max_pixels: int = MAX_PIXELS,
) -> pd.DataFrame:
    """Look at all pictures of a folder (or a list of files) and list what is wrong with them; nothing is changed.

    `problems`: codes of `PROBLEMS` to look for, by default all; `limits`: other limits than theirs, by code.
    `n_workers` threads, or processes, read the files (by default one a core). `progress(done, total)` is called now and
    then; `total` grows when near duplicates are compared. `cancel`, an event or a function, ends the scan early.
    `cache`: a folder that remembers what was seen, so that a second scan opens only files that are new or changed.
    `max_pixels`: larger pictures are reported and not decoded (JPEGs are decoded smaller, so theirs may be 64 times as
    large). Memory: about 3 kB a file at the most, and one decoded picture a worker.
    Returns: one row per finding with the columns of `Finding`, the gravest first. `attrs` holds `n_files`, the number
    that was looked at, and `complete`, False after `cancel`.
    Raises: DataError if there is no folder or no image file; ValueError for unknown codes.
    """
    wanted, chosen, stopped = wanted_problems(problems), chosen_limits(limits), stop_check(cancel)
    paths = list_files(path_or_items, recurse)
    pixels = bool(wanted & NEED_PIXELS)
    scan, findings, reporter = Scan(paths, pixels), Findings(wanted), Reporter(progress, len(paths))
    run = partial(run_each, n_workers=n_workers, processes=processes, cancel=stopped)
    with quiet_pillow(), opened_cache(cache, max_pixels) as kept:
        _look(scan, kept, Prober(pixels, max_pixels), run, reporter)
        judge_files(scan, findings)
        judge_looks(scan, findings, chosen)
        judge_set(scan, findings, chosen)
        single = note_duplicates(scan, findings)
        if pixels and not stopped():
            fetch = partial(_fines, scan, kept, partial(run, partial(fine_of, max_pixels=max_pixels)), reporter)
            note_near_duplicates(scan, findings, single, fetch, chosen, stopped)
    table = findings.table()
    table.attrs = {"n_files": int(scan.seen.sum()), "complete": bool(scan.seen.all()) and not stopped()}
    return table


def list_files(path_or_items: StrPath | Iterable[StrPath], recurse: bool) -> list[Path]:
    """The image files of a folder, or the files that were listed, each once.

    Raises: DataError if there is nothing to look at, or an item is no path.
    """
    if isinstance(path_or_items, str | os.PathLike):
        return get_image_files(path_or_items, recurse)
    paths = []
    for item in path_or_items:
        if not isinstance(item, str | os.PathLike):
            raise DataError(f"A folder or a list of paths is expected, but the list has {describe(item)}. "
                            "Try get_image_files(path), or the column of a table that holds paths.")  # fmt: skip
        paths.append(Path(item))
    if not paths:
        raise DataError("There are no files to look at: the list of items is empty.")
    return list(dict.fromkeys(paths))


def _look(scan: Scan, cache: ScanCache | None, prober: Prober, run: Callable[..., Any], reporter: Reporter) -> None:
    """Fill `scan` with what the cache knows, and with a look at every other file."""
    unknown = [index for index in range(len(scan)) if not _recall(scan, index, cache, prober.pixels)]
    reporter.add(len(scan) - len(unknown))
    for nth, probe in run(prober, [scan.paths[index] for index in unknown]):
        scan.put(unknown[nth], probe)
        if cache is not None:
            cache.put(scan.paths[unknown[nth]], probe, prober.pixels)
        reporter.add()
    if cache is not None:
        cache.flush()


def _recall(scan: Scan, index: int, cache: ScanCache | None, pixels: bool) -> bool:
    """Take what is known of a file from the cache; False if it has to be looked at."""
    if cache is None:
        return False
    try:
        info = scan.paths[index].stat()
    except OSError:
        return False
    probe = cache.get(scan.paths[index], (info.st_size, info.st_mtime_ns), pixels)
    if probe is not None:
        scan.put(index, probe)
    return probe is not None


def _fines(
    scan: Scan,
    cache: ScanCache | None,
    read: Callable[[list[Path]], Iterator[tuple[int, bytes]]],
    reporter: Reporter,
    places: Sequence[int],
) -> Iterator[bytes]:
    """The fine signatures of files, in order, from the cache or read anew."""
    paths = [scan.paths[place] for place in places]
    known = cache.fines(paths) if cache is not None else [None] * len(paths)
    missing = [path for path, fine in zip(paths, known, strict=True) if fine is None]
    reporter.extend(len(missing))
    fresh_ones = read(missing)
    fresh = []
    for path, fine in zip(paths, known, strict=True):
        if fine is not None:
            yield fine
            continue
        found = next(fresh_ones, None)
        if found is None:  # cancelled
            return
        reporter.add()
        if cache is not None and found[1]:
            fresh.append((path, found[1]))
        yield found[1]
    if cache is not None:
        cache.put_fines(fresh)
