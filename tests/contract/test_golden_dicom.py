"""Python makes the golden messages of the DICOM viewer; beside its pictures stands what pydicom makes of them."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import torch
from fastlearn.losses import CrossEntropyLossFlat
from fastlearn.medical.dicom import DicomDataLoaders, dcmread, dicom_windows, pixels
from fastlearn.train import Learner
from pydicom.dataset import Dataset
from torch import nn

from fastwidgets import DicomViewer

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests/core/medical"))
from by_pydicom import seen_by_pydicom  # noqa: E402
from dicom_files import ROOT as UID  # noqa: E402
from dicom_files import saved  # noqa: E402

GOLDEN = json.loads((HERE / "dicom.json").read_text()) if (HERE / "dicom.json").exists() else {}
SCHEMA = json.loads((ROOT / "fastwidgets/contract/dicom.json").read_text())
RAMP = np.arange(-32, 32, dtype=np.int16).reshape(8, 8) * 40


def table_of(entries: list[int], first: int, bits: int, **more: Any) -> Dataset:
    """An item of a sequence of lookup tables."""
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [len(entries), first, bits])
    item.add_new("LUTData", "US", entries)
    for keyword, value in more.items():
        setattr(item, keyword, value)
    return item


PICTURES: list[tuple[np.ndarray, dict[str, Any]]] = [
    (RAMP, {"RescaleIntercept": -24, "WindowCenter": 40, "WindowWidth": 401, "WindowCenterWidthExplanation": "BRAIN"}),
    ((RAMP + 1280).astype(np.uint16), {"RescaleSlope": 0.5, "WindowCenter": [600, 0], "WindowWidth": [301.5, 10],
     "VOILUTFunction": "LINEAR_EXACT", "PhotometricInterpretation": "MONOCHROME1"}),
    (RAMP, {"WindowCenter": 40, "WindowWidth": 400, "VOILUTFunction": "SIGMOID"}),
    ((RAMP + 1280).astype(np.uint16), {"VOILUTSequence": [table_of([0, 100, 400, 1023], 1200, 10)]}),
    ((RAMP // 40 + 32).astype(np.uint8), {"ModalityLUTSequence": [table_of(list(range(0, 6400, 100)), 0, 16,
     ModalityLUTType="US")], "RescaleSlope": None, "RescaleIntercept": None, "WindowCenter": 3000,
     "WindowWidth": 1000}),
    (RAMP, {"WindowCenter": 40.2, "WindowWidth": 1}),
]  # fmt: skip


def written(folder: Path) -> Path:
    """Slices one after the other, each of another kind; what belongs to nobody stands beside them."""
    folder.mkdir()
    for i, (values, elements) in enumerate(PICTURES):
        place = {"ImagePositionPatient": [0, 0, 2 * i], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
                 "PixelSpacing": [0.5, 0.25], "InstanceNumber": i + 1, "SOPInstanceUID": f"{UID}.1.1.{i + 1}",
                 }  # fmt: skip
        saved(folder / f"{i}.dcm", values, **(place | elements))
    (folder / "notes.txt").write_text("no picture")
    return folder


@pytest.fixture
def viewer(tmp_path: Path) -> Iterator[tuple[DicomViewer, list[Any]]]:
    made, sent = asked(tmp_path)
    yield made, sent
    made.close()


def asked(tmp_path: Path) -> tuple[DicomViewer, list[Any]]:
    """A viewer, and what it says to all that a browser may ask it."""
    folder = written(tmp_path / "scans")
    files = sorted(folder.glob("*.dcm"))
    mask = np.zeros((8, 8), np.uint8)
    mask[2:4, 2:5] = 2
    dls = DicomDataLoaders.from_label_func(
        folder, files, lambda file: file.stem, windows=dicom_windows.brain,
        splitter=lambda items: ([0, 1, 2], [3, 4, 5]), check_patients=False, vocab=list("012345"), bs=2, seed=1,
    )  # fmt: skip
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 6))
    nn.init.zeros_(net[1].weight)
    net[1].bias.data = torch.tensor([0.0, 0, 0, math.log(3), 0, 0])  # probabilities of 1/8, and one of 3/8
    viewer = DicomViewer(
        folder, dls=dls, learn=Learner(dls, net, loss_func=CrossEntropyLossFlat()),
        masks=lambda one: mask if one.number == 1 else None,
        boxes={f"{UID}.1.1.1": [(1, 1, 4, 5, "a")]}, predictions=lambda one: "blood 0.9",
        codes=["outside", "brain", "blood"],
        classes=["clear", "doubtful"],
    )  # fmt: skip
    sent: list[Any] = []
    viewer.send = lambda content, buffers=None: sent.append((json.loads(json.dumps(content)), list(buffers or [])))
    viewer.send_whole()
    viewer.go(0, 2)
    viewer.go(0, 0)
    about = {"edition": 0, "series": 0}
    for i in range(len(PICTURES)):
        ask(viewer, {"kind": "frame", "rid": i, "slice": i, **about})
    ask(viewer, {"kind": "frame", "rid": 90, **about, "series": 7, "slice": 0})
    ask(viewer, {"kind": "train", "rid": 91, "slice": 0, "draw": 0, **about})
    ask(viewer, {"kind": "predict", "rid": 95, "slice": 0, **about})
    ask(viewer, {"kind": "predict", "rid": 96, **about, "series": 7, "slice": 0})
    ask(viewer, {"kind": "header", "rid": 92, "slice": 0, "patient": False, **about})
    ask(viewer, {"kind": "code", "rid": 93, "purpose": "train"})
    ask(viewer, {"kind": "code", "rid": 94, "purpose": "build"})
    return viewer, sent


def ask(viewer: DicomViewer, message: dict[str, Any]) -> None:
    """Send a message as the browser does, and wait for the answer."""
    viewer._handle_msg({"content": {"data": {"method": "custom", "content": message}}, "buffers": []})
    viewer._jobs.wait(30)
    viewer._thinking.wait(30)
    assert viewer.notice == ""


def as_golden(content: dict[str, Any], buffers: list[bytes], folder: Path) -> dict[str, Any]:
    """A message as the file holds it; a picture with what pydicom makes of it, 0 to 255."""
    told = json.loads(re.sub(re.escape(str(folder)), "scans", json.dumps(content)))
    golden: dict[str, Any] = {"content": told, "hex": [bytes(buffer).hex() for buffer in buffers]}
    if content["kind"] == "frame" and content["picture"] is not None:
        ds = dcmread(folder / f"{content['slice']}.dcm")
        golden["pydicom"] = np.round(255 * seen_by_pydicom(ds, pixels(ds)), 3).flatten().tolist()
    return golden


def made(viewer: DicomViewer, sent: list[Any]) -> list[dict[str, Any]]:
    """The messages that the golden file holds."""
    root = viewer.session.gallery.root
    assert root is not None
    return [as_golden(content, buffers, root) for content, buffers in sent]


def test_python_makes_the_golden_messages(viewer: tuple[DicomViewer, list[Any]]) -> None:
    assert made(*viewer) == GOLDEN["to_browser"]


def test_what_goes_out_keeps_the_contract(viewer: tuple[DicomViewer, list[Any]]) -> None:
    widget, sent = viewer
    ask(widget, {"kind": "label", "edition": 0, "series": 0, "slice": 3, "level": "slice", "label": "doubtful"})
    look = {"series": 0, "slice": 3, "width": 80, "level": 40, "training": False, "predicting": True}
    ask(widget, {"kind": "look", "edition": 0, **look})
    widget.send_whole()
    assert [one["look"] for one, _ in sent if one["kind"] == "gallery"][-1] == look  # a page that is loaded again
    ask(widget, {"kind": "undo"})
    checks = jsonschema.Draft7Validator({**SCHEMA["properties"]["to_browser"], "definitions": SCHEMA["definitions"]})
    for content, _ in sent:
        checks.validate(content)
    assert {content["kind"] for content, _ in sent} == kinds("to_browser")


def test_every_question_of_the_contract_has_a_method() -> None:
    assert kinds("to_python") | {"hello", "ping"} == set(DicomViewer.hears)
    assert all(callable(getattr(DicomViewer, f"on_{kind}")) for kind in DicomViewer.hears)


@pytest.mark.parametrize("direction", ["to_browser", "to_python"])
def test_the_golden_messages_cover_the_contract(direction: str) -> None:
    assert {message["content"]["kind"] for message in GOLDEN[direction]} == kinds(direction)


def kinds(direction: str) -> set[str]:
    refs = SCHEMA["properties"][direction]["oneOf"]
    return {SCHEMA["definitions"][ref["$ref"].rpartition("/")[2]]["properties"]["kind"]["const"] for ref in refs}
