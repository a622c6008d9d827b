"""Answers about the network: what was cut off, what was put on, where its weights come from."""

from __future__ import annotations

from torch import nn

from fastlearn.explain.anatomy import Anatomy
from fastlearn.explain.layers import (
    dropout_probabilities,
    first_weighted,
    last_weighted,
    layer_words,
    leaves,
    width_in,
)
from fastlearn.explain.page import Section, Table
from fastlearn.explain.unet import as_unet, what_is_new
from fastlearn.models.cut_report import CutReport
from fastlearn.models.pool import AdaptiveConcatPool2d

_TRIED = (
    "You gave no cut=, and none is registered for this network. So a made-up image was sent through it, and the cut "
)
_PROVED = "What is left was tried as well: it gives the same numbers as inside the whole network."
_HOW = {
    "given": "You gave the place yourself, with cut=.",
    "function": "Your own cut function took the network apart.",
    "listed": "The place is registered with this architecture.",
    "pooling": f"{_TRIED}was made at its last part with a pooling layer, where its feature maps end. {_PROVED}",
    "shape": f"{_TRIED}was made after the last part that gives feature maps. {_PROVED}",
    "nothing": "The network had no classifier: a made-up image came out as feature maps, so all of it became the body.",
    "headless": "Its library built it without a classifier.",
}


def what_was_cut(a: Anatomy) -> Section:
    """What is left of the original network, what is gone, and who chose the place."""
    question = "What was cut off?"
    if a.report is None:
        return Section(question, (f"Nothing. {type(a.model).__name__} is used whole, as it was given to the learner.",))
    dropped = ", ".join(f"{p.name} ({p.kind}, {p.n_params:,} parameters)" for p in a.report.dropped)
    gone = f"Cut off from {a.report.network}: {dropped}." if dropped else f"Nothing was cut off {a.report.network}."
    why = "That end answered the question of its own training; yours needs another one." if dropped else ""
    shape = _shape_words(a.report)
    return Section(
        question, tuple(x for x in (f"{gone} {why}".strip(), shape, _HOW[a.report.how]) if x), _parts(a.report)
    )


def cut_against_split(a: Anatomy) -> Section:
    """The two words that are confused most."""
    n = len(a.groups)
    cut = "nothing was cut here" if a.report is None else f"here {len(a.report.dropped)} of " + (
        f"{len(a.report.kept) + len(a.report.dropped)} parts were dropped"
    )  # fmt: skip
    return Section(
        "Cut and split: what is the difference?",
        (
            f"The cut is a place in the original network: what comes after it is thrown away ({cut}).",
            "The split throws nothing away: it sorts the parameters that are there into groups, which can be frozen, "
            f"or trained at different rates (here {n} group{'s' if n != 1 else ''}). "
            "cut= sets the one, splitter= the other.",
        ),
    )


def what_head(a: Anatomy) -> Section:
    """The layers of the head, one by one."""
    question = "What was put on the end?"
    upwards = what_is_new(a)
    if upwards is not None:
        return upwards
    if a.head is None:
        last = last_weighted(a.model)
        own = f" Its last layer with weights is {last[0]}, which {layer_words(last[1])}." if last else ""
        return Section(question, (f"Nothing: the network ends as it was given.{own}",))
    head = "A head of your own" if getattr(a.notes, "custom_head", False) else "A new head"
    rows = tuple((name, type(layer).__name__, layer_words(layer)) for name, layer in leaves(a.head))
    table = Table(("layer", "kind", "what it does"), rows)
    return Section(question, (f"{head}, which turns what the body found into your outputs:",), table)


def why_twice(a: Anatomy) -> Section | None:
    """Why a concat-pool head reads twice as many numbers as the body gives channels."""
    if a.head is None or a.report is None or not a.report.shape or as_unet(a.model) is not None:
        return None
    first, channels = first_weighted(a.head), a.report.shape[1]
    if first is None:
        return None
    width = width_in(first[1])
    if any(isinstance(m, AdaptiveConcatPool2d) for m in a.head.modules()) and width == 2 * channels:
        return Section(
            f"Why does the head read {width} numbers when the body gives {channels} feature maps?",
            (
                "Because every map is summed up twice: by its maximum (is the feature anywhere?) and by its average "
                f"(how much of it is there?). {channels} maxima, then {channels} averages: 2 x {channels} = {width} "
                "numbers. concat_pool=False keeps only the averages.",
            ),
        )
    return Section("How many numbers does the head read?", (f"{width}, from a body that gives {channels} channels.",))


def which_dropout(a: Anatomy) -> Section | None:
    """The dropout probabilities, and the rule behind them where it is the usual one."""
    ps = dropout_probabilities(a.head if a.head is not None else a.model)
    if not ps:
        return None
    listed = ", then ".join(f"{p:g}" for p in ps)
    halved = len(ps) > 1 and all(p == ps[-1] / 2 for p in ps[:-1])
    rule = (
        f"That is p/2, then p, for p = {ps[-1]:g}: the last layer, which decides, is made to rely on no "
        "single number; earlier layers drop less, as what is dropped there is missing in all that follows. "
        "ps= sets p, or one value per layer."
    )
    return Section(
        "Which dropout?",
        (f"With probability {listed}, in this order, and only while training. {rule if halved else ''}",),
    )


def how_initialised(a: Anatomy) -> Section:
    """Where the weights come from."""
    question = "How was it initialised?"
    if a.notes is None:
        return Section(
            question, ("As its constructor left it: the learner took the network over and changed no weight.",)
        )
    trained = f"The body carries pretrained weights ({a.notes.weights})." if a.notes.pretrained else (
        "The body starts from the random weights of its own constructor: nothing was pretrained. "
        "pretrained=True says otherwise, also of a network of your own that was trained."
    )  # fmt: skip
    new = "head" if as_unet(a.model) is None else "way up"
    filled = f"The {new} was filled by {a.notes.init}" if a.notes.init else f"The {new} has torch's own first weights"
    scale = " (random numbers whose spread keeps the signal's size from layer to layer)" if _is_kaiming(a) else ""
    norms = "; biases, where a layer has them, start at 0 and norm layers keep their own start" if a.notes.init else ""
    return Section(question, (trained, f"{filled}{scale}{norms}. The seed was {a.notes.seed}."))


def first_layer(a: Anatomy) -> Section | None:
    """How many channels the network reads, and how to change that so that it stays."""
    first = first_weighted(a.model)
    if first is None:
        return None
    name, layer = first
    what = "channels" if not isinstance(layer, nn.Linear) else "numbers"
    reads = f"It is {name} ({type(layer).__name__}) and reads {width_in(layer)} {what}."
    if a.notes is None:
        how = "Replace it in your network before you give it to the learner."
    else:
        how = f"Say so when the learner is made: {getattr(a.model, 'made_by', 'vision_learner')}(..., n_in=4)."
    changed = _first_layer_story(a)
    why = (
        "A layer put in afterwards does not stick: the optimizer goes on training the parameters it was given, and the "
        "parameter groups know only those; a pretrained layer's weights would be lost as well."
    )
    return Section(
        "How do I change the first layer so that it stays?", tuple(x for x in (reads, changed, how, why) if x)
    )


def _shape_words(report: CutReport) -> str:
    if report.shape is None:
        return ""
    if len(report.shape) != 4:
        return f"What stays, the body, gives {report.shape[1]} numbers for an image."
    _, channels, height, width = report.shape
    return (
        f"What stays, the body, gives {channels} feature maps: of {height} x {width} points for the trial image of "
        f"{report.size} x {report.size} pixels from which the sizes below come, of more or fewer for yours."
    )


def _parts(report: CutReport) -> Table:
    rows = [
        (part.name, part.kind, f"{part.n_params:,}", _size(part.shape), "kept" if part in report.kept else "cut off")
        for part in (*report.kept, *report.dropped)
    ]
    return Table(("part", "kind", "parameters", "gives", ""), tuple(rows))


def _size(shape: tuple[int, ...] | None) -> str:
    return "-" if shape is None else " x ".join(str(n) for n in shape[1:])


def _is_kaiming(a: Anatomy) -> bool:
    return str(a.notes.init).startswith("kaiming")


def _first_layer_story(a: Anatomy) -> str:
    before = getattr(a.notes, "first_layer_from", None)
    first = first_weighted(a.model)
    if before is None or first is None:
        return ""
    n_in = width_in(first[1])
    if not a.notes.pretrained:
        return f"It read {before} and was made anew for {n_in}."
    kept = {1: "the sum of the kernels for red, green and blue", 2: "the first two kernels, times 1.5"}
    story = kept.get(n_in, "its three kernels, and zeros for the further channels, which then learn")
    return f"It read {before} and was replaced by one for {n_in}, which starts from {story}."
