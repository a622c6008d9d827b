from __future__ import annotations

import pickle
from collections import namedtuple

import numpy as np
import pytest
import torch
from fastlearn.data.kinds import kind_of_value
from fastlearn.data.transform import (
    InplaceTransform,
    ItemTransform,
    RandomTransform,
    SampleTransform,
    Transform,
    mk_transform,
    remake_tuple,
)
from PIL import Image

Pair = namedtuple("Pair", "x y")


class Picture(Image.Image):
    kind = "image"


def picture(width=4, height=3):
    made = Picture.__new__(Picture)
    made.__dict__.update(Image.new("RGB", (width, height)).__dict__)
    return made


class NormalizeMean(Transform):
    def setups(self, items):
        self.mean = sum(items) / len(items)

    def encodes(self, x):
        return x - self.mean

    def decodes(self, x):
        return x + self.mean


class Doubles(SampleTransform):
    def apply_image(self, part, params):
        return part * 2

    def decode_image(self, part):
        return part // 2


class Jitter(RandomTransform):
    def draw(self, parts, kinds, rng):
        return torch.rand((), generator=rng).item() if self.happens(rng) else 0.0

    def apply_image(self, part, shift):
        return part + shift

    apply_mask = apply_image


def test_a_decorated_function_acts_on_its_annotated_type_only():
    @Transform
    def add_one(x: int):
        return x + 1

    assert add_one((2, 2.0, "a")) == (3, 2.0, "a")
    assert repr(add_one) == "Transform(add_one)"


def test_a_union_annotation_admits_each_member_and_an_unknown_name_admits_everything():
    def halve(x: int | float):
        return x / 2

    def anything(x: NoSuchName):  # noqa: F821
        return "seen"

    assert Transform(halve)((4, 3.0, "a")) == (2, 1.5, "a")
    assert Transform(anything)(object()) == "seen"


def test_annotation_on_encodes_of_a_class_limits_it():
    class OnlyText(Transform):
        def encodes(self, x: str):
            return x.upper()

    assert OnlyText()(("a", 1)) == ("A", 1)


def test_setup_encode_decode_undo_each_other_without_a_constructor_call():
    class NoSuper(NormalizeMean):
        def __init__(self):
            self.own = 1

    for tfm in (NormalizeMean(), NoSuper()):
        tfm.setup([1, 2, 3, 4, 5])
        assert (tfm.mean, tfm(2), tfm.decode(tfm(2))) == (3.0, -1.0, 2.0)


@pytest.mark.parametrize(
    "own, running, acts",
    [(None, 0, True), (None, 1, True), (0, 0, True), (0, 1, False), (1, 0, False), (1, 1, True), (0, None, True)],
)
def test_split_idx_decides_where_a_step_acts(own, running, acts):
    step = Transform(lambda x: x + 1, dec=lambda x: x - 1, split_idx=own)
    assert step(1, split_idx=running) == (2 if acts else 1)
    assert step.decode(2, split_idx=running) == (1 if acts else 2)


def test_tuples_keep_their_class_and_attributes_whatever_their_constructor_takes():
    class Odd(tuple):
        def __new__(cls, first, *more):
            raise AssertionError("the constructor is not called")

    odd = tuple.__new__(Odd, (1, 2))
    odd.note = "kept"
    mapped = Transform(lambda x: x + 1)(odd)
    assert type(mapped) is Odd and mapped == (2, 3) and mapped.note == "kept"
    assert Transform(lambda x: x + 1)(Pair(1, 2)) == Pair(2, 3)
    assert type(remake_tuple(Pair(1, 2), [3, 4])) is Pair


def test_lists_are_one_value_and_nested_tuples_are_mapped():
    assert Transform(len)([1, 2, 3]) == 3
    assert Transform(lambda x: -x)((1, (2, 3))) == (-1, (-2, -3))


def test_item_transform_sees_the_tuple_whole():
    assert ItemTransform(sum)((1, 2, 3)) == 6


def test_inplace_transform_hands_its_argument_on():
    class Append(InplaceTransform):
        def encodes(self, x):
            x.append(1)

    given = []
    assert Append()(given) is given and given == [1]


def test_a_picture_keeps_its_class_through_an_operation_of_pil():
    flipped = Transform(lambda im: im.rotate(90, expand=True))(picture(4, 3))
    assert type(flipped) is Picture and flipped.size == (3, 4)


def test_mk_transform_makes_instances_wraps_functions_and_refuses_the_rest():
    assert isinstance(mk_transform(NormalizeMean), NormalizeMean)
    step = NormalizeMean()
    assert mk_transform(step) is step
    assert mk_transform(abs)(-3) == 3
    with pytest.raises(TypeError, match="function, a Transform or a Transform class, but got 3"):
        mk_transform(3)


def test_a_plain_function_leaves_labels_of_known_kinds_alone():
    step = mk_transform(lambda x: x * 10)
    assert step((1, 2), kinds=("image", "category")) == (10, 2)
    assert step((1, 2)) == (10, 20)


def test_sample_transform_acts_by_kind_and_guesses_kinds_it_is_not_told():
    image, label = torch.ones(3, 2, 2), torch.tensor(1)
    done = Doubles()((image, label))
    assert done[0].sum() == 24 and done[1] is label
    assert Doubles()((label, image), kinds=("image", "category"))[0] == 2
    assert Doubles().decode((image * 2, label))[0].sum() == 12


def test_random_parameters_are_drawn_once_for_all_parts_and_follow_the_generator():
    sample = (torch.zeros(3, 2, 2), torch.zeros(2, 2))
    rng = torch.Generator().manual_seed(5)
    x, y = Jitter()(sample, kinds=("image", "mask"), rng=rng)
    again = Jitter()(sample, kinds=("image", "mask"), rng=torch.Generator().manual_seed(5))
    assert torch.equal(x[0], y) and x.max() > 0 and torch.equal(again[0], x)
    assert Jitter()(sample, split_idx=1)[0] is sample[0]


def test_a_random_step_called_by_hand_varies_and_leaves_the_global_state():
    before, step = torch.get_rng_state(), Jitter()
    values = {step(torch.zeros(3, 1, 1)).max().item() for _ in range(5)}
    assert len(values) == 5 and torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("p", [-0.1, 1.5])
def test_a_probability_outside_0_to_1_is_refused(p):
    with pytest.raises(ValueError, match="probability between 0 and 1"):
        Jitter(p=p)


def test_validation_parameters_differ_where_draw_valid_says_so():
    class Crop(SampleTransform):
        def draw(self, parts, kinds, rng):
            return 1

        def draw_valid(self, parts, kinds, rng):
            return 0

        def apply_image(self, part, params):
            return params

    image = torch.zeros(3, 2, 2)
    assert (Crop()(image), Crop()(image, split_idx=0), Crop()(image, split_idx=1)) == (1, 1, 0)


def test_transforms_survive_pickling_after_use():
    step = Jitter(p=0.25)
    step(torch.zeros(3, 1, 1))
    assert pickle.loads(pickle.dumps(step)).p == 0.25


def test_repr_shows_constructor_arguments():
    assert repr(Jitter(p=0.25)) == "Jitter(p=0.25)"


@pytest.mark.parametrize("value, kind", [
    (picture(), "image"), (Image.new("L", (2, 2)), "image"), (torch.zeros(3, 4, 4, dtype=torch.uint8), "image"),
    (torch.zeros(5, 4, 4, dtype=torch.uint16), "image"),
    (torch.zeros(2, 3, 4, 4), "image"), (torch.zeros(4, 4, dtype=torch.uint8), "value"), (torch.tensor(1), "value"),
    (torch.zeros(5), "value"), ("text", "value"), (np.zeros((3, 4, 4)), "value"),
])  # fmt: skip
def test_kinds_of_plain_values(value, kind):
    assert kind_of_value(value) == kind
