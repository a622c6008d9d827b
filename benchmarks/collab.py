"""Ratings: an epoch and the error at the same settings, against fastai and trees; and 20 million ratings in a loader.

    make bench, or: FASTAI_PYTHON=python-with-fastai python benchmarks/collab.py [--data FOLDER]

Figures to reach on ratings with a planted structure: an epoch takes at most 0.20 of fastai's time, and RMSE is at most
0.440 (noise alone: 0.393). Loaders of 20 million ratings take less than 1 GB above their frame. One thread, and times
of the CPU; both sides of a seed run one after the other. MovieLens (ml_latest_small_ratings.csv.gz) is in no
repository of ours: it is compared only where `--data` or BENCHMARK_DATA has it.
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
import torch
from fastlearn.collab import CollabDataLoaders, collab_learner
from harness import table
from memory import peak_since, resting
from sides import Numbers, Recipe, Side, arguments, fastai_side, find_data

KINDS = ("planted", "movielens", "many")
MOVIELENS = "ml_latest_small_ratings.csv.gz"


def planted(n: int = 100_000) -> tuple[pd.DataFrame, float]:
    """Ratings of 500 items by 1000 users with six tastes, the last fifth for validation; and the RMSE of the noise."""
    rng = np.random.default_rng(0)
    users, items = rng.normal(size=(1000, 6)) * 0.6, rng.normal(size=(500, 6)) * 0.6
    u, i = rng.integers(0, 1000, n), rng.integers(0, 500, n)
    rng.normal(size=1000)  # keeps the numbers that follow where the published figures have them
    true = 3 + (users[u] * items[i]).sum(1) + 0.4 * np.sin(u) + 0.4 * np.cos(i * 1.7)
    rating = np.clip(true + rng.normal(size=n) * 0.4, 0.5, 5.5)
    apart = slice(int(0.8 * n), None)
    floor = float(np.sqrt(((np.clip(true, 0.5, 5.5) - rating)[apart] ** 2).mean()))
    return pd.DataFrame({"user": u, "item": i, "rating": rating}), floor


def train(recipe: Recipe, seed: int) -> Numbers:
    """RMSE after a one-cycle fit, and CPU seconds of an epoch."""
    frame = pd.read_csv(recipe["csv"])
    valid = np.flatnonzero(frame["is_valid"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # some pairs come twice
        dls = CollabDataLoaders.from_df(frame, valid_idx=valid.tolist(), bs=recipe["bs"], device="cpu", seed=seed)
    learn = collab_learner(dls, recipe["factors"], y_range=recipe["y_range"], seed=seed)
    with learn.no_bar(), learn.no_logging():
        start = time.process_time()
        learn.fit_one_cycle(recipe["epochs"], recipe["lr"], wd=recipe["wd"])
        seconds = (time.process_time() - start) / recipe["epochs"]
        loss = learn.validate()[0]
    assert loss is not None
    return {"rmse": loss**0.5, "seconds": seconds}


def trees(recipe: Recipe) -> Numbers:
    """Gradient-boosted trees of scikit-learn, which know of a user and an item how many ratings and which mean."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    frame = pd.read_csv(recipe["csv"])
    user, item, rating = frame.columns[:3]
    held = frame["is_valid"].astype(bool)
    start = time.process_time()
    known = frame[~held]
    columns = [frame[name].map(known.groupby(name)[rating].agg(what))
               for name in (user, item) for what in ("mean", "count")]  # fmt: skip
    xs = pd.concat(columns, axis=1).to_numpy()
    model = HistGradientBoostingRegressor(random_state=0).fit(xs[~held], known[rating])
    errors = model.predict(xs[held]) - frame.loc[held, rating]
    return {"rmse": float((errors**2).mean() ** 0.5), "seconds": time.process_time() - start}


def compare(title: str, recipe: Recipe, peer: Side | None, seeds: int) -> None:
    """One side after the other, so that times are of one core that is not shared between them."""
    runs: dict[str, list[Numbers]] = {"fastlearn": [], "fastai": [], "trees": [trees(recipe)]}
    for seed in range(seeds):
        runs["fastlearn"].append(train(recipe, seed))
        if peer is not None:
            runs["fastai"].append(peer(recipe, seed))
    lines: list[list[object]] = []
    for side, found in runs.items():
        if not found:
            continue
        shares = [a["seconds"] / b["seconds"] for a, b in zip(found, runs["fastai"], strict=False)]
        share = f"{median(shares):.2f}" if shares and side == "fastlearn" else ""
        errors = np.array([run["rmse"] for run in found])
        lines.append([side, f"{errors.mean():.4f} ± {errors.std():.4f}",
                      f"{median(run['seconds'] for run in found):.3f}", share])  # fmt: skip
    table(f"{title}, {seeds} seeds (trees: one whole fit on means)", ["", "RMSE", "s/epoch", "of fastai's"], lines)


def many(n: int = 20_000_000) -> None:
    """The loaders of `n` made-up ratings: memory above the frame at its highest mark, and time."""
    rng = np.random.default_rng(0)
    columns = {
        "user": rng.integers(0, 138_000, n, dtype=np.int32),
        "item": (27_000 * rng.random(n, dtype=np.float32) ** 2).astype(np.int32),  # some are rated more than others
        "rating": rng.integers(1, 11, n).astype(np.float32) / 2,
    }
    frame = pd.DataFrame(columns)
    size, before, start = frame.memory_usage().sum() / 2**20, resting(), time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # some pairs come twice
        dls = CollabDataLoaders.from_df(frame, bs=4096, device="cpu", seed=0)
    seconds, peak = time.process_time() - start, peak_since(before)
    lines: list[list[object]] = [[f"{len(frame):,}", f"{size:.0f}", f"{peak:.0f}", f"{seconds:.1f}"]]
    table("Loaders of many ratings", ["ratings", "frame MB", "extra MB", "seconds"], lines)
    rows, start = 0, time.process_time()
    for _, ratings in dls.train:
        rows += len(ratings)
    print(f"\n  {rows / (time.process_time() - start):,.0f} ratings a second in batches of 4096")


def main() -> None:
    torch.set_num_threads(1)
    given = arguments(__doc__ or "", KINDS)
    wanted = given.only or list(KINDS)
    peer = fastai_side("collab_fastai.py")
    with tempfile.TemporaryDirectory() as name:
        csv = Path(name) / "ratings.csv"
        settings: Recipe = {"csv": str(csv), "bs": 256, "factors": 50, "epochs": 5, "lr": 5e-3, "wd": 0.1}
        if "planted" in wanted:
            frame, floor = planted()
            frame.assign(is_valid=np.arange(len(frame)) >= 80_000).to_csv(csv, index=False)
            recipe = {**settings, "y_range": [0.25, 5.75]}
            compare(f"100,000 planted ratings (noise alone: {floor:.4f})", recipe, peer, given.seeds)
        found = find_data(given.data, MOVIELENS) if "movielens" in wanted else None
        if found is not None:
            frame = pd.read_csv(found).iloc[:, :3]
            apart = np.random.default_rng(0).permutation(len(frame)) < len(frame) // 5
            frame.assign(is_valid=apart).to_csv(csv, index=False)
            recipe = {**settings, "bs": 64, "y_range": [0, 5.5]}
            compare("MovieLens, 100,836 ratings", recipe, peer, given.seeds)
        elif "movielens" in wanted:
            print(f"\nMovieLens is left out: --data has no {MOVIELENS}.", file=sys.stderr)
    if "many" in wanted:
        many()


if __name__ == "__main__":
    main()
