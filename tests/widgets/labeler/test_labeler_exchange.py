"""What the labeler writes is read by the standard library and by torchvision, and comes back exactly."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from fastlearn.vision.annotations import get_annotations, get_voc_annotations, get_yolo_annotations
from PIL import Image

CLASSES = ['<b>"cat"', "d'og; 2", "😀"]
SHAPES = {
    "boxes": [
        {"label": CLASSES[0], "points": [[3, 4], [33, 29]]},
        {"label": CLASSES[2], "points": [[0, 0.25], [40, 30]]},
    ],
    "points": [{"label": CLASSES[0], "points": [[39.7, 1.1]]}, {"label": CLASSES[1], "points": [[0, 0]]}],
    "polygons": [
        {"label": CLASSES[1], "points": [[3, 4], [33, 4.5], [20, 29]]},
        {"label": CLASSES[2], "points": [[1, 1], [2, 1], [2, 2], [1, 2]]},
    ],
}
FORMATS = ("csv", "jsonl", "coco", "yolo", "voc")


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """Six pictures of 40 × 30, in two folders, with names that break what is not quoted."""
    for name in ("a/plain.png", "a/q\"uo'te, x.png", "b/emoji😀.png", "b/<b>bold.png", "b/two  blanks.jpg", "top.png"):
        path = tmp_path / "odd" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30), (len(name), 0, 0)).save(path)
    return tmp_path / "odd"


def filled(make, odd: Path, task: str):
    """Pictures 0 and 1 labelled, 2 labelled as empty (where that can be), 3 skipped, 4 and 5 to do."""
    split = {f"b/{path.name}": "valid" for path in (odd / "b").iterdir()} | {"top.png": "train"}
    session = make(odd, CLASSES, task, split=split)
    if task in SHAPES:
        session.set_shapes(0, SHAPES[task])
        session.set_shapes(1, SHAPES[task][:1])
        session.set_shapes(2, [])
    else:
        session.label(0, CLASSES[0])
        session.label(1, CLASSES[1] if task == "single" else [CLASSES[0], CLASSES[2]])
        session.label(2, CLASSES[2] if task == "single" else [])
    session.skip(3)
    return session


def target_of(format: str, tmp_path: Path) -> Path:
    return tmp_path / {"coco": "out.json", "csv": "out.csv", "jsonl": "out.jsonl"}.get(format, format)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("task", ["single", "multi", "boxes", "points", "polygons"])
def test_every_format_gives_every_task_back_as_it_was(make, odd, tmp_path, format, task):
    session = filled(make, odd, task)
    if format == "csv" and task == "multi":  # a class with the delimiter in it
        with pytest.raises(ValueError, match=r'''there is "d'og; 2".*export as "jsonl"'''):
            session.export(format, tmp_path / "out.csv")
        session.rename_class(CLASSES[1], "dog")
    target = session.export(format, target_of(format, tmp_path))
    back = make(odd, session.classes, task, journal=tmp_path / "other")
    words = back.import_labels(format, target)
    wanted = [session.annotation(i) for i in range(3)]
    found = [back.annotation(i) for i in range(3)]
    assert [(one.labels, one.shapes) for one in found] == [(one.labels, one.shapes) for one in wanted]
    assert [back.annotation(i).labelled for i in range(3, 6)] == [False] * 3
    assert back.annotation(3).skipped == (format in ("csv", "jsonl", "coco")) and "left out" not in words
    assert back.undo() and back.progress.labelled == 0  # one step


def test_the_table_has_the_split_relative_paths_and_pictures_without_boxes(make, odd, tmp_path):
    session = filled(make, odd, "boxes")
    with session.export("csv", tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["path"] for row in rows] == [session.book.places[i] for i in (0, 0, 1, 2, 3, 4, 5)]
    assert [row["split"] for row in rows] == ["", "", "", "valid", "valid", "valid", "train"]
    assert [row["state"] for row in rows[3:]] == ["labelled", "skipped", "to do", "to do"]
    assert (rows[1]["label"], rows[1]["left"], rows[1]["top"], rows[1]["right"]) == ("😀", "0", "0.25", "40")
    session.note(4, 'two\nlines, "quoted"')
    lines = session.export("jsonl", tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[4])["note"] == 'two\nlines, "quoted"' and json.loads(lines[2])["shapes"] == []
    assert json.loads(lines[5])["shapes"] is None and len(lines) == 6


def test_coco_lists_every_picture_and_torchvision_and_our_reader_read_it(make, odd, tmp_path):
    session = filled(make, odd, "polygons")
    table = json.loads(session.export("coco", tmp_path / "out.json").read_text(encoding="utf-8"))
    assert [image["file_name"] for image in table["images"]] == session.book.places
    assert {(image["width"], image["height"]) for image in table["images"]} == {(40, 30)}
    assert [image.get("split") for image in table["images"]] == [None, None, "valid", "valid", "valid", "train"]
    first = table["annotations"][0]
    assert first["bbox"] == [3, 4, 30, 25] and first["segmentation"] == [[3, 4, 33, 4.5, 20, 29]]
    assert first["area"] == pytest.approx(abs(3 * 4.5 - 33 * 4 + 33 * 29 - 20 * 4.5 + 20 * 4 - 3 * 29) / 2)
    assert {one["id"]: one["name"] for one in table["categories"]} == dict(enumerate(CLASSES, 1))
    files, boxed = get_annotations(tmp_path / "out.json", with_empty=True)
    assert files == session.book.places and boxed[1] == ([[3, 4, 33, 29]], [CLASSES[1]]) and boxed[5] == ([], [])
    folder = session.export("coco", tmp_path / "by-split")
    images = {file.name: len(json.loads(file.read_text())["images"]) for file in folder.iterdir()}
    assert images == {"instances_all.json": 2, "instances_valid.json": 3, "instances_train.json": 1}


def test_yolo_has_pictures_labels_and_a_description_by_split(make, odd, tmp_path):
    session = filled(make, odd, "boxes")
    folder = session.export("yolo", tmp_path / "yolo")
    pictures = sorted(path.relative_to(folder / "images").as_posix() for path in (folder / "images").rglob("*.*"))
    assert len(pictures) == 6 and pictures[-1].startswith("valid/b/") and "train/top.png" in pictures
    text = (folder / "labels" / "train" / "a" / "plain.txt").read_text().splitlines()
    assert text == ["0 0.45 0.55 0.75 0.8333333333", "2 0.5 0.5041666667 1 0.9916666667"]
    labels = {path.stem: path.read_text() for path in (folder / "labels").rglob("*.txt")}
    assert len(labels) == 3 and "" in labels.values()  # nothing on it: an empty file; to do: none
    assert (folder / "classes.txt").read_text(encoding="utf-8").splitlines() == CLASSES
    lines = (folder / "data.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[:3] == ["path: .", '"train": "images/train"', '"val": "images/valid"']
    assert [json.loads(line.split(": ", 1)[1]) for line in lines[4:]] == CLASSES
    files, boxed = get_yolo_annotations(folder / "images" / "train", classes=folder / "classes.txt")
    assert [file.name for file in files] == ["plain.png", "q\"uo'te, x.png"]
    assert boxed[0][0][0] == pytest.approx([3, 4, 33, 29], abs=1e-6) and boxed[0][1] == [CLASSES[0], CLASSES[2]]


def test_voc_is_read_by_the_standard_library_by_torchvision_and_by_our_reader(make, odd, tmp_path):
    session = filled(make, odd, "boxes")
    folder = session.export("voc", tmp_path / "voc")
    root = ET.parse(folder / "Annotations" / "a" / "plain.xml").getroot()
    assert root.findtext("filename") == "plain.png" and root.findtext("size/width") == "40"
    assert [one.findtext("name") for one in root.iter("object")] == [CLASSES[0], CLASSES[2]]
    assert [one.findtext("bndbox/ymin") for one in root.iter("object")] == ["4", "0.25"]
    from torchvision.datasets import VOCDetection

    parsed = VOCDetection.parse_voc_xml(root)["annotation"]
    assert parsed["object"][0]["bndbox"] == {"xmin": "3", "ymin": "4", "xmax": "33", "ymax": "29"}
    lists = {file.stem: file.read_text(encoding="utf-8").splitlines() for file in folder.rglob("Main/*.txt")}
    assert lists["train"] == ["top"] and len(lists["valid"]) == 3 and len(lists["trainval"]) == 2
    assert len(list((folder / "JPEGImages").rglob("*.*"))) == 6
    files, boxed = get_voc_annotations(folder / "Annotations" / "a", folder / "JPEGImages" / "a")
    assert [file.name for file in files] == ["plain.png", "q\"uo'te, x.png"] and boxed[1][0] == [[3, 4, 33, 29]]


def test_line_breaks_in_names_travel_where_they_can_and_are_refused_where_not(make, odd, tmp_path):
    (odd / "top.png").rename(odd / "new\nline.png")
    session = make(odd, CLASSES, "boxes")
    session.set_shapes("new\nline.png", SHAPES["boxes"])
    for format in ("csv", "jsonl", "coco", "yolo"):
        target = session.export(format, target_of(format, tmp_path))
        back = make(odd, CLASSES, "boxes", journal=tmp_path / f"other-{format}")
        back.import_labels(format, target)
        assert back.annotation("new\nline.png").shapes == session.annotation("new\nline.png").shapes
    with pytest.raises(ValueError, match=r"line break .* lists of Pascal VOC cannot hold"):
        session.export("voc", tmp_path / "voc")


def test_exports_that_cannot_be_are_refused_in_words(make, odd, tmp_path):
    session = filled(make, odd, "boxes")
    with pytest.raises(ValueError, match="'csv', 'jsonl', 'coco', 'yolo', 'voc', but got 'xml'"):
        session.export("xml", tmp_path / "x")
    with pytest.raises(FileExistsError, match="wants a new or empty folder"):
        session.export("yolo", odd)
    with pytest.raises(ValueError, match="no option 'color'"):
        session.export("yolo", tmp_path / "y", color=1)
    Image.new("RGB", (4, 4)).save(odd / "top.jpg")
    with pytest.raises(ValueError, match=r"'top.jpg' and 'top.png' would have the same file of labels, 'top.txt'"):
        make(odd, CLASSES, "boxes").export("yolo", tmp_path / "twins")


@pytest.mark.parametrize(
    "format, name, text, words",
    [
        ("csv", "x.csv", "path,name\na,b\n", "has no column 'label'; it has path, name"),
        ("csv", "x.csv", "path,label,left,top,right,bottom\na/plain.png,cat,1,2,x,4\n", r"line 2: could not convert"),
        ("jsonl", "x.jsonl", '{"path": "a"}\n{"pa', "line 2 is no record of a picture"),
        ("jsonl", "x.jsonl", "[1]\n", "line 1 is no record"),
        ("coco", "x.json", '{"images": []}', "no COCO file of instances"),
    ],
)
def test_files_that_cannot_be_read_name_the_place(make, odd, tmp_path, format, name, text, words):
    (tmp_path / name).write_text(text)
    session = make(odd, CLASSES, "boxes")
    with pytest.raises(ValueError, match=words):
        session.import_labels(format, tmp_path / name)
    assert session.progress.labelled == 0


def test_a_picture_or_nothing_where_labels_are_expected_is_told_in_words(make, odd, tmp_path):
    session = make(odd, CLASSES)
    (tmp_path / "x.csv").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(ValueError, match=r"x.csv' is no text in UTF-8 .* Try another file"):
        session.import_labels("csv", tmp_path / "x.csv")
    with pytest.raises(FileNotFoundError, match=r"There is no .*gone.csv' to read labels from"):
        session.import_labels("csv", tmp_path / "gone.csv")


def test_pictures_of_other_sets_are_left_out_and_said_and_new_classes_come_along(make, odd, tmp_path):
    (tmp_path / "x.csv").write_text("path,label\na/plain.png,zebra\nelsewhere.png,cat\n")
    session = make(odd, CLASSES)
    words = session.import_labels("csv", tmp_path / "x.csv")
    assert words == "1 picture got labels from x.csv; 1 are no pictures of this set and were left out."
    assert session.annotation("a/plain.png").labels == ("zebra",) and session.classes[-1] == "zebra"
