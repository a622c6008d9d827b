"""The questions that newcomers ask of a learner, in the order in which they come up."""

from __future__ import annotations

from typing import Any

from fastlearn.explain.anatomy import look_at
from fastlearn.explain.network import (
    cut_against_split,
    first_layer,
    how_initialised,
    what_head,
    what_was_cut,
    which_dropout,
    why_twice,
)
from fastlearn.explain.page import Explanation
from fastlearn.explain.training import what_is_frozen, which_groups, which_input, which_loss
from fastlearn.explain.unet import what_unet


def explain(learn: Any) -> Explanation:
    """What the network of `learn` is made of and how it will train, found by looking at it.

    Works for any learner: what was not done (nothing cut off, no head put on) is said so. Nothing is run or changed.
    Raises: TypeError for anything else.
    """
    if isinstance(learn, type) or not all(hasattr(learn, name) for name in ("model", "dls", "loss_func", "splitter")):
        raise TypeError(
            f"`learn` is a Learner, whose network is explained, but got {_kind(learn)}. Try explain(learn) after "
            "learn = vision_learner(dls, resnet18) or learn = Learner(dls, model)."
        )
    a = look_at(learn)
    sections = (
        what_was_cut(a),
        what_unet(a),
        what_head(a),
        why_twice(a),
        which_dropout(a),
        cut_against_split(a),
        which_groups(a),
        what_is_frozen(a),
        how_initialised(a),
        which_loss(learn, a),
        which_input(learn),
        first_layer(a),
    )
    name = getattr(a.notes, "arch", None) or type(a.model).__name__
    title = f"{name}: {a.n_params:,} parameters, {a.n_training:,} of them training"
    return Explanation(title, [section for section in sections if section is not None])


def _kind(thing: Any) -> str:
    return f"the class {thing.__name__}" if isinstance(thing, type) else type(thing).__name__
