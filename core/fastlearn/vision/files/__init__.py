"""Work on picture files as files: fetch them, check them, find what is wrong with them, make them smaller or worse."""

from __future__ import annotations

from fastlearn.vision.files.crappify import Crappify
from fastlearn.vision.files.fetch import download_images
from fastlearn.vision.files.find import find_problems
from fastlearn.vision.files.problems import PROBLEMS, Problem
from fastlearn.vision.files.resize import resize_image, resize_images
from fastlearn.vision.files.sources import ImageSource, register_image_source, search_images
from fastlearn.vision.files.verify import verify_image, verify_images

__all__ = [
    "PROBLEMS",
    "Crappify",
    "ImageSource",
    "Problem",
    "download_images",
    "find_problems",
    "register_image_source",
    "resize_image",
    "resize_images",
    "search_images",
    "verify_image",
    "verify_images",
]
