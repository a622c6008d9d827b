"""Folders as people have them, each with the guess that is expected: written down before the guesses were."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["LAYOUTS", "Layout"]


@dataclass(frozen=True)
class Layout:
    """`make` fills a folder; `expected`: fields of the recipe, as "step.field" or "field"."""

    name: str
    make: Callable[[Path], None]
    expected: dict[str, Any] = field(default_factory=dict)


def put(root: Path, *files: str, text: str = "") -> None:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text, encoding="utf-8")


def files(pattern: str, n: int = 6, **names: list[str]) -> list[str]:
    """`pattern` with each of the names and a number `i`."""
    (key, values) = next(iter(names.items())) if names else ("none", [""])
    return [pattern.format(**{key: value, "i": i}) for value in values for i in range(n)]


ANIMALS = ["cat", "dog", "owl"]


def making(*given: str, **tables: str) -> Callable[[Path], None]:
    """Empty files, and tables by name ("labels_csv" is labels.csv, "_" in folders is "__")."""

    def make(root: Path) -> None:
        put(root, *given)
        for name, text in tables.items():
            stem, _, suffix = name.replace("__", "/").rpartition("_")
            put(root, f"{stem}.{suffix}", text=text)

    return make


def rows(header: str, *lines: str) -> str:
    return "\n".join([header, *lines]) + "\n"


def image_rows(header: str, template: str, n: int = 24) -> str:
    """A row for each picture; {i} its number, {c} one of three classes, {t} several tags, {v} train or valid."""
    tags = ["clear water", "clear road", "haze water road", "clear", "haze", "road water"]
    lines = [
        template.format(i=i, c=ANIMALS[i % 3], t=tags[i % 6], v="valid" if i % 5 == 0 else "train", f=i * 1.37 + 0.5,
                        b=i % 2, d=(i + 1) % 2, j=i * 7 % 64)
        for i in range(n)
    ]  # fmt: skip
    return rows(header, *lines)


def coco(names: list[str]) -> str:
    return json.dumps(
        {
            "images": [{"id": i, "file_name": name, "width": 64, "height": 48} for i, name in enumerate(names)],
            "annotations": [
                {"id": i, "image_id": i, "category_id": 1, "bbox": [1, 2, 9, 9]} for i in range(len(names))
            ],
            "categories": [{"id": 1, "name": "cell"}],
        }
    )


VOC = "<annotation><filename>{}.jpg</filename><object><name>dog</name><bndbox/></object></annotation>"


def voc(root: Path) -> None:
    for i in range(5):
        put(root, f"JPEGImages/{i:06}.jpg")
        put(root, f"Annotations/{i:06}.xml", text=VOC.format(f"{i:06}"))


def yolo(root: Path, sides: tuple[str, ...] = ("",)) -> None:
    for side in sides:
        for i in range(5):
            put(root, f"images/{side}/{i}.jpg".replace("//", "/"))
            put(root, f"labels/{side}/{i}.txt".replace("//", "/"), text="0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.1 0.1\n")
    put(root, "classes.txt", text="cell\nnucleus\n")


def roboflow(root: Path) -> None:
    for side in ("train", "valid"):
        for i in range(5):
            put(root, f"{side}/images/{i}.jpg")
            put(root, f"{side}/labels/{i}.txt", text="0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.1 0.1\n")
    put(root, "data.yaml", text="train: ../train/images\nnc: 2\nnames: ['cell', 'nucleus']\n")


def dicom(root: Path) -> None:
    for i in range(4):
        (root / "study").mkdir(parents=True, exist_ok=True)
        (root / "study" / f"IM{i:04}").write_bytes(b"\0" * 128 + b"DICM" + b"\0" * 20)


def dicom_with_table(root: Path) -> None:
    """Scans of patients in folders of their own, masks of the same names beside them, and a table of diagnoses."""
    put(root, *files("{c}/{i}.dcm", c=["p0", "p1", "p2"]), *files("masks/{c}/{i}.png", c=["p0", "p1", "p2"]))
    named = [f"p{i % 3}/{i // 3}.dcm,{'yes' if i % 2 else 'no'}" for i in range(18)]
    put(root, "labels.csv", text=rows("file,bleeding", *named))


def dicom_among_pictures(root: Path) -> None:
    put(root, *files("{c}/{i}.dcm", c=["p0", "p1", "p2"]), *files("masks/{c}/{i}.png", c=["p0", "p1", "p2"]))


PICTURES = files("{i}.jpg", 24)
WORDS = "This is what somebody wrote about it, and it goes on for a while, number {i} of many."
TEXT_ROWS = rows("label,text", *(f'{"pos" if i % 2 else "neg"},"{WORDS.format(i=i)}"' for i in range(30)))
ADULT = rows(
    "age,workclass,education-num,hours,salary",
    *(f"{20 + i},{'private' if i % 3 else 'state'},{i % 9 + 3},{i * 1.7 + 3:.1f},{'>=50k' if i % 4 else '<50k'}"
      for i in range(60)),
)  # fmt: skip
HOUSES = rows("id,rooms,area,town,price", *(f"{i},{i % 6 + 1},{30.5 + i * 2},{'AB'[i % 2]},{900.5 * i + 7}"
                                            for i in range(60)))  # fmt: skip

LAYOUTS = [
    Layout("class folders", making(*files("{c}/{i}.jpg", c=ANIMALS)),
           {"task": "single", "labels.by": "folder", "split.by": "stratified"}),
    Layout("class folders below images", making(*files("images/{c}/{i}.png", c=ANIMALS)),
           {"task": "single", "labels.by": "folder"}),
    Layout("train and valid", making(*files("train/{c}/{i}.jpg", c=ANIMALS), *files("valid/{c}/{i}.jpg", 2, c=ANIMALS)),
           {"labels.by": "folder", "split.by": "folders", "split.train": "train", "split.valid": "valid"}),
    Layout("train and test", making(*files("train/{c}/{i}.jpg", c=ANIMALS), *files("test/{c}/{i}.jpg", 2, c=ANIMALS)),
           {"labels.by": "folder", "split.by": "folders", "split.valid": "test"}),
    Layout("train, val, test", making(*files("train/{c}/{i}.jpg", c=ANIMALS), *files("val/{c}/{i}.jpg", 2, c=ANIMALS),
                                      *files("test/{c}/{i}.jpg", 2, c=ANIMALS)),
           {"split.by": "folders", "split.train": "train", "split.valid": "val"}),
    Layout("training and testing of digits", making(*files("training/{c}/{i}.png", c=["0", "1", "2"]),
                                                     *files("testing/{c}/{i}.png", c=["0", "1", "2"])),
           {"labels.by": "folder", "split.train": "training", "split.valid": "testing"}),
    Layout("train and valid one level down", making(*files("set/Train/{c}/{i}.jpg", c=ANIMALS),
                                                     *files("set/Val/{c}/{i}.jpg", c=ANIMALS)),
           {"labels.by": "folder", "split.train": "Train", "split.valid": "Val"}),
    Layout("train with an unlabelled test set", making(*files("train/{c}/{i}.jpg", c=ANIMALS),
                                                     *files("test/{i}.jpg", 5)),
           {"task": "single", "labels.by": "folder", "split.by": "stratified", "source.folders": ("train",)}),
    Layout("names: class and number", making(*files("{c}_{i}.jpg", c=ANIMALS)), {"labels.by": "pattern"}),
    Layout("names: class.number", making(*files("train/{c}.{i}.jpg", 9, c=["cat", "dog"])), {"labels.by": "pattern"}),
    Layout("names: pets", making(*files("images/{c}_{i}.jpg", c=["great_pyrenees", "Birman", "basset_hound"])),
           {"labels.by": "pattern", "task": "single"}),
    Layout("names: number and class", making(*files("{i}_{c}.png", c=["0", "1", "seven"])), {"labels.by": "none"}),
    Layout("names: number then word", making(*files("{i}-{c}.png", c=ANIMALS)), {"labels.by": "pattern"}),
    Layout("names of a camera", making(*files("IMG_{i}.jpg", 9)), {"labels.by": "none", "task": "single"}),
    Layout("csv: name, label", making(*PICTURES, labels_csv=image_rows("name,label", "{i}.jpg,{c}")),
           {"task": "single", "labels.by": "column", "labels.columns": ("label",), "source.path_column": "name"}),
    Layout("csv: paths in a folder", making(*files("photos/{i}.jpg", 24), labels_csv=image_rows(
               "f,breed", "{i}.jpg,{c}")),
           {"source.prefix": "photos/", "labels.columns": ("breed",), "source.table": "labels.csv"}),
    Layout("csv: tags and is_valid", making(*files("train/{i}.jpg", 24), train_csv=image_rows(
               "fname,labels,is_valid", "{i}.jpg,{t},{b}")),
           {"task": "multi", "labels.delimiter": " ", "split.by": "column", "split.column": "is_valid"}),
    Layout("csv: names without ending", making(*files("train-jpg/{i}.jpg", 24), classes_csv=image_rows(
               "image_name,tags", "{i},{t}")),
           {"task": "multi", "source.suffix": ".jpg", "source.prefix": "train-jpg/"}),
    Layout("csv: zeros and ones", making(*PICTURES, y_csv=image_rows("file,edema,mass", "{i}.jpg,{b},{d}")),
           {"task": "multi", "labels.columns": ("edema", "mass")}),
    Layout("csv: a number", making(*PICTURES, ages_csv=image_rows("file,age", "{i}.jpg,{f}")),
           {"task": "regression", "labels.columns": ("age",)}),
    Layout("csv: points", making(*PICTURES, points_csv=image_rows("image,eye_x,eye_y", "{i}.jpg,{j},{f}")),
           {"task": "points", "labels.columns": ("eye_x", "eye_y")}),
    Layout("csv: train and test", making(*files("img/{i}.jpg", 48), test_csv=image_rows("id,label", "{i},{c}"),
                                         train_csv=image_rows("id,label", "{i},{c}")),
           {"source.table": "train.csv", "labels.columns": ("label",)}),
    Layout("tsv", making(*PICTURES, labels_tsv=image_rows("name\tlabel", "{i}.jpg\t{c}")),
           {"source.table": "labels.tsv", "labels.by": "column"}),
    Layout("csv with a split column", making(*PICTURES, l_csv=image_rows("path,class,split", "{i}.jpg,{c},{v}")),
           {"split.by": "column", "split.column": "split", "labels.columns": ("class",)}),
    Layout("masks in a folder", making(*files("images/{i}.jpg"), *files("masks/{i}.png")),
           {"task": "segmentation", "labels.by": "masks", "labels.mask": "masks/{stem}.png"}),
    Layout("camvid", making(*files("images/{i}.png"), *files("labels/{i}_P.png"), codes_txt="Sky\nRoad\nTree\n"),
           {"task": "segmentation", "labels.mask": "labels/{stem}_P.png", "labels.codes": ("Sky", "Road", "Tree")}),
    Layout("masks beside pictures", making(*files("scans/{i}.tif"), *files("scans/{i}_mask.tif")),
           {"task": "segmentation", "labels.mask": "{below}{stem}_mask.tif"}),
    Layout("coco", making(*files("images/{i}.jpg"), annotations_json=coco(files("{i}.jpg"))),
           {"task": "boxes", "labels.by": "coco", "source.prefix": "images"}),
    Layout("coco of 2017", making(*files("train2017/{i}.jpg"), *files("val2017/{i}.jpg", 2),
                                  annotations__instances_val2017_json=coco(files("{i}.jpg", 2)),
                                  annotations__instances_train2017_json=coco(files("{i}.jpg"))),
           {"labels.by": "coco", "labels.annotations": "annotations/instances_train2017.json"}),
    Layout("voc", voc, {"task": "boxes", "labels.by": "voc", "labels.annotations": "Annotations"}),
    Layout("yolo", yolo, {"task": "boxes", "labels.by": "yolo", "labels.annotations": "images"}),
    Layout("yolo, train and val", lambda root: yolo(root, ("train", "val")),
           {"labels.by": "yolo", "split.by": "folders", "split.train": "train", "split.valid": "val"}),
    Layout("dicom without endings", dicom, {"source.items": "dicom", "split.by": "group"}),
    Layout("dicom with a table", dicom_with_table,
           {"source.items": "dicom", "source.path_column": "file", "labels.by": "column",
            "labels.columns": ("bleeding",), "split.by": "group", "split.column": "PatientID"}),
    Layout("dicom with masks beside", dicom_among_pictures, {"source.items": "dicom", "split.by": "group"}),
    Layout("texts in a table", making(reviews_csv=TEXT_ROWS),
           {"task": "text", "source.path_column": "text", "labels.columns": ("label",)}),
    Layout("texts in folders", making(*files("train/{c}/{i}.txt", c=["pos", "neg"]),
                                      *files("test/{c}/{i}.txt", c=["pos", "neg"]), *files("unsup/{i}.txt")),
           {"task": "text", "source.items": "texts", "labels.by": "folder", "split.valid": "test"}),
    Layout("texts alone", making(*files("{i}.txt", 9)), {"task": "language_model", "source.items": "texts"}),
    Layout("a plain table", making(adult_csv=ADULT),
           {"task": "table", "labels.columns": ("salary",), "source.items": "rows"}),
    Layout("a table of houses", making(houses_csv=HOUSES), {"task": "table", "labels.columns": ("price",)}),
    Layout("one class", making(*files("cat/{i}.jpg", 9)), {"labels.by": "folder", "split.by": "random"}),
    Layout("masks of train and val", making(*files("train/images/{i}.png"), *files("train/masks/{i}.png"),
                                            *files("val/images/{i}.png", 3), *files("val/masks/{i}.png", 3)),
           {"task": "segmentation", "labels.mask": "{top}/masks/{stem}.png", "split.by": "folders",
            "split.train": "train", "split.valid": "val"}),
    Layout("csv of semicolons", making(*PICTURES, labels_csv=image_rows("picture;kind", "{i}.jpg;{c}")),
           {"labels.columns": ("kind",), "source.path_column": "picture", "source.sep": ";"}),
    Layout("csv of numbers with zeros", making(*files("{i:05}.jpg", 24), y_csv=image_rows("id,label", "{i:05},{c}")),
           {"labels.columns": ("label",), "source.path_column": "id", "source.dtypes": (("id", "str"),)}),
    Layout("csv with an index", making(*PICTURES, l_csv=image_rows("Unnamed: 0,file,kind", "{i},{i}.jpg,{c}")),
           {"labels.columns": ("kind",), "source.path_column": "file"}),
    Layout("csv of patients", making(*PICTURES, l_csv=image_rows("file,kind,patient_id", "{i}.jpg,{c},{b}")),
           {"labels.columns": ("kind",), "split.by": "group", "split.column": "patient_id"}),
    Layout("titanic", making(train_csv=rows("Id,Lived,Age,Sex", *(f"{i},{i % 2},{i % 31}.5,m" for i in range(60))),
                             test_csv=rows("Id,Age,Sex", *(f"{i},{i % 31}.5,m" for i in range(60)))),
           {"task": "table", "labels.columns": ("Lived",), "source.table": "train.csv"}),
    Layout("yolo of Roboflow", roboflow,
           {"labels.by": "yolo", "split.by": "folders", "split.train": "train", "split.valid": "valid"}),
    Layout("left by other programs", making(*files("{c}/{i}.jpg", c=ANIMALS), ".ipynb_checkpoints/a.jpg",
                                            "__MACOSX/cat/._0.jpg"),
           {"task": "single", "labels.by": "folder", "split.by": "stratified"}),
    Layout("a read-me and a list beside", making(*files("{c}/{i}.jpg", c=ANIMALS), "readme.txt",
                                                  classes_csv="class,n\ncat,6\ndog,6\nowl,6\n"),
           {"task": "single", "labels.by": "folder"}),
]  # fmt: skip
