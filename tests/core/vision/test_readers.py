"""Boxes and masks from COCO, Pascal VOC and YOLO files, and what is said about bad ones."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from fastlearn.data.block import DataBlock
from fastlearn.data.problems import DataError
from fastlearn.vision.annotations import (
    box_getters,
    get_annotations,
    get_coco_masks,
    get_voc_annotations,
    get_yolo_annotations,
)
from fastlearn.vision.annotations.coco_masks import drawn, unpacked
from fastlearn.vision.blocks import ImageBlock, MaskBlock
from fastlearn.vision.boxes import BBoxBlock, BBoxLblBlock
from fastlearn.vision.resize import Resize
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

SQUARE = [2, 1, 6, 1, 6, 4, 2, 4]


def coco(**changes):
    return {
        "images": [
            {"id": 7, "file_name": "a.jpg", "width": 10, "height": 8},
            {"id": 3, "file_name": "b.jpg", "width": 10, "height": 8},
            {"id": 4, "file_name": "none.jpg", "width": 10, "height": 8},
        ],
        "categories": [{"id": 18, "name": "dog"}, {"id": 1, "name": "person"}],
        "annotations": [
            {"id": 1, "image_id": 3, "category_id": 1, "bbox": [1, 2, 3, 4.5], "area": 12, "segmentation": [SQUARE]},
            {"id": 2, "image_id": 7, "category_id": 18, "bbox": [0, 0, 5, 5], "area": 25,
             "segmentation": {"size": [8, 10], "counts": [0, 8, 72]}},
            {"id": 3, "image_id": 3, "category_id": 18, "bbox": [0, 0, 9, 8], "iscrowd": 1},
            {"id": 4, "image_id": 3, "category_id": 18, "bbox": [5, 5, 2, 2]},
        ],
        **changes,
    }  # fmt: skip


def box(**changes):
    return {"id": 9, "image_id": 3, "category_id": 1, "bbox": [0, 0, 1, 1], **changes}


@pytest.fixture
def write(tmp_path):
    def writing(table, name="coco.json"):
        (tmp_path / name).write_text(table if isinstance(table, str) else json.dumps(table))
        return tmp_path / name

    return writing


def test_coco_boxes_become_corners_and_crowds_stay_out(write):
    files, boxed = get_annotations(write(coco()))
    assert files == ["a.jpg", "b.jpg"]
    assert boxed == [([[0, 0, 5, 5]], ["dog"]), ([[1, 2, 4, 6.5], [5, 5, 7, 7]], ["person", "dog"])]
    files, boxed = get_annotations(write(coco()), prefix="train/", with_empty=True, crowds=True)
    assert files == ["train/a.jpg", "train/b.jpg", "train/none.jpg"] and boxed[2] == ([], []) and len(boxed[1][0]) == 3


def test_a_folder_for_the_json_of_boxes_is_told(tmp_path):
    with pytest.raises(DataError, match="not its folder"):
        get_annotations(tmp_path)


@pytest.mark.parametrize("table, words", [
    ('{"images": [],\n "annotations": oops}', r"coco\.json', line 2: it is no json"),
    ([1, 2], r"no list of images, annotations, categories"),
    (coco(categories=[{"id": 1}]), "number 0 of its categories has no id or no name"),
    (coco(annotations=[box(image_id=99)]), "annotation 9.*image_id 99"),
    (coco(annotations=[box(category_id=2)]), "category_id 2"),
    (coco(annotations=[box(bbox=[0, 0, -1, 1])]), r"left, top, width, height"),
    (coco(annotations=[box(bbox=None)]), r"annotation 9 has bbox None"),
    (coco(annotations=["x"]), "list of annotations holds"),
])  # fmt: skip
def test_bad_coco_files_say_where(write, table, words):
    with pytest.raises(DataError, match=words):
        get_annotations(write(table))


def test_coco_polygons_and_run_lengths_become_masks(write, tmp_path):
    files, mask_of, codes = get_coco_masks(write(coco()), prefix=tmp_path)
    assert codes == ["background", "dog", "person"] and files[0] == tmp_path / "a.jpg"
    column = mask_of(files[0])
    assert column.dtype == np.uint8 and column.shape == (8, 10)
    assert (column[:, 0] == 1).all() and column.sum() == 8  # the first run is down the first column
    square = mask_of(files[1])
    inside = np.zeros((8, 10), bool)
    inside[1:4, 2:6] = True
    assert np.array_equal(square, np.where(inside, 2, 0))
    assert mask_of(files[2]).sum() == 0
    for file in files:
        Image.new("RGB", (10, 8)).save(file)
    block = DataBlock((ImageBlock, MaskBlock(codes)), get_y=mask_of, splitter=lambda o: ([0, 1, 2], []))
    _x, y = block.dataloaders(files, bs=3, num_workers=0, device="cpu").one_batch()
    assert y.shape == (3, 8, 10) and sorted(y.unique().tolist()) == [0, 1, 2]


def test_smaller_objects_lie_over_larger_ones_whatever_their_order(write):
    large = box(image_id=7, area=80, segmentation=[[0, 0, 10, 0, 10, 8, 0, 8]])
    small = box(image_id=7, category_id=18, area=12, segmentation=[SQUARE])
    for order in ([large, small], [small, large]):
        files, mask_of, _ = get_coco_masks(write(coco(annotations=order)))
        assert np.bincount(mask_of(files[0]).ravel()).tolist() == [0, 12, 68]


@given(corners=st.lists(st.tuples(st.floats(-3, 13), st.floats(-3, 11)), min_size=3, max_size=8))
def test_a_polygon_holds_the_pixels_whose_centres_lie_in_it(corners):
    rows, columns = np.indices((8, 10)) + 0.5
    inside, away = np.zeros((8, 10), bool), np.ones((8, 10), bool)
    for (x0, y0), (x1, y1) in itertools.pairwise([*corners, corners[0]]):
        if y0 != y1:
            across = x0 + (rows - y0) * (x1 - x0) / (y1 - y0)
            inside ^= ((y0 > rows) != (y1 > rows)) & (columns > across)
            away &= np.abs(columns - across) > 1e-6
        away &= (np.abs(rows - y0) > 1e-6) & (np.abs(rows - y1) > 1e-6)
    found = drawn([[number for corner in corners for number in corner]], (10, 8))
    assert np.array_equal(found[away], inside[away])  # where a centre lies on a side, either will do


def test_cocos_short_form_of_run_lengths():
    # as pycocotools packs the counts [6, 1, 40, 4, 5, 4, 5, 4, 21], worked out by hand with its rule
    def pack(counts):
        text = ""
        for i, count in enumerate(counts):
            value = count - counts[i - 2] if i > 2 else count
            more = True
            while more:
                bits = value & 0x1F
                value >>= 5
                more = value != -1 if bits & 0x10 else value != 0
                text += chr((bits | (0x20 if more else 0)) + 48)
        return text

    counts = [6, 1, 40, 4, 5, 4, 5, 4, 21]
    assert pack(counts) == "61X13mN000`0" and unpacked("61X13mN000`0") == counts


@pytest.mark.parametrize("outline, words", [({"size": [8, 10], "counts": [1, 2]}, "add up to 3.*80 pixels"),
                                            ({"size": [10, 8], "counts": [80]}, "rows, columns"),
                                            ([["x", 1]], "neither"), ([[1, 2, 3, 4]], "at least three points"),
                                            ({"counts": []}, "neither")])  # fmt: skip
def test_a_bad_outline_names_the_picture(write, outline, words):
    table = coco()
    table["annotations"][1]["segmentation"] = outline
    _, mask_of, _ = get_coco_masks(write(table))
    with pytest.raises(DataError, match=rf"a\.jpg.*{words}"):
        mask_of("a.jpg")
    with pytest.raises(DataError, match=r"no mask of 'z\.jpg'"):
        mask_of("z.jpg")


VOC = """<annotation><folder>x</folder><filename>{name}</filename>
<object><name>wbc</name><difficult>0</difficult><bndbox><xmin>3</xmin><ymin>4.5</ymin><xmax>20</xmax><ymax>30</ymax>
</bndbox></object><object><name>rbc</name><difficult>1</difficult><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax>
<ymax>{last}</ymax></bndbox></object></annotation>"""


def voc(folder, text, name="cell1"):
    (folder / "Annotations").mkdir(exist_ok=True)
    (folder / "JPEGImages").mkdir(exist_ok=True)
    (folder / "Annotations" / f"{name}.xml").write_text(text)
    return folder


def test_voc_files_are_read_with_their_pictures(tmp_path):
    voc(tmp_path, VOC.format(name="cell1.jpg", last=9))
    voc(tmp_path, "<annotation><filename>C:\\photos\\cell2.png</filename></annotation>", "cell2")
    files, boxed = get_voc_annotations(tmp_path)
    assert files == [tmp_path / "JPEGImages" / "cell1.jpg"]
    assert boxed == [([[3, 4.5, 20, 30], [1, 1, 2, 9]], ["wbc", "rbc"])]
    files, boxed = get_voc_annotations(tmp_path, images=tmp_path, with_empty=True, difficult=False)
    assert files == [tmp_path / "cell1.jpg", tmp_path / "cell2.png"] and boxed[0][1] == ["wbc"] and boxed[1] == ([], [])


BOMB = '<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n<annotation>&b;</annotation>'
OUTSIDE = '<?xml version="1.0"?>\n<!DOCTYPE x SYSTEM "file:///etc/passwd">\n<annotation/>'


@pytest.mark.parametrize("text, words", [
    (BOMB, r"cell1\.xml', line 2: it declares a document type or entities"),
    (OUTSIDE, "line 2: it declares"),
    ("<annotation>\n<object>", r"cell1\.xml', line 2: it is no xml"),
    ("", "line 1: it is no xml"),
    (VOC.format(name="a.jpg", last="deep"), r"object 1 has no box of numbers.*deep"),
    ("<annotation><object><name>x</name></object></annotation>", "object 0 has no box of numbers"),
    ("<annotation><object><bndbox/></object></annotation>", "object 0 has no name"),
])  # fmt: skip
def test_bad_voc_files_say_where(tmp_path, text, words):
    with pytest.raises(DataError, match=words):
        get_voc_annotations(voc(tmp_path, text))


@pytest.fixture
def yolo(tmp_path):
    for name, size, lines in (("a.jpg", (20, 10), "0 0.5 0.5 0.5 1\n\n1 0.25 0.5 0.1 0.2\n"), ("b.png", (8, 8), ""),
                              ("c.jpg", (30, 20), None)):  # fmt: skip
        (tmp_path / "images" / "train").mkdir(parents=True, exist_ok=True)
        (tmp_path / "labels" / "train").mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size).save(tmp_path / "images" / "train" / name)
        if lines is not None:
            (tmp_path / "labels" / "train" / name).with_suffix(".txt").write_text(lines)
    (tmp_path / "labels" / "classes.txt").write_text("cat\ndog\n")
    return tmp_path


def test_yolo_shares_become_pixels_by_the_size_of_the_picture(yolo):
    files, boxed = get_yolo_annotations(yolo / "images", labels=yolo / "labels")
    assert files == [yolo / "images" / "train" / "a.jpg"] and boxed[0][1] == ["cat", "dog"]
    np.testing.assert_allclose(boxed[0][0], [[5, 0, 15, 10], [4, 4, 6, 6]])
    assert get_yolo_annotations(yolo / "images" / "train")[1] == boxed  # labels beside, classes above
    files, boxed = get_yolo_annotations(yolo / "images", with_empty=True, classes=["x", "y"])
    assert [f.name for f in files] == ["a.jpg", "b.png", "c.jpg"] and boxed[0][1] == ["x", "y"] and boxed[2] == ([], [])


def test_yolo_reads_the_upright_size_from_the_header(yolo):
    exif = Image.Exif()
    exif[274] = 6  # stored on its side
    Image.new("RGB", (10, 20)).save(yolo / "images" / "train" / "a.jpg", exif=exif)
    _, boxed = get_yolo_annotations(yolo / "images")
    np.testing.assert_allclose(boxed[0][0][0], [5, 0, 15, 10])


@pytest.mark.parametrize("line, words", [
    ("0 0.5 0.5", "class x y width height"),
    ("0 0.5 0.5 0.5 1.5", "between 0 and 1"),
    ("cat 0.5 0.5 0.5 0.5", "class x y width height"),
    ("0 0.1 0.2 0.3 0.4 0.5 0.6", "Outlines of objects are no boxes"),
    ("0 nan 0.5 0.5 0.5", "between 0 and 1"),
    ("2 0.5 0.5 0.5 0.5", "no class 2, the 2 names"),
])  # fmt: skip
def test_bad_yolo_lines_are_named_by_file_and_line(yolo, line, words):
    (yolo / "labels" / "train" / "a.txt").write_text(f"0 0.5 0.5 0.5 0.5\n{line}\n")
    with pytest.raises(DataError, match=rf"a\.txt', line 2: .*{words}"):
        get_yolo_annotations(yolo / "images")


def test_missing_class_names_and_labels_are_said(yolo):
    with pytest.raises(DataError, match=r"None of the pictures.*labels="):
        get_yolo_annotations(yolo / "images", labels=yolo / "nowhere", classes=["a"])
    (yolo / "labels" / "classes.txt").unlink()
    with pytest.raises(DataError, match=r"classes.txt.*classes=\[\.\.\.\]"):
        get_yolo_annotations(yolo / "images")


def test_what_a_reader_gives_fits_a_data_block(yolo):
    files, boxed = get_yolo_annotations(yolo / "images", with_empty=True)
    block = DataBlock((ImageBlock, BBoxBlock, BBoxLblBlock), n_inp=1, get_y=box_getters(files, boxed),
                      splitter=lambda o: ([0, 1, 2], []), item_tfms=Resize(16, "squish"))  # fmt: skip
    dls = block.dataloaders(files, bs=3, shuffle=False, drop_last=False, num_workers=0, device="cpu")
    _x, boxes, labels = dls.one_batch()
    assert list(dls.vocab) == ["#na#", "cat", "dog"] and labels.tolist() == [[1, 2], [0, 0], [0, 0]]
    np.testing.assert_allclose(boxes[0, 0], [-0.5, -1, 0.5, 1], atol=1e-6)
    by_name = box_getters(["a.jpg"], boxed[:1])
    assert by_name[1](files[0]) == ["cat", "dog"]
    with pytest.raises(DataError, match=r"no annotations of .*z\.jpg.*like 'a\.jpg'"):
        by_name[0]("z.jpg")
