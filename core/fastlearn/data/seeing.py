"""One item on its way to the model: what each transform makes of it, and the very tensor at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from fastlearn.data.batch import to_cpu, to_device
from fastlearn.data.datasets import Datasets, TfmdLists, test_set
from fastlearn.data.decoding import split_samples
from fastlearn.data.items import item_getter
from fastlearn.data.kinds import kinds_of_parts
from fastlearn.data.making import Request, decode_at_least
from fastlearn.data.pipeline import Pipeline
from fastlearn.data.problems import DataError, describe, short
from fastlearn.data.show import View, show_view
from fastlearn.data.transform import Kinds
from fastlearn.seed import new_generator

if TYPE_CHECKING:
    from fastlearn.data.loader import DataLoader

SEEING = 3  # the stream of the loader's seed, beside those of the visiting order and of batches


@dataclass(frozen=True)
class SeenStep:
    """What one transform left: `value` holds the parts of the sample, `shown` the same as it is drawn.

    `stage` is "item" or "batch"; values of a batch are those of its only sample.
    """

    stage: str
    name: str
    value: tuple[Any, ...]
    shown: tuple[Any, ...] = field(repr=False)

    @property
    def title(self) -> str:
        """The name of the step, and what its first part is."""
        return f"{self.name}\n{_in_words(self.value[0])}"


@dataclass(frozen=True, repr=False)
class Seen:
    """An item from its source to the model. `original` holds the parts of the sample as the data set opens them.

    `steps` are those that act in the loader's split, without mere checks. The last value is what the model gets, bit by
    bit; one before it is what the model would get without the steps after it.
    """

    item: Any
    original: tuple[Any, ...]
    steps: tuple[SeenStep, ...]
    kinds: tuple[str, ...]
    n_inp: int
    vocab: Any = field(default=None, repr=False)

    def __repr__(self) -> str:
        lines = [f"original: {_in_words(self.original[0])}"]
        lines += [f"{step.stage} {step.title}".replace("\n", ": ") for step in self.steps]
        return f"{short(self.item)}\n" + "\n".join(f"  {line}" for line in lines)

    @property
    def final(self) -> tuple[Any, ...]:
        """The parts of the sample after all steps."""
        return self.steps[-1].value if self.steps else self.original

    @property
    def tensor(self) -> Any:
        """The first input after all steps, `(C, H, W)` for a picture, on the loader's device."""
        return self.final[0]

    def show(self, ncols: int | None = None, figsize: tuple[float, float] | None = None) -> list[Any] | None:
        """Draw the original and what each step left of it, and return the axes; data without pictures is printed."""
        if not {"image", "mask"} & set(self.kinds):
            print(repr(self))
            return None
        frames = [(self.original, f"original\n{_in_words(self.original[0])}")]
        frames += [(step.shown, step.title) for step in self.steps]
        from fastlearn.vision.plots import get_grid, set_title

        axes: list[Any] = get_grid(len(frames), ncols=ncols or min(4, len(frames)), figsize=figsize)
        for ax, (sample, title) in zip(axes, frames, strict=True):
            show_view(View([sample], self.kinds[: len(sample)], self.n_inp, self.vocab, ctxs=[ax]))
            set_title(ax, title)
        return axes


def what_the_model_sees(dl: DataLoader, item: Any, draw: int = 0) -> Seen:
    """See `DataLoader.what_the_model_sees`."""
    dataset, position = _found(dl, item)
    rng = new_generator(dl.seed, SEEING, draw, position)
    sample = _fetcher(dl, dataset)(position, rng)
    stated = getattr(dl.dataset, "kinds", None)  # where nobody says what parts are, the steps look at the values
    kinds = None if stated is None else tuple(stated)[: len(_as_tuple(sample))]
    original = _as_tuple(dataset[position])
    steps: list[SeenStep] = []
    for step in dl.after_item:
        if not step.skips(dl.split_idx):
            sample = step(sample, split_idx=dl.split_idx, kinds=kinds, rng=rng)
            if not step.only_checks:
                steps.append(SeenStep("item", step.name, _as_tuple(sample), _decoded(dataset, _as_tuple(sample))))
    steps += _batch_steps(dl, dataset, position, sample, kinds, draw)
    source = item_getter(dataset.items)(position) if hasattr(dataset, "items") else item
    kinds = kinds or kinds_of_parts(original)
    return Seen(source, _decoded(dataset, original), tuple(steps), kinds, dl.n_inp, dl.vocab)


def _batch_steps(
    dl: DataLoader, dataset: Any, position: int, sample: Any, kinds: Kinds | None, draw: int
) -> Iterator[SeenStep]:
    """Each step after all before it, anew from the batch: a `Pipeline` runs neighbours as one, so its end is exact."""
    made = dl.maker().finish(Request(draw, 0, [position], 0), [sample])
    batch = to_device(made.batch, dl.device)
    acting = [step for step in dl.after_batch if not step.skips(dl.split_idx)]
    for n, step in enumerate(acting, 1):
        some = Pipeline(acting[:n], split_idx=dl.split_idx)
        done = some(batch, kinds, new_generator(dl.seed, SEEING, draw, position, 1))
        value = split_samples(done, 1)[0]
        shown = split_samples(some.decode(to_cpu(done), kinds), 1)[0]
        yield SeenStep("batch", step.name, value, _decoded(dataset, shown))


def _fetcher(dl: DataLoader, dataset: Any) -> Callable[[int, torch.Generator], Any]:
    if hasattr(dataset, "reader"):
        read: Callable[[int, torch.Generator], Any] = dataset.reader(at_least=decode_at_least(dl.after_item))
        return read
    return lambda position, rng: dataset[position]


def _found(dl: DataLoader, item: Any) -> tuple[Any, int]:
    """The data set and the position of `item`: a position, one of the items, or a new item without its label."""
    dataset: Any = dl.dataset
    if isinstance(item, int):
        n = len(dataset)
        if not -n <= item < n:
            raise DataError(f"There are {n} items, with positions from 0 to {n - 1}, but got {item}.")
        return dataset, item % n
    if isinstance(item, str | Path):
        for position, known in enumerate(getattr(dataset, "items", ())):
            if isinstance(known, str | Path) and Path(known) == Path(item):
                return dataset, position
    if not isinstance(dataset, Datasets | TfmdLists):
        raise DataError(f"Items of a {type(dataset).__name__} are known by their position, but got {describe(item)}. "
                        "Try what_the_model_sees(0).")  # fmt: skip
    return test_set(dataset, item).with_split_idx(dl.split_idx), 0


def _decoded(dataset: Any, sample: tuple[Any, ...]) -> tuple[Any, ...]:
    decode = getattr(dataset, "decode", None)
    if decode is None:
        return sample
    return tuple(decode(sample)) if isinstance(dataset, Datasets) else (decode(sample[0]), *sample[1:])


def _as_tuple(sample: Any) -> tuple[Any, ...]:
    return tuple(sample) if isinstance(sample, tuple | list) else (sample,)


def _in_words(part: Any) -> str:
    """Sizes and values of a part, in one line."""
    if not isinstance(part, torch.Tensor) or not part.numel():
        return describe(part)
    sizes: Sequence[int] = part.shape
    least, most = (edge.item() for edge in part.aminmax())
    return f"{'x'.join(map(str, sizes)) or 'scalar'} {str(part.dtype)[6:]}, {least:.3g} to {most:.3g}"
