"""Worker processes for tokenising: without torch, there in a moment, and apart from the caller's script."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

from fastlearn.text.token_blocks import TokenBlock
from fastlearn.text.worker import pack_texts, read_message, write_message

START = "import sys; sys.path[:] = {path!r}; from fastlearn.text.worker import main; main()"


class WorkerDied(RuntimeError):
    """A worker process ended before its work was done."""


class TokenizerPool:
    """`n_workers` processes that tokenise blocks of texts by `recipe`; to be used with `with`."""

    def __init__(self, recipe: dict[str, Any], n_workers: int) -> None:
        self.recipe, self.n_workers = recipe, n_workers
        self._processes: list[subprocess.Popen[bytes]] = []
        self._free: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()
        self._threads = ThreadPoolExecutor(n_workers, thread_name_prefix="fastlearn-tokenizer")

    def __enter__(self) -> TokenizerPool:
        for _ in range(self.n_workers):
            self._free.put(self._started())
        return self

    def __exit__(self, *exception: object) -> None:
        for process in self._processes:
            process.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for process in self._processes:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    _close(pipe)

    def encode(self, blocks: Iterable[Sequence[str]]) -> Iterator[TokenBlock]:
        """Each block tokenised, in the order given; at most two blocks for each process are under way."""
        waiting = iter(blocks)
        line: deque[Future[TokenBlock]] = deque()
        for block in islice(waiting, 2 * self.n_workers):
            line.append(self._threads.submit(self._encode, block))
        while line:
            done = line.popleft().result()
            line.extend(self._threads.submit(self._encode, block) for block in islice(waiting, 1))
            yield done

    def _started(self) -> subprocess.Popen[bytes]:
        code = START.format(path=[os.path.abspath(p) if p else os.getcwd() for p in sys.path])
        process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._processes.append(process)
        assert process.stdin is not None
        write_message(process.stdin, json.dumps(self.recipe).encode())  # type: ignore[arg-type]
        return process

    def _encode(self, texts: Sequence[str]) -> TokenBlock:
        process = self._free.get()
        assert process.stdin is not None and process.stdout is not None
        try:
            write_message(process.stdin, *pack_texts(texts))  # type: ignore[arg-type]
            answer = read_message(process.stdout)  # type: ignore[arg-type]
        except (BrokenPipeError, ValueError):
            answer = None
        finally:
            self._free.put(process)
        if answer is None:
            raise WorkerDied(
                "A worker process of the tokeniser ended before its work was done, perhaps out of memory. Try "
                "n_workers=0, which tokenises in this process."
            )
        problem, content = answer
        block = None if problem else TokenBlock.from_bytes(content)
        if block is None:
            raise RuntimeError(
                f"A worker process could not tokenise a block of texts: {problem.decode() or 'no block'}."
            )
        return block


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:  # what was left in the buffer of a process that is gone
        return
