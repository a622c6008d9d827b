"""Series: order by position, planted gaps, copies and mixtures, and volumes with their place in the patient."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from dicom_files import ROOT, bundled, saved, series
from fastlearn.data.problems import DataError
from fastlearn.medical.dicom import find_series, neighbouring_slices, read_series, read_volume
from hypothesis import given, settings
from hypothesis import strategies as st


def heights_of(found):
    return [one.height for one in found.slices]


def test_slices_are_ordered_by_position_not_by_name_or_number(tmp_path):
    series(tmp_path, [5, 0, 10, 15], names=["a", "d", "b", "c.dcm"])  # without extension too
    found = read_series(tmp_path)
    assert heights_of(found) == [0, 5, 10, 15] and found.ordered_by == "position" and found.problems == ()
    assert found.spacing == (5, 0.5, 0.25) and found.name == "CT series, 4 of 4 x 4"


@settings(max_examples=15)
@given(order=st.permutations(range(6)), turned=st.booleans())
def test_the_order_of_the_files_does_not_matter(tmp_path_factory, order, turned):
    folder = tmp_path_factory.mktemp("series")
    axes = [0, 1, 0, 0, 0, -1] if turned else [1, 0, 0, 0, 1, 0]  # seen from the side, or from below
    normal = np.cross(axes[:3], axes[3:])
    files = [
        saved(folder / f"{i}.dcm", np.full((2, 2), i, np.int16), SOPInstanceUID=f"{ROOT}.{i + 1}", PixelSpacing=[1, 1],
              ImagePositionPatient=(normal * i * 2.5).tolist(), ImageOrientationPatient=axes)
        for i in order
    ]  # fmt: skip
    found = read_series(files)
    assert [one.path.stem for one in found.slices] == list("012345")
    volume = read_volume(found)
    assert volume.values[:, 0, 0].tolist() == list(range(6)) and volume.spacing == pytest.approx((2.5, 1, 1))
    for z in range(6):
        assert volume.position(z, 0, 0) == pytest.approx(found.slices[z].position)


def test_without_positions_the_number_decides_and_it_is_said(tmp_path):
    for i, number in enumerate([3, 1, 2]):
        saved(tmp_path / f"{i}.dcm", np.full((2, 2), number, np.int16), InstanceNumber=number,
              SOPInstanceUID=f"{ROOT}.{i + 1}")  # fmt: skip
    found = read_series(tmp_path)
    assert [one.number for one in found.slices] == [1, 2, 3] and found.ordered_by == "InstanceNumber"
    assert "3 of 3 slices do not say where they lie" in found.problems[0] and "InstanceNumber" in repr(found)


def test_gaps_slices_in_one_place_and_copies_are_reported(tmp_path):
    files = series(tmp_path, [0, 2, 4, 10, 12, 12])
    (tmp_path / "copy.dcm").write_bytes(files[0].read_bytes())
    found = read_series(tmp_path)
    text = " | ".join(found.problems)
    assert "1 gap(s), up to 6 mm where 2 mm is usual: 2 and 3" in text
    assert "1 slice(s) lie where another one lies: 4 and 5" in text and "1 file(s) hold a picture" in text
    assert len(found) == 6
    with pytest.raises(DataError, match="slices 4 and 5 lie in the same place"):
        read_volume(found)


def test_two_series_in_one_folder_are_kept_apart_and_mixed_sizes_too(tmp_path):
    series(tmp_path / "all", [0, 1, 2], uid="1.1", SeriesNumber=2)
    series(tmp_path / "all", [0, 1], uid="1.2", names=["x", "y"], SeriesNumber=1)
    series(tmp_path / "all", [5, 6], uid="1.1", names=["p", "q"], shape=(6, 4), SeriesNumber=2)
    # The last two share UIDs of instances with the first ones, but not their size.
    found = find_series(tmp_path).series
    assert [(one.number, len(one), one.slices[0].shape) for one in found] == [
        (1, 2, (4, 4)), (2, 2, (6, 4)), (2, 3, (4, 4))]  # fmt: skip
    assert "stands for 2 stacks that differ in size; this is the one of 6 x 4" in found[1].problems[0]
    with pytest.raises(DataError, match="One series is expected, but there are 3"):
        read_series(tmp_path)


def test_patients_whose_files_bear_one_series_uid_are_kept_apart(tmp_path):
    series(tmp_path / "a", [0, 1, 2], patient="A")
    series(tmp_path / "b", [0, 1], patient="B", StudyInstanceUID=f"{ROOT}.2")
    found = find_series(tmp_path).series
    assert sorted(len(one) for one in found) == [2, 3] and len({one.patient for one in found}) == 2
    assert all("stands for 2 stacks that differ in patient, study" in one.problems[0] for one in found)


def test_folders_of_one_name_without_series_uids_are_kept_apart(tmp_path):
    for place in ("a", "b"):
        series(tmp_path / place / "ct", [0, 1], SeriesInstanceUID=None)
    found = find_series(tmp_path).series
    assert [len({file.parent for file in one.files}) for one in found] == [1, 1]


@settings(max_examples=20)
@given(cosine=st.floats(0, 0.5), noise=st.lists(st.floats(-1e-5, 1e-5), min_size=4, max_size=4))
def test_slices_whose_directions_are_told_with_little_noise_make_one_series(tmp_path_factory, cosine, noise):
    folder = tmp_path_factory.mktemp("noisy")
    for i, more in enumerate(noise):
        across = [1, round(cosine + more, 7), 0, 0, 1, 0]
        series(folder, [i], names=[f"{i}"], ImageOrientationPatient=across, SOPInstanceUID=f"{ROOT}.4.{i}")
    assert [len(one) for one in find_series(folder).series] == [4]


def test_a_scout_of_another_direction_is_a_series_of_its_own(tmp_path):
    series(tmp_path, [0, 1, 2])
    turned = {"ImageOrientationPatient": [1, 0, 0, 0, 0, -1], "SOPInstanceUID": f"{ROOT}.5"}
    series(tmp_path, [0], names=["scout"], **turned)
    found = find_series(tmp_path).series
    assert sorted(len(one) for one in found) == [1, 3] and "differ in direction" in found[0].problems[0]


def test_what_is_no_picture_is_listed_with_its_reason_and_the_rest_goes_on(tmp_path):
    series(tmp_path, [0, 1])
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "empty.dcm").touch()
    (tmp_path / "report.dcm").write_bytes(bundled("reportsi.dcm").read_bytes())
    (tmp_path / "cut.dcm").write_bytes(bundled("CT_small.dcm").read_bytes()[:300])
    found = find_series(tmp_path)
    reasons = {path.name: reason for path, reason in found.skipped}
    assert len(found.series) == 1 and set(reasons) == {"notes.txt", "empty.dcm", "report.dcm", "cut.dcm"}
    assert "is not DICOM" in reasons["notes.txt"] and "empty (0 bytes)" in reasons["empty.dcm"]
    assert "Basic Text SR" in reasons["report.dcm"] and "missing from its header" in reasons["cut.dcm"]


def test_a_volume_knows_where_its_values_lie_and_back(tmp_path):
    series(tmp_path, [10, 13, 16], shape=(3, 5))
    volume = read_volume(read_series(tmp_path), dtype=torch.int16)
    assert volume.values.shape == (3, 3, 5) and volume.values.dtype == torch.int16
    assert volume.position(1, 2, 4) == pytest.approx((4 * 0.25, 2 * 0.5, 13))
    assert volume.index(volume.position(2, 1, 3)) == pytest.approx((2, 1, 3))
    assert repr(volume) == "Volume(3 x 3 x 5, 3 x 0.5 x 0.25 mm, torch.int16)"


def test_values_that_do_not_fit_are_refused_not_rounded(tmp_path):
    series(tmp_path, [1, 3], RescaleSlope=0.5)
    with pytest.raises(DataError, match=r"not all whole numbers.*Try dtype=torch.float32"):
        read_volume(read_series(tmp_path), dtype=torch.int16)


def test_frames_of_one_file_are_slices(tmp_path):
    saved(tmp_path / "many.dcm", np.arange(3 * 4, dtype=np.int16).reshape(3, 2, 2))
    found = read_series(tmp_path)
    assert [one.frame for one in found.slices] == [0, 1, 2]
    assert read_volume(found).values[:, 0, 0].tolist() == [0, 4, 8]


def test_films_of_one_series_follow_each_other_and_are_not_mixed(tmp_path):
    for film, number in (("b", 1), ("a", 2)):
        frames = np.full((3, 2, 2), number, np.int16)
        saved(tmp_path / film, frames, SOPInstanceUID=f"{ROOT}.6.{number}", InstanceNumber=number, Modality="US")
    found = read_series(tmp_path)
    assert [(one.path.name, one.frame) for one in found.slices] == [(film, i) for film in "ba" for i in range(3)]


def test_frames_of_one_file_are_in_their_own_order_and_nothing_is_wrong_with_that(tmp_path):
    saved(tmp_path / "film", np.zeros((12, 2, 2), np.int16), InstanceNumber=None)
    found = read_series(tmp_path)
    assert [one.frame for one in found.slices] == list(range(12))
    assert found.ordered_by == "frame" and found.problems == ()


def test_neighbours_never_come_from_another_series_and_ends_repeat(tmp_path):
    series(tmp_path / "a", [0, 1, 2], uid="1.1")
    series(tmp_path / "b", [100, 101], uid="1.2")
    stacks = neighbouring_slices(find_series(tmp_path).series, 1)
    assert [[one.height for one in stack.slices] for stack in stacks] == [
        [0, 0, 1], [0, 1, 2], [1, 2, 2], [100, 100, 101], [100, 101, 101]]  # fmt: skip
    assert [stack.middle.height for stack in stacks] == [0, 1, 2, 100, 101]


def test_a_large_series_is_found_from_its_headers_alone(tmp_path, monkeypatch):
    heights = list(range(40))
    random.Random(0).shuffle(heights)
    series(tmp_path, heights)
    monkeypatch.setattr("fastlearn.medical.dicom.volume.stored_values", None)
    monkeypatch.setattr("fastlearn.medical.dicom.stored.stored_values", None)
    assert heights_of(read_series(tmp_path)) == sorted(heights)
