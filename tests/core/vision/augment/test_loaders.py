"""Augmentation where it is used: in loaders, test-time augmentation, bundles, and looking at it."""

import matplotlib as mpl
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from fastlearn.bundle.names import Trust
from fastlearn.bundle.specs import from_spec, to_spec
from fastlearn.data.block import DataBlock
from fastlearn.data.loader import DataLoader
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.pipeline import Pipeline
from fastlearn.data.problems import DataError
from fastlearn.train.learner import Learner
from fastlearn.vision.augment import (
    Contrast,
    DeterministicDihedral,
    DeterministicDraw,
    DeterministicFlip,
    DihedralItem,
    Hue,
    RandomErasing,
    RandomResizedCrop,
    Rotate,
    aug_transforms,
)
from fastlearn.vision.blocks import ImageBlock, MaskBlock
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.resize import Resize
from fastlearn.vision.stats import imagenet_stats
from PIL import Image
from torch import nn

mpl.use("agg")
N = 24


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Pictures of smooth noise, with a mask each."""
    place, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for i in range(N):
        coarse = Image.fromarray(rng.integers(0, 255, (5, 7, 3), dtype=np.uint8))
        coarse.resize((56, 40), Image.Resampling.BICUBIC).save(place / f"{i:02}.jpg", quality=95)
        Image.fromarray((np.asarray(coarse)[..., 0] > 128).astype(np.uint8)).resize((56, 40), 0).save(
            place / f"{i:02}.png"
        )
    return place


def loaders(folder, workers=0, kind="thread", **settings):
    block = DataBlock(
        blocks=(ImageBlock, MaskBlock),
        get_items=lambda source: sorted(source.glob("*.jpg")),
        get_y=lambda file: file.with_suffix(".png"),
        splitter=lambda items: (list(range(0, N - 8)), list(range(N - 8, N))),
        item_tfms=[DihedralItem(), RandomResizedCrop(36, min_scale=0.5)],
        batch_tfms=[*aug_transforms(size=32), Normalize.from_stats(*imagenet_stats), RandomErasing()],
    )
    given = {"seed": 5, "bs": 6, "num_workers": workers, "workers": kind, "device": "cpu"}
    return block.dataloaders(folder, **{**given, **settings})


def epoch(dls):
    return [torch.cat([part.flatten().float() for part in batch]) for batch in dls.train]


def test_the_same_seed_gives_the_same_pictures_whatever_the_number_of_workers(folder):
    plain, threads, again, other = loaders(folder), loaders(folder, 2), loaders(folder), loaders(folder, seed=6)
    first = epoch(plain)
    for one, two in zip(first, epoch(threads), strict=True):
        assert torch.equal(one, two)
    assert all(torch.equal(a, b) for a, b in zip(first, epoch(again), strict=True))
    assert not torch.equal(first[0], epoch(other)[0])
    assert not torch.equal(first[0], epoch(plain)[0])  # another epoch, other draws


def test_worker_processes_give_the_same_pictures(folder):
    dls = loaders(folder)
    items = DataLoader(dls.train_ds, 6, seed=1, num_workers=2, workers="process", split_idx=0,
                       after_item=list(dls.train.after_item), do_setup=False, persistent_workers=False)  # fmt: skip
    here = items.new(num_workers=0)
    for one, two in zip(items, here, strict=True):
        assert torch.equal(one[0], two[0])


def test_validation_is_the_same_every_time(folder):
    dls = loaders(folder)
    one, two = (torch.cat([x for x, _ in dls.valid]) for _ in range(2))
    assert torch.equal(one, two) and one.shape == (8, 3, 32, 32)


def test_one_item_is_shown_augmented_in_many_ways(folder):
    shown = loaders(folder).show_batch(unique=True, max_n=6, show=False)
    pictures = torch.stack([sample[0] for sample in shown])
    assert len(pictures.flatten(1).unique(dim=0)) == 6
    assert pictures.dtype == torch.uint8 and pictures.shape == (6, 3, 32, 32)


def test_what_the_model_sees_ends_with_the_very_tensor(folder):
    dls = loaders(folder)
    seen = dls.valid.what_the_model_sees(2)
    batch = dls.valid.one_batch()
    assert torch.equal(seen.tensor, batch[0][2]) and torch.equal(seen.final[1], batch[1][2])
    names = [step.name for step in seen.steps]
    assert names[:2] == ["RandomResizedCrop", "ToTensor"] and names[-1] == "Normalize" and "Contrast" not in names
    assert seen.original[0].size == (56, 40) and seen.item == dls.valid_ds.items[2]
    assert seen.kinds == ("image", "mask") and {step.stage for step in seen.steps} == {"item", "batch"}


def test_what_the_model_sees_of_training_repeats_its_draw_and_has_others(folder):
    dls = loaders(folder)
    one, two, other = dls.what_the_model_sees(3), dls.what_the_model_sees(3), dls.what_the_model_sees(3, draw=1)
    assert torch.equal(one.tensor, two.tensor) and not torch.equal(one.tensor, other.tensor)
    names = [step.name for step in one.steps]
    assert names[-2:] == ["Normalize", "RandomErasing"] and "Contrast" in names
    values = {step.name: step.value[0] for step in one.steps}
    assert values["Warp"].shape == (3, 32, 32) and values["IntToFloatTensor"].shape == (3, 36, 36)
    before = dls.train.state()
    dls.what_the_model_sees(0)
    assert dls.train.state() == before  # the epochs go on as they would have


def test_what_the_model_sees_takes_items_paths_and_new_pictures(folder):
    dls = loaders(folder)
    by_path = dls.what_the_model_sees(str(dls.valid_ds.items[4]), ds_idx=1)
    assert torch.equal(by_path.tensor, dls.valid.what_the_model_sees(4).tensor)
    new = dls.valid.what_the_model_sees(Image.open(dls.valid_ds.items[4]))
    assert torch.equal(new.tensor, by_path.tensor) and new.kinds == ("image",)
    with pytest.raises(DataError, match="8 items, with positions from 0 to 7, but got 8"):
        dls.valid.what_the_model_sees(8)
    with pytest.raises(DataError, match="known by their position"):
        DataLoader(torch.utils.data.TensorDataset(torch.rand(4, 3))).what_the_model_sees("a")


def test_what_the_model_sees_is_drawn_and_told(folder, capsys):
    seen = loaders(folder).what_the_model_sees(1)
    axes = seen.show()
    assert len(axes) == len(seen.steps) + 1 and axes[0].get_title().startswith("original")
    assert "batch Rotate: 3x32x32 float32" in repr(seen)
    rows = DataLoader(torch.utils.data.TensorDataset(torch.rand(4, 3), torch.arange(4)), 2).what_the_model_sees(1)
    assert rows.show() is None and "original: 3 float32" in capsys.readouterr().out


class Means(nn.Module):
    """Of the left and the right half of a picture."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, x):
        return torch.stack((x[..., : x.shape[-1] // 2].mean((1, 2, 3)), x[..., x.shape[-1] // 2 :].mean((1, 2, 3))), 1)


def test_test_time_augmentation_goes_through_deterministic_draws_pass_by_pass():
    data = torch.utils.data.TensorDataset(torch.rand(8, 3, 8, 8), torch.rand(8, 2))
    # four batches: counted by call, a batch would get the same value in every pass
    train, valid = (DataLoader(data, 2, num_workers=0, split_idx=i, device="cpu") for i in (0, 1))
    learn, x = Learner(DataLoaders(train, valid), Means(), loss_func=nn.MSELoss()), data.tensors[0]
    plain = Means()(x).detach()
    flip = DeterministicFlip()
    (augmented, unchanged), _ = learn.tta(n=2, beta=None, batch_tfms=[flip])
    torch.testing.assert_close(unchanged, plain)
    torch.testing.assert_close(augmented, (plain + plain.flip(1)) / 2)
    (turned, _), _ = learn.tta(n=8, beta=None, batch_tfms=[DeterministicDihedral()])
    expected = torch.stack([Means()(y) for y in (x, x.flip(-1), x.flip(-2), x.rot90(1, (-2, -1)), x.rot90(2, (-2, -1)),
                                                 x.rot90(3, (-2, -1)), x.mT, x.flip(-1).mT.flip(-1))])  # fmt: skip
    torch.testing.assert_close(turned, expected.mean(0).detach())
    assert torch.equal(flip(x, split_idx=0), x)  # held no longer


class PerPixel(nn.Conv2d):
    """Two numbers for each pixel, and what it was given."""

    def __init__(self):
        super().__init__(3, 2, 1)
        self.seen = []

    def forward(self, x):
        self.seen.append(x)
        return super().forward(x)


def whole(folder, batch_tfms):
    """The pictures and their masks as they are, but for what is done to a batch."""
    files = sorted(folder.glob("*.jpg"))
    block = DataBlock((ImageBlock, MaskBlock), get_y=lambda file: file.with_suffix(".png"), batch_tfms=batch_tfms)
    return block.dataloaders(files, bs=6, seed=5, num_workers=0, device="cpu")


def test_test_time_augmentation_is_refused_where_masks_move_and_not_where_they_stay(folder):
    learn = Learner(whole(folder, aug_transforms()), PerPixel(), loss_func=nn.CrossEntropyLoss())
    with pytest.raises(ValueError, match=r"moves the targets \(masks.*Try get_preds, or steps that leave the targets"):
        learn.tta()
    (contrasts, plain), _ = learn.tta(n=1, beta=None, batch_tfms=[Contrast(0.9, p=1.0)])
    assert contrasts.shape == plain.shape and not torch.equal(contrasts, plain)


def test_steps_given_for_test_time_augmentation_come_beside_those_of_validation(folder):
    learn = Learner(whole(folder, Normalize.from_stats(*imagenet_stats)), PerPixel(), loss_func=nn.CrossEntropyLoss())
    plain, _ = learn.get_preds()
    (given, again), _ = learn.tta(n=1, beta=None, batch_tfms=[Contrast(0.0)])
    torch.testing.assert_close(given, plain)
    torch.testing.assert_close(again, plain)
    assert min(x.min() for x in learn.model.seen) < -1  # normalised in all passes


def test_test_time_augmentation_averages_each_of_several_outputs():
    class Both(Means):
        def forward(self, x):
            found = super().forward(x)
            return found, 2 * found

    data = torch.utils.data.TensorDataset(torch.rand(4, 3, 8, 8), torch.rand(4, 2))
    train, valid = (DataLoader(data, 2, num_workers=0, split_idx=i, device="cpu") for i in (0, 1))
    learn = Learner(DataLoaders(train, valid), Both(), loss_func=lambda pred, y: F.mse_loss(pred[0], y))
    for use_max in (False, True):
        (one, double), _ = learn.tta(n=2, batch_tfms=[DeterministicFlip()], use_max=use_max)
        torch.testing.assert_close(double, 2 * one)


def test_augmentation_is_described_by_a_bundle_and_made_again():
    steps = [*aug_transforms(size=12, min_scale=0.6), DeterministicFlip(), RandomErasing(), Contrast(0.4),
             Hue(p=0.2), Rotate(draw=DeterministicDraw([0, 20]))]  # fmt: skip
    made = [from_spec(to_spec(step, {}, "step"), {}, Trust()) for step in steps]
    x = torch.rand(4, 3, 16, 16)
    one, two = (Pipeline(some, 0)(x, rng=torch.Generator().manual_seed(1)) for some in (steps, made))
    assert torch.equal(one, two)


def test_presizing_gives_the_final_size(folder):
    dls = loaders(folder, item_tfms=Resize(48), batch_tfms=aug_transforms(size=28, min_scale=0.75))
    x, y = dls.one_batch()
    assert x.shape == (6, 3, 28, 28) and y.shape == (6, 28, 28)
