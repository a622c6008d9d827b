"""What is said about a learner is true of its modules, whatever the network."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
import torch
from fastlearn.explain import Explanation, explain
from fastlearn.explain.page import Section, Table
from fastlearn.losses import BCEWithLogitsLossFlat, CrossEntropyLossFlat, MSELossFlat
from fastlearn.train.learner import Learner
from fastlearn.vision import models
from fastlearn.vision.learner import vision_learner
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def Small():
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 5))


def data(kind="category", loss=None):
    loader = DataLoader(TensorDataset(torch.rand(4, 3, 16, 16), torch.tensor([0, 1, 0, 1])), 2)
    loss = loss or CrossEntropyLossFlat()
    return SimpleNamespace(train=loader, valid=loader, c=2, n_inp=1, kinds=("image", kind), path=".", loss_func=loss)


def answers(learn):
    """Question -> answer on one line."""
    return {s.question: " ".join(str(s).split("\n", 2)[2].split()) for s in explain(learn).sections}


def test_a_pretrained_learner_in_numbers():
    learn = vision_learner(data(), Small(), pretrained=True, seed=4)
    said = answers(learn)
    assert (
        "Cut off from Sequential: 2 (AdaptiveAvgPool2d, 0 parameters), 3 (Flatten, 0 parameters), 4 (Linear, 45"
        in said["What was cut off?"]
    )
    assert "last part with a pooling layer" in said["What was cut off?"]
    assert (
        "8 maxima, then 8 averages: 2 x 8 = 16"
        in said["Why does the head read 16 numbers when the body gives 8 feature maps?"]
    )
    assert "0.25, then 0.5" in said["Which dropout?"] and "p/2, then p, for p = 0.5" in said["Which dropout?"]
    assert "2, from the input to the output" in said["Which parameter groups are there?"]
    n_head = sum(p.numel() for p in learn.model[1].parameters())
    assert f"Group 0: {n_head + 16:,} of {n_head + 224 + 16:,} parameters train" in said["What is frozen?"]
    assert "Norm layers in frozen groups go on training" in said["What is frozen?"]
    assert "kaiming_normal_" in said["How was it initialised?"] and "The seed was 4" in said["How was it initialised?"]
    assert "exactly one class" in said["Which loss, and why?"] and "The data chose it" in said["Which loss, and why?"]
    assert "n_in=4" in said["How do I change the first layer so that it stays?"]


def test_after_unfreezing_it_says_so():
    learn = vision_learner(data(), Small(), pretrained=True)
    learn.unfreeze()
    assert answers(learn)["What is frozen?"].startswith("Nothing: all")


@pytest.mark.parametrize(
    "settings, question, words",
    [
        ({"cut": 2}, "What was cut off?", "You gave the place yourself"),
        ({"cut": lambda net: net[:2]}, "What was cut off?", "Your own cut function"),
        ({"concat_pool": False}, "How many numbers does the head read?", "8, from a body that gives 8"),
        ({"ps": [0.1, 0.3]}, "Which dropout?", "With probability 0.1, then 0.3"),
        ({"y_range": (0, 5)}, "What was put on the end?", "between 0 and 5"),
        ({"init": None}, "How was it initialised?", "torch's own first weights"),
        ({"n_in": 4}, "How do I change the first layer so that it stays?", "It read 3 and was made anew for 4"),
        ({"n_in": 1, "pretrained": True}, "How do I change the first layer so that it stays?", "sum of the kernels"),
        ({"custom_head": nn.LazyLinear(2), "init": None}, "What was put on the end?", "A head of your own"),
    ],
)
def test_what_is_said_follows_the_settings(settings, question, words):
    assert words in answers(vision_learner(data(), Small, **settings))[question]


def test_a_listed_architecture_and_one_that_pools_in_forward():
    said = answers(vision_learner(data(), models.squeezenet1_1, pretrained=False))
    assert "registered with this architecture" in said["What was cut off?"]
    said = answers(vision_learner(data(), models.shufflenet_v2_x1_0, pretrained=False))
    assert "after the last part that gives feature maps" in said["What was cut off?"]


@pytest.mark.parametrize(
    "model",
    [nn.Sequential(nn.Flatten(), nn.Linear(768, 2)), Small(), nn.Linear(3, 2), nn.ReLU()],
    ids=["mlp", "cnn", "one-layer", "no-weights"],
)
def test_a_plain_learner_is_explained_too(model):
    said = answers(Learner(data(), model))
    assert said["What was cut off?"].startswith("Nothing.") and said["What was put on the end?"].startswith("Nothing")
    assert (
        "changed no weight" in said["How was it initialised?"]
        and "nothing was cut here" in said["Cut and split: what is the difference?"]
    )


@pytest.mark.parametrize(
    "kind, loss, words",
    [
        ("multicategory", BCEWithLogitsLossFlat(), "a yes or no of its own"),
        ("regression", MSELossFlat(), "by: no change. Predictions become answers by: no change"),
        ("category", nn.CrossEntropyLoss(), "softmax"),
    ],
)
def test_the_loss_is_explained_by_the_targets(kind, loss, words):
    assert words in answers(Learner(data(kind, loss), Small()))["Which loss, and why?"]


def test_looking_changes_nothing():
    learn = vision_learner(data(), Small(), pretrained=True)
    before, state = torch.get_rng_state(), {k: v.clone() for k, v in learn.model.state_dict().items()}
    modes = [m.training for m in learn.model.modules()]
    explain(learn)
    assert all(torch.equal(v, state[k]) for k, v in learn.model.state_dict().items())
    assert modes == [m.training for m in learn.model.modules()] and torch.equal(before, torch.get_rng_state())


class Balanced(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], set()

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.seen.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_is_whole_escaped_and_takes_the_pages_colours():
    page = Explanation("<b>net</b>", [Section("a < b?", ("x & y",), Table(("<i>",), (("<script>",),)))])
    text, parser = page._repr_html_(), Balanced()
    parser.feed(text)
    assert parser.open == [] and not parser.seen & {"b", "i", "script"}
    assert "a &lt; b?" in text and "color:inherit" in text and not re.search(r"#[0-9a-f]{3,6}\b|rgb", text)


def test_text_is_what_is_printed_and_names_the_network():
    page = explain(vision_learner(data(), models.squeezenet1_1, pretrained=False))
    assert str(page) == repr(page) and str(page).startswith("squeezenet1_1: ")
    assert max(map(len, str(page).splitlines())) <= 120


@pytest.mark.parametrize(
    "thing, said", [(data(), "SimpleNamespace"), (Learner, "the class Learner"), (None, "NoneType")]
)
def test_what_is_not_a_learner_is_refused_with_words(thing, said):
    with pytest.raises(TypeError, match=rf"`learn` is a Learner.* got {said}. Try explain\(learn\) after"):
        explain(thing)
