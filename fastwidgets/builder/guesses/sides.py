"""Folders that are named for training and validation."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["find_sides", "of_side"]

TRAIN = ("train", "training", "trn", "train_set", "training_set", "train2017", "train2014")
VALID = ("valid", "validation", "val", "valid_set", "validation_set", "val2017", "val2014", "dev")
TEST = ("test", "testing", "tst", "test_set", "test2017", "test2014")


def find_sides(folders: Iterable[str]) -> tuple[str, str, str] | None:
    """The folders for training, validation and testing ("" where there is none) among names; None without two.

    Where only a test set stands beside the training set, it serves as validation, as it does in fastai's data sets.
    """
    names = {folder.lower(): folder for folder in sorted(set(folders))}
    train, valid, test = (next((names[n] for n in known if n in names), "") for known in (TRAIN, VALID, TEST))
    if not train or not (valid or test):
        return None
    return (train, valid, test) if valid else (train, test, "")


def of_side(name: str) -> bool:
    """Whether a folder is called for a part of the data, and not for a class."""
    return name.lower() in (*TRAIN, *VALID, *TEST)
