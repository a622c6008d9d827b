"""From `y_names` and `y_block` to the targets of a table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from fastlearn.data.block import TransformBlock
from fastlearn.data.category import Categorize, EncodedMultiCategorize, MultiCategorize, RegressionSetup
from fastlearn.data.problems import DataError
from fastlearn.tabular.frame import as_names
from fastlearn.tabular.targets import CategoryTarget, MultiCategoryTarget, RegressionTarget, Target

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["make_targets"]


def make_targets(frame: pd.DataFrame, y_names: Any, y_block: Any, label_delim: str | None = None) -> list[Target]:
    """One target for each block, read from the columns `y_names`, which may be a list of lists: one list a block.

    Without blocks, numbers are for regression, together as one target, and everything else is a category each; text
    that `label_delim` divides is several. A single block of categories takes each column as a target of its own; one of
    numbers or of encoded labels takes all.
    Raises: DataError if blocks and columns do not fit together.
    """
    names = as_names(y_names)
    if not names:
        return []
    if y_block is None:
        return _guessed(frame, [name for entry in names for name in as_names(entry)], label_delim)
    if not isinstance(y_block, list | tuple):
        flat = [name for entry in names for name in as_names(entry)]
        block = _as_block(y_block)
        apart = _step_of(block, Categorize) is not None and not _is_encoded(block)
        return [_target(block, [name], label_delim) for name in flat] if apart else [_target(block, flat, label_delim)]
    blocks = [_as_block(block) for block in y_block]
    if len(blocks) != len(names):
        raise DataError(f"There is one block for each target, but got {len(blocks)} blocks for {len(names)} targets "
                        f"{names}. Try y_names=[['a', 'b'], 'c'] where a target has several columns.")  # fmt: skip
    return [_target(block, as_names(entry), label_delim) for block, entry in zip(blocks, names, strict=True)]


def _guessed(frame: pd.DataFrame, names: list[str], label_delim: str | None) -> list[Target]:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    truth = {name for name in names if is_bool_dtype(frame[name].dtype)}
    numeric = {name for name in names if is_numeric_dtype(frame[name].dtype)} - truth
    if numeric.issuperset(names):
        return [RegressionTarget(names)]
    words = CategoryTarget if label_delim is None else partial(MultiCategoryTarget, label_delim=label_delim)
    return [RegressionTarget([name]) if name in numeric else CategoryTarget([name]) if name in truth else words([name])
            for name in names]  # fmt: skip


def _target(block: TransformBlock, names: Sequence[str], label_delim: str | None) -> Target:
    encoded = _step_of(block, EncodedMultiCategorize)
    if encoded is not None:
        return MultiCategoryTarget(names, encoded.vocab, encoded=True)
    several = _step_of(block, MultiCategorize)
    if several is not None:
        return MultiCategoryTarget(_one(names, block), several.vocab, label_delim=label_delim)
    one = _step_of(block, Categorize)
    if one is not None:
        return CategoryTarget(_one(names, block), one.vocab, one.sort, one.add_na)
    numbers = _step_of(block, RegressionSetup)
    if numbers is not None and numbers.c not in (None, len(names)):
        raise DataError(f"RegressionBlock(n_out={numbers.c}) has {numbers.c} numbers a row, but the target has the "
                        f"columns {list(names)}. Try RegressionBlock().")  # fmt: skip
    return RegressionTarget(names)


def _one(names: Sequence[str], block: TransformBlock) -> list[str]:
    if len(names) != 1:
        raise DataError(f"A {type(block).__name__} reads one column, but got {list(names)}. Try one block for each.")
    return list(names)


def _is_encoded(block: TransformBlock) -> bool:
    return _step_of(block, EncodedMultiCategorize) is not None


def _step_of(block: TransformBlock, kind: type) -> Any:
    return next((step for step in block.type_tfms if isinstance(step, kind)), None)


def _as_block(block: Any) -> TransformBlock:
    made = block() if isinstance(block, type) or (callable(block) and not isinstance(block, TransformBlock)) else block
    if not isinstance(made, TransformBlock):
        raise DataError(f"`y_block` is a block (CategoryBlock, RegressionBlock, MultiCategoryBlock) or a list of them, "
                        f"but got {block!r}.")  # fmt: skip
    return made
