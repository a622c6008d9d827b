"""The helpers of notebooks: tensors of anything, arrays back, the first of anything."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.basics import first, tensor, to_np
from PIL import Image


@pytest.mark.parametrize(
    "args, dtype, values",
    [
        ((1, 2, 3), torch.int64, [1, 2, 3]),
        ((3,), torch.int64, 3),
        (([1.5, 2],), torch.float32, [1.5, 2.0]),
        ((np.array([1.5]),), torch.float32, [1.5]),
        ((np.float64(1.5),), torch.float32, 1.5),
        ((np.array([65535], np.uint16),), torch.float32, [65535.0]),
        ((np.array([True]),), torch.bool, [True]),
        ((pd.Series([1, 2]),), torch.int64, [1, 2]),
        (([np.array([1.0]), np.array([2.0])],), torch.float32, [[1.0], [2.0]]),
        (([torch.tensor(1), torch.tensor(2)],), torch.int64, [1, 2]),
        ((Image.fromarray(np.array([[7]], np.uint8)),), torch.uint8, [[7]]),
    ],
)
def test_anything_becomes_a_tensor(args, dtype, values):
    made = tensor(*args)
    assert made.dtype == dtype and made.tolist() == values


def test_a_tensor_of_a_picture_can_be_written_to_and_the_picture_stays():
    picture = Image.new("RGB", (3, 2))
    made = tensor(picture)
    made += 1
    assert made.shape == (2, 3, 3) and np.asarray(picture).max() == 0


def test_dtype_can_be_chosen():
    assert tensor([1, 2], dtype=torch.float64).dtype == torch.float64


def test_to_np_detaches():
    assert to_np(torch.ones(2, requires_grad=True)).tolist() == [1.0, 1.0]


def test_first_takes_anything_that_can_be_iterated():
    assert first([4, 5]) == 4 and first(iter("ab")) == "a" and first([]) is None and first({}, 7) == 7
