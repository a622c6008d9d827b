"""What the tests train, in one process or in several; as a script, a job for torchrun: `job.py NAME FOLDER`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import torch
from fastlearn.distributed import rank_distrib
from fastlearn.vision.all import (
    SGD,
    Callback,
    CheckpointCallback,
    CrossEntropyLossFlat,
    CSVLogger,
    DataBlock,
    DataLoader,
    DataLoaders,
    F1Score,
    GradientAccumulation,
    Learner,
    Metric,
    MSELossFlat,
    RandomSplitter,
    Recall,
    SaveModelCallback,
    accuracy,
)
from torch import nn
from torch.utils.data import DataLoader as TorchLoader
from torch.utils.data import TensorDataset

N, N_VALID = 103, 37  # two processes divide neither


def net() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, bias=False), nn.BatchNorm2d(6), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(6, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 4),
    )  # fmt: skip


def halves(model: nn.Sequential) -> list:
    return [list(model[:5].parameters()), list(model[5:].parameters())]


def data(n: int, seed: int) -> TensorDataset:
    rng = torch.Generator().manual_seed(seed)
    x = torch.randn(n, 3, 6, 6, generator=rng)
    return TensorDataset(x, (x.mean((1, 2, 3)) * 20).long().clamp(0, 3))


def learner(bs: int, path: Path, seed: int | None = 7, loader=DataLoader, **kwargs) -> Learner:
    torch.manual_seed(3)
    train = loader(data(N, 1), bs, shuffle=True, **({} if loader is TorchLoader else {"seed": seed}))
    dls = DataLoaders(train, loader(data(N_VALID, 2), bs), device="cpu")
    metrics = [accuracy, F1Score(average="macro"), Recall(average="macro")]
    return Learner(
        dls, net(), CrossEntropyLossFlat(), SGD, lr=0.1, splitter=halves, metrics=metrics, path=path, **kwargs
    )


def told(learn: Learner) -> dict:
    preds, targets, losses = learn.get_preds(with_loss=True)
    return {
        "weights": {name: value.clone() for name, value in learn.model.state_dict().items()},
        "kinds": [type(module).__name__ for module in learn.model.modules()],
        "rows": learn.recorder.values,
        "steps": torch.from_numpy(learn.history.steps()["loss"].copy()),
        "validate": learn.validate(),
        "preds": preds, "targets": targets, "losses": losses,
        "train_preds": learn.get_preds(0)[0],
        "lr": learn.opt.param_groups[-1]["lr"],
    }  # fmt: skip


def train(learn: Learner) -> dict:
    learn.fit_one_cycle(2, 0.1)
    return told(learn)


def accumulate(learn: Learner) -> torch.Tensor:
    """The first weights after a fit whose steps wait for 50 items, which batches do not make even."""
    learn.fit(2, cbs=GradientAccumulation(50))
    return learn.model[0].weight.detach()


# What torchrun runs


def equal(folder: Path) -> None:
    learn = learner(8, folder, cbs=[CSVLogger(), SaveModelCallback()])
    with learn.distrib_ctx():
        torch.save(train(learn), folder / f"told_{rank_distrib()}.pt")
        torch.save(learn.predict(data(N_VALID, 2)[0][0])[2], folder / f"one_{rank_distrib()}.pt")
    learn.export()
    with learner(8, folder).distrib_ctx() as learn_slowly:
        torch.save(accumulate(learn_slowly), folder / f"accumulated_{rank_distrib()}.pt")
    torch.save(told(learn), folder / f"after_{rank_distrib()}.pt")


def more(folder: Path) -> None:
    """Without a seed, from torch's own loaders, frozen and not, in half precision, stopped by one process."""
    learn = learner(8, folder, seed=None, loader=TorchLoader)
    torch.manual_seed(rank_distrib())  # no order is agreed on beforehand
    with learn.distrib_ctx(sync_bn=False):
        learn.freeze()
        learn.fit(1)
        frozen = learn.model[0].weight.clone()
        learn.unfreeze()
        learn.to_bf16().fit(1)
        found = learn.to_fp32().lr_find(num_it=12, show_plot=False)
        if rank_distrib() == 1:
            learn.add_cb(Callback(after_batch=lambda self: self.iter == 3 and self.control.stop("enough")))
        learn.fit(100, cbs=CheckpointCallback(every_steps=2))
        more = {"frozen": frozen, "lrs": torch.tensor(found.lrs), "n_steps": learn.history.n_steps}
        more |= {**told(learn), "reason": learn.history.reason}
        torch.save({**more, "without_numbers": without_numbers(learn)}, folder / f"told_{rank_distrib()}.pt")


def without_numbers(learn: Learner) -> list:
    """How a fit ends in which one process alone meets NaN."""
    if rank_distrib() == 1:
        learn.add_cb(Callback(after_pred=lambda self: setattr(self.learn, "pred", self.pred * float("nan"))))
    learn.fit(1)
    return [learn.history.reason, learn.history.n_steps]


def resumed(folder: Path) -> None:
    """A fit that one process alone began goes on in two."""
    learn = learner(8, folder)
    with learn.distrib_ctx():
        learn.resume()
        torch.save(told(learn), folder / f"told_{rank_distrib()}.pt")


def refused(folder: Path) -> None:
    """What cannot be done together is refused in all processes, with a reason."""

    class Mine(Metric):
        value = 1.0

    items, said = list(range(40)), []
    block = DataBlock(get_x=float, get_y=float, splitter=RandomSplitter(seed=rank_distrib()))
    with_metric = learner(8, folder)
    with_metric.metrics = [Mine()]
    streaming = learner(8, folder)
    streaming.dls = DataLoaders(DataLoader(iter(items), bs=4), DataLoader(items))
    half = learner(8, folder).to_non_native_fp16()
    for learn in (
        Learner(block.dataloaders(items, bs=4), nn.Linear(1, 1), MSELossFlat()),
        with_metric,
        streaming,
        half,
    ):
        try:
            with learn.distrib_ctx():
                learn.fit(1)
        except (ValueError, TypeError) as error:
            said.append(f"{type(error).__name__}: {error}")
    torch.save(said, folder / f"said_{rank_distrib()}.pt")


def dies(folder: Path) -> None:
    learn = learner(8, folder)
    kill = Callback(before_batch=lambda self: self.iter == 4 and os.kill(os.getpid(), signal.SIGKILL))
    with learn.distrib_ctx():
        learn.fit(100, cbs=kill if rank_distrib() == 1 else None)


def fails(folder: Path) -> None:
    def broken(self: Callback) -> None:
        if self.iter == 4 and rank_distrib() == 1:
            raise RuntimeError("a part of the second process is broken")

    with learner(8, folder).distrib_ctx() as learn:
        learn.fit(100, cbs=Callback(before_batch=broken))


if __name__ == "__main__":
    globals()[sys.argv[1]](Path(sys.argv[2]))
