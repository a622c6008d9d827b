"""What a model says of a slice: with the very probabilities of the learner, and a mask where it belongs."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from dicom_files import series
from fastlearn.data.problems import DataError
from fastlearn.losses import CrossEntropyLossFlat
from fastlearn.medical.dicom import (
    ClampHU,
    CropPadHU,
    DicomDataLoaders,
    DicomSegmentationDataLoaders,
    ResizeHU,
    get_dicom_files,
)
from fastlearn.train import Learner
from PIL import Image
from torch import Tensor, nn

from fastwidgets import DicomViewer
from fastwidgets.dicom import DicomSession

SHAPE = (48, 64)
BOX = (slice(12, 36), slice(20, 44))  # bright, in the middle


@pytest.fixture
def ct(tmp_path: Path) -> Path:
    """Air with a bright box; three slices, whose mask is the box."""
    from dicom_files import saved

    folder = tmp_path / "ct"
    for i, file in enumerate(series(folder, [0, 2, 4], shape=SHAPE)):
        values = np.full(SHAPE, -1000, np.int16)
        values[BOX] = 40 + i
        place = {"ImagePositionPatient": [0, 0, 2 * i], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}
        saved(file, values, SOPInstanceUID=f"1.2.{i + 1}", **place)
    mask = np.zeros(SHAPE, np.uint8)
    mask[BOX] = 1
    Image.fromarray(mask).save(tmp_path / "mask.png")
    return folder


class Bright(nn.Module):
    """Class 1 where brightness is over a half."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(20.0))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([0.5 - x[:, :1], x[:, :1] - 0.5], 1) * self.scale


def segmenter(ct: Path, item_tfms) -> Learner:
    dls = DicomSegmentationDataLoaders.from_label_func(
        ct, get_dicom_files(ct), lambda file: ct.parent / "mask.png", codes=["air", "box"], windows=(400, 40),
        item_tfms=item_tfms, splitter=lambda items: ([0, 1], [2]), check_patients=False, bs=2, seed=1,
    )  # fmt: skip
    return Learner(dls, Bright(), loss_func=CrossEntropyLossFlat(axis=1))


@pytest.mark.parametrize(
    "steps",
    [None, ResizeHU((24, 32)), ResizeHU(64), ResizeHU(96, method="squish"), ResizeHU(48, method="crop"),
     [ClampHU(), CropPadHU(40)]],
    ids=["as it is", "half", "padded", "squished", "cut", "the middle"],
)  # fmt: skip
def test_a_mask_lies_where_the_slice_has_what_the_model_saw(ct: Path, steps) -> None:
    learn = segmenter(ct, steps)
    found = DicomSession(ct, learn=learn).predicted(0, 1)
    rows, columns = np.nonzero(found.mask)
    assert found.mask.shape == SHAPE and set(found.mask.flat) == {0, 1}
    ends = [rows.min(), rows.max() + 1, columns.min(), columns.max() + 1]
    assert np.abs(np.array(ends) - [12, 36, 20, 44]).max() <= (0 if steps is None else 2)  # a pixel of the model
    assert found.words == f"box {100 * found.mask.mean():.0f} % of the slice"


def classifier(ct: Path) -> Learner:
    dls = DicomDataLoaders.from_label_func(
        ct, get_dicom_files(ct), lambda file: ("clear", "bleeding")[int(file.stem) % 2], windows=(400, 40),
        splitter=lambda items: ([0, 1], [2]), check_patients=False, bs=2, seed=1,
    )  # fmt: skip
    net = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(1), nn.Linear(1, 2))
    return Learner(dls, net, loss_func=CrossEntropyLossFlat())


def test_a_classifier_tells_what_the_learner_predicts(ct: Path) -> None:
    learn = classifier(ct)
    session = DicomSession(ct, learn=learn)
    one = session.entry(0).slice(1)
    assert one is not None
    _, _, probabilities = learn.predict(one.path)
    best = int(probabilities.argmax())
    words = session.predicted(0, 1).words
    assert words.startswith(f"{learn.dls.vocab[best]} {100 * probabilities[best]:.0f} %")
    assert words.count("%") == 2 and session.predicted(0, 1).mask.size == 0


def test_other_weights_are_asked_and_training_is_not_disturbed(ct: Path) -> None:
    learn = classifier(ct)
    session = DicomSession(ct, learn=learn)
    learn.model.train()
    session.predicted(0, 0)
    assert learn.model.training and int(learn.model[2].num_batches_tracked) == 0
    with torch.no_grad():
        learn.model[3].bias.copy_(torch.tensor([-50.0, 50.0]))
    assert session.predicted(0, 0).words.startswith(f"{learn.dls.vocab[1]} 100 %")


def test_a_slice_that_no_loader_has_is_predicted_too_and_without_a_learner_that_is_said(ct: Path) -> None:
    learn = classifier(ct)
    series(ct / "other", [0], shape=SHAPE, uid="1.7")
    session = DicomSession(ct / "other", learn=learn)
    assert "%" in session.predicted(0, 0).words
    with pytest.raises(DataError, match=r"no learner. Try DicomViewer\(…, learn=learn\)"):
        DicomSession(ct).predicted(0, 0)


def test_slices_do_not_wait_for_a_model_and_its_error_is_told(ct: Path) -> None:
    learn, go = classifier(ct), threading.Event()

    class Slow(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            go.wait(30)
            raise RuntimeError("no memory")

    learn.model = Slow()
    learn.model.__deepcopy__ = lambda memo: learn.model  # an event cannot be copied
    viewer = DicomViewer(ct, learn=learn)
    sent: list[dict[str, object]] = []
    viewer.send = lambda content, buffers=None: sent.append(content)
    for kind in ("predict", "frame"):
        about = {"rid": len(kind), "edition": 0, "series": 0, "slice": 0}
        viewer._handle_msg(
            {"content": {"data": {"method": "custom", "content": {"kind": kind, **about}}}, "buffers": []}
        )
    viewer._jobs.wait(30)
    assert [one["kind"] for one in sent] == ["frame"]
    go.set()
    viewer._thinking.wait(30)
    assert "no memory" in str(sent[-1]["reason"]) and sent[-1]["words"] == ""
    viewer.close()
