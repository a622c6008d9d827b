"""A download is whole and right, or it is not there; a broken one goes on where it stopped."""

from __future__ import annotations

import hashlib
import json

import pytest
from fastlearn.data.download import DownloadError, WrongFileError, download_url, file_sha256

CONTENT = bytes(range(256)) * 4000  # 1,024,000 bytes
OTHER = CONTENT[::-1]
SHA = hashlib.sha256(CONTENT).hexdigest()


def fetch(server, dest, **settings):
    return download_url(server.url(), dest, **{"backoff": 0.001, "show_progress": False, **settings})


@pytest.fixture
def dest(tmp_path, server):
    server.content = CONTENT
    return tmp_path / "new" / "file.bin"


def only_file(dest):
    return [p.name for p in dest.parent.iterdir()] == [dest.name]


def test_file_arrives_whole_with_nothing_beside_it(server, dest):
    assert fetch(server, dest, sha256=SHA.upper(), size=len(CONTENT)) == dest
    assert dest.read_bytes() == CONTENT and only_file(dest)


def test_folder_as_destination_takes_the_name_from_the_address(server, tmp_path):
    server.content = b"x"
    path = download_url(server.url("a%20b.txt?version=2"), tmp_path, show_progress=False)
    assert path == tmp_path / "a b.txt"


def test_dropped_connections_are_gone_on_with(server, dest):
    server.faults = [300_000, 300_000, "503", 0]
    fetch(server, dest, sha256=SHA)
    assert dest.read_bytes() == CONTENT and only_file(dest)
    assert server.asked == [None, "bytes=300000-", "bytes=600000-", "bytes=600000-", "bytes=600000-"]


def test_download_goes_on_after_the_process_was_ended(server, dest):
    server.faults = [500_000, 0]
    with pytest.raises(DownloadError, match=r"connection broke.*The 500,000 bytes that have arrived are kept"):
        fetch(server, dest, retries=0)
    assert not dest.exists()
    fetch(server, dest)
    assert dest.read_bytes() == CONTENT and server.asked[-1] == "bytes=500000-"


def test_file_swapped_in_the_middle_is_fetched_anew(server, dest):
    def swap():
        server.content, server.etag = OTHER, '"two"'

    server.faults, server.after_fault = [300_000], swap
    fetch(server, dest)
    assert dest.read_bytes() == OTHER and only_file(dest)


def test_file_swapped_behind_one_tag_is_caught_by_its_hash_and_fetched_in_one_piece(server, dest):
    def swap():
        server.content = OTHER

    server.faults, server.after_fault = [300_000], swap
    fetch(server, dest, sha256=hashlib.sha256(OTHER).hexdigest())
    assert dest.read_bytes() == OTHER and server.asked == [None, "bytes=300000-", None]


@pytest.mark.parametrize("settings", [{"ranges": False}, {"etag": None}, {"etag": 'W/"weak"'}])
def test_server_that_cannot_go_on_is_asked_for_everything(server, dest, settings):
    for name, value in settings.items():
        setattr(server, name, value)
    server.faults = [300_000]
    fetch(server, dest)
    assert dest.read_bytes() == CONTENT and only_file(dest)


def test_server_that_always_drops_at_one_place_is_given_up(server, dest):
    server.ranges, server.faults = False, [1000] * 20
    with pytest.raises(DownloadError, match="connection broke after 1,000 of 1,024,000 bytes"):
        fetch(server, dest, retries=2)
    assert len(server.asked) == 4 and not dest.exists()  # the first got further than nothing


def test_truncated_file_that_claims_to_be_whole_is_refused_by_its_size(server, dest):
    server.content = CONTENT[:-1]
    message = r"it has 1,023,999 bytes, expected were 1,024,000.*put it here: .*file\.bin"
    with pytest.raises(WrongFileError, match=message):
        fetch(server, dest, size=len(CONTENT))
    assert not dest.exists()


def test_other_content_of_the_same_size_is_refused_by_its_hash(server, dest):
    server.content = OTHER
    with pytest.raises(WrongFileError, match=f"its SHA-256 is {hashlib.sha256(OTHER).hexdigest()}, expected was {SHA}"):
        fetch(server, dest, sha256=SHA)
    assert list(dest.parent.glob("file*")) == []


def test_part_of_another_address_is_not_gone_on_with(server, dest):
    server.faults = [300_000, 0]
    with pytest.raises(DownloadError):
        fetch(server, dest, retries=0)
    notes = dest.with_name("file.bin.part.json")
    notes.write_text(json.dumps(json.loads(notes.read_text()) | {"url": "http://127.0.0.1/other"}))
    fetch(server, dest)
    assert dest.read_bytes() == CONTENT and server.asked[-1] is None


def test_missing_page_is_not_tried_again(server, dest):
    server.faults = ["404", "404"]
    with pytest.raises(DownloadError, match=r"the server answered 404 Not Found.*put it here: .*file\.bin"):
        fetch(server, dest)
    assert len(server.asked) == 1


def test_no_network_says_which_file_to_put_where(tmp_path):
    with pytest.raises(DownloadError, match=r"could not be downloaded: .*put it here: .*/x\.tgz"):
        download_url("http://127.0.0.1:9/x.tgz", tmp_path, retries=1, backoff=0.001, show_progress=False)


def test_file_that_is_there_and_right_is_not_fetched(server, dest):
    dest.parent.mkdir()
    dest.write_bytes(CONTENT)
    fetch(server, dest, sha256=SHA)
    assert server.asked == []


@pytest.mark.parametrize("settings", [{"sha256": SHA}, {"overwrite": True}])
def test_file_that_is_there_and_wrong_or_unwanted_is_replaced(server, dest, settings):
    dest.parent.mkdir()
    dest.write_bytes(OTHER)
    fetch(server, dest, **settings)
    assert file_sha256(dest) == SHA


def test_proxy_of_the_environment_is_used(server, dest, monkeypatch):
    monkeypatch.setenv("http_proxy", server.address)
    monkeypatch.delenv("no_proxy")
    path = download_url("http://nowhere.invalid/file.bin", dest, show_progress=False)
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://host/file", "cats.zip"])
def test_other_addresses_than_http_are_refused(url, tmp_path):
    with pytest.raises(ValueError, match="http or https address is expected"):
        download_url(url, tmp_path)
