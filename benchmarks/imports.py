"""How long an import takes in a fresh process, against `import torch`; fastai joins in where it is installed.

    make bench, or: python benchmarks/imports.py

Figures to reach: `fastlearn.vision.all` at most 1.25 × `import torch`; `import fastlearn` under 150 ms.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from harness import paired, ratio, table

FASTAI_PYTHON = os.environ.get("FASTAI_PYTHON")
IMPORTS = {
    "torch": "import torch",
    "nothing": "pass",
    "fastlearn": "import fastlearn",
    "fastlearn.vision.all": "import fastlearn.vision.all",
    "torch, torchvision": "import torch, torchvision",
}


def fresh(code: str, python: str = sys.executable) -> float:
    """Wall-clock seconds of a new process that runs `code`."""
    start = time.perf_counter()
    subprocess.run([python, "-W", "ignore", "-c", code], check=True)
    return time.perf_counter() - start


def main(rounds: int = 5) -> None:
    variants = {name: lambda code=code: fresh(code) for name, code in IMPORTS.items()}
    if FASTAI_PYTHON:
        variants["fastai.vision.all"] = lambda: fresh("import fastai.vision.all", FASTAI_PYTHON)
    measured = paired(variants, rounds)
    start_up = sorted(measured["nothing"])[rounds // 2]
    rows: list[list[object]] = []
    for name, times in measured.items():
        if name != "nothing":
            milliseconds = 1000 * (sorted(times)[rounds // 2] - start_up)
            rows.append([name, f"{milliseconds:.0f}", f"{ratio(measured, name, 'torch'):.2f}"])
    table("Import in a fresh process", ["import", "ms above an empty process", "ratio to torch (whole process)"], rows)


if __name__ == "__main__":
    main()
