"""The server's endpoint: what it answers, and to whom."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from fastwidgets.server import registry
from fastwidgets.server.pages import Pages
from fastwidgets.server.registry import read, register, unregister
from fastwidgets.thumbnails.cache import Thumbnails
from fastwidgets.thumbnails.packed import ASK_KERNEL, PICTURE, unpack
from fastwidgets.thumbnails.store import ThumbnailStore


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for place in ("below/a.png", "below/b.png", "outside/c.png"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        Image.new("RGB", (9, 9)).save(tmp_path / place)
    (tmp_path / "below" / "link.png").symlink_to(tmp_path / "outside" / "c.png")
    return tmp_path


@pytest.fixture
def thumbnails(tmp_path: Path) -> Iterator[Thumbnails]:
    made = Thumbnails(ThumbnailStore(tmp_path / "t.sqlite"))
    yield made
    made.close()


def status(page: bytes | None) -> list[int]:
    assert page is not None
    return [thumb.status for thumb in unpack(page)]


def test_a_folder_that_is_a_link_out_of_the_roots_shows_nothing(folder: Path, thumbnails: Thumbnails) -> None:
    (folder / "below" / "linked").symlink_to(folder / "outside")
    (folder / "below" / "own").symlink_to(folder / "below")
    paths = [str(folder / "below" / p) for p in ("linked/c.png", "own/a.png", "../outside/c.png", "linked/..", "a.png")]
    for path in paths:
        thumbnails.get(path, 128)
    token = register(thumbnails.store.path, paths)
    found = status(Pages([str(folder / "below")]).page(token, range(5), 128))
    assert found == [ASK_KERNEL, PICTURE, ASK_KERNEL, ASK_KERNEL, PICTURE]


def test_only_what_the_kernel_has_made_of_files_below_the_roots_is_given(folder: Path, thumbnails: Thumbnails) -> None:
    paths = [
        str(folder / p) for p in ("below/a.png", "below/b.png", "outside/c.png", "below/link.png", "below/gone.png")
    ]
    for path in paths:
        thumbnails.get(path, 128)
    token = register(thumbnails.store.path, [*paths, None])
    pages = Pages([str(folder / "below")])
    asked = [0, 2, 3, 4, 5, 6, 1, -1]
    assert status(pages.page(token, asked, 128)) == [PICTURE, *[ASK_KERNEL] * 5, PICTURE, ASK_KERNEL]
    assert status(pages.page(token, [0], 256)) == [ASK_KERNEL]  # not made in that size yet
    assert status(Pages([str(folder)]).page(token, asked, 128))[:3] == [PICTURE] * 3
    os.utime(paths[0], ns=(0, 5))
    assert status(pages.page(token, [0, 1], 128)) == [ASK_KERNEL, PICTURE]  # replaced: to be made again
    unregister(token)
    assert pages.page(token, [0], 128) is None


def test_a_root_is_a_folder_and_not_the_beginning_of_a_name(folder: Path, thumbnails: Thumbnails) -> None:
    path = str(folder / "below/a.png")
    thumbnails.get(path, 128)
    token = register(thumbnails.store.path, [path])
    assert status(Pages([str(folder / "bel")]).page(token, [0], 128)) == [ASK_KERNEL]
    assert status(Pages(["/"]).page(token, [0], 128)) == [PICTURE]


def test_only_this_user_may_read_what_was_registered() -> None:
    token = register("store", ["/a\nb.jpg", "/caf\udce9.jpg"])
    file = registry._folder() / token
    assert file.stat().st_mode & 0o077 == 0
    assert read(token) == ("store", [b"/a\nb.jpg", b"/caf\xe9.jpg"])


@pytest.mark.parametrize("token", ["", "..", "../../etc/passwd", "0" * 31, "g" * 32, "0" * 32, "0" * 32 + "\n"])
def test_a_token_that_is_none_reads_nothing(token: str) -> None:
    assert read(token) is None


def test_what_killed_kernels_left_behind_goes_after_a_while() -> None:
    old, young = register("store", ["/a.jpg"]), register("store", ["/b.jpg"])
    week = time.time() - 8 * 24 * 3600
    os.utime(registry._folder() / old, (week, week))
    register("store", ["/c.jpg"])
    assert read(old) is None and read(young) is not None


def test_a_folder_that_cannot_be_written_to_means_no_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "file"))
    assert register("store", ["/a.jpg"]) == ""


def test_the_server_loads_no_torch_and_no_widgets() -> None:
    code = (
        "import sys\nfrom fastwidgets.server import _jupyter_server_extension_points as points\npoints()\n"
        "print([m for m in ('torch', 'ipywidgets', 'numpy', 'PIL', 'fastlearn', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
