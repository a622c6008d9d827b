import numpy as np
import pytest
from fastlearn.train.suggest import minimum, slide, steep, suggest, usable, valley

LRS = np.geomspace(1e-7, 10, 100)


def curve(low=1e-2):
    """A loss that falls along a logistic around `low / 10` and explodes above `low`."""
    x = np.log10(LRS / low)
    return 2.3 - 2 / (1 + np.exp(-3 * (x + 1))) + np.exp(np.minimum(4 * (x - 1), 50))


def slow_valley(lrs, losses):
    """fastai's own double loop over the longest descending subsequence."""
    n, start, end = len(losses), 0, 0
    length = [1] * n
    for i in range(1, n):
        for j in range(i):
            if losses[i] < losses[j] and length[i] < length[j] + 1:
                length[i] = length[j] + 1
            if length[end] < length[i]:
                end = i
                start = end - length[end]
    third = (end - start) / 3
    return lrs[max(0, start + int(third) + int(third / 2))]


@pytest.mark.parametrize("seed", range(8))
def test_valley_agrees_with_the_plain_double_loop(seed):
    losses = curve() + np.random.default_rng(seed).normal(0, 0.2, 100)
    assert valley(LRS, losses, 100) == slow_valley(LRS, losses)


def test_suggestions_lie_where_their_names_say():
    losses = curve(1e-2)
    assert minimum(LRS, losses, 100) == pytest.approx(LRS[losses.argmin()] / 10)
    assert steep(LRS, losses, 100) == pytest.approx(1e-3, rel=0.2)  # the middle of the logistic
    assert 1e-6 < valley(LRS, losses, 100) < 1e-2


def plain_slide(lrs, losses, lr_diff=15, thresh=0.005):
    """The interval slide rule as its authors wrote it, with indices from the end."""
    slope, right, left = np.gradient(losses), -1, -1 - lr_diff
    rate = lrs[left]
    while left >= -len(losses) and abs(slope[right] - slope[left]) > thresh:
        rate = lrs[left]
        right, left = right - 1, left - 1
    return rate


@pytest.mark.parametrize("low", [1e-4, 1e-2, 1])
def test_slide_agrees_with_the_rule_as_published(low):
    losses = np.minimum(curve(low), 9)
    assert slide(LRS, losses, 100) == plain_slide(LRS, losses)


def test_the_middle_of_the_second_third_of_a_straight_descent():
    assert valley(np.arange(1.0, 31), np.arange(30.0, 0, -1), 30) == 15  # start -1, + 10, + 5: the value at index 14


def test_only_the_usable_part_is_judged():
    losses = curve()
    losses[60] = np.nan
    lrs, kept = usable(LRS, losses, 100)
    assert (lrs[0], lrs[-1], len(kept)) == (LRS[10], LRS[54], 45)


@pytest.mark.parametrize("losses", [
    np.linspace(1, 2, 100), np.full(100, np.nan), np.r_[curve()[:20], np.full(80, np.nan)], curve()[:24], curve()[:3],
])  # fmt: skip
@pytest.mark.parametrize("function", [valley, slide, minimum, steep])
def test_a_curve_without_a_basis_gives_no_suggestion(losses, function):
    assert suggest(function, LRS[: len(losses)], losses, 100) is None


def test_a_function_of_ones_own_may_return_a_rate_or_fastais_pair():
    assert suggest(lambda lrs, losses, num_it: 0.5, LRS, curve(), 100) == 0.5
    assert suggest(lambda lrs, losses, num_it: (0.5, (0.5, 1.0)), LRS, curve(), 100) == 0.5
