"""Learnt vectors of categories: as frames, in the place of categories in a table, and drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastlearn.data.problems import DataError
from fastlearn.keywords import check_keywords, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["embedding_frames", "plot_embedding", "with_embeddings"]


def embedding_frames(model: Any, dls: Any) -> dict[str, pd.DataFrame]:
    """For each column of categories a frame `(labels, size)` of its vectors, its columns named `<column>_0`, ….

    Raises: DataError for a model without one embedding for each column.
    """
    import pandas as pd

    tables = list(getattr(model, "embeds", ()))
    names = list(dls.cat_names)
    if len(tables) != len(names):
        raise DataError(f"The model has {len(tables)} embeddings for {len(names)} columns of categories {names[:5]}, "
                        "so it does not say which is whose. Try a TabularModel.")  # fmt: skip
    found = {}
    for name, table in zip(names, tables, strict=True):
        vectors = table.weight.detach().cpu().numpy().copy()
        columns = [f"{name}_{i}" for i in range(vectors.shape[1])]
        found[name] = pd.DataFrame(vectors, index=pd.Index(list(dls.classes[name]), name=name), columns=columns)
    return found


def with_embeddings(model: Any, dls: Any, frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` encoded, with the learnt vector of each category in the place of its code."""
    import pandas as pd

    codes, numbers, index = dls.procs.matrices(frame)
    vectors = embedding_frames(model, dls)
    parts = {}
    for place, (_, learnt) in enumerate(vectors.items()):
        taken = learnt.to_numpy()[codes[:, place].astype(np.intp)]
        parts.update({column: taken[:, i] for i, column in enumerate(learnt.columns)})
    parts.update({name: numbers[:, place] for place, name in enumerate(dls.cont_names)})
    made: pd.DataFrame = pd.DataFrame(parts, index=index)
    return made


@check_keywords
def plot_embedding(learn: Any, column: str, max_n: int = 40, ax: Any = None) -> Any:
    """Draw the vectors of a column's first `max_n` labels on their two main axes (principal components).

    Labels that the model treats alike lie together. Returns: the axes.
    """
    frames = learn.embeddings()
    if column not in frames:
        raise DataError(f"There is no column of categories {column!r}, only {list(frames)}."
                        f"{did_you_mean(column, list(frames))}")  # fmt: skip
    frame = frames[column].iloc[1:]  # without #na#
    places = main_axes(frame.to_numpy())[:max_n]
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.subplots(figsize=(6, 5))[1]
    ax.scatter(places[:, 0], places[:, 1], s=14)
    for label, (x, y) in zip(frame.index[:max_n], places, strict=True):
        ax.annotate(str(label), (x, y), fontsize=8, xytext=(3, 2), textcoords="offset points", parse_math=False)
    ax.set(title=f"embedding of {column}", xlabel="first main axis", ylabel="second main axis")
    return ax


def main_axes(vectors: np.ndarray) -> np.ndarray:
    """`vectors` `(n, d)` on the two axes along which they differ most, `(n, 2)`; an axis that is missing is zero."""
    centred = vectors - vectors.mean(0, keepdims=True) if len(vectors) else vectors
    if not centred.size:
        return np.zeros((len(vectors), 2))
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    places = left[:, :2] * sizes[:2]
    return np.pad(places, ((0, 0), (0, 2 - places.shape[1])))
