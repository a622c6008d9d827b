"""Several steps in one pass: the same draws and the same result as one after the other."""

import pytest
import torch
from fastlearn.data.pipeline import Pipeline
from fastlearn.data.transform import Transform
from fastlearn.vision.augment import (
    AffineCoordTfm,
    Brightness,
    Contrast,
    Dihedral,
    Flip,
    Hue,
    LightingTfm,
    RandomErasing,
    RandomResizedCropGPU,
    Rotate,
    Saturation,
    Warp,
    Zoom,
    aug_transforms,
    setup_aug_tfms,
)
from fastlearn.vision.augment.fusing import ImagePass
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.stats import imagenet_stats
from fastlearn.vision.tensors import IntToFloatTensor

from .pictures import seeded, waves

# A picture whose shortest wave has 40 pixels loses at most (2 pi / 40)^2 / 8 = 0.3 % of its contrast each time it is
# read between pixels (the error of linear interpolation); four readings against one, on a contrast of 0.8.
ONE_READING = 0.8 * (2 * torch.pi / 40) ** 2 / 8
BOUND = 4 * ONE_READING


def one_after_the_other(steps, x, split_idx=0, rng=None, kinds=None):
    for step in steps:
        x = step(x, split_idx=split_idx, kinds=kinds, rng=rng)
    return x


def never_outside(steps, shape, seed):
    """Where no step looks outside of the picture: True, `(B, 1, H, W)`."""
    ones = torch.ones(shape)
    plain = [type(s)(**{**s.constructor_arguments(), "pad_mode": "zeros"}) for s in steps]
    return one_after_the_other(plain, ones, rng=seeded(seed))[:, :1] > 0.999


GEOMETRY = [
    aug_transforms(max_lighting=0, p_affine=1.0),
    aug_transforms(max_lighting=0, p_affine=1.0, flip_vert=True, max_rotate=45),
    aug_transforms(max_lighting=0, align_corners=False, max_warp=0.4),
    [Zoom(1.0, 1.5, p=1.0), Rotate(30, p=1.0), Warp(p=1.0), Flip(p=1.0)],
    [Rotate(p=1.0, size=(80, 90)), Zoom(p=1.0, size=(80, 90))],
    [Rotate(p=1.0), RandomResizedCropGPU(70, min_scale=0.6)],
]


@pytest.mark.parametrize("steps", GEOMETRY, ids=range(len(GEOMETRY)))
@pytest.mark.parametrize("shape", [(64, 64), (60, 76)])
def test_moves_in_one_reading_are_the_sequence_but_for_its_blur(steps, shape):
    x = waves(8, 3, *shape)
    fused = Pipeline(steps, split_idx=0)
    done = fused(x, rng=seeded(7))
    assert len(fused._merged()) == 1
    sequence = one_after_the_other(steps, x, rng=seeded(7))
    assert done.shape == sequence.shape
    inside = never_outside(steps, x.shape, 7).expand_as(done)
    difference = (done - sequence).abs()
    assert inside.float().mean() > 0.4 and difference[inside].max() < BOUND
    assert difference.mean() < 0.02  # with what padding shows, which a sequence pads again


def test_one_reading_keeps_what_a_sequence_blurs():
    x = torch.rand(8, 3, 64, 64, generator=seeded())
    steps = aug_transforms(max_lighting=0, p_affine=1.0)
    detail = lambda y: (y[..., 1:] - y[..., :-1]).abs().mean()  # noqa: E731
    fused = detail(Pipeline(steps, split_idx=0)(x, rng=seeded()))
    assert fused > 1.3 * detail(one_after_the_other(steps, x, rng=seeded()))


COLOURS = [
    [Brightness(), Contrast()],
    [Contrast(), Saturation(), Brightness(), Hue(), Contrast()],
    [Hue(), Hue(), Saturation(), LightingTfm(lambda logits: logits * 1.1)],
]


@pytest.mark.parametrize("steps", COLOURS, ids=range(len(COLOURS)))
def test_colours_in_one_pass_are_the_sequence(steps):
    x = waves(8)
    everything = [*steps, Normalize.from_stats(*imagenet_stats), RandomErasing(p=1.0)]
    fused = Pipeline(everything, split_idx=0)
    done = fused(x, rng=seeded(3))
    assert len(fused._merged()) == 1
    torch.testing.assert_close(done, one_after_the_other(everything, x, rng=seeded(3)), atol=3e-5, rtol=0)


def test_bytes_are_taken_as_images_with_and_without_a_step_that_makes_floats():
    bytes_ = (waves(6, 3, 48, 48) * 255).round().to(torch.uint8)
    steps = [*aug_transforms(), Normalize.from_stats(*imagenet_stats)]
    plain = Pipeline(steps, split_idx=0)(bytes_, rng=seeded(1))
    stated = Pipeline([IntToFloatTensor(), *steps], split_idx=0)(bytes_, rng=seeded(1))
    floats = Pipeline(steps, split_idx=0)(bytes_.float() / 255, rng=seeded(1))
    assert plain.dtype == torch.float32
    torch.testing.assert_close(plain, stated)
    torch.testing.assert_close(plain, floats, rtol=0, atol=0.5 / 255)  # lighting before moving, see test_curves
    valid = Pipeline(steps, split_idx=1)(bytes_)
    torch.testing.assert_close(valid, Normalize.from_stats(*imagenet_stats)(bytes_.float() / 255))
    wide = Pipeline(steps, split_idx=0)((bytes_.int() * 257).to(torch.uint16), ("image",), seeded(1))
    torch.testing.assert_close(floats, wide, atol=1e-5, rtol=0)


def test_without_a_generator_a_pipeline_uses_its_own_and_goes_on():
    x = waves(4)
    one, two = Pipeline(aug_transforms(), split_idx=0), Pipeline(aug_transforms(), split_idx=0)
    first, second = one(x), one(x)
    assert not torch.equal(first, second) and torch.equal(first, two(x)) and torch.equal(second, two(x))
    state = torch.get_rng_state()
    one(x)
    assert torch.equal(torch.get_rng_state(), state)


def test_mirroring_and_turning_alone_are_exact():
    x = torch.rand(8, 3, 33, 33, generator=seeded())
    steps = [Flip(), Dihedral(), Normalize.from_stats(*imagenet_stats)]
    done = Pipeline(steps, split_idx=0)(x, rng=seeded(2))
    assert torch.equal(done, one_after_the_other(steps, x, rng=seeded(2)))


@pytest.mark.parametrize("n", [1, 3, 64])
@pytest.mark.parametrize("threads", [1, 2])
def test_pieces_of_a_batch_fit_together(n, threads):
    x = waves(n, 3, 96, 96)
    steps = [*aug_transforms(size=64), Normalize.from_stats(*imagenet_stats), RandomErasing()]
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        done = Pipeline(steps, split_idx=0)(x, rng=seeded(5))
    finally:
        torch.set_num_threads(before)
    assert done.shape == (n, 3, 64, 64)
    one_draw = [*aug_transforms(size=64, batch=True), Normalize.from_stats(*imagenet_stats)]
    whole = Pipeline(one_draw, split_idx=0)(x, rng=seeded(5))
    alone = Pipeline(one_draw, split_idx=0)(x[-1:], rng=seeded(5))
    torch.testing.assert_close(whole[-1:], alone)


@pytest.mark.parametrize("channels", [1, 2, 4, 13])
def test_any_number_of_channels_goes_through(channels):
    x = waves(3, channels, 40, 40)
    stats = Normalize([0.5] * channels, [0.2] * channels)
    steps = [*aug_transforms(), stats]
    done = Pipeline(steps, split_idx=0)(x, rng=seeded(1))
    assert done.shape == x.shape
    again = torch.cat([Pipeline([*aug_transforms(), Normalize([0.5], [0.2])], 0)(x[:, i : i + 1], rng=seeded(1))
                       for i in range(channels)], dim=1)  # fmt: skip
    torch.testing.assert_close(done, again)  # every channel moves alike


def test_halves_are_worked_on_as_floats_and_doubles_as_doubles():
    x = waves(4)
    steps = [*aug_transforms(), Normalize.from_stats(*imagenet_stats)]
    expected = Pipeline(steps, split_idx=0)(x, rng=seeded(1))
    for dtype, tolerance in ((torch.float16, 2e-2), (torch.bfloat16, 1e-1), (torch.float64, 1e-4)):
        done = Pipeline(steps, split_idx=0)(x.to(dtype), rng=seeded(1))
        assert done.dtype == dtype
        torch.testing.assert_close(done.float(), expected, atol=tolerance, rtol=0)


def test_the_source_stays_as_it_is_and_strides_do_not_matter():
    steps = [*aug_transforms(), Normalize.from_stats(*imagenet_stats), RandomErasing(p=1.0)]
    for x in (waves(8), waves(8).contiguous(memory_format=torch.channels_last), waves(1).expand(8, 3, 64, 64)):
        before = x.clone()
        done = Pipeline(steps, split_idx=0)(x, rng=seeded(4))
        assert torch.equal(x, before)
        torch.testing.assert_close(done, Pipeline(steps, split_idx=0)(x.contiguous(), rng=seeded(4)))
    alone = Pipeline([Flip(p=0.0), RandomErasing(p=1.0)], split_idx=0)
    x = waves(2)
    before = x.clone()
    assert not torch.equal(alone(x), x) and torch.equal(x, before)


def test_a_subclass_that_treats_parts_in_its_own_way_runs_on_its_own():
    class Louder(Brightness):
        def apply_image(self, images, changes):
            return torch.ones_like(images)

    class Tilt(AffineCoordTfm):
        def matrix(self, x, canvas, rng):
            return torch.eye(3).repeat(len(x), 1, 1)

    steps = [Flip(), Louder(), Contrast(), Normalize.from_stats(*imagenet_stats)]
    pipe = Pipeline(steps, split_idx=0)
    assert [type(step) for step in pipe._merged()] == [Flip, Louder, ImagePass]
    assert all(len(one[0].unique()) == 1 for one in pipe(waves(2)))
    assert len(Pipeline([Tilt(), Flip()])._merged()) == 1


def test_steps_that_read_pixels_in_different_ways_run_one_after_the_other():
    x = waves(4)
    steps = [Rotate(p=1.0), Zoom(p=1.0, pad_mode="border"), Brightness()]
    done = Pipeline(steps, split_idx=0)(x, rng=seeded(1))
    torch.testing.assert_close(done, one_after_the_other(steps, x, rng=seeded(1)))
    steps[0].pad_mode = "border"  # settings are read when the pass runs
    changed = Pipeline(steps, split_idx=0)
    assert (changed(x, rng=seeded(1)) - one_after_the_other(steps, x, rng=seeded(1))).abs().max() > 1e-4


def test_a_step_between_two_others_keeps_them_apart():
    class Invert(Transform):
        order = 35

        def encodes(self, x):
            return 1 - x

    pipe = Pipeline([Flip(), Rotate(), Invert(), Brightness(), Contrast()], split_idx=0)
    assert [type(step) for step in pipe._merged()] == [ImagePass, Invert, ImagePass]
    x = waves(2)
    torch.testing.assert_close(pipe(x, rng=seeded(2)).shape, x.shape)


def test_a_pipeline_that_changes_is_planned_again_also_for_the_other_split():
    train = Pipeline([Flip(p=1.0)], split_idx=0)
    valid = train.with_split(1)
    x = waves(2)
    assert torch.equal(train(x), x.flip(-1)) and torch.equal(valid(x), x)
    train.add(Normalize.from_stats(*imagenet_stats))
    nrm = Normalize.from_stats(*imagenet_stats)
    torch.testing.assert_close(train(x), nrm(x.flip(-1)))
    torch.testing.assert_close(valid(x), nrm(x))


def test_user_functions_in_a_pass_see_float_images_of_the_whole_batch():
    seen = []

    def angle(images):
        seen.append((images.shape, images.dtype, images.max().item()))
        return torch.zeros(len(images))

    bytes_ = (waves(32, 3, 96, 96) * 255).to(torch.uint8)
    Pipeline([IntToFloatTensor(), Flip(), Rotate(draw=angle), Brightness()], split_idx=0)(bytes_, rng=seeded())
    assert seen == [(bytes_.shape, torch.float32, pytest.approx(bytes_.max().item() / 255))]


def test_one_image_without_a_batch_goes_step_by_step_where_steps_can_do_that():
    x = torch.randint(0, 256, (3, 8, 8), dtype=torch.uint8)
    pipe = Pipeline([IntToFloatTensor(), Normalize.from_stats(*imagenet_stats)])
    expected = (x / 255 - torch.tensor(imagenet_stats[0])[:, None, None]) / torch.tensor(imagenet_stats[1])[
        :, None, None
    ]
    torch.testing.assert_close(pipe(x), expected)


def test_an_empty_batch_stays_empty():
    done = Pipeline([*aug_transforms(), Normalize.from_stats(*imagenet_stats)], 0)(torch.zeros(0, 3, 8, 8))
    assert done.shape == (0, 3, 8, 8)


def test_decoding_undoes_the_steps_of_a_pass():
    x = waves(2)
    steps = [Flip(p=0.0), Normalize.from_stats(*imagenet_stats)]
    pipe = Pipeline(steps, split_idx=0)
    torch.testing.assert_close(pipe.decode(pipe(x)), x)


def test_an_error_in_a_pass_names_its_step():
    bad = Rotate(draw=lambda x: [1.0, 2.0])
    with pytest.raises(ValueError, match="2 for a batch of 4") as caught:
        Pipeline([Flip(), bad, Brightness()], split_idx=0)(waves(4))
    assert caught.value.fastlearn_stage[0] == "Rotate"


def test_a_list_of_augmentations_is_put_in_the_order_in_which_it_runs():
    names = [step.name for step in setup_aug_tfms([Brightness(), Flip(), Contrast(), Zoom])]
    assert names == ["Flip", "Zoom", "Brightness", "Contrast"]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_an_accelerator_gives_the_same_pictures():
    x = waves(8)
    steps = [*aug_transforms(size=48), Normalize.from_stats(*imagenet_stats)]
    here = Pipeline(steps, split_idx=0)(x, rng=seeded(1))
    there = Pipeline(steps, split_idx=0)(x.cuda(), rng=seeded(1))
    torch.testing.assert_close(here, there.cpu(), atol=1e-3, rtol=0)
    own = torch.Generator("cuda").manual_seed(1)
    assert Pipeline([*steps, RandomErasing()], split_idx=0)(x.cuda(), rng=own).device.type == "cuda"
