"""A data set is downloaded once, checked whole, unpacked, and found again; the folders are where the user says."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from urllib.parse import urlsplit

import pytest
from fastlearn.data import config as config_module
from fastlearn.data.archive import ArchiveError
from fastlearn.data.config import Config
from fastlearn.data.download import DownloadError, WrongFileError
from fastlearn.data.external import clear_cache, untar_data
from fastlearn.data.problems import DataError
from fastlearn.data.urls import KNOWN_SIZES, URLs


def archive_of(text):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        info = tarfile.TarInfo("pets/cat.txt")
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()


@pytest.fixture
def pets(server, home):
    server.content = archive_of("meow")
    return server.url("pets.tgz")


def test_data_set_is_downloaded_once_and_found_again(server, home, pets):
    folder = untar_data(pets)
    assert folder == home / "data" / "pets" and (folder / "cat.txt").read_text() == "meow"
    assert untar_data(pets) == folder and len(server.asked) == 1


def test_data_set_is_unpacked_again_from_its_archive_without_a_network(server, home, pets):
    (untar_data(pets) / "cat.txt").unlink()
    (home / "data" / "pets").rmdir()
    server.faults = ["404"]
    assert (untar_data(pets) / "cat.txt").read_text() == "meow" and len(server.asked) == 1


def test_archive_put_in_place_by_hand_is_used(server, home, pets):
    server.faults = ["404"]
    with pytest.raises(DownloadError) as error:
        untar_data(pets)
    place = str(error.value).rpartition("put it here: ")[2]
    with open(place, "wb") as f:
        f.write(server.content)
    assert (untar_data(pets) / "cat.txt").read_text() == "meow" and len(server.asked) == 1


def test_forced_download_of_a_changed_file_needs_its_new_hash(server, home, pets):
    folder = untar_data(pets)
    server.content, server.etag = archive_of("woof"), '"two"'
    with pytest.raises(WrongFileError, match=r"noted at the first download, in .*downloads\.json"):
        untar_data(pets, force_download=True)
    assert (folder / "cat.txt").read_text() == "meow"
    new = hashlib.sha256(server.content).hexdigest()
    assert (untar_data(pets, force_download=True, sha256=new) / "cat.txt").read_text() == "woof"
    assert json.loads((home / "archive" / "downloads.json").read_text())[pets]["sha256"] == new


def test_wrong_hash_is_refused_before_anything_is_unpacked(home, pets):
    with pytest.raises(WrongFileError, match="expected was 0000"):
        untar_data(pets, sha256="0000")
    assert not (home / "data").exists()


def test_archive_that_cannot_be_unpacked_leaves_the_old_folder(server, home, pets):
    folder = untar_data(pets)
    server.content = b"not an archive"
    with pytest.raises(ArchiveError):
        untar_data(pets, force_download=True, sha256=hashlib.sha256(server.content).hexdigest())
    assert (folder / "cat.txt").read_text() == "meow"


def test_two_addresses_with_one_file_name_get_two_folders(server, home, pets):
    first = untar_data(pets)
    server.content = archive_of("woof")
    second = untar_data(server.url("other/pets.tgz"))
    assert first != second and (second / "cat.txt").read_text() == "woof"
    assert (untar_data(pets) / "cat.txt").read_text() == "meow"


def test_folders_can_be_chosen_for_one_call(tmp_path, pets):
    folder = untar_data(pets, archive=tmp_path / "a", data=tmp_path / "d")
    assert folder == tmp_path / "d" / "pets" and (tmp_path / "a" / "pets.tgz").exists()
    assert untar_data(pets, base=tmp_path / "b", c_key="model") == tmp_path / "b" / "models" / "pets"
    with pytest.raises(ValueError, match="`c_key` is one of"):
        untar_data(pets, c_key="modle")


def test_config_file_names_the_folders(home, tmp_path):
    assert Config.load().data == home / "data" and not home.exists()
    home.mkdir()
    (home / "config.json").write_text(json.dumps({"data": str(tmp_path / "big"), "cache": "tmp"}))
    config = Config.load()
    assert (config.data, config.cache, config.model) == (tmp_path / "big", home / "tmp", home / "models")
    config.save()
    assert Config.load() == config


@pytest.mark.parametrize(
    "text, message",
    [
        ("{", r"config file '.*config\.json' cannot be read"),
        ('{"dta": "x"}', "unknown key 'dta': did you mean 'data'"),
        ('["data"]', "is a JSON object"),
    ],
)
def test_config_file_that_makes_no_sense_is_named(home, text, message):
    home.mkdir()
    (home / "config.json").write_text(text)
    with pytest.raises(DataError, match=message):
        Config.load()


def test_folder_that_cannot_be_made_names_the_variable_to_set(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"cannot be made: .*FASTWIDGETS_HOME"):
        config_module.make_folder(tmp_path / "file" / "data")


def test_clearing_the_cache_keeps_data_and_models_and_counts_bytes(home, pets):
    untar_data(pets)
    cache = Config.load().make_cache()
    (cache / "thumbnails").mkdir()
    (cache / "thumbnails" / "1").write_bytes(bytes(1000))
    assert clear_cache() == 1000 and [p.name for p in cache.iterdir()] == ["CACHEDIR.TAG"]
    assert (home / "archive" / "pets.tgz").exists()
    assert clear_cache(archives=True) > 0
    assert not (home / "archive" / "pets.tgz").exists() and (home / "data" / "pets").exists()


def test_folder_that_is_no_cache_of_ours_is_not_emptied(home, tmp_path):
    home.mkdir()
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "1.jpg").touch()
    (home / "config.json").write_text(json.dumps({"cache": str(tmp_path / "photos")}))
    with pytest.raises(DataError, match=r"is not emptied: it has no CACHEDIR\.TAG"):
        clear_cache()
    assert (tmp_path / "photos" / "1.jpg").exists()


def test_addresses_are_complete_and_distinct():
    addresses = {k: v for k, v in vars(URLs).items() if not k.startswith("_")}
    assert len(addresses) == len(set(addresses.values())) == 57
    for address in addresses.values():
        assert urlsplit(address).scheme == "https" and urlsplit(address).path.endswith((".tgz", ".zip"))
    assert set(KNOWN_SIZES) <= set(addresses.values())
