"""Mean and standard deviation of the channels (R, G, B, or gray) of well-known data sets, for pixels of 0..1."""

from __future__ import annotations

Stats = tuple[list[float], list[float]]

imagenet_stats: Stats = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
cifar_stats: Stats = ([0.491, 0.482, 0.447], [0.247, 0.243, 0.261])
mnist_stats: Stats = ([0.131], [0.308])
