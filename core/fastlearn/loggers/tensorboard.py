"""Runs in TensorBoard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastlearn.loggers.scalars import ScalarLogger

__all__ = ["TensorBoardCallback"]


class TensorBoardCallback(ScalarLogger):
    """Writes losses, rates and metrics for TensorBoard, into `log_dir` or a new folder in `learn.path/tensorboard`.

    With `trace_model` the network is drawn too, from one validation batch. Needs the extra `fastwidgets[tensorboard]`.
    """

    def __init__(self, log_dir: str | Path | None = None, trace_model: bool = True, seconds: float = 1.0) -> None:
        super().__init__(seconds)
        self.log_dir, self.trace_model = log_dir, trace_model
        self._writer: Any = None

    def open(self) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise ImportError("TensorBoard is not installed. Try pip install 'fastwidgets[tensorboard]'.") from error
        folder = self.log_dir or self.learn.path / "tensorboard" / f"fit_{len(self.history.fits)}"
        self._writer = SummaryWriter(str(folder))  # type: ignore[no-untyped-call]

    def log(self, values: dict[str, float], step: int) -> None:
        for name, value in values.items():
            self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def after_pred(self) -> None:
        """Draw the network once, from the first batch of the first validation."""
        if self.trace_model and not self.training and self._writer is not None:
            self.trace_model = False
            self._writer.add_graph(self.model, list(self.xb))
