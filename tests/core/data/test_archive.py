"""An honest archive unpacks as it is; a hostile or damaged one leaves nothing behind."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile

import pytest
from fastlearn.data import archive
from fastlearn.data.archive import ArchiveError, extract_archive


def tar_with(path, *members, mode="w:gz"):
    """A tar of (name, what) pairs: bytes make a file, None a folder, a TarInfo's own type anything else."""
    with tarfile.open(path, mode) as tar:
        for name, what in members:
            info = what if isinstance(what, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.name = name
            if what is None:
                info.type = tarfile.DIRTYPE
            content = what if isinstance(what, bytes) else b""
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def special(kind, target=""):
    info = tarfile.TarInfo()
    info.type, info.linkname = kind, target
    return info


def symlink(target):
    return special(tarfile.SYMTYPE, target)


def nothing_left(folder, archive):
    return [p.name for p in folder.iterdir()] == [archive.name]


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_single_folder_at_the_top_becomes_the_destination(tmp_path, mode):
    path = tar_with(tmp_path / "pets.tar", ("pets", None), ("./pets/cat/1.txt", b"meow"), mode=mode)
    folder = extract_archive(path, tmp_path / "data" / "pets")
    assert folder == tmp_path / "data" / "pets" and (folder / "cat" / "1.txt").read_bytes() == b"meow"
    assert [p.name for p in folder.parent.iterdir()] == ["pets"]


def test_several_things_at_the_top_stay_beside_each_other(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("a/1.txt", "one")
        z.writestr("readme", "two")
    folder = extract_archive(path, tmp_path / "x")
    assert sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*")) == ["a", "a/1.txt", "readme"]


def test_links_inside_the_archive_work(tmp_path):
    path = tar_with(
        tmp_path / "x.tgz",
        ("d/real/1", b"one"),
        ("d/soft", symlink("real/1")),
        ("d/deep/up", symlink("../real")),
        ("d/again", symlink("soft")),
        ("d/hard", special(tarfile.LNKTYPE, "d/real/1")),
    )
    folder = extract_archive(path, tmp_path / "x")
    for name in ("soft", "deep/up/1", "again", "hard"):
        assert (folder / name).read_bytes() == b"one"
        assert (folder / name).resolve().is_relative_to(folder.resolve())


@pytest.mark.parametrize(
    "members",
    [
        [("/etc/evil", b"x")],
        [("../evil", b"x")],
        [("a/../../evil", b"x")],
        [("C:\\evil", b"x")],
        [("\\\\host\\share\\evil", b"x")],
        [("..\\evil", b"x")],
        [("out", symlink("/etc"))],
        [("a/out", symlink("../../etc"))],
        [("hard", special(tarfile.LNKTYPE, "../secret"))],
        [("gone", symlink("nothing"))],
        [("loop", symlink("loop"))],
        [("a", symlink(".")), ("a/evil", b"x")],
        [("p/q/r/keep", b"x"), ("top/keep", b"x"), ("x", b"x"), ("p/q/r/a", symlink("../../../top")),
         ("p/q/r/a/b", symlink("../../../../x"))],
        [("device", special(tarfile.CHRTYPE))],
        [("pipe", special(tarfile.FIFOTYPE))],
    ],
)  # fmt: skip
def test_hostile_members_are_refused_and_nothing_is_left(tmp_path, members):
    home = tmp_path / "home"
    home.mkdir()
    path = tar_with(home / "x.tgz", ("fine.txt", b"fine"), *members)
    with pytest.raises(ArchiveError, match=r"x\.tgz' is refused: its member '.*Nothing was kept"):
        extract_archive(path, home / "x")
    assert nothing_left(home, path) and nothing_left(tmp_path, home)


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil"])
def test_hostile_zip_members_are_refused(tmp_path, name):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr(name, "x")
    with pytest.raises(ArchiveError, match="is refused"):
        extract_archive(path, tmp_path / "x")
    assert nothing_left(tmp_path, path)


def test_links_in_a_zip_are_refused(tmp_path):
    path = tmp_path / "x.zip"
    info = zipfile.ZipInfo("out")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as z:
        z.writestr(info, "/etc")
    with pytest.raises(ArchiveError, match="'out' is a link"):
        extract_archive(path, tmp_path / "x")


@pytest.mark.parametrize("make", ["zip", "tgz"])
def test_size_bombs_are_refused_before_they_are_written(tmp_path, make, monkeypatch):
    monkeypatch.setattr(archive, "ALWAYS_FINE", 1 << 20)
    path = tmp_path / f"bomb.{make}"
    if make == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("zeros", bytes(1 << 24))
    else:
        tar_with(path, ("zeros", bytes(1 << 24)))
    assert path.stat().st_size < 20_000
    with pytest.raises(ArchiveError, match=r"unpacks to more than the [\d,]+ bytes"):
        extract_archive(path, tmp_path / "x")
    assert nothing_left(tmp_path, path)
    assert (extract_archive(path, tmp_path / "x", max_bytes=1 << 25) / "zeros").stat().st_size == 1 << 24


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.99])
@pytest.mark.parametrize("make", ["zip", "tgz"])
def test_damaged_archives_say_so_and_leave_nothing(tmp_path, make, keep):
    path = tmp_path / f"x.{make}"
    content = os.urandom(50_000)
    if make == "zip":
        with zipfile.ZipFile(path, "w") as z:
            z.writestr("a", content)
    else:
        tar_with(path, ("a", content), ("b", content))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(ArchiveError, match=r"cannot be unpacked: .*Try downloading it again"):
        extract_archive(path, tmp_path / "x")
    assert nothing_left(tmp_path, path)


def test_existing_folder_is_not_touched(tmp_path):
    path = tar_with(tmp_path / "x.tgz", ("a", b"new"))
    (tmp_path / "x").mkdir()
    with pytest.raises(FileExistsError, match="is there already"):
        extract_archive(path, tmp_path / "x")


def test_unpacked_files_are_plain_files_with_safe_modes(tmp_path):
    info = tarfile.TarInfo()
    info.mode = 0o4777
    path = tar_with(tmp_path / "x.tgz", ("run", info), ("plain", b"x"))
    folder = extract_archive(path, tmp_path / "x")
    assert oct((folder / "run").stat().st_mode & 0o7777) == "0o755"
    assert oct((folder / "plain").stat().st_mode & 0o7777) == "0o644"
