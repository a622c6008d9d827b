from collections import namedtuple

import numpy as np
import pytest
import torch
from fastlearn.data.batch import Batch, count_samples, map_tensors
from fastlearn.data.collate import CollateError, collate, stack_tensors
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torch.utils.data import default_collate

Pair = namedtuple("Pair", "x y")


@given(n=st.integers(1, 4), shape=st.lists(st.integers(1, 70), max_size=3), dtype=st.sampled_from(
    [torch.uint8, torch.int64, torch.float32, torch.bfloat16, torch.bool]))  # fmt: skip
def test_stacking_agrees_with_torch_and_is_contiguous(n, shape, dtype):
    tensors = [(torch.rand(shape) * 9).to(dtype) for _ in range(n)]
    stacked = stack_tensors(tensors)
    assert stacked.is_contiguous() and torch.equal(stacked, torch.stack(tensors)) and stacked.dtype == dtype


def test_transposed_pictures_stack_contiguous():
    pictures = [torch.randint(0, 255, (40, 50, 3), dtype=torch.uint8).permute(2, 0, 1) for _ in range(3)]
    stacked = stack_tensors(pictures)
    assert stacked.is_contiguous() and torch.equal(stacked, torch.stack(pictures))


@pytest.mark.parametrize("samples", [
    [(torch.ones(2), 1), (torch.zeros(2), 2)],
    [{"x": torch.ones(2), "y": 1.5}, {"x": torch.zeros(2), "y": 2.5}],
    [1, 2], [1.5, 2.5], [np.ones((2, 3)), np.zeros((2, 3))], [Pair(torch.ones(1), 1), Pair(torch.ones(1), 2)],
])  # fmt: skip
def test_collating_agrees_with_torch(samples):
    ours, theirs = collate(samples), default_collate(samples)
    flat = [list(x.values()) if isinstance(x, dict) else list(x) if isinstance(x, tuple | list) else [x]
            for x in (ours, theirs)]  # fmt: skip
    assert all(torch.equal(a, b) and a.dtype == b.dtype for a, b in zip(*flat, strict=True))


def test_texts_and_missing_values_stay_as_they_are():
    assert collate([("a", None), ("b", None)]) == (("a", "b"), (None, None))


def test_a_batch_is_a_tuple_and_remembers_the_class_of_a_sample():
    class Twins(tuple):
        pass

    batch = collate([tuple.__new__(Twins, (torch.ones(1), True))] * 2)
    assert isinstance(batch, Batch) and batch.sample_type is Twins and batch[1].tolist() == [True, True]


def test_nested_parts_are_collated_inside():
    batch = collate([(torch.ones(2), (torch.zeros(1), 1)), (torch.ones(2), (torch.zeros(1), 2))])
    assert batch[1][1].tolist() == [1, 2] and count_samples(batch) == 2


@pytest.mark.parametrize("samples, message, places", [
    ([(torch.ones(3, 2), 0), (torch.ones(3, 2), 0), (torch.ones(3, 4), 0)],
     r"Part \[0\].*\(3, 2\).*\(3, 4\).*Resize", (0, 2)),
    ([(torch.ones(1), torch.ones(2)), (torch.ones(1), torch.ones(3))], r"Part \[1\].*MultiCategoryBlock", (0, 1)),
    ([(Image.new("L", (2, 2)),)], "cannot be put into a batch.*ToTensor", (0, 0)),
    ([(1, 2), (1, 2, 3)], "2 parts in one sample and 3 in another", (0, 1)),
    ([(torch.ones(1),), (5,)], "is a tensor in one sample and a int 5", (0, 1)),
    ([(1,), ("a",)], "number in one sample and str 'a'", (0, 1)),
    ([(np.array(["a"]),)], "no tensor of numbers", (0, 0)),
])  # fmt: skip
def test_what_does_not_fit_is_named(samples, message, places):
    with pytest.raises(CollateError, match=message) as e:
        collate(samples)
    assert e.value.places == places


def test_tensors_are_reached_through_every_container():
    thing = ({"a": torch.ones(1)}, [torch.ones(1)], Pair(torch.ones(1), "text"))
    doubled = map_tensors(lambda t: t * 2, thing)
    assert doubled[0]["a"] == 2 and doubled[1][0] == 2 and doubled[2] == Pair(torch.tensor([2.0]), "text")
