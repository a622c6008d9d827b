"""Pictures for the tests: smooth ones, which lose little when read between pixels, and shapes with their places."""

import math

import torch


def waves(n=4, channels=3, height=64, width=64, wavelength=40.0, seed=0):
    """Floats of 0.1 to 0.9, `(n, channels, height, width)`, of no wave shorter than `wavelength` pixels."""
    rng = torch.Generator().manual_seed(seed)
    y, x = torch.meshgrid(torch.arange(float(height)), torch.arange(float(width)), indexing="ij")
    angle, phase = (torch.rand(n, channels, 1, 1, generator=rng) * 2 * math.pi for _ in range(2))
    return 0.5 + 0.4 * torch.sin(2 * math.pi / wavelength * (angle.cos() * x + angle.sin() * y) + phase)


def rectangle_mask(boxes, height=64, width=64):
    """Class ids `(len(boxes), height, width)`: 1 inside the box x1, y1, x2, y2 of whole pixels, else 0."""
    masks = torch.zeros(len(boxes), height, width, dtype=torch.long)
    for mask, (x1, y1, x2, y2) in zip(masks, boxes, strict=True):
        mask[int(y1) : int(y2), int(x1) : int(x2)] = 1
    return masks


def box_around(mask):
    """x1, y1, x2, y2 of the pixels of a mask `(H, W)` that are not 0."""
    rows, columns = mask.nonzero(as_tuple=True)
    return torch.tensor([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1], dtype=torch.float32)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)
