"""Answers about training: groups, what is frozen, the loss, what happens to the input."""

from __future__ import annotations

import inspect
from typing import Any

from fastlearn.explain.anatomy import Anatomy
from fastlearn.explain.layers import last_weighted, width_out
from fastlearn.explain.page import Section, Table
from fastlearn.losses.base import BaseLoss
from fastlearn.losses.reading import activation_of, decodes_of, unchanged

_TARGETS = {
    "category": "every item has exactly one class, so the scores of the classes compete",
    "multicategory": "an item can have any number of classes, so each is a yes or no of its own",
    "regression": "the target is a number, so what counts is how far the prediction is off",
    "mask": "every pixel has exactly one class, so the scores of the classes compete pixel by pixel",
    "points": "the target is a position, so what counts is how far the prediction is off",
}


def which_groups(a: Anatomy) -> Section:
    """The parameter groups, in the order in which rates are given."""
    rows = tuple((str(i), g.where, f"{g.n_params:,}", f"{g.n_training:,}", g.state) for i, g in enumerate(a.groups))
    n = len(a.groups)
    use = "slice(1e-5, 1e-3) gives the first the lowest rate and the last the highest." if n > 1 else (
        "One group has one learning rate."
    )  # fmt: skip
    return Section(
        "Which parameter groups are there?",
        (f"{n}, from the input to the output. {use}",),
        Table(("group", "layers", "parameters", "training", "state"), rows),
    )


def what_is_frozen(a: Anatomy) -> Section:
    """How much of the network trains now, and how to change that."""
    question, frozen = "What is frozen?", [i for i, g in enumerate(a.groups) if g.state.startswith("frozen")]
    share = f"{a.n_training:,} of {a.n_params:,} parameters train"
    if a.n_training == a.n_params:
        return Section(question, (f"Nothing: all {a.n_params:,} parameters train.",))
    if not frozen:
        return Section(question, (f"{share}; the others were switched off one by one.",))
    groups = f"group{'s' if len(frozen) > 1 else ''} {', '.join(map(str, frozen))}"
    norms = any(a.groups[i].n_training for i in frozen)
    return Section(
        question,
        (
            f"{groups.capitalize()}: {share}. What was learned before is kept while the rest catches up."
            + (" Norm layers in frozen groups go on training (train_bn=True)." if norms else ""),
            "learn.unfreeze() lets everything train, learn.freeze_to(-2) the last two groups; fine_tune does both.",
        ),
    )


def which_loss(learn: Any, a: Anatomy) -> Section:
    """The loss, why it is this one, and how scores become answers under it."""
    loss, kind = learn.loss_func, _target_kind(learn)
    own = getattr(learn.dls, "loss_func", None)
    chosen = type(loss) is type(own) and own is not None
    why = f"The targets are of the kind {kind!r}: {_TARGETS[kind]}." if kind in _TARGETS else ""
    who = "The data chose it." if chosen else "It was given to the learner."
    reading = (
        f"Scores become predictions by: {_reading(activation_of(loss))}. Predictions become answers by: "
        f"{_reading(decodes_of(loss))}. get_preds and predict do the same."
    )
    last = last_weighted(a.model)
    n_out = f"The network gives {width_out(last[1])} scores for an item." if last else ""
    return Section(
        "Which loss, and why?", tuple(x for x in (f"{_name(loss)}. {who} {why}".strip(), n_out, reading) if x)
    )


def which_input(learn: Any) -> Section:
    """What the learner itself does to a batch before the network sees it."""
    tfms = [repr(tfm) for tfm in getattr(learn, "input_tfms", None) or ()]
    if not tfms:
        return Section("What happens to the input?", ("The network gets batches as the loaders give them.",))
    return Section(
        "What happens to the input?",
        (
            f"Before the network sees a batch, the learner applies {', '.join(tfms)}. It belongs to the learner: your "
            "loaders were not changed.",
        ),
    )


def _target_kind(learn: Any) -> str | None:
    kinds, n_inp = getattr(learn.dls, "kinds", None), getattr(learn.dls, "n_inp", None) or 1
    return kinds[n_inp] if kinds is not None and len(kinds) > n_inp else None


def _reading(reading: Any) -> str:
    """A loss's activation or decoding in words: those of its docstring, or its name."""
    func = getattr(reading, "__func__", reading)
    if func in (BaseLoss.activation, BaseLoss.decodes, unchanged):
        return "no change"
    doc = inspect.getdoc(func) if hasattr(reading, "__func__") else None
    sentence = (doc or "").partition("\n")[0].partition(";")[0].rstrip(".")
    return sentence[:1].lower() + sentence[1:] if sentence else _SPOKEN.get(_name(func), _name(func))


_SPOKEN = {"argmax": "the best score", "over_half": "over one half"}


def _name(thing: Any) -> str:
    return str(getattr(thing, "__name__", type(thing).__name__)).lstrip("_")
