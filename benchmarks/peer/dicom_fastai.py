"""fastai's side of `dicom.py`: FASTAI_PYTHON dicom_fastai.py FOLDER prints processor seconds by task, as JSON."""

from __future__ import annotations

import json
import sys
import time
import types
import warnings

import pandas as pd
import torch

for name in ("kornia", "skimage"):  # imported by fastai for other functions than these
    sys.modules.setdefault(name, types.ModuleType(name))

from fastai.medical.imaging import dicom_windows, get_dicom_files  # noqa: E402

warnings.simplefilter("ignore")
torch.set_num_threads(1)
files = get_dicom_files(sys.argv[1])
tasks = {
    "windowed": lambda some: [one.dcmread().windowed(*dicom_windows.brain) for one in some],
    "hist_scaled": lambda some: [one.dcmread().hist_scaled() for one in some],
    "from_dicoms": lambda some: pd.DataFrame.from_dicoms(some, window=dicom_windows.brain, n_workers=0),
}
found = {}
for name, work in tasks.items():
    work(files[:2])  # what is loaded once
    start = time.process_time()
    work(files)
    found[name] = time.process_time() - start
print(json.dumps(found))
