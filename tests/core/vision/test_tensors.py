"""To tensors, to floats, and normalised: references in numpy and torch, and what is left alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from fastlearn.data.pipeline import Pipeline
from fastlearn.data.problems import DataError
from fastlearn.vision.augment import Flip
from fastlearn.vision.buffers import Pool, empty_batch
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.open import PILImage, PILImageBW, PILMask
from fastlearn.vision.stats import imagenet_stats
from fastlearn.vision.tensors import IntToFloatTensor, ToTensor

PIXELS = torch.arange(2 * 3 * 4 * 5, dtype=torch.uint8).reshape(2, 3, 4, 5)


class OneBatch:
    """What Normalize needs of a loader."""

    def __init__(self, *parts):
        self.parts = parts

    def one_batch(self):
        return self.parts


def test_pictures_become_uint8_tensors_and_masks_lose_the_channel_axis():
    array = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    assert torch.equal(ToTensor()(PILImage.create(array)), torch.tensor(array).permute(2, 0, 1))
    assert ToTensor()(PILImageBW.create(array[..., 0])).shape == (1, 4, 5)
    assert torch.equal(ToTensor()(PILMask.create(array[..., 0])), torch.tensor(array[..., 0]))
    assert ToTensor()("cat") == "cat"


def test_images_become_floats_of_0_to_1_and_masks_long_ids():
    mask = torch.tensor([[[0, 7]]], dtype=torch.uint8)
    image, ids = IntToFloatTensor(div_mask=7)((PIXELS, mask), kinds=("image", "mask"))
    torch.testing.assert_close(image, PIXELS.float() / 255, rtol=0, atol=0)
    assert ids.dtype == torch.int64 and ids.tolist() == [[[0, 1]]]
    back, ids_back = IntToFloatTensor(div_mask=7).decode((image, ids), kinds=("image", "mask"))
    assert torch.equal(back, PIXELS) and ids_back.tolist() == mask.tolist()


def test_floats_and_labels_pass_untouched():
    x, y = torch.rand(2, 3, 4, 5), torch.tensor([1, 0])
    same, label = IntToFloatTensor()((x, y), kinds=("image", "category"))
    assert same is x and label is y


def test_normalising_equals_the_formula_and_decoding_undoes_it():
    mean, std = (torch.tensor(s)[:, None, None] for s in imagenet_stats)
    x = PIXELS.float() / 255
    tfm = Normalize.from_stats(*imagenet_stats)
    torch.testing.assert_close(tfm(x), (x - mean) / std)
    torch.testing.assert_close(tfm.decode(tfm(x)), x)
    torch.testing.assert_close(tfm(x[0]), (x[0] - mean) / std)  # one image


def test_normalising_leaves_masks_labels_and_its_own_input_alone():
    x, mask, target = torch.rand(2, 3, 4, 4), torch.rand(2, 4, 4), torch.rand(2, 3)
    before = x.clone()
    tfm = Normalize.from_stats(*imagenet_stats)
    _, same_mask, same_target = tfm((x, mask, target), kinds=("image", "mask", "regression"))
    assert same_mask is mask and same_target is target and torch.equal(x, before)


def test_missing_statistics_are_measured_on_one_batch():
    x = torch.rand(8, 3, 6, 6, generator=torch.Generator().manual_seed(0)) * 3 + 1
    tfm = Normalize()
    tfm.setup(OneBatch(x, torch.zeros(8)))
    torch.testing.assert_close(tfm.mean, x.mean((0, 2, 3), keepdim=True))
    torch.testing.assert_close(tfm.std, x.std((0, 2, 3), keepdim=True) + 1e-7)
    torch.testing.assert_close(tfm(x).std((0, 2, 3)), torch.ones(3))


def test_a_constant_channel_gives_finite_numbers():
    x = torch.zeros(4, 1, 3, 3)
    tfm = Normalize()
    tfm.setup(OneBatch(x))
    assert torch.equal(tfm(x), x)


def test_given_statistics_are_not_measured_again():
    tfm = Normalize([0.5], [0.25])
    tfm.setup(OneBatch(torch.rand(4, 1, 3, 3)))
    assert tfm(torch.full((1, 1, 2, 2), 0.75)).unique().tolist() == [1.0]


def test_wrong_statistics_are_named_with_a_remedy():
    with pytest.raises(DataError, match=r"\(1, 3, 1, 1\).*\(2, 1, 4, 4\).*one mean and std for each channel"):
        Normalize.from_stats(*imagenet_stats)(torch.rand(2, 1, 4, 4))
    with pytest.raises(DataError, match=r"no statistics yet.*from_stats"):
        Normalize()(torch.rand(2, 1, 4, 4))
    with pytest.raises(ValueError, match="both `mean` and `std`"):
        Normalize(mean=[0.5])
    with pytest.raises(DataError, match="IntToFloatTensor before it"):
        Normalize().setup(OneBatch(PIXELS))
    for std in ([0.2, 0.0, 0.2], [0.2, float("nan"), 0.2]):
        with pytest.raises(ValueError, match="`std` is what the channels are divided by, above 0"):
            Normalize.from_stats([0.5] * 3, std)


@pytest.mark.parametrize("before", [[], [Flip(p=0.0)]], ids=["alone", "in one pass"])
def test_statistics_of_bytes_for_images_of_0_to_1_are_named(before):
    of_bytes = Normalize.from_stats([123.7, 116.3, 103.5], [58.4, 57.1, 57.4])
    steps = Pipeline([IntToFloatTensor(), *before, of_bytes], split_idx=0)
    with pytest.raises(DataError, match=r"means of 123.7, 116.3, 103.5 from images that are 0..1.*by 255"):
        steps(torch.full((2, 3, 4, 4), 128, dtype=torch.uint8))
    assert of_bytes(torch.full((2, 3, 4, 4), 128.0)).abs().max() < 1
    assert of_bytes(torch.zeros(1, 3, 4, 4)).max() < 0  # a black picture is one in either range


@pytest.mark.parametrize("n", [1, 3, 64])
def test_chunking_changes_no_number(n):
    x = torch.randint(0, 256, (n, 3, 96, 96), dtype=torch.uint8, generator=torch.Generator().manual_seed(n))
    torch.testing.assert_close(IntToFloatTensor()(x), x.float() / 255, rtol=0, atol=0)


def test_a_batch_in_use_is_never_lent_again_and_a_dropped_one_is():
    pool = Pool(most=3)
    held = torch.from_numpy(pool.lend(64))
    part_of_second = torch.from_numpy(pool.lend(64)).view(torch.float32)[2:]
    dropped = torch.from_numpy(pool.lend(64))
    places = {held.data_ptr(), part_of_second.data_ptr() - 8}
    free = dropped.data_ptr()
    del dropped
    again = torch.from_numpy(pool.lend(64))
    assert again.data_ptr() == free and free not in places
    assert pool.lend(64).ctypes.data not in {*places, free}


def test_large_batches_have_their_own_memory_while_they_live():
    shape = (2, 3, 512, 512)
    batches = [empty_batch(shape, torch.float32, torch.device("cpu")).fill_(i) for i in range(8)]
    assert [batch.unique().item() for batch in batches] == list(range(8))


def test_a_gradient_keeps_the_memory_it_needs():
    shape = (2, 3, 512, 512)
    weight = torch.ones((), requires_grad=True)
    x = empty_batch(shape, torch.float32, torch.device("cpu")).fill_(2.0)
    loss = (x * weight).mean()
    del x
    for _ in range(6):
        empty_batch(shape, torch.float32, torch.device("cpu")).fill_(9.0)
    loss.backward()
    assert weight.grad is not None and weight.grad.item() == pytest.approx(2.0)
