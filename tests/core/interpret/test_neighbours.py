"""The nearest are the nearest: as numpy says, in any blocks, of any part of the items."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from fastlearn.data.problems import DataError
from fastlearn.interpret import Neighbours, neighbours
from hypothesis import given
from hypothesis import strategies as st


def by_numpy(x, vectors, k, allowed):
    x = np.asarray(x, np.float64)
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    alike = (unit @ (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).T).max(1)
    rows = np.flatnonzero(allowed)
    return rows[np.lexsort((rows, -alike[rows].round(5)))][:k], alike


@given(
    n=st.integers(2, 60), d=st.integers(2, 9), k=st.integers(1, 12), block=st.integers(1, 200), seed=st.integers(0, 99)
)
def test_nearest_are_those_of_a_full_comparison(n, d, k, block, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d)).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "NUMBERS_AT_ONCE", block)
        rows, similarity = Neighbours(x).nearest(1, k)
    allowed = np.arange(n) != 1
    expected, alike = by_numpy(x, x[1:2].astype(np.float64), k, allowed)
    assert np.allclose(alike[rows], alike[expected], atol=1e-5) and np.allclose(similarity, alike[rows], atol=1e-5)
    assert (np.diff(similarity) <= 0).all() and len(rows) == min(k, n - 1)


X = np.array([[1, 0], [2, 0], [1, 1], [0, 1], [-1, 0], [0, 0]], np.float16)


def test_by_hand():
    rows, similarity = Neighbours(X).nearest(0, 4)
    assert rows.tolist() == [1, 2, 3, 5] and similarity.tolist() == pytest.approx([1, 0.7071, 0, 0], abs=1e-3)


def test_a_vector_may_find_every_row():
    assert Neighbours(X).nearest(torch.tensor([0.0, 5.0]), 1)[0].tolist() == [3]


def test_part_of_the_items_by_rows_or_booleans():
    near = Neighbours(X)
    assert near.nearest(0, 3, among=[4, 3])[0].tolist() == [3, 4]
    assert near.nearest(0, 3, among=np.array([1, 0, 0, 0, 1, 0], bool))[0].tolist() == [4]
    assert near.nearest_of_each([0, 3], 2, among=[1])[0].tolist() == [[1, -1], [1, -1]]


def test_like_any_of_several():
    assert Neighbours(X).like([0, 3], 2)[0].tolist() == [1, 2]


def test_a_systematic_mistake_is_offered_after_two_corrections():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 32))
    night = np.arange(0, 400, 10)  # 40 pictures of a kind
    x[night] += 6 * rng.normal(size=32)
    rows, _ = Neighbours(x.astype(np.float16)).like(night[:2], k=42)
    assert np.isin(night[2:], rows).mean() >= 0.9


@pytest.mark.parametrize(
    "act, told",
    [
        (lambda: Neighbours([[1.0]]), "an array of floating-point numbers"),
        (lambda: Neighbours(np.array([[1.0], [np.nan]])), "row 1 is not finite"),
        (lambda: Neighbours(X).nearest(6), "Rows go from 0 to 5, but got 6"),
        (lambda: Neighbours(X).nearest(np.ones(3)), "A vector of 2 numbers is expected, but got 3"),
        (lambda: Neighbours(X).like([]), "nothing to be like"),
    ],
)
def test_bad_input_is_named(act, told):
    with pytest.raises(DataError, match=told):
        act()
