"""The names for notebooks, the sample scans, and a learner that leaves as a bundle."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.bundle.load import load_learner
from fastlearn.data.made_up import write_scans
from fastlearn.losses import CrossEntropyLossFlat
from fastlearn.medical import all as medical_all
from fastlearn.medical import dicom
from fastlearn.medical.dicom import (
    DicomDataLoaders,
    dicom_windows,
    find_series,
    get_dicom_files,
    read_volume,
    windowed,
)
from fastlearn.train.learner import Learner
from fastlearn.vision import all as vision_all
from torch import nn


def test_the_star_import_has_the_names_of_pictures_and_of_dicom():
    assert set(medical_all.__all__) == {*vision_all.__all__, *dicom.__all__}
    assert all(hasattr(medical_all, name) for name in medical_all.__all__)


def test_the_sample_scans_are_the_same_each_time_and_what_their_table_says(tmp_path):
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        folder.mkdir()
        write_scans(folder, n=3)
    files = [sorted(f.relative_to(folder) for f in folder.rglob("*") if f.is_file()) for folder in folders]
    assert files[0] == files[1] and len(files[0]) == 3 * 8 * 2 + 1
    assert all((folders[0] / file).read_bytes() == (folders[1] / file).read_bytes() for file in files[0])
    found = find_series(get_dicom_files(folders[0]))
    assert len(found.series) == 3 and all(len(one) == 8 and one.problems == () for one in found.series)
    assert [one.path.stem for one in found.series[0].slices] != [f"{i:02d}" for i in range(8)]
    volume = read_volume(found.series[1], padding=-1000)
    assert volume.spacing == (5, 3, 3) and volume.values.min() > -1100 and 850 < volume.values.max() < 1000
    bleeding = pd.read_csv(folders[0] / "labels.csv").groupby(lambda i: i // 8).bleeding.apply(list)
    assert "yes" not in bleeding[0] and "yes" in bleeding[1] and "no" in bleeding[1]


@pytest.fixture(scope="module")
def learner(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scans")
    write_scans(folder, n=4, slices=4)
    dls = DicomDataLoaders.from_label_func(
        folder, get_dicom_files(folder), lambda file: file.parent.name in ("p01", "p03"), valid_pct=0.25,
        windows=[dicom_windows.brain], bins=20, seed=0, bs=4, vocab=[False, True],
    )  # fmt: skip
    net = nn.Sequential(nn.Conv2d(2, 4, 3, stride=4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    return Learner(dls, net, loss_func=CrossEntropyLossFlat(), path=folder)


def test_a_learner_of_dicom_is_exported_without_patients_and_predicts_the_same(learner, tmp_path):
    learner.fit(1, 1e-3)
    file = learner.dls.valid_ds.items[0]
    expected = learner.predict(file)[2]
    path = learner.export(tmp_path / "bundle")
    text = (path / "bundle.json").read_text()
    assert "MADE-UP" not in text and "Made-Up" not in text and "1.2.826" not in text
    again = load_learner(path)
    assert torch.allclose(again.predict(file)[2], expected, atol=1e-6)
    x = again.dls.test_dl([file]).one_batch()[0]
    assert np.allclose(x[0, 0].cpu(), windowed(file, *dicom_windows.brain), atol=1e-5)
