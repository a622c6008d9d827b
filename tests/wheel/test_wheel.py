"""What users install: the sdist builds without Node, and its wheel works in an environment of its own.

The environment borrows the third-party packages of this one (torch alone is several gigabytes) and nothing else: a path
in a `.pth` file brings packages, but not this checkout, whose own `.pth` file is not read.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tarfile
import time
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.wheel
ROOT = Path(__file__).parents[2]
SITE = sysconfig.get_path("purelib")
BLOCKED = (
    "IPython",
    "ipywidgets",
    "ipykernel",
    "jupyter_core",
    "jupyterlab",
    "traitlets",
    "comm",
    "bqplot",
    "fastwidgets",
)
WITHOUT_JUPYTER = f"""
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BLOCKED!r}:
            raise ImportError(f"{{name}} is not installed here")
sys.meta_path.insert(0, Refuse())
import torch
from torch import nn
import fastlearn, fastlearn.vision.all
from fastlearn.data import DataLoader, DataLoaders
from fastlearn.train import Learner
data = [(torch.randn(4), torch.randn(1)) for _ in range(32)]
learn = Learner(DataLoaders(DataLoader(data, bs=8), DataLoader(data, bs=8)), nn.Linear(4, 1), loss_func=nn.MSELoss())
learn.fit(1)
print(fastlearn.__file__, len(learn.history.epochs))
"""
TRAIN = """
import torch
from torch import nn
from fastlearn.data import DataLoader, DataLoaders
from fastlearn.train import Learner
data = [(torch.randn(4), torch.randn(1)) for _ in range(64)]
learn = Learner(DataLoaders(DataLoader(data, bs=8), DataLoader(data, bs=8)), nn.Linear(4, 1), loss_func=nn.MSELoss())
learn.fit_one_cycle(3)
"""


def run(*command: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env, cwd=cwd)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def sdist() -> Path:
    """The archive that `make test-wheel` has just built in `dist/`."""
    archives = sorted((ROOT / "dist").glob("fastwidgets-*.tar.gz"))
    assert archives, "no archive in dist/: run `make test-wheel`, which builds it"
    return archives[-1]


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that the sdist gives on a machine without Node."""
    tmp = tmp_path_factory.mktemp("wheel")
    bare = tmp / "bin"
    bare.mkdir()
    for tool in ("sh", "env", "uname", "git"):
        if found := shutil.which(tool):
            (bare / tool).symlink_to(found)
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "-w",
        str(tmp),
        str(sdist),
        env={**os.environ, "PATH": str(bare)},
    )
    return next(tmp.glob("*.whl"))


@pytest.fixture(scope="module")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds the wheel and borrows everything else."""
    home = tmp_path_factory.mktemp("clean") / "env"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    site = Path(run(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (site / "borrowed.pth").write_text(SITE)
    run(sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", str(wheel))
    shared = Path(sys.prefix) / "share" / "jupyter"
    ours = shutil.ignore_patterns("fastwidgets", "fastwidgets-shell")
    shutil.copytree(shared, home / "share" / "jupyter", ignore=ours, dirs_exist_ok=True)
    return python


def environment(clean: Path) -> dict[str, str]:
    """No setting of this process leads back to the checkout."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTHON", "VIRTUAL_ENV"))}
    return {**kept, "PATH": f"{clean.parent}:{kept['PATH']}", "IPYTHONDIR": str(clean.parents[1] / "ipython")}


def test_the_archives_hold_both_packages_the_front_end_and_no_tests(sdist: Path, wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {"fastwidgets", "fastlearn"} <= tops
    assert {top for top in tops if not top.startswith("fastwidgets-")} == {"fastwidgets", "fastlearn"}
    assert {"fastwidgets/py.typed", "fastlearn/py.typed"} <= set(names)
    for bundle in ("fastwidgets", "fastwidgets-shell"):
        assert any(name.endswith(f"share/jupyter/labextensions/{bundle}/package.json") for name in names)
    assert any(name.endswith("etc/jupyter/jupyter_server_config.d/fastwidgets.json") for name in names)
    assert not any("build_log.json" in name for name in names)  # it would record paths of the building machine
    with tarfile.open(sdist) as archive:
        inside = archive.getnames()
    assert not any("/tests/" in name or "/node_modules/" in name for name in inside)


def test_both_packages_import_from_the_wheel(clean: Path, tmp_path: Path) -> None:
    code = "import fastlearn, fastwidgets; print(fastlearn.__file__, fastwidgets.__file__)"
    where = run(str(clean), "-c", code, env=environment(clean), cwd=tmp_path)
    assert where.count(str(clean.parents[1])) == 2


def test_the_library_trains_where_no_jupyter_is_installed(clean: Path, tmp_path: Path) -> None:
    out = run(str(clean), "-c", WITHOUT_JUPYTER, env=environment(clean), cwd=tmp_path)
    assert str(clean.parents[1]) in out and out.strip().endswith("1")


def test_jupyterlab_lists_both_bundles_as_enabled(clean: Path, tmp_path: Path) -> None:
    command = [str(clean), "-m", "jupyterlab.labextensions", "list"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment(clean), cwd=tmp_path)
    lines = (done.stdout + done.stderr).splitlines()
    for bundle in ("fastwidgets", "fastwidgets-shell"):
        line = next((line for line in lines if line.split()[:1] == [bundle]), "")
        assert "enabled" in line and "OK" in line, "\n".join(lines)


@pytest.fixture
def voila(clean: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a Voilà that serves one notebook, which trains."""
    cell = {"cell_type": "code", "id": "c0", "metadata": {}, "execution_count": None, "outputs": [], "source": TRAIN}
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": [cell]}
    (tmp_path / "train.ipynb").write_text(json.dumps(book))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(8)
    flags = ["--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1", f"--token={token}", "train.ipynb"]
    with open(tmp_path / "voila.log", "wb") as log:
        server = subprocess.Popen(
            [str(clean), "-m", "voila", *flags],
            env=environment(clean),
            cwd=tmp_path,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}/"
    deadline = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                break
        except OSError:
            time.sleep(0.1)
    yield f"{address}?token={token}"
    os.killpg(server.pid, signal.SIGTERM)
    server.wait(20)


def test_voila_shows_a_widget(voila: str, tmp_path: Path) -> None:
    api = pytest.importorskip("playwright.sync_api")
    sys.path.insert(0, str(ROOT / "tests" / "browser"))
    from chromium import FLAGS, find  # type: ignore[import-not-found]

    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        page = browser.new_page()
        page.goto(voila, timeout=90_000)
        api.expect(page.locator(".fw-Monitor")).to_be_visible(timeout=60_000)
        api.expect(page.locator(".fw-Monitor-where")).to_contain_text("Finished · 3 epochs", timeout=60_000)
        browser.close()
