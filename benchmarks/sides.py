"""Two libraries with one recipe: seeds in turn, both sides at the same time, means and spreads.

The recipe goes to the peer as JSON; each side answers with one JSON line of numbers, the score first.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from fastlearn.data.archive import extract_archive
from fastlearn.data.config import Config
from harness import table

FASTAI_PYTHON = os.environ.get("FASTAI_PYTHON")
PEERS = Path(__file__).parent / "peer"

Recipe = dict[str, Any]
Numbers = dict[str, float]
Side = Callable[[Recipe, int], Numbers]


def arguments(what: str, known: Sequence[str] = ()) -> argparse.Namespace:
    """`--data FOLDER` (or the variable BENCHMARK_DATA), `--seeds N`, and which of `known` to run."""
    parser = argparse.ArgumentParser(description=what, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*", choices=[*known, []], help="which of them (all)")
    parser.add_argument("--data", type=Path, default=os.environ.get("BENCHMARK_DATA"), help="a folder of data sets")
    parser.add_argument("--seeds", type=int, default=3, help="how many runs of each side (3)")
    return parser.parse_args()


def find_data(folder: str | os.PathLike[str] | None, name: str) -> Path | None:
    """The data set, or file, `name` in `folder` or one level below; an archive is unpacked into the cache. None: not
    there."""
    if folder is None:
        return None
    for place in (Path(folder), *sorted(path for path in Path(folder).iterdir() if path.is_dir())):
        if (place / name).exists():
            return place / name
        archive = place / f"{name}.tgz"
        if archive.exists():
            target = Config.load().make_cache() / "benchmark_data" / name
            return target if target.exists() else extract_archive(archive, target)
    return None


def fastai_side(script: str) -> Side | None:
    """fastai's side, `peer/<script>`, in a process of its own; None where there is no fastai."""
    if not FASTAI_PYTHON:
        print("fastai is left out: FASTAI_PYTHON names no Python that has it (make bench-env).", file=sys.stderr)
        return None

    def run(recipe: Recipe, seed: int) -> Numbers:
        command = [str(FASTAI_PYTHON), "-W", "ignore", str(PEERS / script), json.dumps(recipe), str(seed)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"fastai's side failed:\n{done.stderr[-2000:]}")
        found: Numbers = json.loads(done.stdout.splitlines()[-1])
        return found

    return run


def compare(title: str, recipe: Recipe, ours: Side, peer: Side | None, seeds: int) -> None:
    """Run both sides with each seed, at the same time on a core each, and print a table with the verdict."""
    sides = {"fastlearn": ours, **({"fastai": peer} if peer is not None else {})}
    runs: dict[str, list[Numbers]] = {name: [] for name in sides}
    with ThreadPoolExecutor(len(sides)) as pool:
        for seed in range(seeds):
            waiting = {name: pool.submit(timed, side, recipe, seed) for name, side in sides.items()}
            for name, one in waiting.items():
                runs[name].append(one.result())
                print(f"seed {seed}, {name}: {runs[name][-1]}", file=sys.stderr, flush=True)
    keys = list(runs["fastlearn"][0])
    rows: list[list[object]] = []
    for name, numbers in runs.items():
        each = " ".join(f"{run[keys[0]]:.3f}" for run in numbers)
        rows.append([name, *(_spread([run[key] for run in numbers]) for key in keys), each])
    table(f"{title}, {seeds} seeds", ["", *keys, f"{keys[0]} of each seed"], rows)
    if "fastai" in runs:
        print(f"\n  {verdict(*([run[keys[0]] for run in runs[name]] for name in ('fastlearn', 'fastai')))}", flush=True)


def timed(side: Side, recipe: Recipe, seed: int) -> Numbers:
    """The numbers of one run, and the minutes that it took."""
    start = time.perf_counter()
    return {**side(recipe, seed), "minutes": (time.perf_counter() - start) / 60}


def verdict(ours: list[float], theirs: list[float]) -> str:
    """Where our mean lies against theirs and one standard deviation of theirs, and how sure the difference is."""
    away, spread = mean(ours) - mean(theirs), stdev(theirs) if len(theirs) > 1 else 0.0
    where = "no worse" if away > -1e-6 else "within fastai's spread" if -away <= spread else "below fastai's spread"
    sure = stdev([a - b for a, b in zip(ours, theirs, strict=True)]) / len(ours) ** 0.5 if len(ours) > 1 else 0.0
    return f"mean {away:+.4f} (standard error {sure:.4f}) from fastai's, whose spread is {spread:.4f}: {where}"


def _spread(values: list[float]) -> str:
    return f"{mean(values):.4f} ± {stdev(values):.4f}" if len(values) > 1 else f"{values[0]:.4f}"
