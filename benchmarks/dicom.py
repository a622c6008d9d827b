"""Reading DICOM files: a windowed picture, a picture scaled by its histogram and a table of headers, beside fastai's.

    make bench, or: FASTAI_PYTHON=python-with-fastai python benchmarks/dicom.py

Figures to reach, of fastai's processor time for each picture of 512 x 512 in the same run: at most 0.45 for `windowed`,
0.25 for `hist_scaled`, 0.45 for `from_dicoms` with the summary of the pixels. Without fastai it prints milliseconds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import torch
from harness import cpu_seconds, table

sys.path.append(str(Path(__file__).parents[1] / "tests/core/medical"))

from dicom_files import ROOT, saved
from fastlearn.medical.dicom import dicom_windows, from_dicoms, get_dicom_files, hist_scaled, windowed

FASTAI_PYTHON = os.environ.get("FASTAI_PYTHON")
FASTAI_SCRIPT = Path(__file__).parent / "peer" / "dicom_fastai.py"
ROUNDS = int(os.environ.get("ROUNDS", 3))
FILES, SIDE = 40, 512
LIMITS = {"windowed": 0.45, "hist_scaled": 0.25, "from_dicoms": 0.45}
TASKS: dict[str, Callable[[list[Path]], object]] = {
    "windowed": lambda files: [windowed(file, *dicom_windows.brain) for file in files],
    "hist_scaled": lambda files: [hist_scaled(file) for file in files],
    "from_dicoms": lambda files: from_dicoms(files, window=dicom_windows.brain),
}


def make_files(folder: Path) -> list[Path]:
    """Made-up heads: air, a skull, brain and noise, with few elements: fastai's table fails on a scanner's header."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE / 2
    away = np.hypot(x / (0.35 * SIDE), y / (0.44 * SIDE))
    head = np.where(away < 0.9, 35, np.where(away < 1, 900, -1000))
    for i in range(FILES):
        values = head + rng.normal(0, 8, head.shape) + 1024
        saved(folder / f"{i}.dcm", values.clip(0).astype(np.uint16), RescaleIntercept=-1024, InstanceNumber=i + 1,
              SOPInstanceUID=f"{ROOT}.{i + 1}", WindowCenter=40, WindowWidth=80)  # fmt: skip
    return get_dicom_files(folder)


def ours(files: list[Path]) -> dict[str, float]:
    """Processor seconds by task."""
    for work in TASKS.values():
        work(files[:2])  # what is loaded once
    return {name: cpu_seconds(lambda work=work: work(files))() for name, work in TASKS.items()}


def fastais(folder: Path) -> dict[str, float]:
    """The same in fastai, in a process of its own; nothing where it is not given."""
    if FASTAI_PYTHON is None:
        return {}
    done = subprocess.run(
        [FASTAI_PYTHON, str(FASTAI_SCRIPT), str(folder)], capture_output=True, text=True, check=True
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as tmp:
        files = make_files(Path(tmp))
        rounds = [(ours(files), fastais(Path(tmp))) for _ in range(ROUNDS)]
    rows: list[list[object]] = []
    for name, limit in LIMITS.items():
        each = 1000 * median(mine[name] for mine, _ in rounds) / FILES
        ratios = [mine[name] / theirs[name] for mine, theirs in rounds if theirs]
        rows.append([name, f"{each:.2f} ms", f"{median(ratios):.2f}" if ratios else "-", limit])
    table(f"{FILES} pictures of {SIDE} x {SIDE}", ["what", "a picture", "of fastai's time", "limit"], rows)


if __name__ == "__main__":
    main()
