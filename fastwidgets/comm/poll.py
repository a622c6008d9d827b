"""Hearing clicks between batches on kernels that have no subshells (ipykernel 6)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fastwidgets.comm.front_end import running_kernel

_DELIMITER = b"<IDS|MSG>"
_CONTROL = "jupyter.widget.control"  # by this comm a reloaded page asks for the widgets' states


class ShellPoller:
    """Answers, from inside a running cell, the messages that our widgets and a reloaded page wait for.

    Everything else stays in the kernel's own queue, in order, and runs after the cell as always. A call costs some
    microseconds when nothing waits. Only for the thread that runs the cell: it is the one that reads the shell socket.
    """

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        self._handlers: dict[str, Callable[[list[bytes], dict[str, Any]], None]] = {
            "comm_msg": self._comm_msg,
            "comm_open": self._comm_open,
            "comm_close": self._comm_close,
            "comm_info_request": self._comm_info,
            "kernel_info_request": self._kernel_info,
        }

    def __call__(self) -> None:
        import zmq

        while True:
            try:
                frames = self._kernel.shell_stream.socket.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            if not self._answer(frames):
                self._kernel.schedule_dispatch(self._kernel.dispatch_shell, frames)

    def _answer(self, frames: list[Any]) -> bool:
        header, content = _peek(frames)
        if not self._is_ours(header.get("msg_type"), content):
            return False
        session = self._kernel.session
        idents, rest = session.feed_identities(frames, copy=False)
        message = session.deserialize(rest, content=True, copy=False)  # checks the signature
        self._handlers[message["header"]["msg_type"]](idents, message)
        return True

    def _is_ours(self, kind: str | None, content: dict[str, Any]) -> bool:
        if kind in ("comm_info_request", "kernel_info_request"):
            return True
        if kind == "comm_open":
            return content.get("target_name") == _CONTROL
        if kind not in ("comm_msg", "comm_close"):
            return False
        comm = self._kernel.comm_manager.get_comm(content.get("comm_id"))
        return comm is not None and (comm.target_name == _CONTROL or _live_widget(comm.comm_id) is not None)

    def _comm_msg(self, idents: list[bytes], message: dict[str, Any]) -> None:
        widget = _live_widget(message["content"]["comm_id"])
        if widget is not None:
            # Not by the comm: it would fire IPython's post_execute, which flushes figures, in the middle of the cell.
            widget._handle_msg(message)
        else:
            self._kernel.comm_manager.comm_msg(self._kernel.shell_stream, idents, message)

    def _comm_open(self, idents: list[bytes], message: dict[str, Any]) -> None:
        self._kernel.comm_manager.comm_open(self._kernel.shell_stream, idents, message)

    def _comm_close(self, idents: list[bytes], message: dict[str, Any]) -> None:
        self._kernel.comm_manager.comm_close(self._kernel.shell_stream, idents, message)

    def _comm_info(self, idents: list[bytes], message: dict[str, Any]) -> None:
        wanted = message["content"].get("target_name")
        comms = self._kernel.comm_manager.comms
        found = {
            comm_id: {"target_name": comm.target_name}
            for comm_id, comm in comms.items()
            if wanted in (None, comm.target_name)
        }
        self._reply("comm_info_reply", {"comms": found, "status": "ok"}, idents, message)

    def _kernel_info(self, idents: list[bytes], message: dict[str, Any]) -> None:
        self._reply("kernel_info_reply", {"status": "ok", **self._kernel.kernel_info}, idents, message)

    def _reply(self, kind: str, content: dict[str, Any], idents: list[bytes], message: dict[str, Any]) -> None:
        """Answer `message`; the page drops its request when it hears that the kernel has finished with it."""
        import zmq

        kernel = self._kernel
        kernel._publish_status("busy", "shell", parent=message)
        kernel.session.send(kernel.shell_stream, kind, content, message, idents)
        kernel.shell_stream.flush(zmq.POLLOUT)
        kernel._publish_status("idle", "shell", parent=message)


def poller_for_running_kernel() -> ShellPoller | None:
    """A poller, where clicks need one: the kernel has no subshells and queues its messages as ipykernel 6 does."""
    kernel = running_kernel()
    if kernel is None or getattr(kernel, "shell_channel_thread", None) is not None:
        return None
    needed = ("msg_queue", "shell_stream", "schedule_dispatch", "dispatch_shell", "comm_manager")
    return ShellPoller(kernel) if all(hasattr(kernel, name) for name in needed) else None


def _peek(frames: list[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and content of a message, without using up its signature (a message is deserialized only once)."""
    raw = [bytes(frame) for frame in frames]
    start = raw.index(_DELIMITER)
    header: dict[str, Any] = json.loads(raw[start + 2])
    content: dict[str, Any] = json.loads(raw[start + 5]) if len(raw[start + 5]) < 100_000 else {}
    return header, content


def _live_widget(comm_id: str) -> Any | None:
    """The widget of ours behind a comm: handlers of other people's widgets may do anything, ours only set flags."""
    from ipywidgets.widgets import widget as registry

    from fastwidgets.comm.widget import LiveWidget

    found = registry._instances.get(comm_id)
    return found if isinstance(found, LiveWidget) else None
