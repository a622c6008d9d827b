"""Schedules: values worked by hand, ends that are met, arrays that agree with single positions."""

from __future__ import annotations

import numpy as np
import pytest
from fastlearn.optim import (
    SchedCos,
    SchedExp,
    SchedLin,
    SchedNo,
    SchedPoly,
    annealer,
    combine_scheds,
    combined_cos,
)
from hypothesis import given
from hypothesis import strategies as st

MAKERS = [SchedLin, SchedCos, SchedExp, lambda a, b: SchedPoly(a, b, 3.0)]


@pytest.mark.parametrize(
    "sched, quarter, half",
    [
        (SchedLin(0.0, 2.0), 0.5, 1.0),
        (SchedCos(0.0, 2.0), 1 - 2**-0.5, 1.0),
        (SchedNo(0.5, 2.0), 0.5, 0.5),
        (SchedExp(1e-4, 1.0), 1e-3, 1e-2),
        (SchedPoly(0.0, 1.0, 2), 0.0625, 0.25),
    ],
)
def test_values_worked_by_hand(sched, quarter, half):
    assert sched(0.25) == pytest.approx(quarter) and sched(0.5) == pytest.approx(half)
    assert isinstance(sched(0.5), float)


@pytest.mark.parametrize("make", MAKERS)
@given(start=st.floats(1e-6, 10), end=st.floats(1e-6, 10))
def test_start_and_end_are_met(make, start, end):
    assert make(start, end)(0.0) == pytest.approx(start) and make(start, end)(1.0) == pytest.approx(end)


def test_one_cycle_rises_for_a_quarter_and_falls():
    one_cycle = combined_cos(0.25, 0.04, 1.0, 1e-5)
    assert [one_cycle(p) for p in (0.0, 0.125, 0.25, 0.625, 1.0)] == pytest.approx([0.04, 0.52, 1.0, 0.500005, 1e-5])


@given(pct=st.floats(0, 1), n=st.integers(1, 50))
def test_an_array_of_positions_agrees_with_single_ones(pct, n):
    sched, positions = combined_cos(pct, 0.1, 1.0, 0.0), np.linspace(0, 1, n)
    np.testing.assert_allclose(sched(positions), [sched(float(p)) for p in positions])


def test_arrays_give_each_layer_group_its_own_path():
    sched = combined_cos(0.5, np.array([0.0, 0.0]), np.array([1.0, 2.0]), 0.0)
    np.testing.assert_allclose(sched(0.5), [1.0, 2.0])
    assert sched(np.linspace(0, 1, 7)).shape == (7, 2)


def test_phases_of_no_length_are_skipped():
    sched = combine_scheds([0.0, 1.0, 0.0], [SchedNo(9.0, 9.0), SchedLin(0.0, 1.0), SchedNo(1.0, 1.0)])
    assert [sched(p) for p in (0.0, 0.5, 1.0)] == [0.0, 0.5, 1.0]


def test_an_own_interpolation_becomes_a_schedule():
    @annealer
    def SchedStep(start, end, pos):
        return np.where(np.asarray(pos) < 0.5, start, end)

    assert SchedStep(1.0, 0.1)(0.4) == 1.0 and SchedStep(1.0, 0.1)(0.6) == 0.1


@pytest.mark.parametrize(
    "pcts, message", [([0.5, 0.6], "add up to 1.*gives 1.1"), ([1.0], "1 shares and 2"), ([1.5, -0.5], "add up to 1")]
)
def test_shares_must_cover_the_training(pcts, message):
    with pytest.raises(ValueError, match=message):
        combine_scheds(pcts, [SchedNo(1, 1), SchedNo(2, 2)])
