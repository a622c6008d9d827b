"""Generator and critic as one model that is one of the two at a time."""

from __future__ import annotations

from typing import Any

from torch import nn

__all__ = ["GANModule"]


class GANModule(nn.Module):
    """`generator` makes images of its inputs, `critic` scores images; calling the whole calls the one in turn.

    With `gen_mode` that is the generator, else the critic.
    """

    def __init__(self, generator: nn.Module, critic: nn.Module, gen_mode: bool = False) -> None:
        super().__init__()
        for name, part in (("generator", generator), ("critic", critic)):
            if not isinstance(part, nn.Module):
                raise TypeError(f"`{name}` is a torch module, but got {type(part).__name__}. Try an instance of it.")
        self.generator, self.critic, self.gen_mode = generator, critic, gen_mode

    def forward(self, *inputs: Any) -> Any:
        return self.generator(*inputs) if self.gen_mode else self.critic(*inputs)

    def switch(self, gen_mode: bool | None = None) -> None:
        """Be the generator (True) or the critic (False) from now on; None: the other one than so far."""
        self.gen_mode = not self.gen_mode if gen_mode is None else gen_mode

    def extra_repr(self) -> str:
        return f"gen_mode={self.gen_mode}"
