"""What shapes a network makes of an image, found by sending a made-up one through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from fastlearn.models.first_layer import in_channels

Size = tuple[int, int]

FEATURE_SIZES = (32, 64, 128, 224, 256, 384, 512, 1024, 2048)  # 224 and 384: some networks take one size only


@contextmanager
def evaluating(m: nn.Module) -> Iterator[None]:
    """`m` in evaluation mode and without gradients; afterwards every module has its own mode again."""
    modes = [(module, module.training) for module in m.modules()]
    m.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode


def dummy_image(m: nn.Module, size: Size = (64, 64), n_in: int | None = None) -> Tensor:
    """A reproducible batch of one made-up image that `m` takes, on its device: shape `(1, n_in, *size)`."""
    first = next(m.parameters(), torch.empty(0))
    channels = in_channels(m) if n_in is None else n_in
    noise = torch.rand((1, channels, *size), generator=torch.Generator().manual_seed(0))
    return noise.to(first.device, first.dtype)


def dummy_eval(m: nn.Module, size: Size = (64, 64), n_in: int | None = None) -> Tensor:
    """The output of `m` for a made-up image."""
    with evaluating(m):
        return m(dummy_image(m, size, n_in))  # type: ignore[no-any-return]


def runs_on(m: nn.Module, size: Size, n_in: int | None = None) -> bool:
    """Whether `m` takes a made-up image of `size`; True where only memory is short."""
    try:
        dummy_eval(m, size, n_in)
    except torch.OutOfMemoryError:
        return True
    except Exception:
        return False
    return True


@contextmanager
def outputs_of(modules: Sequence[nn.Module]) -> Iterator[dict[int, Tensor]]:
    """Collect what each of `modules` gives while the block runs, by position; a module called twice keeps its last."""
    found: dict[int, Tensor] = {}

    def collector(i: int) -> torch.utils.hooks.RemovableHandle:
        def keep(module: nn.Module, args: object, output: object) -> None:
            if isinstance(output, Tensor):
                found[i] = output.detach().clone()  # a later layer may work in place

        return modules[i].register_forward_hook(keep)

    handles = [collector(i) for i in range(len(modules))]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def model_sizes(m: nn.Module, size: Size = (64, 64), n_in: int | None = None) -> list[torch.Size]:
    """The output shape of each direct child of `m` that ran on an image of `size`, in the children's order."""
    with outputs_of(list(m.children())) as outputs:
        dummy_eval(m, size, n_in)
    return [outputs[i].shape for i in sorted(outputs)]


def num_features_model(m: nn.Module) -> int:
    """How many channels `m` gives: the number that a head has to read.

    Small images are tried first, as some networks shrink theirs to nothing.
    Raises: ValueError if no size from 32 to 2048 pixels runs through.
    """
    problem: Exception | None = None
    for size in FEATURE_SIZES:
        try:
            return int(dummy_eval(m, (size, size)).shape[1])
        except Exception as error:
            problem = error
    raise ValueError(
        f"No image of 32 to 2048 pixels runs through this {type(m).__name__}: the last try said {problem}. "
        "Does it take one batch of images, shape (N, C, H, W)?"
    )
