"""The teaching path on real photos: its resnet18 trained with mixup, beside the full learner; and its process pool.

    make bench, or: python benchmarks/scratch.py [IMAGENETTE] [EPOCHS]

IMAGENETTE is the sample of Imagenette, an archive or a folder with `train/<class>/` and `val/<class>/`; by default it
is looked for in `../shared/data/images`. Without it there is nothing to measure, and the script says so. Both sides
train the same network on the same photos of 64 x 64, in memory, so that only the training is compared.
"""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path
from statistics import median

import torch
from fastlearn import scratch
from fastlearn.callbacks.mixup import MixUp
from fastlearn.data.archive import extract_archive
from fastlearn.data.config import Config
from fastlearn.data.find import get_image_files
from fastlearn.data.loaders import DataLoaders
from fastlearn.losses import CrossEntropyLossFlat
from fastlearn.metrics import accuracy
from fastlearn.optim import SGD
from fastlearn.train.learner import Learner
from harness import Variant, paired, ratio, table
from torch.utils.data import TensorDataset

IMAGENETTE = Path(__file__).parents[2] / "shared" / "data" / "images" / "imagenette224.tgz"
SIZE, BS, LR, MOM = 64, 64, 0.05, 0.9


def unpacked(source: Path) -> Path:
    """The folder of the photos: `source` itself, or what is in it, unpacked once into the folder of the cache."""
    if source.is_dir():
        return source
    folder = Config.load().make_cache() / "benchmark_imagenette"
    return folder if folder.exists() else extract_archive(source, folder)


def datasets(folder: Path) -> tuple[scratch.Dataset, scratch.Dataset]:
    """Training and validation photos, opened one by one."""
    train, valid = (list(get_image_files(folder / part)) for part in ("train", "val"))
    vocab = scratch.vocab_of(train)
    return scratch.Dataset(train, vocab, SIZE), scratch.Dataset(valid, vocab, SIZE)


def in_memory(ds: scratch.Dataset) -> TensorDataset:
    """The same, opened and normalised once for all."""
    x, y = scratch.collate(range(len(ds)), ds)
    return TensorDataset(scratch.Normalize.from_batch(x)(x), y)


def photos_per_second(loader: scratch.DataLoader) -> Variant:
    """The rate of one pass over `loader`."""

    def run() -> float:
        start = time.perf_counter()
        n = sum(len(x) for x, _ in loader)
        return n / (time.perf_counter() - start)

    return run


def small(train: TensorDataset, valid: TensorDataset, network: scratch.Module, mixed: bool) -> scratch.Learner:
    """The learner of the teaching path."""
    dls = scratch.DataLoaders(scratch.DataLoader(train, BS, shuffle=True), scratch.DataLoader(valid, 4 * BS))
    cbs = [scratch.TrackResults(log=None), *([scratch.MixUp(10)] if mixed else [])]
    opt = partial(scratch.SGD, mom=MOM)
    return scratch.Learner(network, dls, scratch.cross_entropy, cbs=cbs, opt_func=opt)


def full(train: TensorDataset, valid: TensorDataset) -> Learner:
    """The library's own learner, with torchvision's network."""
    from torchvision.models import resnet18

    dls = DataLoaders.from_dsets(train, valid, bs=BS, seed=0, num_workers=0)
    opt = partial(SGD, mom=MOM)
    learn = Learner(dls, resnet18(num_classes=10), CrossEntropyLossFlat(), opt, metrics=accuracy, cbs=MixUp(), seed=0)
    learn.logger = lambda row: None
    return learn


def epoch_seconds(learn: scratch.Learner | Learner) -> Variant:
    """Seconds of one epoch of training and validation."""

    def run() -> float:
        start = time.perf_counter()
        learn.fit(1, 1e-3, display=False)
        return time.perf_counter() - start

    return run


def trained(learn: scratch.Learner | Learner, epochs: int) -> list[object]:
    """Accuracy after `epochs` of one-cycle, and the seconds that they took."""
    start = time.perf_counter()
    learn.fit_one_cycle(epochs, LR)
    return [f"{learn.history.last('accuracy'):.3f}", f"{time.perf_counter() - start:.0f}"]


def compare_loaders(ds: scratch.Dataset) -> None:
    loaders = {f"{n} processes": scratch.DataLoader(ds, BS, shuffle=True, n_workers=n) for n in (0, 1, 2)}
    measured = paired({name: photos_per_second(loader) for name, loader in loaders.items()})
    rows: list[list[object]] = [
        [name, f"{median(rates):.0f}", f"{ratio(measured, name, '0 processes'):.2f}"]
        for name, rates in measured.items()
    ]
    for loader in loaders.values():
        loader.close()
    table(f"From JPEG to batches of {SIZE} px", ["loader", "photos/s", "ratio to none"], rows)


def compare_learners(train: TensorDataset, valid: TensorDataset, epochs: int) -> None:
    def seeded() -> torch.Generator:
        return torch.Generator().manual_seed(0)

    def network() -> scratch.Module:
        return scratch.resnet18(3, 10, rng=seeded())

    names = ["resnet18 with mixup, from scratch", "resnet18 with mixup, full learner"]
    pair = {names[0]: small(train, valid, network(), True), names[1]: full(train, valid)}
    measured = paired({name: epoch_seconds(learn) for name, learn in pair.items()}, rounds=3)
    again = {
        "simple_cnn, from scratch": small(train, valid, scratch.simple_cnn(3, 10, (32, 64, 128), seeded()), False),
        names[0]: small(train, valid, network(), True),
        names[1]: full(train, valid),
    }
    rows: list[list[object]] = []
    for name, learn in again.items():
        timed = (
            [f"{median(measured[name]):.1f}", f"{ratio(measured, name, names[1]):.2f}"]
            if name in measured
            else ["", ""]
        )
        rows.append([name, *trained(learn, epochs), *timed])
    head = ["training", "accuracy", f"s for {epochs} epochs", "s/epoch, paired", "ratio"]
    table(f"Imagenette sample, {len(train)} photos of {SIZE} px", head, rows)


def main(source: str | Path = IMAGENETTE, epochs: str | int = 5) -> None:
    if not Path(source).exists():
        print(f"The teaching path is left out: there is no sample of Imagenette at {str(source)!r}.")
        return
    ds, valid = datasets(unpacked(Path(source)))
    compare_loaders(ds)
    compare_learners(in_memory(ds), in_memory(valid), int(epochs))


if __name__ == "__main__":
    main(*sys.argv[1:3])
