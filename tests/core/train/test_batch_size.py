"""The largest batch that fits, found on a learner that stays as it was."""

import pytest
import torch
from torch import nn


class Limited(nn.Module):
    """Runs out of memory above `limit` items."""

    def __init__(self, limit, error=torch.OutOfMemoryError):
        super().__init__()
        self.limit, self.error, self.layer, self.seen = limit, error, nn.Linear(4, 2), []

    def forward(self, x):
        self.seen.append(len(x))
        if len(x) > self.limit:
            raise self.error("out of memory")
        return self.layer(x)


@pytest.mark.parametrize("limit", [1, 7, 64, 100, 4096, 9999])
@pytest.mark.parametrize("error", [torch.OutOfMemoryError, MemoryError, RuntimeError])
def test_the_largest_size_is_found_with_few_tries(make_learner, limit, error):
    learn = make_learner(model=Limited(limit, error))
    before = {name: value.clone() for name, value in learn.model.state_dict().items()}
    assert learn.find_batch_size() == min(limit, 4096)
    assert len(learn.model.seen) < 30
    assert all(torch.equal(before[name], value) for name, value in learn.model.state_dict().items())
    assert learn.history.n_steps == 0 and learn._opt is None


def test_a_start_and_an_end_can_be_given_and_too_little_is_said(make_learner):
    assert make_learner(model=Limited(9999)).find_batch_size(start=48, most=1000) == 1000
    with pytest.raises(MemoryError, match="Not even 1 items fit"):
        make_learner(model=Limited(0)).find_batch_size()
    with pytest.raises(RuntimeError, match="shapes"):
        make_learner(model=Limited(2, lambda text: RuntimeError("shapes differ"))).find_batch_size()


@pytest.mark.parametrize("settings", [{"start": 0}, {"start": -2}, {"most": 0}, {"start": 1.5}])
def test_a_size_that_is_none_is_said_as_such(make_learner, settings):
    (name, value), *_ = settings.items()
    with pytest.raises(ValueError, match=f"`{name}` is a number of items, at least 1, but got {value}"):
        make_learner(model=Limited(9)).find_batch_size(**settings)
    with pytest.raises(ValueError, match="start=20 and most=10"):
        make_learner(model=Limited(9)).find_batch_size(start=20, most=10)
