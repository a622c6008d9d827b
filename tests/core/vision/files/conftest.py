"""Pictures with the statistics of photos, and a server on this machine that gives some of them."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image


def make_photo(seed, width=160, height=120):
    """Power falling with frequency, correlated colours, hard edges: what photos have in common."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None])
    frequency[0, 0] = 1
    layers = []
    for _ in range(3):
        noise = rng.normal(size=frequency.shape) + 1j * rng.normal(size=frequency.shape)
        field = np.fft.irfft2(noise / frequency**1.3, s=(height, width))
        layers.append((field - field.mean()) / field.std())
    gray, *tints = layers
    colours = np.stack([gray, gray + 0.4 * tints[0], gray + 0.4 * tints[1]], axis=-1)
    colours[gray > 1] *= -0.5
    return Image.fromarray((128 + 45 * colours).clip(0, 255).astype(np.uint8))


@pytest.fixture(scope="session")
def photo():
    """`photo(seed, width, height)`."""
    return make_photo


@pytest.fixture
def photos(tmp_path):
    """A folder of twelve different photos, `00.jpg` to `11.jpg`."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed in range(12):
        make_photo(seed).save(folder / f"{seed:02}.jpg", quality=90)
    return folder


class Site:
    """What a server gives: bytes by path, or an HTTP status; `asked` lists the paths in order."""

    def __init__(self, address):
        self.address, self.pages, self.asked, self.cut = address, {}, [], {}

    def url(self, name):
        return f"{self.address}/{name}"

    def serve(self, name, content):
        self.pages["/" + name.partition("?")[0]] = content
        return self.url(name)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        site, path = self.server.site, self.path.partition("?")[0]
        site.asked.append(self.path)
        content = site.pages.get(path, 404)
        if isinstance(content, int):
            self.send_error(content)
            return
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if path not in site.cut or site.cut[path] != "endless":
            self.send_header("Content-Length", str(len(content) - start))
        self.send_header("ETag", '"one"')
        self.end_headers()
        self.wfile.write(content[start : site.cut.pop(path, None) if isinstance(site.cut.get(path), int) else None])

    def log_message(self, *args):
        pass


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.site = Site(f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield http.site
    http.shutdown()
    http.server_close()
    thread.join()
