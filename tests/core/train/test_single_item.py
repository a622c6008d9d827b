"""A training batch of one item and a network with batch normalisation: said with where the one item comes from."""

import pytest
import torch
from fastlearn.data.problems import DataError
from fastlearn.train.learner import Learner
from torch import nn
from torch.utils.data import BatchSampler, DataLoader

from .conftest import network, points

TOLD = r"training batch holds a single item.*batch normalisation.*two at least"


def fit(n, model=None, **loader):
    learn = Learner((DataLoader(points(n), **loader), None), model or network(), nn.CrossEntropyLoss())
    learn.fit(1, display=False)
    return learn


@pytest.mark.parametrize(
    "n, loader, advice",
    [
        (1, {"batch_size": 8}, "There is no other item to train on.*splitter"),
        (8, {"batch_size": 1}, r"batches of one.*bs=2"),
        (17, {"batch_size": 8}, r"last of 17 items.*bs=8.*drop_last=True"),
        (4, {"batch_sampler": BatchSampler([0, 1, 2], 2, drop_last=False)}, "which items the loader puts together"),
    ],
)
def test_the_message_tells_where_the_single_item_comes_from(n, loader, advice):
    with pytest.raises(DataError, match=f"{TOLD}.*{advice}") as told:
        fit(n, **loader)
    assert "more than 1 value per channel" in str(told.value.__cause__)  # torch's traceback names the layer


def test_a_model_without_batch_normalisation_learns_from_one_item():
    assert fit(1, nn.Linear(4, 2), batch_size=1).history.reason == "completed"


class Picky(nn.Module):
    def forward(self, x):
        raise ValueError("not this one")


def test_other_errors_stay_as_they_are():
    with pytest.raises(ValueError, match=r"^not this one$"):
        fit(1, nn.Sequential(nn.Linear(4, 2), Picky()), batch_size=1)


def test_a_search_for_a_rate_tells_it_too(capsys):
    learn = Learner((DataLoader(points(8), 1), None), network(), nn.CrossEntropyLoss())
    found = learn.lr_find(show_plot=False, display=False)
    assert "single item" in found.message and "more than 1 value" not in capsys.readouterr().out


def test_a_compiled_model_tells_it_too():
    learn = Learner((DataLoader(points(1), 1), None), network(), nn.CrossEntropyLoss()).compile("eager")
    with pytest.raises(DataError, match=TOLD):
        learn.fit(1, display=False)


class Limited(nn.Module):
    """A network with batch normalisation that runs out of memory above `limit` items."""

    def __init__(self, limit):
        super().__init__()
        self.limit, self.network = limit, network()

    def forward(self, x):
        if len(x) > self.limit:
            raise torch.OutOfMemoryError("out of memory")
        return self.network(x)


@pytest.mark.parametrize("limit", [2, 3, 50, 9999])
def test_the_largest_batch_is_found_where_one_item_cannot_be_learnt_from(make_learner, limit):
    assert make_learner(model=Limited(limit)).find_batch_size(most=200) == min(limit, 200)


def test_too_little_memory_for_two_items_is_said(make_learner):
    with pytest.raises(MemoryError, match="Not even 2 items fit"):
        make_learner(model=Limited(1)).find_batch_size()
    with pytest.raises(DataError, match=TOLD):
        make_learner(model=Limited(9)).find_batch_size(most=1)
