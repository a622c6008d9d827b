"""Runs in TensorBoard."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

from fastlearn.keywords import unknown_keyword
from fastlearn.loggers.numbers_only import without_fastais
from fastlearn.loggers.scalars import ScalarLogger
from fastlearn.warn import warn_user

__all__ = ["TensorBoardCallback"]


class TensorBoardCallback(ScalarLogger):
    """Writes losses, rates and metrics for TensorBoard, into `log_dir` or a new folder in `learn.path/tensorboard`.

    A run that goes on after a stop goes on in its folder. With `trace_model` the network is drawn too, from one
    validation batch; one that cannot be traced is left out, with a warning. Needs the extra `fastwidgets[tensorboard]`.
    fastai's arguments for predictions and projections may be switched off.
    """

    def __init__(
        self, log_dir: str | Path | None = None, trace_model: bool = True, seconds: float = 1.0, **fastais: Any
    ) -> None:
        super().__init__(seconds)
        for name in without_fastais("TensorBoardCallback", fastais):
            raise unknown_keyword("TensorBoardCallback", name, ("log_dir", "trace_model", "seconds"))
        self.log_dir, self.trace_model = log_dir, trace_model
        self._folder: Path | None = None
        self._purge: int | None = None  # what was logged from this step on did not happen
        self._open_writer: Any = None

    def open(self) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter  # noqa: F401
        except ImportError as error:
            raise ImportError("TensorBoard is not installed. Try pip install 'fastwidgets[tensorboard]'.") from error
        self._folder, self._purge = None if self.log_dir is None else Path(self.log_dir), None

    def log(self, values: dict[str, float], step: int) -> None:
        for name, value in values.items():
            self._writer().add_scalar(name, value, step)

    def close(self) -> None:
        writer, self._open_writer = self._open_writer, None
        if writer is not None:
            writer.close()

    def after_pred(self) -> None:
        """Draw the network once, from the first batch of the first validation."""
        if self.trace_model and not self.training and self.learn.in_fit:
            self.trace_model = False
            try:
                self._writer().add_graph(self.model, list(self.xb))
            except Exception as error:
                text = f"{type(error).__name__}: {error}".splitlines()[0]
                warn_user(f"TensorBoard gets no drawing of the network, which could not be traced: {text}")

    def state_dict(self) -> dict[str, Any]:
        """Where the run is logged."""
        return {"folder": None if self._folder is None else str(self._folder)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on in the folder of the run; what was logged there after the checkpoint no longer counts."""
        if self.log_dir is None and state.get("folder") and Path(state["folder"]).is_dir():
            self._folder = Path(state["folder"])
        self._purge = self.history.n_steps + 1

    def _writer(self) -> Any:
        """The writer, made when there is something to write, once it is known where."""
        if self._open_writer is None:
            from torch.utils.tensorboard import SummaryWriter

            if self._folder is None:
                self._folder = _new_folder(self.learn.path / "tensorboard")
            self._open_writer = SummaryWriter(str(self._folder), purge_step=self._purge)  # type: ignore[no-untyped-call]
        return self._open_writer


def _new_folder(parent: Path) -> Path:
    """Make the first of `fit_1`, `fit_2`, … that is not there yet."""
    numbers = count(1)
    while True:
        folder = parent / f"fit_{next(numbers)}"
        try:
            folder.mkdir(parents=True)
            return folder
        except FileExistsError:
            continue
