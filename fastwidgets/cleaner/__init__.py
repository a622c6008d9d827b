"""Finds what is wrong with a data set of images and fixes it: labels, duplicates, spoilt files."""

from fastwidgets.cleaner.widget import ImageCleaner

__all__ = ["ImageCleaner"]
