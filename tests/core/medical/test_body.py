"""Masks, boxes and crops: by hand, and against scipy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from fastlearn.medical.dicom import crop_resize, gauss_blur2d, mask2bbox, mask_from_blur, uniform_blur2d
from scipy import ndimage


def test_a_box_holds_the_first_and_last_row_and_column():
    mask = torch.zeros(6, 8, dtype=torch.bool)
    mask[2:5, 3] = mask[4, 3:7] = True
    assert mask2bbox(mask).tolist() == [[2, 3], [4, 6]]
    both = mask2bbox(torch.stack((mask, torch.zeros_like(mask))))
    assert both.shape == (2, 2, 2)
    assert both[..., 0].tolist() == [[2, 3], [4, 6]] and both[..., 1].tolist() == [[0, 0], [5, 7]]


def test_cropping_to_the_box_keeps_all_of_it():
    x = torch.zeros(8, 8)
    x[2:6, 2:6] = torch.arange(16.0).reshape(4, 4)
    box = torch.tensor([[2, 2], [5, 5]])
    assert torch.equal(crop_resize(x, box, 4), x[2:6, 2:6])
    assert crop_resize(x[None, None], box[..., None], (2, 3)).shape == (1, 1, 2, 3)
    with pytest.raises(ValueError, match="a box for each of 2 pictures"):
        crop_resize(torch.zeros(2, 8, 8), box[..., None], 4)


def test_blurs_equal_scipys():
    x = torch.rand(20, 24, generator=torch.Generator().manual_seed(0))
    expected = ndimage.uniform_filter(x.numpy(), 5, mode="constant")
    assert torch.allclose(uniform_blur2d(x, 5), torch.from_numpy(expected), atol=1e-5)
    size = int(8 / 4) * 2 + 1
    expected = ndimage.gaussian_filter(x.numpy(), 8, mode="nearest", radius=size // 2)
    assert torch.allclose(gauss_blur2d(x, 8), torch.from_numpy(expected), atol=1e-5)
    assert torch.allclose(gauss_blur2d(torch.ones(3, 9, 9), 3), torch.ones(3, 9, 9))
    with pytest.raises(ValueError, match="odd number of pixels"):
        uniform_blur2d(x, 4)


def test_the_mask_is_where_the_body_is():
    y, x = np.mgrid[:64, :64]
    hu = torch.from_numpy(np.where(np.hypot(y - 24, x - 36) < 12, 40.0, -1000.0)).float()
    mask = mask_from_blur(hu, (80, 40), sigma=0.1)
    (top, left), (bottom, right) = mask2bbox(mask).tolist()
    assert mask[24, 36] and not mask[60, 4]
    assert 8 <= top <= 14 and 34 <= bottom <= 40 and 20 <= left <= 26 and 46 <= right <= 52
