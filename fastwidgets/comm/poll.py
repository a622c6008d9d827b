"""Answering the front end between batches, while a cell holds the kernel's main shell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from fastwidgets.comm.front_end import running_kernel

_CONTROL = "jupyter.widget.control"  # by this comm a reloaded page asks for the widgets' states
_QUESTIONS = ("comm_info_request", "kernel_info_request")  # what it asks before that; neither touches user code


class Polled(Protocol):
    """The part of `fastlearn.train.control.FitControl` that calls a poller between batches."""

    def add_poller(self, poller: Callable[[], None]) -> None:
        """Call `poller` between batches and while paused, at most ten times a second."""

    def remove_poller(self, poller: Callable[[], None]) -> None:
        """Do not call `poller` any more."""


class Inbox(NamedTuple):
    """Where messages for the main shell wait, and where their answers go."""

    stream: Any  # a ZMQStream whose socket belongs to the main thread
    replies: Any  # a ZMQStream or a socket


class ShellPoller:
    """Answers, from inside a running cell, the messages that our widgets and a reloaded page wait for.

    On kernels without subshells (ipykernel 6, or subshells switched off) that is how clicks get through; on the others
    a page that is reloaded in the middle of a run needs it, since JupyterLab first asks the main shell who it is.
    Everything else is handed on unread and runs after the cell, in order, as always. A call with nothing to do costs
    some microseconds. Only for the thread that runs the cell: it is the one that reads the socket.
    """

    def __init__(self, kernel: Any, inbox: Inbox) -> None:
        self._kernel, self._inbox = kernel, inbox
        self._handlers: dict[str, Callable[[list[bytes], dict[str, Any]], None]] = {
            "comm_msg": self._comm_msg,
            "comm_open": self._comm_open,
            "comm_close": self._comm_close,
            "comm_info_request": self._comm_info,
            "kernel_info_request": self._kernel_info,
        }

    def __call__(self) -> None:
        import zmq

        stream = self._inbox.stream
        while True:
            try:
                frames = stream.socket.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            if not self._answer(frames):
                # As the stream would have done, only now instead of after the cell.
                self._kernel.io_loop.add_callback(stream._recv_callback, frames)

    def _answer(self, frames: list[Any]) -> bool:
        session = self._kernel.session
        try:
            idents, rest = session.feed_identities(frames, copy=False)
            peeked = session.deserialize(rest, content=False, copy=False)  # leaves the signature unused
            if not self._is_ours(peeked["header"]["msg_type"], session.unpack(peeked["content"])):
                return False
            message = session.deserialize(rest, content=True, copy=False)
        except Exception:  # not a message we can read: the kernel knows what to say about it
            return False
        self._handlers[message["header"]["msg_type"]](idents, message)
        return True

    def _is_ours(self, kind: str, content: dict[str, Any]) -> bool:
        if kind in _QUESTIONS:
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
            self._kernel.comm_manager.comm_msg(self._inbox.replies, idents, message)

    def _comm_open(self, idents: list[bytes], message: dict[str, Any]) -> None:
        self._kernel.comm_manager.comm_open(self._inbox.replies, idents, message)

    def _comm_close(self, idents: list[bytes], message: dict[str, Any]) -> None:
        self._kernel.comm_manager.comm_close(self._inbox.replies, idents, message)

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

        kernel, replies = self._kernel, self._inbox.replies
        kernel._publish_status("busy", "shell", parent=message)
        kernel.session.send(replies, kind, content, message, idents)
        if hasattr(replies, "flush"):
            replies.flush(zmq.POLLOUT)
        kernel._publish_status("idle", "shell", parent=message)


def poller_for_running_kernel() -> ShellPoller | None:
    """A poller for the kernel that runs this cell; None where there is none, or it is built in a way we do not know."""
    kernel = running_kernel()
    try:
        inbox = None if kernel is None else _inbox(kernel)
    except AttributeError:  # another ipykernel than those we know, 6.31 to 7.4
        return None
    return None if inbox is None else ShellPoller(kernel, inbox)


def _inbox(kernel: Any) -> Inbox | None:
    thread = getattr(kernel, "shell_channel_thread", None)
    if thread is None:  # ipykernel 6: the main thread reads the shell socket itself
        inbox = Inbox(kernel.shell_stream, kernel.shell_stream)
    else:  # ipykernel 7: another thread reads it and hands on what is for the main shell
        pair = thread.manager.get_shell_channel_to_subshell_pair(None)
        inbox = Inbox(pair.to_stream, thread.manager.get_subshell_to_shell_channel_socket(None))
    known = hasattr(inbox.stream, "_recv_callback") and hasattr(kernel, "comm_manager") and hasattr(kernel, "io_loop")
    return inbox if known and inbox.stream._recv_callback is not None else None


def _live_widget(comm_id: str) -> Any | None:
    """The widget of ours behind a comm: handlers of other people's widgets may do anything, ours only set flags."""
    from ipywidgets.widgets import widget as registry

    from fastwidgets.comm.widget import LiveWidget

    found = registry._instances.get(comm_id)
    return found if isinstance(found, LiveWidget) else None
