"""Tests of the augmentation engine; the helpers in `pictures` are shared by its files."""
