"""A step of the data pipeline: forward (`encodes`), back for display (`decodes`), learnt from the items (`setups`)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

import torch
from PIL import Image

from fastlearn.data.annotations import Types, accepts, first_argument_types
from fastlearn.data.kinds import LABEL_KINDS, declared_kind, kinds_of_parts
from fastlearn.seed import new_generator

Kinds = tuple[str, ...]


class Transform:
    """A reversible step. Subclass it with `encodes` (and `decodes`, `setups`), wrap a function, or decorate one.

    A tuple is mapped part by part and keeps its class. An annotation on the first argument of `encodes` or `decodes`
    limits the step to that type; any other value passes untouched. A step whose `split_idx` is 0 (training) or 1
    (validation) is skipped while the other split runs; called by hand, without a split, it always acts.
    """

    order: int = 0
    split_idx: int | None = None
    train_setup: bool | None = None
    kind: str | None = None
    skips_labels: bool = False  # a plain function, used on samples of known kinds, leaves the labels alone
    label: str | None = None  # a name that is better than the function's
    whole: bool = False  # True: a tuple is one value, not mapped part by part
    only_checks: bool = False  # True: raises or hands on what it got, whatever the size of a picture
    enc: Callable[[Any], Any] | None = None
    dec: Callable[[Any], Any] | None = None

    def __init__(
        self,
        enc: Callable[[Any], Any] | None = None,
        dec: Callable[[Any], Any] | None = None,
        split_idx: int | None = None,
        order: int | None = None,
    ) -> None:
        if enc is not None and not callable(enc):
            raise TypeError(f"A Transform wraps a function, but got {enc!r}. Try Transform(my_function).")
        self.enc, self.dec = enc, dec
        self.split_idx = type(self).split_idx if split_idx is None else split_idx
        self.order = int(getattr(enc, "order", type(self).order)) if order is None else order
        self.kind = declared_kind(enc) or type(self).kind

    # What subclasses write.

    def encodes(self, x: Any) -> Any:
        """The forward step; without a function it hands `x` on."""
        return x if self.enc is None else self.enc(x)

    def decodes(self, x: Any) -> Any:
        """The way back, for display; by default there is none and `x` is handed on."""
        return x if self.dec is None else self.dec(x)

    def setups(self, items: Any) -> None:
        """Learn what the step needs (a vocabulary, statistics) from the items, as the steps before it left them."""

    # What pipelines call.

    def setup(self, items: Any = None, train_setup: bool = False) -> None:
        """Learn from `items`, or from `items.train` alone where the step or the caller asks for the training split."""
        only_train = train_setup if self.train_setup is None else self.train_setup
        self.setups(getattr(items, "train", items) if only_train else items)

    def __call__(
        self, x: Any, split_idx: int | None = None, kinds: Kinds | None = None, rng: torch.Generator | None = None
    ) -> Any:
        if self.skips(split_idx):
            return x
        return self._run(x, self.encodes, self.input_types("encodes"), kinds)

    def decode(self, x: Any, split_idx: int | None = None, kinds: Kinds | None = None) -> Any:
        """Undo the step for display, part by part as in the call."""
        if self.skips(split_idx):
            return x
        return self._run(x, self.decodes, self.input_types("decodes"), kinds)

    def merged_with(self, following: Transform) -> Transform | None:
        """One step that does what this one and then `following` do, in less time; None where each runs on its own.

        A `Pipeline` runs it in their place. It makes the same draws, and must read its steps' settings when it runs.
        """
        return None

    @property
    def augments(self) -> bool:
        """Whether training data are treated in a way of their own."""
        return self.split_idx == 0

    def skips(self, split_idx: int | None) -> bool:
        """Whether this step stays out of the split that is running."""
        return split_idx is not None and self.split_idx is not None and self.split_idx != split_idx

    @property
    def identity(self) -> Any:
        """The class, or the function that is wrapped: of equal ones in two lists the later list's stays."""
        if self.enc is None:
            return type(self)
        bound_to = getattr(self.enc, "__self__", None)
        return self.enc if bound_to is None else (getattr(self.enc, "__func__", self.enc), id(bound_to))

    def _run(self, x: Any, step: Callable[[Any], Any], types: Types, kinds: Kinds | None) -> Any:
        if not isinstance(x, tuple) or self.whole or (types is not None and isinstance(x, types)):
            return keep_picture_class(step(x), x) if accepts(types, x) else x
        if kinds is not None and self.skips_labels and len(kinds) == len(x):
            parts = [p if k in LABEL_KINDS else self._run(p, step, types, None) for p, k in zip(x, kinds, strict=True)]
        else:
            parts = [self._run(part, step, types, None) for part in x]
        return remake_tuple(x, parts)

    def input_types(self, method: str) -> Types:
        """The types that `encodes` or `decodes` is limited to; None for any. Looked up once."""
        cache: dict[str, Types] = self.__dict__.setdefault("_input_types", {})
        if method not in cache:
            function = self.enc if method == "encodes" else self.dec
            overridden = getattr(type(self), method) is not getattr(Transform, method)
            cache[method] = first_argument_types(getattr(self, method) if overridden or function is None else function)
        return cache[method]

    # How it looks.

    @property
    def name(self) -> str:
        """The function's name, or the class's."""
        if self.label is not None:
            return self.label
        if self.enc is None:
            return type(self).__name__
        owner = getattr(self.enc, "__self__", None)
        if isinstance(owner, type):  # `PILImage.create` is named for the class it makes, not for the one it comes from
            return f"{owner.__name__}.{getattr(self.enc, '__name__', '')}"
        return str(getattr(self.enc, "__qualname__", None) or type(self.enc).__name__).rpartition("<locals>.")[2]

    def __repr__(self) -> str:
        if self.enc is not None:
            return f"{type(self).__name__}({self.name})"
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in constructor_arguments(self).items())})"

    def __getstate__(self) -> dict[str, Any]:  # caches and generators are made again where they are needed
        return {k: v for k, v in self.__dict__.items() if k not in ("_input_types", "_rng")}


class ItemTransform(Transform):
    """A step that takes a tuple whole, for work that needs several parts of a sample at once."""

    whole = True


class InplaceTransform(Transform):
    """A step that changes its argument; whatever `encodes` returns, the argument is handed on."""

    whole = True

    def _run(self, x: Any, step: Callable[[Any], Any], types: Types, kinds: Kinds | None) -> Any:
        if accepts(types, x):
            step(x)
        return x


class DisplayedTransform(Transform):
    """Kept for its name: every Transform shows its constructor's arguments."""


class SampleTransform(Transform):
    """A step that treats each part of a sample by its kind, with parameters drawn once so that all parts agree.

    Override `apply_image`, `apply_mask`, `apply_points`, `apply_boxes` (any `apply_<kind>`), and `decode_<kind>` for
    the way back; a kind without a method passes untouched. Override `draw` for the parameters of one sample, and
    `draw_valid` where the validation set gets other ones (a centre crop in place of a random one).
    """

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Any:
        """The parameters for one sample; every random number comes from `rng`."""
        return None

    def draw_valid(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Any:
        """The parameters while the validation split runs; the same as in training unless overridden."""
        return self.draw(parts, kinds, rng)

    @property
    def augments(self) -> bool:
        """Whether training data are treated in a way of their own."""
        return super().augments or type(self).draw_valid is not SampleTransform.draw_valid

    def __call__(
        self, x: Any, split_idx: int | None = None, kinds: Kinds | None = None, rng: torch.Generator | None = None
    ) -> Any:
        if self.skips(split_idx):
            return x
        parts, kinds = _parts_and_kinds(x, kinds)
        draw = self.draw_valid if split_idx == 1 else self.draw
        params = draw(parts, kinds, self.own_rng() if rng is None else rng)
        done = [self._apply("apply_", kind, part, params) for part, kind in zip(parts, kinds, strict=True)]
        return remake_tuple(x, done) if isinstance(x, tuple) else done[0]

    def decode(self, x: Any, split_idx: int | None = None, kinds: Kinds | None = None) -> Any:
        """Undo the step for display, by each part's `decode_<kind>`."""
        if self.skips(split_idx):
            return x
        parts, kinds = _parts_and_kinds(x, kinds)
        done = [self._apply("decode_", kind, part) for part, kind in zip(parts, kinds, strict=True)]
        return remake_tuple(x, done) if isinstance(x, tuple) else done[0]

    def _apply(self, prefix: str, kind: str, part: Any, *params: Any) -> Any:
        method = getattr(self, prefix + kind, None)
        return part if method is None else keep_picture_class(method(part, *params), part)

    def own_rng(self) -> torch.Generator:
        """The generator of a step that is called by hand; loaders pass theirs."""
        rng = self.__dict__.get("_rng")
        if rng is None:
            rng = self.__dict__.setdefault("_rng", new_generator(0))
        return cast(torch.Generator, rng)


class RandomTransform(SampleTransform):
    """A random step of training, applied with probability `p`; `draw` asks `self.happens(rng)`."""

    split_idx: int | None = 0
    p: float = 1.0

    def __init__(self, p: float = 1.0, split_idx: int | None = None, order: int | None = None) -> None:
        super().__init__(split_idx=split_idx, order=order)
        if not 0 <= p <= 1:
            raise ValueError(f"`p` is a probability between 0 and 1, but got {p!r}. Try p=0.5.")
        self.p = p

    def happens(self, rng: torch.Generator) -> bool:
        """True with probability `p`."""
        return torch.rand((), generator=rng).item() < self.p


class CalledWith(Transform):
    """`functools.partial` of a step: the step, given those arguments in each call, and all that a step is given."""

    whole = True

    def __init__(self, call: partial[Any]) -> None:
        step: Transform = call.func  # type: ignore[assignment]
        super().__init__(split_idx=step.split_idx, order=step.order)
        self.call, self.kind = call, step.kind

    def __call__(
        self, x: Any, split_idx: int | None = None, kinds: Kinds | None = None, rng: torch.Generator | None = None
    ) -> Any:
        return self.call(x, split_idx=split_idx, kinds=kinds, rng=rng)


def mk_transform(function: Any) -> Transform:
    """Make a step of `function`: a Transform stays, a Transform class is instantiated, anything callable is wrapped."""
    if isinstance(function, Transform):
        return function
    if isinstance(function, type) and issubclass(function, Transform):
        return function()
    if isinstance(function, partial) and isinstance(function.func, Transform):
        return CalledWith(function)
    if not callable(function):
        raise TypeError(f"A transform is a function, a Transform or a Transform class, but got {function!r}. "
                        "Try a list of functions.")  # fmt: skip
    if type(function).__module__.startswith("torchvision.transforms.v2"):
        from fastlearn.data.tv_border import TorchvisionTransform

        return TorchvisionTransform(function)
    transform = Transform(function)
    transform.skips_labels = transform.input_types("encodes") is None
    return transform


def remake_tuple(like: tuple[Any, ...], parts: Sequence[Any]) -> Any:
    """A tuple of `parts` with the class and attributes of `like`, whatever arguments that class's constructor takes."""
    cls = type(like)
    if cls is tuple:
        return tuple(parts)
    made = tuple.__new__(cls, parts)
    attributes = getattr(like, "__dict__", None)
    if attributes:
        made.__dict__.update(attributes)
    return made


def keep_picture_class(result: Any, source: Any) -> Any:
    """`result`, as a picture of `source`'s class where an operation of PIL lost it (`PILImage` → `Image`)."""
    if type(result) is not Image.Image or type(source) is Image.Image or not hasattr(source, "kind"):
        return result
    if not isinstance(source, Image.Image):
        return result
    picture = Image.Image.__new__(type(source))
    picture.__dict__.update(result.__dict__)
    return picture


def constructor_arguments(thing: Any) -> dict[str, Any]:
    """The arguments of a constructor with the values the object keeps under the same names."""
    names = [n for n, p in inspect.signature(type(thing).__init__).parameters.items() if n != "self" and p.kind < 4]
    base = {"enc", "dec"}
    values = {name: getattr(thing, name) for name in names if name not in base and hasattr(thing, name)}
    return {k: v for k, v in values.items() if k not in ("split_idx", "order") or v != getattr(type(thing), k, None)}


def _parts_and_kinds(x: Any, kinds: Kinds | None) -> tuple[tuple[Any, ...], Kinds]:
    parts = x if isinstance(x, tuple) else (x,)
    return parts, kinds if kinds is not None and len(kinds) == len(parts) else kinds_of_parts(parts)
