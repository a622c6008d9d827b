"""A server on this machine that misbehaves on demand, and a home folder of its own for every test."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@dataclass
class FaultyServer:
    """Serves one file; each entry of `faults` spoils one answer: a number of bytes to stop after, or an HTTP status."""

    content: bytes = b""
    etag: str | None = '"one"'
    ranges: bool = True
    faults: list[int | str] = field(default_factory=list)
    after_fault: object = None  # called once a fault has been served: swap the file, for example
    asked: list[str | None] = field(default_factory=list)  # the Range header of each request
    address: str = ""

    def url(self, name="file.bin"):
        return f"{self.address}/{name}"


class Handler(BaseHTTPRequestHandler):
    """Answers GET as the server's settings say, with ranges and `If-Range` as in RFC 9110."""

    def do_GET(self):
        served = self.server.served
        wanted = self.headers.get("Range")
        served.asked.append(wanted)
        fault = served.faults.pop(0) if served.faults else None
        if isinstance(fault, str):
            self.send_error(int(fault))
            return
        content, start = served.content, 0
        if wanted and served.ranges and self.headers.get("If-Range") == served.etag:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - start))
        if served.etag:
            self.send_header("ETag", served.etag)
        self.end_headers()
        self.wfile.write(content[start:] if fault is None else content[start : start + fault])
        if fault is not None and served.after_fault:
            served.after_fault()

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.served = FaultyServer(address=f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield http.served
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder that is this test's alone."""
    folder = tmp_path / "home"
    monkeypatch.setenv("FASTWIDGETS_HOME", str(folder))
    return folder
