"""Nothing acknowledged is lost, whatever happens to process, disk or file; what is undone can be redone."""

from __future__ import annotations

import errno
import json
import os
import pickle
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from fastlearn.data.block import CategoryBlock, DataBlock
from hypothesis import given
from hypothesis import strategies as st

from fastwidgets.journal import Journal, JournalInUse, Overlay
from fastwidgets.journal.identity import PIECE, fingerprint, identify
from fastwidgets.journal.lines import from_line, to_line

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x, max_size=3), max_leaves=6
)


def labels(entries) -> list:
    return [entry.get("label") for entry in entries]


# Lines


@given(st.dictionaries(st.text(), JSON, min_size=1))
def test_any_entry_comes_back_from_its_line_which_is_json_too(entry) -> None:
    line = to_line(entry)
    assert line.count(b"\n") == 1 and from_line(line[:-1]) == entry
    assert json.loads(line)["sum"]


@given(st.dictionaries(st.text(min_size=1), JSON, min_size=1), st.data())
def test_a_line_with_one_byte_changed_or_cut_is_not_valid(entry, data) -> None:
    line = to_line(entry)[:-1]
    at = data.draw(st.integers(0, len(line) - 1))
    assert from_line(line[:at]) is None
    other = data.draw(st.integers(0, 255).filter(lambda b: b != line[at]))
    assert from_line(line[:at] + bytes([other]) + line[at + 1 :]) != entry


# Writing and reading


def test_what_was_written_is_there_with_who_and_when(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        made = journal.append({"item": "a.png", "label": '<b>"cat"</b> 🐈\n'})
        assert Journal(tmp_path).entries() == [made]  # without a right, while another one writes
    [entry] = Journal(tmp_path).entries()
    assert (
        entry["label"] == '<b>"cat"</b> 🐈\n' and entry["id"] == 1 and entry["at"].endswith("+00:00") and "who" in entry
    )
    assert Journal(tmp_path / "none").entries() == []
    with pytest.raises(RuntimeError, match="not open"):
        Journal(tmp_path).append({"item": "b.png"})
    with Journal(tmp_path) as journal:
        assert journal.append({"item": "b.png"})["id"] == 2


def test_a_torn_line_and_one_changed_by_hand_are_passed_over_and_named(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.append_all([{"item": f"{i}.png", "label": str(i)} for i in range(4)])
    path = tmp_path / "journal.jsonl"
    lines = path.read_bytes().split(b"\n")
    lines[1] = lines[1].replace(b'"label": "1"', b'"label": "9"')
    path.write_bytes(b"\n".join(lines)[:-10])
    journal = Journal(tmp_path)
    assert labels(journal.entries()) == ["0", "2"] and journal.damaged == [2, 4]
    with journal:
        journal.append({"item": "new.png", "label": "new"})
    assert labels(Journal(tmp_path).entries()) == ["0", "2", "new"]


def test_nothing_is_half_written_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Journal(tmp_path) as journal:
        journal.append({"item": "a.png", "label": "a"})

        def full(fd: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            journal.append({"item": "b.png", "label": "b"})
        monkeypatch.undo()
        assert journal.append({"item": "c.png", "label": "c"})["id"] == 2
    assert labels(Journal(tmp_path).entries()) == ["a", "c"] and Journal(tmp_path).damaged == []


def test_threads_write_whole_lines_with_numbers_of_their_own(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        threads = [
            threading.Thread(target=lambda k=k: [journal.append({"item": f"{k}-{i}"}) for i in range(20)])
            for k in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(entry["id"] for entry in Journal(tmp_path).entries()) == list(range(1, 81))


# One writer


def test_the_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    with Journal(tmp_path), pytest.raises(JournalInUse, match=rf"process {os.getpid()}"):
        Journal(tmp_path).open()
    with Journal(tmp_path):
        pass  # free again


@pytest.mark.parametrize("kills", [20, pytest.param(200, marks=pytest.mark.soak)])
def test_a_kill_at_any_moment_loses_nothing_that_was_acknowledged_and_frees_the_journal(
    tmp_path: Path, kills: int
) -> None:
    rng = random.Random(1)
    said = 0
    for _ in range(kills):
        with subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("killed.py")), str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            told = [process.stdout.readline()]  # it is at work
            time.sleep(rng.random() * 0.05)
            process.kill()
            told += process.stdout.readlines()
        said = max(int(line) for line in told if line.endswith("\n"))
        there = {entry["item"] for entry in Journal(tmp_path).entries()}
        assert {f"{i}.png" for i in range(said + 1)} <= there
    with Journal(tmp_path) as journal:
        journal.append({"item": "last.png"})


# Undo


def test_undo_and_redo_go_all_the_way_after_a_restart_too(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        for label in "abc":
            journal.append({"item": "x.png", "label": label})
        journal.append_all([{"item": f"{i}.png", "label": "many"} for i in range(5)])
        assert len(journal.undo()) == 5  # what was done together is undone together
        assert labels(journal.undo()) == ["c"]
    with Journal(tmp_path) as journal:
        assert labels(journal.decisions()) == ["a", "b"]
        assert labels(journal.redo()) == ["c"] and journal.latest()["x.png"]["label"] == "c"
        assert [len(journal.undo()) for _ in range(4)] == [1, 1, 1, 0]
    with Journal(tmp_path) as journal:
        assert [len(journal.redo()) for _ in range(5)] == [1, 1, 1, 5, 0]
        journal.undo()
        journal.append({"item": "x.png", "label": "d"})
        assert journal.redo() == []  # another way was taken
        assert labels(journal.decisions()) == ["a", "b", "c", "d"]


@given(st.lists(st.sampled_from(["do", "undo", "redo"]), max_size=30))
def test_undo_and_redo_are_those_of_any_editor(tmp_path_factory: pytest.TempPathFactory, moves: list[str]) -> None:
    folder = tmp_path_factory.mktemp("journal")
    done, undone = [], []
    for i, move in enumerate(moves):
        with Journal(folder) as journal:
            if move == "do":
                journal.append({"item": "x", "label": i})
                done.append(i)
                undone.clear()
            else:
                source, target = (done, undone) if move == "undo" else (undone, done)
                assert labels(getattr(journal, move)()) == source[-1:]
                target.extend([source.pop()] if source else [])
    assert labels(Journal(folder).decisions()) == done


def test_compaction_keeps_what_counts(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        for label in "abc":
            journal.append({"item": "x.png", "label": label})
        journal.undo()
        kept = journal.decisions()
        assert journal.compact() > 0
        assert journal.decisions() == kept == Journal(tmp_path).entries()
        assert journal.append({"item": "y.png"})["id"] == 5  # numbers are not given twice
        assert len(journal.undo()) == 1 and labels(journal.undo()) == ["b"]


# Files


def test_a_fingerprint_tells_files_apart_at_both_ends_and_by_size(tmp_path: Path) -> None:
    def of(content: bytes) -> str:
        (tmp_path / "f").write_bytes(content)
        return fingerprint(tmp_path / "f")

    big = bytes(3 * PIECE)
    assert len({of(b""), of(b"a"), of(b"b"), of(big), of(big + b"\0"), of(b"x" + big[1:]), of(big[:-1] + b"x")}) == 7
    assert of(big) == of(big)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.bin").write_bytes(b"abc")
    assert identify(tmp_path / "sub" / "a.bin", tmp_path)[:2] == ("sub/a.bin", 3)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("cats/1.png", "cats/2.png", "dogs/3.png", "dogs/4.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode() * 10)
    return tmp_path


def of_folder(path: Path) -> str:
    return path.parent.name


def test_corrected_labels_lie_over_those_of_the_folders(files: Path) -> None:
    with Journal(files) as journal:
        journal.decide(files / "cats/2.png", label="dogs")
        journal.decide(files / "dogs/4.png", exclude=True)
        journal.decide(files / "dogs/3.png", note="blurred")
    overlay = pickle.loads(pickle.dumps(Overlay(of_folder, files)))
    items = sorted(files.rglob("*.png"))
    assert [overlay(item) for item in items] == ["cats", "dogs", "dogs", "dogs"]
    assert [item.name for item in overlay.kept(items)] == ["1.png", "2.png", "3.png"]
    assert overlay.decision(files / "dogs/3.png")["note"] == "blurred"


def test_a_decision_follows_its_file_and_not_the_name(files: Path) -> None:
    with Journal(files) as journal:
        journal.decide(files / "cats/2.png", label="dogs")
    (files / "cats/2.png").rename(files / "cats/moved.png")
    (files / "cats/2.png").write_bytes(b"another picture")
    overlay = Overlay(of_folder, files)
    assert overlay(files / "cats/moved.png") == "dogs" and overlay(files / "cats/2.png") == "cats"
    assert overlay(files / "cats/gone.png") == "cats"


def test_tables_regular_expressions_and_data_blocks_read_through_it(files: Path) -> None:
    import pandas as pd

    table = pd.DataFrame({"name": ["cats/1.png", "cats/2.png", "dogs/3.png"], "label": ["cats", "cats", "dogs"]})
    with Journal(files / "elsewhere", root=files) as journal:
        journal.decide(files / "cats/2.png", label="birds")
        overlay = Overlay(lambda row: row["label"], journal, get_path=lambda row: files / row["name"])
    assert [overlay(row) for _, row in table.iterrows()] == ["cats", "birds", "dogs"]
    block = DataBlock(
        blocks=(CategoryBlock,), get_x=Overlay(of_folder, journal), splitter=lambda items: ([0, 1, 2], [3])
    )
    data = block.datasets(sorted(files.rglob("*.png")))
    assert list(data.vocab) == ["birds", "cats", "dogs"]


def test_a_decision_about_one_of_two_copies_is_not_one_about_the_other(tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "c.png"):
        (tmp_path / name).write_bytes(b"the same picture")
    with Journal(tmp_path) as journal:
        journal.decide(tmp_path / "b.png", exclude=True)
        journal.decide(tmp_path / "c.png", label="7")
    overlay = Overlay(lambda path: "1", tmp_path)
    assert [path.name for path in overlay.kept(sorted(tmp_path.glob("*.png")))] == ["a.png", "c.png"]
    assert [overlay(tmp_path / name) for name in ("a.png", "b.png", "c.png")] == ["1", "1", "7"]
