"""Files are found in the same order everywhere, and a wrong folder is answered in words."""

from __future__ import annotations

import os
import pickle

import pytest
from fastlearn.data.find import (
    AttrGetter,
    FileGetter,
    ImageGetter,
    ItemGetter,
    get_files,
    get_image_files,
    get_text_files,
)
from fastlearn.data.problems import DataError


@pytest.fixture
def tree(tmp_path):
    """Two classes of images, a text, a hidden file and a hidden folder."""
    for name in ["b/2.JPG", "b/1.png", "a/10.jpeg", "a/9.webp", "a/notes.txt", "top.tif", ".hidden.png", ".git/x.png"]:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.touch()
    return tmp_path


def names(files, root):
    return [f.relative_to(root).as_posix() for f in files]


def test_images_of_all_folders_come_sorted_without_hidden_ones(tree):
    assert names(get_image_files(tree), tree) == ["top.tif", "a/10.jpeg", "a/9.webp", "b/1.png", "b/2.JPG"]


def test_text_files_are_those_that_end_in_txt(tree):
    assert names(get_text_files(str(tree)), tree) == ["a/notes.txt"]


@pytest.mark.parametrize(
    "settings, expected",
    [
        ({"recurse": False}, ["top.tif"]),
        ({"folders": ["b"]}, ["b/1.png", "b/2.JPG"]),
        ({"folders": "b", "extensions": "jpg"}, ["b/2.JPG"]),
        ({"folders": [".", "b"]}, ["top.tif", "b/1.png", "b/2.JPG"]),
        ({"extensions": [".PNG", "webp"]}, ["a/9.webp", "b/1.png"]),
    ],
)
def test_settings_narrow_what_is_found(tree, settings, expected):
    assert names(get_files(tree, **settings), tree) == expected


def test_getters_look_below_a_subfolder_and_can_be_pickled(tree):
    getter = pickle.loads(pickle.dumps(FileGetter("a", extensions=[".txt"])))
    assert names(getter(tree), tree) == ["a/notes.txt"]
    assert names(ImageGetter("a")(tree), tree) == ["a/10.jpeg", "a/9.webp"]


def test_linked_folders_are_followed_and_circles_are_not(tree):
    (tree / "c").symlink_to(tree / "b", target_is_directory=True)
    (tree / "a" / "up").symlink_to(tree, target_is_directory=True)
    found = names(get_image_files(tree), tree)
    assert found == ["top.tif", "a/10.jpeg", "a/9.webp", "b/1.png", "b/2.JPG", "c/1.png", "c/2.JPG"]
    assert "c/1.png" not in names(get_image_files(tree, followlinks=False), tree)


def test_missing_folder_names_it_and_a_likely_one(tmp_path):
    (tmp_path / "images").mkdir()
    with pytest.raises(DataError, match=r"no folder '.*/imagse'; did you mean '.*/images'"):
        get_image_files(tmp_path / "imagse")


def test_missing_folder_says_how_far_the_path_exists(tmp_path):
    with pytest.raises(DataError, match=r"no folder .*; the nearest folder that exists is '.*'"):
        get_image_files(tmp_path / "nowhere" / "else")


def test_file_instead_of_a_folder_names_its_folder(tree):
    with pytest.raises(DataError, match=r"is a file. Try its folder"):
        get_image_files(tree / "top.tif")


def test_empty_folder_is_named(tmp_path):
    with pytest.raises(DataError, match=r"No files in the folder '.*': it is empty"):
        get_files(tmp_path)


def test_folder_without_images_says_what_it_holds(tree):
    with pytest.raises(DataError, match=r"No image files in the folder .* 1 other files \(1 \.txt\)"):
        (tree / "docs").mkdir()
        (tree / "docs" / "readme.txt").touch()
        get_image_files(tree / "docs")


def test_unknown_name_in_folders_is_named(tree):
    with pytest.raises(DataError, match=r"`folders` names 'train', but there is no such folder"):
        get_image_files(tree, folders=["train", "b"])


def test_unreadable_folder_is_named(tree, monkeypatch):
    scandir = os.scandir

    def refuse(folder):
        if str(folder).endswith("b"):
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DataError, match=r"folder '.*/b' cannot be read: Permission denied. Try"):
        get_image_files(tree)


def test_item_and_attribute_getters_see_the_item_whole(tmp_path):
    assert ItemGetter(1)(("image", "label")) == "label"
    assert AttrGetter("name")(tmp_path / "x.png") == "x.png"
    assert AttrGetter("nothing", default="none")(tmp_path) == "none"
