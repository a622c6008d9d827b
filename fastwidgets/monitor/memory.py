"""How much memory the training process holds."""

from __future__ import annotations

from typing import NamedTuple


class Memory(NamedTuple):
    """Bytes held, and where: "GPU" or "RAM"."""

    held: int
    where: str


def memory_held() -> Memory | None:
    """Memory of the current CUDA device where tensors live on it, else of this process; None where nothing tells."""
    import torch

    if torch.cuda.is_available() and torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        return Memory(torch.cuda.memory_allocated(), "GPU")
    try:
        import psutil  # type: ignore[import-untyped]  # every Jupyter kernel has it
    except ImportError:
        return None
    return Memory(psutil.Process().memory_info().rss, "RAM")
