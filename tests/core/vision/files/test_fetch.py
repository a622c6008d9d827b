"""Pictures fetched from a server on this machine that gives good ones, bad ones and none."""

from __future__ import annotations

import io
import json
import warnings

import numpy as np
import pytest
from fastlearn.data.download import DownloadError, download_url
from fastlearn.data.find import get_image_files
from fastlearn.data.problems import DataError
from fastlearn.vision.files import download_images, register_image_source, search_images
from fastlearn.vision.files import fetch as fetch_module
from fastlearn.vision.files.sources import _SOURCES
from PIL import Image


def picture(seed, form="JPEG"):
    """The bytes of a picture file."""
    pixels = np.random.default_rng(seed).integers(0, 256, (12, 16, 3)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).resize((160, 120)).save(file, form)
    return file.getvalue()


JPEG = picture(0)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(fetch_module, "BACKOFF", 0.001)


@pytest.fixture
def dest(tmp_path):
    return tmp_path / "new" / "cats"


def quietly(dest, urls, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return download_images(dest, urls=urls, **settings)


def test_pictures_arrive_with_the_extension_of_their_content(site, dest):
    urls = [
        site.serve("a/one.png?size=3", JPEG),
        site.serve("b/two", picture(1, "PNG")),
        site.serve("c/three.jpeg", JPEG + b" "),
        site.serve("d/four.tiff", picture(2, "TIFF")),
    ]
    told = []
    table = quietly(dest, urls, progress=lambda done, total: told.append((done, total)))
    assert table.url.tolist() == urls and set(table.status) == {"downloaded"} and told[-1] == (4, 4)
    assert [path.suffix for path in table.path] == [".jpg", ".png", ".jpeg", ".tiff"]
    assert table.path[0].read_bytes() == JPEG
    assert sorted(get_image_files(dest)) == sorted(table.path)


def test_second_call_fetches_only_what_is_missing(site, dest):
    urls = [site.serve(f"{i}.jpg", JPEG + bytes(i)) for i in range(3)]
    first = quietly(dest, urls)
    site.asked.clear()
    first.path[1].unlink()
    second = quietly(dest, [*urls, site.serve("new.jpg", JPEG)])
    assert second.status.tolist() == ["present", "downloaded", "present", "downloaded"]
    assert sorted(site.asked) == ["/1.jpg", "/new.jpg"] and second.path[:3].tolist() == first.path.tolist()


def test_failures_are_reported_with_reasons_and_leave_nothing_behind(site, dest):
    site.pages |= {"/busy.jpg": 503, "/page.jpg": b"<html>sign in</html>", "/cut.jpg": JPEG[:2000], "/none.jpg": b""}
    site.serve("good.jpg", JPEG)
    names = ["good.jpg", "gone.jpg", "busy.jpg", "page.jpg", "cut.jpg", "none.jpg"]
    urls = [*(site.url(name) for name in names), "ftp://host/a.jpg", "no address", "http://127.0.0.1:9/x.jpg"]
    with pytest.warns(RuntimeWarning, match=r"8 of 9 addresses gave no picture(?s:.*)and 5 more"):
        table = download_images(dest, urls=urls)
    reasons = dict(zip(table.url, table.reason, strict=True))
    assert table.status.tolist() == ["downloaded"] + ["failed"] * 8 and table.path[1:].isna().all()
    for name, words in {"gone.jpg": "answered 404", "busy.jpg": "answered 503", "page.jpg": "holds text",
                        "cut.jpg": "cut short", "none.jpg": "0 bytes"}.items():  # fmt: skip
        assert words in reasons[site.url(name)]
    assert "http or https" in reasons["ftp://host/a.jpg"] and "http or https" in reasons["no address"]
    assert "refused" in reasons["http://127.0.0.1:9/x.jpg"]
    assert sorted(path.name for path in dest.iterdir()) == sorted([fetch_module.LIST_NAME, table.path[0].name])


def test_broken_connection_goes_on_where_it_stopped(site, dest):
    url = site.serve("a.jpg", JPEG)
    site.cut["/a.jpg"] = 3000
    table = quietly(dest, [url])
    assert table.path[0].read_bytes() == JPEG and site.asked == ["/a.jpg"] * 2


def test_endless_answer_is_cut_off(site, dest, monkeypatch):
    url = site.serve("a.jpg", JPEG * 100)
    site.cut["/a.jpg"] = "endless"  # it does not say how long it is
    monkeypatch.setattr(fetch_module, "MAX_BYTES", 5000)
    with pytest.warns(RuntimeWarning, match="1 of 1 addresses"):
        table = download_images(dest, urls=[url])
    assert "larger than the 5,000 bytes that are allowed" in table.reason[0]


def test_limit_is_known_from_the_header_or_while_it_comes(site, tmp_path):
    content = bytes(1_000_000)
    said, unsaid = site.serve("said.bin", content), site.serve("unsaid.bin", content)
    site.cut["/unsaid.bin"] = "endless"
    for url in (said, unsaid):
        with pytest.raises(DownloadError, match=r"larger than the 300,000 bytes that are allowed \(max_bytes\)"):
            download_url(url, tmp_path, max_bytes=300_000, show_progress=False)
    assert [file.name for file in tmp_path.iterdir() if not file.name.endswith(".lock")] == []
    assert download_url(said, tmp_path, max_bytes=1_000_000, show_progress=False).stat().st_size == 1_000_000


@pytest.mark.parametrize(
    "address, name",
    [
        ("x/cat.png", "cat.jpg"),
        ("my%20cat%2Fdog.jpg", "dog.jpg"),
        ("..%2F..%2Fetc%2Fpasswd", "passwd.jpg"),
        ("..%5C..%5Cboot.jpg", "boot.jpg"),
        (".hidden.jpg", "hidden.jpg"),
        ("con.jpg", "con_.jpg"),
        ("a%3Ab%7Cc%00.jpg", "a_b_c.jpg"),
        ("кот.jpg", "кот.jpg"),
        ("y" * 300 + ".jpg", "y" * 80 + ".jpg"),
    ],
)
def test_kept_names_are_safe(site, dest, address, name):
    from urllib.parse import quote

    quoted = quote(address, safe="/%")
    site.serve(quoted, JPEG)
    table = quietly(dest, [site.url(quoted)], preserve_filename=True)
    assert table.path[0].name == name and table.path[0].parent == dest


def test_kept_names_never_meet(site, dest):
    urls = [site.serve(f"{i}/cat.jpg", JPEG + bytes(i)) for i in range(3)]
    table = quietly(dest, urls, preserve_filename=True)
    assert sorted(path.name for path in table.path) == ["cat-2.jpg", "cat-3.jpg", "cat.jpg"]
    assert [path.stat().st_size - len(JPEG) for path in table.path] == [0, 1, 2]


def test_list_in_a_file_has_comments_and_repeats(site, tmp_path, dest):
    urls = [site.serve(f"{i}.jpg", JPEG + bytes(i)) for i in range(4)]
    listed = tmp_path / "urls.txt"
    listed.write_text("\ufeff# cats\n" + "\n\n".join([urls[0], *urls]) + "\n", encoding="utf-8")
    table = download_images(dest, listed, max_pics=3)
    assert table.url.tolist() == urls[:3]


def test_spoiled_list_of_downloads_is_read_as_far_as_it_goes(site, dest):
    urls = [site.serve(f"{i}.jpg", JPEG + bytes(i)) for i in range(2)]
    quietly(dest, urls[:1])
    listed = dest / fetch_module.LIST_NAME
    outside = json.dumps({"url": urls[1], "file": "../../outside.jpg"})
    (dest.parent.parent / "outside.jpg").touch()
    listed.write_text(listed.read_text() + outside + '\n["url"]\n{"url": "http://x')
    assert quietly(dest, urls).status.tolist() == ["present", "downloaded"]


def test_cancelled_download_says_what_it_has(site, dest):
    urls = [site.serve(f"{i}.jpg", JPEG + bytes(i)) for i in range(5)]
    assert len(quietly(dest, urls, cancel=lambda: True)) == 0


@pytest.mark.parametrize(
    "settings, message",
    [
        ({}, "either `urls`"),
        ({"urls": ["a"], "url_file": "b"}, "either `urls`"),
        ({"urls": "http://one"}, "list of addresses, but got one text"),
    ],
)
def test_bad_calls_are_named(tmp_path, settings, message):
    with pytest.raises(ValueError, match=message):
        download_images(tmp_path, **settings)


def test_missing_list_is_named(tmp_path):
    with pytest.raises(DataError, match=r"list of addresses .*urls\.txt' cannot be read"):
        download_images(tmp_path, url_file=tmp_path / "urls.txt")


@pytest.fixture
def no_sources(monkeypatch):
    monkeypatch.setattr("fastlearn.vision.files.sources._SOURCES", {})


def addresses(query, n):
    yield from (f"https://example.org/{query}/{i % 7}.jpg" for i in range(50))


def test_search_gives_distinct_addresses_and_no_more_than_asked(no_sources):
    assert search_images("cat", 3, addresses) == [f"https://example.org/cat/{i}.jpg" for i in range(3)]
    assert len(search_images("cat", 20, addresses)) == 7
    mixed = ["data:image/png;base64,xx", "https://a.org/1.jpg", None, "/relative.jpg"]
    assert search_images("cat", source=lambda query, n: mixed) == ["https://a.org/1.jpg"]


def test_sources_are_found_by_name_and_the_only_one_without(no_sources):
    with pytest.raises(ValueError, match=r"None was named.*Registered are: none yet"):
        search_images("cat")
    assert register_image_source("mine", addresses) is addresses
    assert search_images("cat", 1) == search_images("cat", 1, "mine") == ["https://example.org/cat/0.jpg"]
    register_image_source("other")(lambda query, n: [])
    with pytest.raises(ValueError, match="Registered are: 'mine', 'other'"):
        search_images("cat")
    with pytest.raises(ValueError, match=r"no source 'mien'.*Did you mean 'mine'"):
        search_images("cat", source="mien")


def test_bad_sources_are_named(no_sources):
    assert _SOURCES == {} or "mine" not in _SOURCES
    with pytest.raises(TypeError, match="function of"):
        register_image_source("mine", 3)
    with pytest.raises(TypeError, match="one text"):
        search_images("cat", source=lambda query, n: "https://a.org/1.jpg")
    with pytest.raises(ValueError, match="`n` is the largest number"):
        search_images("cat", 0, addresses)


def test_downloaded_pictures_open(site, dest):
    (path,) = quietly(dest, [site.serve("a.jpg", JPEG)]).path
    with Image.open(path) as picture:
        assert picture.size == (160, 120)
