"""What a DICOM viewer knows: series, pictures in bounded memory, the model's own tensor, labels by UID, no patients."""

from __future__ import annotations

import gc
import json
import pickle
import tracemalloc
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from dicom_files import NAME, ROOT, bundled_files, saved, series
from fastlearn.data import CategoryBlock, DataBlock
from fastlearn.data.problems import DataError
from fastlearn.medical.dicom import (
    DicomBlock,
    DicomDataLoaders,
    dicom_windows,
    find_series,
    get_dicom_files,
    pixels,
    read_series,
    read_volume,
    scaled_px,
)
from fastlearn.vision.normalize import Normalize
from hypothesis import given
from hypothesis import strategies as st

from fastwidgets import DataBlockBuilder, DicomViewer
from fastwidgets.dicom import DicomLabels, DicomSession
from fastwidgets.dicom.code import build_code
from fastwidgets.dicom.frame import Frame
from fastwidgets.dicom.frames import FrameStore
from fastwidgets.dicom.labels import NotSaved
from fastwidgets.journal.journal import Journal


@pytest.fixture
def ct(tmp_path: Path) -> Path:
    """Two series of one patient: names run against the order of the first."""
    series(tmp_path / "ct/a", [4, 2, 0], RescaleIntercept=-1000)
    series(tmp_path / "ct/b", [0, 5, 10, 15], uid="1.2")
    return tmp_path / "ct"


def values_of(session: DicomSession, n: int, i: int) -> np.ndarray:
    frame = session.frame(n, i)
    return frame.slope * frame.pixels.astype(float) + frame.intercept


def test_series_are_in_the_order_of_their_places_and_values_are_those_of_the_library(ct: Path) -> None:
    session = DicomSession(ct)
    assert [len(entry) for entry in session.gallery.entries] == [3, 4]
    assert [values_of(session, 0, i)[0, 0] for i in range(3)] == [-1000, -998, -996]
    one = session.entry(0).slice(1)
    assert one is not None
    np.testing.assert_array_equal(values_of(session, 0, 1), scaled_px(one.path).numpy())
    assert session.entry(0).place(1)["position"] == [0, 0, 2]


@pytest.mark.parametrize(
    "source", ["folder", "file", "files", "series", "several", "found", "volume", "tensor", "array of bools"]
)
def test_whatever_holds_slices_can_be_shown(ct: Path, source: str) -> None:
    one = read_series(ct / "a")
    given_ = {
        "folder": ct / "a", "file": ct / "a/000.dcm", "files": [str(file) for file in one.files], "series": one,
        "several": [one], "found": find_series(ct / "a"), "volume": read_volume(one), "tensor": torch.zeros(3, 4, 4),
        "array of bools": np.ones((3, 4, 4), bool),
    }[source]  # fmt: skip
    session = DicomSession(given_)
    assert len(session.entry(0)) == (1 if source == "file" else 3)
    assert session.frame(0, 0).pixels.shape == (4, 4)


def test_what_cannot_be_shown_says_what_can() -> None:
    for source in (3, [], np.zeros(5), {"a": 1}):
        with pytest.raises(DataError, match="A v"):
            DicomSession(source)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int16, np.uint16, np.uint32, np.int32])
def test_numbers_of_every_depth_keep_their_values(tmp_path: Path, dtype: type) -> None:
    info = np.iinfo(dtype)
    values = np.array([[info.min, 0], [1, info.max]], dtype)
    saved(tmp_path / "x.dcm", values)
    session = DicomSession(tmp_path)
    np.testing.assert_allclose(values_of(session, 0, 0), values, rtol=1e-7)
    assert session.frame(0, 0).pixels.dtype.name in ("uint8", "int16", "uint16", "float32")


def test_a_missing_slope_is_1_and_said(tmp_path: Path) -> None:
    saved(tmp_path / "x.dcm", np.ones((2, 2), np.int16), RescaleSlope=None, RescaleIntercept=None)
    frame = DicomSession(tmp_path).frame(0, 0)
    assert (frame.slope, frame.intercept) == (1, 0)
    assert frame.told == "without RescaleSlope and RescaleIntercept: 1 and 0 are taken"


@pytest.mark.filterwarnings("ignore")
def test_bad_files_are_told_with_their_reason_and_the_rest_goes_on(tmp_path: Path) -> None:
    files = series(tmp_path, [0, 2, 4, 6, 8])
    files[1].write_bytes(files[1].read_bytes()[:-20])
    (tmp_path / "empty.dcm").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("hello")
    place = {"SeriesInstanceUID": f"{ROOT}.1.1"}
    saved(tmp_path / "absurd.dcm", np.zeros((4, 4), np.int16), Rows=65535, Columns=65535, **place)
    saved(tmp_path / "bits.dcm", np.zeros((4, 4), np.int16), BitsAllocated=12, BitsStored=12, **place)
    saved(tmp_path / "none.dcm", np.zeros((4, 4), np.int16), PixelData=None, SOPInstanceUID=f"{ROOT}.77", **place)
    saved(tmp_path / "size.dcm", np.zeros((2, 2), np.int16), SOPInstanceUID=f"{ROOT}.78", **place)
    session = DicomSession(tmp_path)
    left = {one.name: one.reason for one in session.gallery.left}
    assert set(left) == {"empty.dcm", "notes.txt", "absurd.dcm", "bits.dcm"}
    assert "empty" in left["empty.dcm"] and "limit" in left["absurd.dcm"] and "12 bits" in left["bits.dcm"]
    assert not any(str(tmp_path) in reason for reason in left.values())
    shown, broken = 0, []
    for n, entry in enumerate(session.gallery.entries):
        for i in range(len(entry)):
            try:
                session.frame(n, i)
                shown += 1
            except DataError as error:
                broken.append(session.why_not(n, i, error))
    assert shown == 5  # four whole slices, and the one of another size in a stack of its own
    assert sorted(reason.split(":")[0] for reason in broken) == ["001.dcm", "none.dcm"]
    assert any("cut short" in reason for reason in broken) and any("no pixel data" in reason for reason in broken)
    assert any("differ in size" in problem for entry in session.gallery.entries for problem in entry.problems)


def test_copies_and_gaps_are_told(tmp_path: Path) -> None:
    files = series(tmp_path, [0, 2, 4, 10])
    (tmp_path / "copy.dcm").write_bytes(files[0].read_bytes())
    problems = " ".join(DicomSession(tmp_path).entry(0).problems)
    assert "1 file(s) hold a picture that another file holds too" in problems and "gap" in problems


def test_a_header_of_50_megabytes_takes_no_more_memory_than_its_picture(tmp_path: Path) -> None:
    ds_file = saved(tmp_path / "x.dcm", np.zeros((4, 4), np.int16))
    from pydicom import dcmread

    ds = dcmread(ds_file)
    ds.private_block(0x0099, "SOMEBODY", create=True).add_new(1, "OB", bytes(50 * 2**20))
    ds.save_as(ds_file)
    del ds
    tracemalloc.start()
    session = DicomSession(tmp_path)
    session.frame(0, 0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * 2**20
    assert [row[4] for row in session.header(0, 0) if row[0] == "(0099,1001)"] == ["(hidden)"]


@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=60), most=st.integers(1, 100))
def test_pictures_are_kept_in_bounded_memory(sizes: list[int], most: int) -> None:
    store = FrameStore(most)
    for i, size in enumerate(sizes):
        store.get(i % 13, lambda size=size: Frame(np.zeros((1, size), np.uint8)))
        assert store.nbytes <= most or len(store) == 1


def test_a_picture_that_is_kept_is_not_read_again(ct: Path) -> None:
    session = DicomSession(ct)
    first = session.frame(0, 0)
    assert session.frame(0, 0) is first
    for i in range(4):
        session.frame(1, i)
    assert session.frames.nbytes == 5 * first.nbytes


def test_many_files_are_shown_before_all_headers_are_read(tmp_path: Path) -> None:
    series(tmp_path, range(160))
    session = DicomSession(tmp_path)
    assert session.gallery.unread == 160 and len(session.entry(0)) == 1
    assert session.frame(0, 0).pixels.shape == (4, 4)
    assert session.read_all() and not session.read_all()
    assert session.gallery.unread == 0 and len(session.entry(0)) == 160 and session.edition == 1
    viewer = DicomViewer(tmp_path)
    assert viewer.series == ["CT series, 160 of 4 x 4"]
    viewer.close()


def test_the_first_look_passes_over_what_is_no_dicom(tmp_path: Path) -> None:
    for i in range(160):
        (tmp_path / f"a{i:03d}.txt").write_text("no picture")
    series(tmp_path / "ct", [0, 1])
    session = DicomSession(tmp_path)
    assert session.gallery.unread == 162 and session.frame(0, 0).pixels.shape == (4, 4)
    session.read_all()
    assert len(session.gallery.left) == 160 and len(session.entry(0)) == 2


# The training view


def loaders(folder: Path, **settings):
    files = find_series(folder).series[0].files
    return DicomDataLoaders.from_label_func(
        folder, files, lambda file: file.stem, windows=[(4, -998), dicom_windows.brain], vocab=["000", "001", "002"],
        splitter=lambda items: ([0, 1], [2]), check_patients=False, bs=1, seed=3, **settings,
    )  # fmt: skip


def test_the_training_view_is_the_very_tensor_of_the_loader(ct: Path) -> None:
    dls = loaders(ct / "a")
    session = DicomSession(ct, dls=dls)
    found = session.trained(0, 2)
    assert found.split == "validation"
    x, _ = dls.valid.one_batch()
    np.testing.assert_array_equal(found.tensor, x[0].numpy())
    assert session.trained(0, 0).split == "training"


def test_the_share_that_is_clipped_is_counted_by_channel(tmp_path: Path) -> None:
    values = np.array([[-1000, -40, 0, 40], [79, 80, 81, 3000]], np.int16)
    for i in range(3):
        saved(tmp_path / f"{i:03d}.dcm", values, SOPInstanceUID=f"{ROOT}.{i}", InstanceNumber=i)
    for batch_tfms in ([], [Normalize.from_stats([0.4, 0.4], [0.2, 0.2])]):
        found = DicomSession(tmp_path, dls=loaders(tmp_path, batch_tfms=batch_tfms)).trained(0, 0)
        assert found.low[1] == 3 / 8 and found.high[1] == 3 / 8  # 0 and 80 are the ends of the brain window
        assert found.clipped[1].tolist() == [[1, 1, 1, 0], [0, 2, 2, 2]]


def test_what_a_learner_does_to_its_inputs_is_done_too(ct: Path) -> None:
    from fastlearn.data.pipeline import Pipeline

    class Learner:
        dls, input_tfms = loaders(ct / "a"), Pipeline([Normalize.from_stats([0.5, 0.5], [0.5, 0.5])])

    plain, own = (DicomSession(ct, **by).trained(0, 2) for by in ({"dls": Learner.dls}, {"learn": Learner}))
    np.testing.assert_allclose(own.tensor, (plain.tensor - 0.5) / 0.5, atol=1e-6)
    np.testing.assert_array_equal(own.clipped, plain.clipped)
    assert own.steps[-1] == "Normalize"


def test_a_slice_that_no_loader_has_says_so(ct: Path) -> None:
    with pytest.raises(DataError, match="neither the training nor the validation"):
        DicomSession(ct, dls=loaders(ct / "a")).trained(1, 0)
    with pytest.raises(DataError, match="no loaders"):
        DicomSession(ct).trained(0, 0)


# What is laid over


def test_masks_boxes_and_words_lie_over_the_slices_they_are_about(ct: Path) -> None:
    mask = np.eye(4)
    layers = {
        "mask": {f"{ROOT}.1.1.1": mask},
        "boxes": lambda one: [(0, 0, 1.5, 2, "a")],
        "prediction": lambda _: "0.9",
    }
    session = DicomSession(ct, layers=layers)
    last, first = session.laid(0, 2), session.laid(0, 0)
    assert [one.name for one in last] == ["mask", "boxes", "prediction"]
    assert [one.name for one in first] == ["boxes", "prediction"]
    np.testing.assert_array_equal(last[0].mask, mask)
    assert first[0].boxes == ({"box": [0, 0, 1.5, 2], "label": "a"},) and first[1].words == "0.9"


@pytest.mark.parametrize(
    "laid, message",
    [
        (np.zeros((2, 2)), "mask is 2 x 2, the slice 4 x 4"), (np.full((4, 5), 1), "4 x 5"),
        (np.full((5, 5), 0.5), "5 x 5"), ([(1, 2, 3)], "x1, y1, x2, y2"), (7, "mask of ids"),
    ],
)  # fmt: skip
def test_what_cannot_be_laid_over_a_slice_says_why(ct: Path, laid: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        DicomSession(ct, layers={"mask": lambda one: laid}).laid(0, 0)


# Labels and privacy


def test_labels_are_kept_by_uid_and_found_again(ct: Path, tmp_path: Path) -> None:
    session = DicomSession(ct)
    session.label("study", "old", 0, 0)
    session.label("series", "sharp", 1, 0)
    session.label("slice", "bleeding", 0, 2)
    assert DicomSession(ct).labels_of(0, 2) == {"study": "old", "series": None, "slice": "bleeding"}
    labels = DicomLabels(ct)
    assert labels(ct / "a/000.dcm") == "bleeding" and labels(ct / "b/001.dcm") == "sharp"
    assert labels(ct / "a/001.dcm") == "old"
    (ct / "a").rename(ct / "elsewhere")  # by UID, not by name
    assert labels(ct / "elsewhere/000.dcm") == "bleeding"
    rows = labels.to_csv(tmp_path / "labels.csv").read_text().splitlines()
    assert rows[0] == "level,study_uid,series_uid,sop_instance_uid,frame,label,at" and len(rows) == 4
    assert f"slice,{ROOT}.1,{ROOT}.1.1,{ROOT}.1.1.1,0,bleeding" in rows[3]


@pytest.mark.parametrize("level", ["study", "series", "slice"])
def test_a_uid_that_several_patients_carry_is_not_labelled(tmp_path: Path, level: str) -> None:
    one, other = series(tmp_path / "a", [0, 2])[0], tmp_path / "b"
    alone = DicomSession(tmp_path)
    alone.label(level, "clear", 0, 0)
    assert DicomLabels(tmp_path)(one) == "clear"
    series(other, [0, 2], patient="SECRET-2")
    with pytest.raises(NotSaved, match=f"Files of 2 patients carry the UID of this {level}"):
        DicomSession(tmp_path).label(level, "old", 1, 0)
    with pytest.raises(DataError, match=f"several patients carry the {level} UID"):
        DicomLabels(tmp_path).labelled([one, other / "000.dcm"])
    DicomSession(tmp_path).label(level, None, 0, 0)  # what was given before can be taken off
    assert "SECRET" not in (tmp_path / "journal.jsonl").read_text()
    assert "patient-" not in (tmp_path / "journal.jsonl").read_text()


def test_labels_of_the_viewer_train_and_lie_over_those_at_hand(tmp_path: Path) -> None:
    for k in range(4):
        series(tmp_path / f"p{k}", [0, 2], uid=f"1.{k}", patient=f"P{k}", StudyInstanceUID=f"{ROOT}.{k}")
    session = DicomSession(tmp_path)
    at = {one.slice(0).path.parent.name: k for k, one in enumerate(session.gallery.entries)}
    for name, label in (("p0", "clear"), ("p1", "bleeding"), ("p2", "clear")):
        session.label("series", label, at[name], 0)
    session.label("slice", "doubtful", at["p0"], 1)
    labels = DicomLabels(tmp_path)
    files = sorted(tmp_path.glob("*/*.dcm"))
    split = {"splitter": lambda items: ([i for i in range(len(items)) if i not in (4, 5)], [4, 5])}
    labelled = labels.labelled(files)
    dls = DicomDataLoaders.from_label_func(tmp_path, labelled, labels, windows=(80, 40), seed=1, bs=1, **split)
    assert sorted(dls.vocab) == ["bleeding", "clear", "doubtful"]
    assert len(dls.train_ds) + len(dls.valid_ds) == 6
    over = DicomLabels(tmp_path, get_y=lambda file: "unread")
    assert [over(file) for file in files[:3]] == ["clear", "doubtful", "bleeding"] and over(files[-1]) == "unread"
    assert pickle.loads(pickle.dumps(labels))(files[0]) == "clear"
    block = DataBlock((DicomBlock((80, 40)), CategoryBlock), get_items=get_dicom_files, get_y=over, **split)
    assert sorted(block.dataloaders(tmp_path, bs=1).vocab) == ["bleeding", "clear", "doubtful", "unread"]


def test_a_label_is_found_by_the_uids_of_the_file_that_is_there_now(tmp_path: Path) -> None:
    file = series(tmp_path, [0])[0]
    DicomSession(tmp_path).label("slice", "clear", 0, 0)
    labels = DicomLabels(tmp_path)
    assert labels(file) == "clear"
    saved(file, np.zeros((3, 3), np.int16), SOPInstanceUID=f"{ROOT}.5")
    assert labels.get(file) is None


def test_undo_takes_labels_back_and_nothing_else(ct: Path) -> None:
    session, other = DicomSession(ct), DicomSession(ct)
    session.label("series", "a")
    other.label("series", "b")  # two viewers of one journal
    assert session.undo() == "Undone: b (series)."
    assert session.labels_of(0, 0)["series"] == "a"
    session.undo()
    with pytest.raises(NotSaved, match="nothing to undo"):
        session.undo()
    with Journal(ct) as journal:
        journal.append({"item": "x.png", "label": "cat"})
    with pytest.raises(NotSaved, match="nothing to undo"):
        session.undo()


def test_what_has_no_uid_or_no_place_for_a_journal_is_not_labelled(tmp_path: Path) -> None:
    saved(tmp_path / "x.dcm", np.zeros((2, 2), np.int16), SeriesInstanceUID=None)
    session = DicomSession(tmp_path)
    with pytest.raises(NotSaved, match="This series has no UID"):
        session.label("series", "a")
    session.label("slice", "a")
    with pytest.raises(NotSaved, match="no UID"):
        DicomSession(np.zeros((1, 2, 2))).label("slice", "a")
    with Journal(tmp_path), pytest.raises(NotSaved, match="is being written by"):
        session.label("slice", "b")


def test_nothing_about_the_patient_is_written_or_shown_unasked(ct: Path, tmp_path: Path) -> None:
    viewer = DicomViewer(ct, masks=lambda one: None)
    sent: list[str] = []
    viewer.send = lambda content, buffers=None: sent.append(json.dumps(content))
    viewer.label("study", "old")
    viewer.export(tmp_path / "labels.csv")
    about = {"rid": 1, "edition": 0, "series": 0, "slice": 0}
    for message in ({"kind": "hello"}, {"kind": "frame", **about}, {"kind": "header", "patient": False, **about}):
        viewer._handle_msg({"content": {"data": {"method": "custom", "content": message}}, "buffers": []})
    viewer._jobs.wait(30)
    written = [(ct / "journal.jsonl").read_text(), (tmp_path / "labels.csv").read_text(), viewer.code()]
    for text in (*sent, *written, viewer.as_html(), viewer.as_text(), str(viewer.get_state())):
        assert not any(secret in text for secret in (NAME, "SECRET-1", "19600101"))
    shown = viewer.session.header(0, 0, show_patient=True)
    name = next(row for row in shown if row[1] == "PatientName")
    assert name[4] == NAME and name[5]  # shown where somebody asks, and still marked as identifying
    assert not viewer.as_html().count("<img")
    viewer.close()


def test_the_saved_output_holds_no_file_names(tmp_path: Path) -> None:
    series(tmp_path, [0], names=["SECRET-PERSON.dcm"])
    (tmp_path / "SECRET-LETTER.txt").write_text("x")
    viewer = DicomViewer(tmp_path)
    assert "1 series, 1 slices; 1 files are in none" in viewer.as_text()
    assert "SECRET" not in viewer.as_html() + viewer.as_text() + str(viewer.get_state())
    assert "SECRET-LETTER.txt" in viewer.left_out
    viewer.close()


@pytest.mark.filterwarnings("ignore")
def test_every_file_of_pydicom_is_shown_or_told(tmp_path: Path) -> None:
    for path in bundled_files():
        session = DicomSession(path, journal=tmp_path)
        for n, entry in enumerate(session.gallery.entries):
            try:
                frame = session.frame(n, 0)
                one = entry.slice(0)
                assert one is not None and frame.pixels.shape[:2] == one.shape[:2]
                if frame.pixels.ndim == 2 and frame.pixels.dtype.kind != "f":
                    np.testing.assert_array_equal(frame.pixels, pixels(path, 0))
            except DataError as error:
                assert path.name in session.why_not(n, 0, error)
        assert session.gallery.entries or session.gallery.left


def test_a_cell_can_lead_the_viewer(ct: Path) -> None:
    viewer = DicomViewer(ct)
    viewer.go(1, 3)
    viewer.window(80, 40)
    assert viewer.session.look.slice == 3 and viewer.session.look.width == 80
    with pytest.raises(DataError, match="slices 0 to 3"):
        viewer.go(1, 4)
    with pytest.raises(ValueError, match="positive width"):
        viewer.window(0, 40)
    names = {}
    assert "# Nothing is labelled yet" in viewer.code()
    exec(viewer.code().partition("dls =")[0], names)
    assert names["labels"].rows() == []
    viewer.label("slice", "odd")
    assert "# Nothing is labelled yet" not in viewer.code()
    viewer.close()


@pytest.mark.parametrize(
    ("elements", "written"),
    [
        ({"WindowWidth": 400, "WindowCenter": 40}, "windows=(400, 40)"),
        ({"WindowWidth": [1500, 80], "WindowCenter": [-600, 40]}, "windows=(1500, -600)"),
        ({"Modality": "MR"}, "bins=100"),
    ],
)
def test_the_cell_scales_as_the_file_says_or_by_rank(tmp_path: Path, elements: dict[str, object], written: str) -> None:
    series(tmp_path, [0, 1], **elements)
    viewer = DicomViewer(tmp_path)
    assert f"labels, {written}, seed=42" in viewer.code()
    viewer.window(80, 40)
    assert "labels, windows=(80, 40), seed=42" in viewer.code()


def test_the_cell_of_a_slice_that_cannot_be_shown_scales_by_rank(tmp_path: Path) -> None:
    files = series(tmp_path, [0, 1], WindowWidth=400, WindowCenter=40)
    files[0].write_bytes(files[0].read_bytes()[:-20])
    assert "labels, bins=100" in DicomViewer(tmp_path).code()


def test_the_builder_is_opened_on_the_folder_and_labels_are_not_lost_silently(
    ct: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ct.parent)
    viewer = DicomViewer(ct)
    assert (
        build_code(viewer.session)
        == "from fastwidgets import DataBlockBuilder\n\nbuilder = DataBlockBuilder('ct')\nbuilder\n"
    )
    names: dict[str, object] = {}
    exec(build_code(viewer.session), names)
    builder = names["builder"]
    assert isinstance(builder, DataBlockBuilder) and "DicomBlock" in builder.wait().code()
    builder.close()
    viewer.label("series", "clear", series=0)
    assert "read by the cell of Code" in build_code(viewer.session).splitlines()[0]


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_a_viewer_that_was_never_made_leaves_no_error_behind(tmp_path: Path) -> None:
    for folder, words in ((tmp_path / "none", "There is no folder"), (tmp_path, "it is empty")):
        with pytest.raises(DataError, match=words):
            DicomViewer(folder)
    gc.collect()


def test_the_viewer_says_itself_what_is_wrong_so_that_pydicom_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        session = DicomSession(bundled_files())
        for n, entry in enumerate(session.gallery.entries):
            session.header(n, 0)
            try:
                session.frame(n, 0)
            except DataError:
                assert entry.slice(0) is not None
    assert [str(one.message) for one in said if "pydicom" in one.filename] == []
    assert "Invalid value" not in caplog.text
