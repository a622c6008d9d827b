"""Names of classes in a YOLO data file, and pictures and labels side by side in each part of a split."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastlearn.data.problems import DataError
from fastlearn.vision.annotations.yolo import get_yolo_annotations
from PIL import Image


def parted(root: Path, yaml: str) -> Path:
    for side in ("train", "valid"):
        for part in ("images", "labels"):
            (root / side / part).mkdir(parents=True)
        Image.new("RGB", (40, 20)).save(root / side / "images" / "a.jpg")
        (root / side / "labels" / "a.txt").write_text("1 0.5 0.5 0.5 0.5\n", encoding="utf-8")
    (root / "data.yaml").write_text(yaml, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    "yaml",
    ["train: x\nnames: ['cat', \"dog\"]\nnc: 2\n", "names:\n- cat\n- dog\n", "names:\n  0: cat\n  1: dog\nnc: 2\n",
     "names: [cat,\n  dog]\n", "# names: [x]\nnames: # two\n  0: cat  # small\n\n  # large\n  1: dog # loud\n"],
    ids=["brackets", "dashes", "numbers", "two lines", "comments"],
)  # fmt: skip
def test_names_are_read_and_each_part_has_its_own_labels(yaml: str, tmp_path: Path) -> None:
    files, boxed = get_yolo_annotations(parted(tmp_path, yaml))
    assert [file.parent.parent.name for file in files] == ["train", "valid"]
    assert boxed == [([[10.0, 5.0, 30.0, 15.0]], ["dog"])] * 2


def test_a_hash_sign_within_a_name_is_no_comment(tmp_path: Path) -> None:
    _, boxed = get_yolo_annotations(parted(tmp_path, "names: ['a #1', b#2]\n"))
    assert boxed[0][1] == ["b#2"]


def test_a_box_may_be_outside_by_rounding(tmp_path: Path) -> None:
    root = parted(tmp_path, "names: [cat]\n")
    labels = root / "train" / "labels" / "a.txt"
    labels.write_text("0 0.5 0.5 1.000001 1\n", encoding="utf-8")
    (box,), _ = get_yolo_annotations(root / "train" / "images", classes=["cat"])[1][0]
    assert box == pytest.approx([0, 0, 40, 20], abs=1e-4)
    labels.write_text("0 0.5 0.5 1.01 1\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"line 1: .* between 0 and 1"):
        get_yolo_annotations(root / "train" / "images", classes=["cat"])


def test_a_data_file_without_names_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"data.yaml' has no list `names`"):
        get_yolo_annotations(parted(tmp_path, "nc: 2\n"))
