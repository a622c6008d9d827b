"""Keys under which copies meet, pairs that look alike, and the exact check behind them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from fastlearn.vision.files.candidates import alike_pairs
from fastlearn.vision.files.groups import Member, equal_groups, families, gather
from fastlearn.vision.files.likeness import differences
from fastlearn.vision.files.signature import (
    FINE_SIDE,
    N_SIGNS,
    SIDE,
    TURNS,
    brightness_and_contrast,
    fine_signature,
    frequencies,
    keys,
    signature,
)
from PIL import Image
from scipy.fft import dctn


def signatures(pictures):
    data = b"".join(signature(picture.convert("L")) for picture in pictures)
    return np.frombuffer(data, np.uint8).reshape(-1, SIDE, SIDE)


def fine(picture):
    return np.frombuffer(fine_signature(picture.convert("RGB")), np.uint8).reshape(3, FINE_SIDE, FINE_SIDE)


def recompressed(picture, quality=40, scale=0.5):
    file = io.BytesIO()
    picture.resize((round(picture.width * scale), round(picture.height * scale))).save(file, "JPEG", quality=quality)
    return Image.open(file)


def test_frequencies_are_the_lowest_of_scipys_cosine_transform(photo):
    (one,) = signatures([photo(0)])
    waves = dctn(one.astype(float), type=2) / 4
    lowest = sorted((u + v, v, u) for v in range(SIDE) for u in range(SIDE))[1 : N_SIGNS + 1]
    expected = [waves[v, u] for _, v, u in lowest]
    assert frequencies(one[None])[0].tolist() == pytest.approx(expected, rel=1e-3, abs=0.05)


def test_resized_and_recompressed_copies_share_a_key_and_others_hardly_do(photo):
    originals = [photo(seed) for seed in range(40)]
    own = keys(signatures(originals))
    copied = keys(signatures([recompressed(picture) for picture in originals]))
    shared = np.array([[len(np.intersect1d(a, b)) > 0 for b in copied] for a in own])
    assert shared.diagonal().mean() > 0.97
    assert (shared.sum() - shared.diagonal().sum()) / (40 * 39) < 0.01


def test_bands_have_keys_of_their_own(photo):
    found = keys(signatures([photo(0)]))
    assert found.dtype == np.uint64 and found.shape == (1, 12) and len(np.unique(found)) == 12


def brute_force(signs, turn=None):
    n, found = len(signs), set()
    values = signs.astype(float)
    for i in range(n):
        for j in range(n):
            other = values[j] if turn is None else turn(values[j])
            limit = min(8.0, 0.2 * min(values[i].std(), values[j].std()))
            if i != j and ((values[i] - other) ** 2).mean() ** 0.5 <= limit:
                found.add((i, j) if turn is not None else (min(i, j), max(i, j)))
    return found


def test_pairs_are_those_of_a_comparison_of_each_with_each(photo):
    originals = [photo(seed) for seed in range(20)]
    signs = signatures([*originals, *(recompressed(p) for p in originals[:8]), *originals[:3]])
    found = {tuple(sorted(pair)) for pair in alike_pairs(signs).tolist()}
    assert found == brute_force(signs) and len(found) == 8 + 3 * 2


@pytest.mark.parametrize("name", TURNS)
def test_turned_pairs_name_the_one_that_is_to_be_turned_second(photo, name):
    turn = TURNS[name]
    signs = signatures([photo(seed, 120, 120) for seed in range(6)])
    turned = np.concatenate([signs, turn(signs[:2])])
    found = {tuple(pair) for pair in alike_pairs(turned, turn).tolist()}
    assert found == brute_force(turned, turn) and len(found) >= 2


def test_pale_pictures_have_no_likeness():
    pale = np.random.default_rng(0).integers(100, 104, (5, SIDE, SIDE)).astype(np.uint8)
    assert alike_pairs(np.concatenate([pale, pale])).tolist() == []
    assert alike_pairs(np.zeros((0, SIDE, SIDE), np.uint8)).shape == (0, 2)


def test_search_among_many_equal_ones_stays_small(photo):
    many = np.repeat(signatures([photo(0)]), 3000, axis=0)
    pairs = alike_pairs(many)
    assert 3000 * 20 < len(pairs) < 3000 * 40
    assert len(families(pairs, 3000)) == 1


def test_search_can_be_stopped(photo):
    many = np.repeat(signatures([photo(0)]), 10, axis=0)
    assert len(alike_pairs(many, stopped=lambda: True)) == 0


def test_brightness_and_contrast_are_numpys():
    values = np.random.default_rng(0).integers(0, 256, (9000, SIDE, SIDE)).astype(np.uint8)
    means, contrasts = brightness_and_contrast(values)
    np.testing.assert_allclose(means, values.mean(axis=(1, 2)), rtol=1e-5)
    np.testing.assert_allclose(contrasts, values.std(axis=(1, 2)), rtol=1e-4)


def test_difference_is_small_for_copies_and_one_for_others(photo):
    one, copy, other = photo(0), recompressed(photo(0)), photo(1)
    found = differences(np.stack([fine(one)] * 3), np.stack([fine(one), fine(copy), fine(other)]), np.full(3, 60))
    assert found[0] == 0 and 0 < found[1] < 0.05 and found[2] == 1


def test_something_small_that_is_added_is_a_difference(photo):
    one = photo(0, 320, 320)
    changed = one.copy()
    place = (164, 164, 188, 188)  # a thirteenth of each side
    changed.paste(one.crop(place).point(lambda v: min(255, v + 60)), place)
    pairs = np.stack([fine(one)]), np.stack([fine(changed)])
    overall = np.sqrt(np.square(pairs[0].astype(float) - pairs[1]).mean())
    assert overall < 0.2 * pairs[0].std()  # hardly anything, over the whole picture
    assert 0.05 < differences(*pairs, np.array([320]))[0] < 1


def test_colours_count(photo):
    one = photo(0)
    gray = one.convert("L")
    assert differences(fine(one)[None], fine(gray)[None], np.array([120]))[0] > 0.05


@pytest.mark.parametrize(
    "rows, groups",
    [
        ([[1, 2], [3, 4], [1, 2], [0, 0], [0, 0], [3, 5], [1, 2]], [[0, 2, 6]]),
        ([[2, 1], [1, 2], [2, 1], [1, 2]], [[0, 2], [1, 3]]),
        ([[0, 0], [0, 0]], []),
        ([[1, 1]], []),
    ],
)
def test_equal_groups(rows, groups):
    assert equal_groups(np.array(rows, np.uint64)) == groups


def test_families_are_what_is_connected():
    assert families(np.array([[4, 2], [2, 7], [1, 3]]), 9) == [[1, 3], [2, 4, 7]]
    assert families(np.zeros((0, 2), np.int64), 3) == []


def test_a_chain_is_not_one_group():
    """Numbers that differ by at most 1 are the same; 0, 1, 2, 3 are a chain, whose ends are not."""

    def compare(newcomer, leaders):
        near = [place for place, leader in enumerate(leaders) if abs(leader - newcomer) <= 1]
        return (near[0], Member(newcomer, abs(leaders[near[0]] - newcomer))) if near else None

    groups = gather([0, 1, 2, 3, 9], compare)
    assert [[member.place for member in group] for group in groups] == [[0, 1], [2, 3]]
    assert groups[0][1].difference == 1
