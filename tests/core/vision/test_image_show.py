"""Pictures of pictures: what is drawn where, titles that fit, no figure left open."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
import torch
from fastlearn.data.problems import DataError
from fastlearn.data.show import View, show_view
from fastlearn.vision.open import PILImage, PILMask
from fastlearn.vision.plots import (
    get_grid,
    set_title,
    show_image,
    show_images,
    show_titled_image,
    subplots,
    to_pixels,
)
from fastlearn.vision.show import side_by_side

matplotlib.use("Agg")
RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def plt():
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


def picture(height=8, width=12):
    return torch.tensor(RNG.integers(0, 256, (3, height, width)), dtype=torch.uint8)


def drawn(ax):
    return np.asarray(ax.get_images()[0].get_array())


@pytest.mark.parametrize(
    "shape, seen",
    [
        ((8, 12), (8, 12)),
        ((1, 8, 12), (8, 12)),
        ((3, 8, 12), (8, 12, 3)),
        ((4, 8, 12), (8, 12, 4)),
        ((2, 8, 12), (8, 12)),
        ((7, 8, 12), (8, 12, 3)),
    ],
)
def test_tensors_of_any_channels_are_shown(shape, seen):
    assert drawn(show_image(torch.zeros(shape))).shape == seen


def test_arrays_and_pil_images_are_shown_as_they_are():
    array = picture().permute(1, 2, 0).numpy()
    for source in (array, PILImage.create(array), array.transpose(2, 0, 1)):
        np.testing.assert_array_equal(to_pixels(source), array)


def test_colour_floats_are_brought_into_range():
    assert to_pixels(torch.full((3, 2, 2), 255.0)).max() == 1
    assert to_pixels(torch.full((3, 2, 2), 0.25)).max() == 0.25
    assert to_pixels(torch.full((3, 2, 2), -2.0)).min() == 0


def test_what_is_no_picture_is_named():
    with pytest.raises(DataError, match=r"shape \(5,\)"):
        show_image(torch.zeros(5))


def test_axes_can_be_given_under_both_names():
    _, axes = subplots(1, 2)
    assert show_image(picture(), ax=axes[0]) is axes[0]
    assert show_image(picture(), ctx=axes[1], title="cat") is axes[1]
    assert axes[1].get_title() == "cat"


def test_pictures_show_themselves_with_their_own_colours():
    mask = PILMask.create(np.array([[0, 1]], np.uint8)).show()
    assert mask.get_images()[0].get_alpha() == 0.5
    assert show_titled_image((picture(), 7)).get_title() == "7"
    assert show_image(picture(), title=torch.tensor(True)).get_title() == "True"


@pytest.mark.parametrize("n, nrows, ncols, shape", [(9, None, None, (3, 3)), (5, None, None, (2, 3)),
                                                    (4, None, 2, (2, 2)), (5, 1, None, (1, 5))])  # fmt: skip
def test_a_grid_has_room_for_all_and_no_spare_axes_showing(n, nrows, ncols, shape):
    figure, axes = get_grid(n, nrows, ncols, return_fig=True)
    assert len(axes) == n and len(figure.axes) == shape[0] * shape[1]
    assert all(not ax.axison for ax in figure.axes[n:])
    assert len(get_grid(n, nrows, ncols, double=True)) == 2 * n


def test_show_images_draws_each_with_its_title(plt):
    show_images([picture(), picture(), picture()], nrows=2, titles=["a", "b", "c"])
    axes = plt.gcf().axes
    assert [ax.get_title() for ax in axes] == ["a", "b", "c", ""] and not axes[3].axison


def test_a_long_title_stays_within_its_axes():
    ax = get_grid(4)[0]
    set_title(ax, "a_very_long_label_that_nobody_would_call_readable " * 3)
    figure = ax.get_figure()
    figure.canvas.draw()
    title = ax.title.get_window_extent()
    edges = figure.bbox
    assert title.x0 >= edges.x0 and title.x1 <= edges.x1 and title.y1 <= edges.y1
    assert len(ax.get_title().split("\n")) <= 4


def show(samples, kinds, n_inp=1, **kwargs):
    return show_view(View(samples, kinds, n_inp, **kwargs))


def test_labels_are_titles():
    axes = show([(picture(), "cat"), (picture(), "dog")], ("image", "category"))
    assert [ax.get_title() for ax in axes] == ["cat", "dog"]
    axes = show([(picture(), ["cat", "pet"]), (picture(), [])], ("image", "multicategory"))
    assert [ax.get_title() for ax in axes] == ["cat; pet", "(none)"]
    assert show([(picture(), torch.tensor([0.5, 2.0]))], ("image", "regression"))[0].get_title() == "0.5; 2"


def test_results_tell_right_from_wrong_by_a_mark_and_a_colour():
    samples = [(picture(), "cat"), (picture(), "cat")]
    right, wrong = show(samples, ("image", "category"), predictions=["cat", "dog"])
    assert right.get_title() == "cat\n✓ cat" and wrong.get_title() == "cat\n✗ dog"
    assert right.title.get_color() != wrong.title.get_color()
    (number,) = show([(picture(), 2.0)], ("image", "regression"), predictions=[2.5])
    assert number.get_title() == "2\n→ 2.5"


def test_a_mask_lies_over_its_picture_and_results_stand_beside_each_other():
    mask = torch.ones(8, 12, dtype=torch.int64)
    (ax,) = show([(picture(), mask)], ("image", "mask"), vocab=["road", "car"])
    overlay = ax.get_images()[1]
    assert overlay.get_alpha() == 0.6 and overlay.get_clim() == (0, 1)
    (named,) = ax.get_figure().legends[0].get_patches()
    assert named.get_facecolor() == overlay.cmap(1.0) and named.get_label() == "car"
    axes = show([(picture(), mask)], ("image", "mask"), predictions=[mask * 0])
    assert [ax.get_title() for ax in axes] == ["Target", "Prediction"]
    assert np.asarray(axes[1].get_images()[1].get_array()).max() == 0


def test_points_and_boxes_are_drawn_in_pixels_and_padding_is_not():
    (ax,) = show([(picture(), torch.tensor([[3.0, 4.0]]))], ("image", "points"))
    assert ax.collections[0].get_offsets().tolist() == [[3.0, 4.0]]
    (ax,) = show([(picture(), torch.tensor([[1.0, 2.0, 5.0, 6.0], [0, 0, 0, 0]]))], ("image", "boxes"))
    assert {tuple(p.get_bbox().extents) for p in ax.patches} == {(0.5, 1.5, 4.5, 5.5)}  # around whole pixels


def test_several_pictures_of_one_sample_stand_in_a_row():
    a, b = np.zeros((4, 6, 3), np.uint8), np.ones((2, 3))
    row = side_by_side([a, b])
    assert row.shape == (4, 6 + 2 + 3, 3) and (row[:2, 8:] == 255).all() and (row[:, 6:8] == 255).all()
    (ax,) = show([(picture(), picture(), "same")], ("image", "image", "category"), n_inp=2)
    assert drawn(ax).shape == (8, 26, 3) and ax.get_title() == "same"


def test_samples_that_draw_themselves_do():
    class Pair(tuple):
        def show(self, ctx=None, **kwargs):
            return show_image(self[0], ctx=ctx, title="mine", **kwargs)

    axes = show([Pair((picture(), 1)), Pair((picture(), 2))], ("image", "value"))
    assert [ax.get_title() for ax in axes] == ["mine", "mine"]
