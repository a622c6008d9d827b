"""The sample digits are scikit-learn's, as files; asking twice costs nothing and a near miss is helped."""

from __future__ import annotations

import re

import numpy as np
import pytest
from fastlearn.data.external import clear_cache
from fastlearn.data.find import get_image_files
from fastlearn.data.problems import DataError
from fastlearn.data.samples import WRITERS, sample_data
from PIL import Image
from sklearn.datasets import load_digits


def test_digits_are_all_there_in_their_class_folders(tmp_path):
    folder = sample_data("digits", tmp_path)
    files = get_image_files(folder)
    digits = load_digits()
    assert folder == tmp_path / "digits" and len(files) == 1797
    for file in files[::97]:
        image = Image.open(file)
        assert (image.mode, image.size) == ("L", (8, 8)) and int(file.parent.name) == digits.target[int(file.stem)]
        assert np.abs(np.asarray(image) - digits.images[int(file.stem)] * 255 / 16).max() <= 0.5


def test_second_call_writes_nothing(home):
    folder = sample_data()
    (folder / "0" / "0000.png").unlink()  # a user's decision stays
    assert sample_data() == folder == home / "data" / "samples" / "digits"
    assert len(get_image_files(folder)) == 1796


def test_clearing_the_cache_keeps_a_model_saved_beside_a_sample(home):
    saved = sample_data() / "models" / "mine.safetensors"
    saved.parent.mkdir()
    saved.touch()
    clear_cache(archives=True)
    assert saved.exists() and len(get_image_files(sample_data())) == 1797


def test_interrupted_writing_leaves_nothing(tmp_path, monkeypatch):
    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(Image.Image, "save", stop)
    with pytest.raises(KeyboardInterrupt):
        sample_data("digits", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_unknown_sample_gets_a_hint():
    with pytest.raises(ValueError, match="no sample data set 'digit': did you mean 'digits'"):
        sample_data("digit")
    with pytest.raises(ValueError, match=re.escape(f"there are {sorted(WRITERS)}")):
        sample_data("zebras")


def test_folder_of_the_users_is_not_taken_for_a_sample(tmp_path):
    (tmp_path / "digits").mkdir()
    with pytest.raises(DataError, match="something else is there"):
        sample_data("digits", tmp_path)
