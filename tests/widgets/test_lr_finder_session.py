"""The finder's rules: what is drawn, what is said, what is chosen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastwidgets.lr_finder.curve import (
    decimals,
    finite,
    loss_at,
    loss_range,
    rate_text,
    round_rate,
    thin,
    ticks,
    widened,
)
from fastwidgets.lr_finder.session import FinderSession
from fastwidgets.lr_finder.words import confidence

LRS = np.geomspace(1e-7, 10, 100)


def valley_curve(drop: float = 1.0) -> np.ndarray:
    """Flat at 2, down by `drop` around 1e-3, then up steeply."""
    x = np.log10(LRS)
    return np.stack((LRS, 2 - drop / (1 + np.exp(-4 * (x + 3))) + 2 * np.maximum(x, 0)))


def result(curve: np.ndarray, stopped: str = "finished", message: str = "Done.", **rates: float | None) -> Any:
    return SimpleNamespace(lrs=curve[0], losses=curve[1], stopped=stopped, message=message, suggestions=rates)


class FakeFinder:
    """A search that has got as far as `n` points."""

    num_it, start_lr, end_lr, control, result = 100, 1e-7, 10.0, None, None

    def __init__(self, curve: np.ndarray) -> None:
        self.whole, self.n = curve, 0

    def curve(self, start: int = 0) -> tuple[np.ndarray, np.ndarray]:
        return self.whole[0, start : self.n], self.whole[1, start : self.n]


@given(n=st.integers(1, 3000), limit=st.integers(3, 600), seed=st.integers(0, 99))
def test_thinning_keeps_the_newest_point_the_extremes_and_the_limit(n: int, limit: int, seed: int) -> None:
    curve = np.stack((np.geomspace(1e-7, 10, n), np.random.default_rng(seed).random(n)))
    thinned = thin(curve, limit)
    assert thinned.shape[1] <= limit
    assert thinned[:, -1].tolist() == curve[:, -1].tolist()
    assert {thinned[1].min(), thinned[1].max()} == {curve[1].min(), curve[1].max()}
    assert np.all(np.diff(thinned[0]) > 0)


def test_points_without_a_number_are_not_drawn() -> None:
    curve = np.array([[1e-3, 1e-2, 1e-1, 0.0], [1.0, np.nan, np.inf, 2.0]])
    assert finite(curve).tolist() == [[1e-3], [1.0]]


@pytest.mark.parametrize(
    "losses, low, high",
    [
        ([2, 1, 100], 1, 3),  # the descent from 2 to 1, and as much again above it
        ([2, 1, 1.5], 1, 2),
        ([1, 2, 3], 1, 3),  # never falls: all of it
        ([2, 1, np.nan], 1, 2),
    ],
)
def test_the_axis_shows_the_descent_and_not_the_whole_explosion(losses: list[float], low: float, high: float) -> None:
    room = 0.06 * (high - low)
    shown = loss_range(np.array([[1e-3, 1e-2, 1e-1], losses]))
    assert shown == pytest.approx((low - room, high + room))


@pytest.mark.parametrize(
    "losses, top",
    [
        ([0.668, 0.663, 0.672, 0.688, *[0.705] * 40], 0.705),  # lowest at its start, and it never explodes
        ([0.7, 0.66, *np.linspace(0.66, 0.8, 40), *np.geomspace(1, 1e5, 60)], 1.32),  # twice the lowest is an explosion
        ([2.3, *np.linspace(2.3, 1.8, 90), 3, 6, 12, 24], 2.8),  # a steep end: as much again as the descent
    ],
)
def test_a_curve_that_rises_stays_in_sight_until_it_explodes(losses: list[float], top: float) -> None:
    low, high = loss_range(np.stack((np.geomspace(1e-7, 10, len(losses)), losses)))
    drawn = top - min(losses)
    assert high - max(0.06 * drawn, 0.05 * top - drawn / 2) == pytest.approx(top)
    assert low < min(losses)


@pytest.mark.parametrize("losses", [[], [1.5], [0.0, 0.0], [np.nan]])
def test_an_axis_is_never_empty(losses: list[float]) -> None:
    low, high = loss_range(np.stack((np.full(len(losses), 1e-3), np.array(losses, float))))
    assert low < high


def test_noise_does_not_look_like_a_descent() -> None:
    low, high = loss_range(np.array([[1e-3, 1e-2], [2.30, 2.29]]))
    assert high - low == pytest.approx(0.23)
    assert low < 2.29 < 2.30 < high


def test_an_axis_moves_only_when_it_has_to() -> None:
    assert widened((0.0, 2.0), (0.5, 1.9)) == (0.0, 2.0)
    low, high = widened((0.0, 2.0), (-1.0, 1.0))
    assert low < -1 and high == 2
    assert widened(None, (1.0, 2.0)) == (1.0, 2.0)


@pytest.mark.parametrize(
    "low, high, named",
    [
        (0.62, 3.98, [1, 1.5, 2, 2.5, 3, 3.5]),
        (-0.2, 4.8, [0, 1, 2, 3, 4]),
        (2.29, 2.31, [2.29, 2.295, 2.3, 2.305, 2.31]),
    ],
)
def test_an_axis_names_round_numbers(low: float, high: float, named: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(named)


@pytest.mark.parametrize(
    "named, digits", [([1, 2], 0), ([1, 1.5, 2], 1), ([2.25, 2.5], 2), ([2.295, 2.3], 3), ([1.0], 0)]
)
def test_an_axis_writes_as_many_digits_as_tell_its_numbers_apart(named: list[float], digits: int) -> None:
    assert decimals(np.array(named)) == digits


@given(low=st.floats(-1e6, 1e6), size=st.floats(1e-3, 1e6))
def test_an_axis_names_a_handful_of_numbers_inside_it(low: float, size: float) -> None:
    found = ticks(low, low + size)
    assert 2 <= len(found) <= 8
    assert low - 1e-6 * size <= found[0] and found[-1] <= low + size + 1e-6 * size


def test_the_loss_at_a_rate_lies_on_the_drawn_line() -> None:
    curve = np.array([[1e-3, 1e-1, 1.0], [4.0, 0.0, np.nan]])
    assert loss_at(curve, 1e-2) == pytest.approx(2.0)
    assert [loss_at(curve, 9.8e-4), loss_at(curve, 1.04e-1)] == [4.0, 0.0]  # its ends, rounded
    assert np.isnan([loss_at(curve, 1e-5), loss_at(curve, 1.0)]).all()


@given(st.floats(1e-12, 1e3))
def test_a_rounded_rate_is_the_number_that_the_code_line_shows(lr: float) -> None:
    assert float(rate_text(round_rate(lr))) == round_rate(lr) == pytest.approx(lr, rel=0.051)


def test_a_search_is_sent_piece_by_piece_and_whole_again_after_a_restart() -> None:
    session, finder = FinderSession(), FakeFinder(valley_curve())
    session.start(finder)
    sizes = []
    for finder.n in (10, 10, 40):
        session.grow(finder)
        fresh, reset = session.take()
        sizes.append((fresh.shape[1], reset))
    assert sizes == [(10, True), (0, False), (30, False)]
    assert session.message == f"Step 40 of 100: learning rate {rate_text(LRS[39])}, loss {valley_curve()[1, 39]:.4g}"
    session.start(finder)
    session.grow(finder)
    assert (session.take()[0].shape[1], session.status) == (40, "running")


def test_the_end_brings_suggestions_and_chooses_the_first() -> None:
    session = FinderSession()
    session.finish(result(valley_curve(), valley=0.00144, steep=0.0031, slide=None))
    assert [(one["name"], one["lr"]) for one in session.markers] == [("valley", 1.4e-3), ("steep", 3.1e-3)]
    assert session.markers[0]["reason"] == "in the middle of the longest descent"
    assert session.chosen == {"name": "valley", "lr": 1.4e-3}
    assert session.line == "learn.fit_one_cycle(5, lr_max=1.4e-03)"
    assert session.message == "The loss falls clearly, by 50%. The suggestions agree. Done."


def test_choosing_moves_the_rate_and_the_code() -> None:
    session = FinderSession()
    session.finish(result(valley_curve(), valley=1e-3))
    session.choose("valley", 0.00337)
    assert (session.lr, session.line) == (3.4e-3, "learn.fit_one_cycle(5, lr_max=3.4e-03)")


@pytest.mark.parametrize(
    "name, lr, message",
    [("hill", 1e-3, r"one of the markers \['valley'\], but got 'hill'"), ("valley", -1.0, r"positive .* got -1.0")],
)
def test_choosing_what_is_not_there_says_what_is(name: str, lr: float, message: str) -> None:
    session = FinderSession()
    session.finish(result(valley_curve(), valley=1e-3))
    with pytest.raises(ValueError, match=message):
        session.choose(name, lr)


def test_without_a_suggestion_nothing_is_chosen_until_a_rate_is_set_by_hand() -> None:
    session = FinderSession()
    session.finish(result(valley_curve()[:, :6], "stopped", "Stopped at step 6.", valley=None))
    assert (session.markers, session.shown, session.chosen, session.line) == ([], [], None, "")
    assert session.message == "Stopped at step 6. Click on the curve to choose a rate yourself."
    session.choose("by hand", 3.14e-7)
    assert session.line == "learn.fit_one_cycle(5, lr_max=3.1e-07)"
    assert [(one["name"], one["lr"]) for one in session.shown] == [("by hand", 3.1e-7)]


def test_a_moved_rate_is_shown_beside_its_suggestion_and_called_by_hand() -> None:
    session = FinderSession()
    session.finish(result(valley_curve(), valley=1e-3))
    assert [one["name"] for one in session.shown] == ["valley"]
    session.choose("valley", 4e-3)
    assert [(one["name"], one["lr"]) for one in session.shown] == [("valley", 1e-3), ("by hand", 4e-3)]


def test_until_the_first_step_is_done_the_search_says_that_it_prepares() -> None:
    session = FinderSession()
    session.start(FakeFinder(valley_curve()))
    assert session.message == "Preparing the first batch…"


def test_nan_at_once_leaves_nothing_to_choose() -> None:
    session = FinderSession()
    session.finish(result(np.array([[1e-7], [np.nan]]), "nan", "The loss was NaN at step 1."))
    assert (session.markers, session.chosen, session.lr, session.line) == ([], None, None, "")
    assert session.message == "The loss was NaN at step 1."


@pytest.mark.parametrize(
    "stopped, rates, words",
    [
        ("finished", {"valley": 1e-3}, "The loss falls clearly, by 50%. Told."),
        ("diverged", {}, "Told. Click on the curve to choose a rate yourself."),
        ("stopped", {"valley": 1e-3}, "Told. The loss falls clearly, by 50%."),
        ("interrupted", {}, "Told. Click on the curve to choose a rate yourself."),
        ("nan", {"valley": 1e-3}, "Told. The loss falls clearly, by 50%."),
        ("nan", {}, "Told."),  # a curve that ran into NaN is nothing to choose from
        ("error", {}, "Told."),
    ],
)
def test_what_cut_a_search_short_is_said_first(stopped: str, rates: dict[str, float], words: str) -> None:
    session = FinderSession()
    session.finish(result(valley_curve(), stopped, "Told.", **rates))
    assert session.message == words


@pytest.mark.parametrize("highest, agree", [(2.9e-2, True), (8.3e-2, False)])
def test_rates_that_agree_lie_within_a_factor_of_three(highest: float, agree: bool) -> None:
    assert ("agree." in confidence(valley_curve(), {"valley": 1e-2, "steep": highest})) is agree
    assert ("disagree" in confidence(valley_curve(), {"valley": 1e-2, "steep": highest})) is not agree


@pytest.mark.parametrize(
    "curve, rates, words",
    [
        (valley_curve(), {"valley": 1e-3}, "falls clearly, by 50%"),
        (valley_curve(0.04), {"valley": 1e-3}, "falls by only 2%, so trust the suggestion little"),
        (valley_curve()[:, :70], {"valley": 1e-3}, "never rises: a larger end_lr"),
        (
            valley_curve(),
            {"valley": 9.1e-3, "steep": 8.3e-2},
            r"disagree \(9.1e-03 to 8.3e-02\): the lower one is safer",
        ),
    ],
)
def test_the_words_say_how_far_to_trust_the_curve(curve: np.ndarray, rates: dict[str, float], words: str) -> None:
    import re

    assert re.search(words, confidence(curve, rates))
