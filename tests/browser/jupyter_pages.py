"""A JupyterLab server of its own and pages on it; for the browser tests and the benchmarks that need a browser.

The server is JupyterLab's; Notebook 7 and Voilà answer on the same one, as server extensions. Older ipykernels are
installed into a cache folder and offered as kernels of their own.
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
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

# Which ipykernels, and what of theirs the environment may lack; the environment's own is called python3.
OLDER = {"ipykernel-7.3.0": ["ipykernel==7.3.0"], "ipykernel-6.31.0": ["ipykernel==6.31.0", "nest_asyncio"]}
KERNELS = ["python3", *OLDER]
SHOTS = Path(__file__).parent / "screenshots"
PREFIX = "/user/ada"  # all is tried behind a path, as a hub has it: what works there works at the root too
QUIET = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}

READY = """() => {
  const app = window.jupyterapp;
  const panel = app && [...app.shell.widgets('main')].find(w => w.sessionContext && w.content?.widgets);
  const kernel = panel?.sessionContext.session?.kernel;
  window.__panel = panel;
  return panel?.sessionContext.isReady && kernel?.status === 'idle' && kernel.connectionStatus === 'connected';
}"""
RUN = """i => {
  window.__panel.content.activeCellIndex = i;
  window.__done = window.jupyterapp.commands.execute('notebook:run-cell');
}"""
SETTLE = """expression => {
  window.__settled = null;
  Promise.resolve(window.eval(expression))
    .then(() => (window.__settled = { broken: null }), error => (window.__settled = { broken: String(error) }));
}"""
FAILED = """i => (window.__panel.content.widgets[i].model.outputs?.toJSON() ?? [])
  .filter(o => o.output_type === 'error').map(o => `${o.ename}: ${o.evalue}`).join('')"""
TEXT = """i => (window.__panel.content.widgets[i].model.outputs?.toJSON() ?? [])
  .map(o => [].concat(o.text ?? o.traceback ?? []).join('')).join('')"""


class KernelMissing(Exception):
    """An older ipykernel could not be installed."""


class Server:
    """A Jupyter server that can be killed and started again as it was: same port, same token, same folders."""

    def __init__(self, base: str, token: str, root: Path, log: Path, command: list[str], env: dict[str, str]) -> None:
        self.base, self.token, self.root, self.log = base, token, root, log
        self.kernels = root.parent / "data" / "kernels"
        self._command, self._env = command, env

    def start(self) -> None:
        """Start it, and wait until it answers. Raises: RuntimeError where it does not."""
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, env=self._env, cwd=self.root, start_new_session=True
            )
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"{self.base}/api/status?token={self.token}", timeout=2)
                return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(self.log.read_text()[-2000:]) from None
                time.sleep(0.1)

    def stop(self) -> None:
        """End it with all its kernels, unless it is dead already."""
        if self._process.poll() is not None:
            return
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:  # its kernels went with the first signal; it must not outlive the tests
            self.kill()

    def kill(self) -> None:
        """End it without a warning, as a machine does that has no memory left."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def write(self, cells: list[str], kernel: str = "python3") -> str:
        name = f"{uuid.uuid4().hex[:8]}.ipynb"
        code = dict(cell_type="code", metadata={}, execution_count=None, outputs=[])
        spec = dict(name=kernel, display_name=kernel, language="python")
        book = dict(nbformat=4, nbformat_minor=5, metadata=dict(kernelspec=spec))
        book["cells"] = [dict(code, id=f"c{i}", source=source) for i, source in enumerate(cells)]
        (self.root / name).write_text(json.dumps(book))
        return name


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "fastwidgets-tests"


def install_kernel(name: str, kernels: Path) -> None:
    """Make the kernel `name` of OLDER known in the folder `kernels`.

    Raises: KernelMissing where pip cannot get it, as without a network.
    """
    packages = cache_folder() / f"{name}-py{sys.version_info.major}{sys.version_info.minor}"
    if not packages.exists():
        part = packages.with_name(f"{packages.name}.{os.getpid()}")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(part), *OLDER[name]]
        for left in (1, 0):  # an index may hang once
            try:
                subprocess.run(pip, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL, timeout=180)
                break
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
                shutil.rmtree(part, ignore_errors=True)
                if not left:
                    raise KernelMissing(f"{name} cannot be installed: {error}\n{str(error.stderr)[-300:]}") from None
        try:
            part.replace(packages)
        except OSError:  # another process of the tests was quicker
            shutil.rmtree(part)
            if not packages.exists():
                raise
    spec = dict(display_name=name, language="python", env=dict(PYTHONPATH=str(packages)))
    spec["argv"] = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernels / name).mkdir(parents=True, exist_ok=True)
    (kernels / name / "kernel.json").write_text(json.dumps(spec))


@contextmanager
def serving(tmp: Path) -> Iterator[Server]:
    """A server that keeps all its files in the folder `tmp`, on a free port of this machine."""
    root = tmp / "root"
    root.mkdir()
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    token = secrets.token_hex(16)
    config = tmp / "config" / "labconfig"
    config.mkdir(parents=True)
    (config / "default_setting_overrides.json").write_text(json.dumps(QUIET))
    env = dict(
        os.environ,
        IPYTHONDIR=str(tmp / "ipython"),
        JUPYTERLAB_SETTINGS_DIR=str(tmp / "settings"),
        JUPYTERLAB_WORKSPACES_DIR=str(tmp / "workspaces"),
        JUPYTER_CONFIG_DIR=str(tmp / "config"),
        JUPYTER_RUNTIME_DIR=str(tmp / "runtime"),
        JUPYTER_DATA_DIR=str(tmp / "data"),
        OMP_NUM_THREADS="1",
    )
    args = [
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.base_url={PREFIX}/",
        "--KernelManager.shutdown_wait_time=1",  # a kernel with torch in it takes its time to go, for each test
        f"--ServerApp.root_dir={root}",
        f"--IdentityProvider.token={token}",
        "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    base = f"http://127.0.0.1:{port}{PREFIX}"
    found = Server(base, token, root, tmp / "server.log", [sys.executable, "-m", "jupyterlab", *args], env)
    found.start()
    try:
        yield found
    finally:
        found.stop()


class Page:
    """A browser page; `errors` holds what the console and the page complained about."""

    def __init__(self, page: Any, server: Server, name: str) -> None:
        self.page, self.server, self._name, self._shots = page, server, name, 0
        self.errors: list[str] = []
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: self.errors.append(str(e)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.page, name)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.server.base}/{path}?token={self.server.token}")

    def open(self, cells: list[str], app: str = "lab", kernel: str = "python3") -> None:
        """A new notebook of `cells`, in JupyterLab or in Notebook 7 (`app="notebook"`)."""
        if kernel in OLDER:
            install_kernel(kernel, self.server.kernels)
        name = self.server.write(cells, kernel)
        self.go(f"lab/workspaces/{name[:8]}/tree/{name}" if app == "lab" else f"notebooks/{name}")
        self.ready()

    def ready(self) -> None:
        self.page.wait_for_function(READY, timeout=60_000)

    def run(self, cell: int, *, wait: bool = True) -> None:
        self.page.evaluate(RUN, cell)
        if wait:
            self.done(cell)

    def settled(self, promise: str, seconds: float) -> None:
        """Wait until the promise that this expression of the page gives is kept.

        Not by `evaluate`, which waits for ever: a promise that JupyterLab never keeps would hold up all the tests.
        Raises: playwright's TimeoutError when `seconds` have passed; AssertionError where the promise is broken.
        """
        self.page.evaluate(SETTLE, promise)
        self.page.wait_for_function("() => window.__settled", timeout=seconds * 1000)
        broken = self.page.evaluate("() => window.__settled.broken")
        assert broken is None, broken

    def done(self, cell: int, seconds: float = 120) -> None:
        self.settled("window.__done", seconds)
        failed = self.page.evaluate(FAILED, cell)
        assert not failed, failed

    def restart(self) -> None:
        """Restart the kernel; what was running in it is gone before this is over (`restarted` waits for that)."""
        self.page.evaluate("() => { window.__restarted = window.__panel.sessionContext.session.kernel.restart(); }")

    def restarted(self) -> None:
        self.settled("window.__restarted", 60)

    def shut_down(self) -> None:
        """End the kernel of this page's notebook, if it has one."""
        self.settled("window.__panel?.sessionContext.shutdown()", 60)

    def text(self, cell: int) -> str:
        return self.page.evaluate(TEXT, cell)

    def saved(self, cell: int) -> list[dict[str, Any]]:
        """The outputs of a cell in the notebook's file."""
        path = self.server.root / self.page.url.split("/")[-1].split("?")[0]
        with suppress(json.JSONDecodeError):  # it may be in the middle of being written
            return json.loads(path.read_text())["cells"][cell].get("outputs", [])
        return []

    def saved_outputs(self, cell: int, text: str) -> str:
        """The HTML outputs of a cell in the notebook's file, as soon as `text` is in them."""
        html, deadline = "", time.monotonic() + 30
        while text not in html and time.monotonic() < deadline:
            self.page.wait_for_timeout(100)
            html = "".join("".join(output.get("data", {}).get("text/html", "")) for output in self.saved(cell))
        assert text in html, html
        return html

    def load_again(self, *shown: int) -> None:
        """Load the page again, as soon as the file holds the outputs of the cells `shown`: nobody saves by hand."""
        deadline = time.monotonic() + 30
        while not all(self.saved(cell) for cell in shown):
            assert time.monotonic() < deadline, "the widgets have not saved the notebook"
            self.page.wait_for_timeout(100)
        self.page.reload()

    def at_rest(self, selector: str) -> None:
        """Nothing moves any more: themes and outputs are loaded bit by bit, and a click is made at a place."""
        same, before = 0, None
        while same < 4:
            self.page.wait_for_timeout(150)
            now = self.page.locator(selector).bounding_box()
            same, before = (same + 1 if now == before else 0), now

    def command(self, name: str, **args: Any) -> None:
        self.settled(f"window.jupyterapp.commands.execute({json.dumps(name)}, {json.dumps(args)})", 60)

    def shot(self, step: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        self._shots += 1
        self.page.screenshot(path=SHOTS / f"{self._name}-{self._shots}-{step}.png")
