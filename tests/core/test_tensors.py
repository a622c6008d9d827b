"""The small functions by fastai's names."""

import random

import numpy as np
import pytest
import torch
from fastlearn import tensors as T
from torch import nn


def draws():
    return torch.rand(1).item(), np.random.rand(), random.random()


def test_a_seed_repeats_all_three_generators_and_no_random_puts_them_back():
    T.set_seed(5)
    first = draws()
    T.set_seed(5)
    assert draws() == first
    T.set_seed(1)
    with T.no_random(5):
        assert draws() == first
    after = draws()
    T.set_seed(1)
    assert draws() == after


def test_nested_tensors():
    x = {"a": (torch.ones(2, requires_grad=True), [torch.arange(2)])}
    assert not T.to_detach(x)["a"][0].requires_grad
    assert T.to_half(x)["a"][0].dtype == torch.float16 and T.to_half(x)["a"][1][0].dtype == torch.int64
    assert T.to_float(T.to_half(x))["a"][0].dtype == torch.float32
    assert T.apply(lambda t, by: t * by, x, 3)["a"][1][0].tolist() == [0, 3]
    joined = T.to_concat([(torch.ones(1, 2), {"m": torch.zeros(1)}), (torch.ones(2, 2), {"m": torch.zeros(3)})])
    assert joined[0].shape == (3, 2) and joined[1]["m"].shape == (4,)
    assert T.concat([1, 2], (3,)) == [1, 2, 3]
    assert T.find_bs((torch.ones(4, 2),)) == 4 and T.find_device([{"x": torch.ones(1)}]).type == "cpu"
    assert T.unsqueeze(torch.ones(3), 0, 2).shape == (1, 1, 3)
    with pytest.raises(ValueError, match="no tensor in list"):
        T.find_device([1])


def test_numbers():
    x = torch.tensor([0.1, 0.5, 0.9])
    torch.testing.assert_close(T.logit(x).sigmoid(), x)
    assert torch.isfinite(T.logit(torch.tensor([0.0, 1.0]))).all()
    hot = T.one_hot([1, 3], 5)
    assert hot.tolist() == [0, 1, 0, 1, 0] and T.one_hot(2, 3).tolist() == [0, 0, 1]
    assert T.one_hot_decode(hot) == [1, 3] and T.one_hot_decode(hot, "abcde") == ["b", "d"]
    xp, fp, at = np.array([0.0, 1.0, 3.0]), np.array([1.0, 3.0, -1.0]), np.linspace(-1, 4, 11)
    torch.testing.assert_close(T.interp_1d(*map(torch.tensor, (at, xp, fp))), torch.tensor(np.interp(at, xp, fp)))


def test_principal_components_keep_the_most_variance():
    from sklearn.decomposition import PCA

    x = torch.randn(20, 5, generator=torch.Generator().manual_seed(0))
    expected = PCA(2).fit_transform(x.numpy())
    np.testing.assert_allclose(np.abs(T.pca(x).numpy()), np.abs(expected), atol=1e-5)


def test_models_and_files(tmp_path):
    model = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.ReLU(), nn.Linear(2, 1)))
    assert [type(m).__name__ for m in T.flatten_model(model)] == ["Linear", "ReLU", "Linear"]
    assert T.requires_grad(model) and not T.requires_grad(nn.ReLU()) and not T.requires_grad(torch.ones(1))
    path = T.save_array(tmp_path / "deep" / "x", torch.arange(3))
    assert path.name == "x.npy" and T.load_array(path).tolist() == [0, 1, 2]
    np.save(tmp_path / "evil.npy", np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        T.load_array(tmp_path / "evil")


def test_finding_and_sampling_in_nested_things():
    assert T.item_find([[1, 2], [3, [4, 5]]], 1) == 5 and T.item_find({"a": (7, 8)}) == 7 and T.item_find(3) == 3
    x, y = torch.arange(6).reshape(3, 2), torch.tensor([7, 8, 9])
    rows = T.batch_to_samples((x, {"a": y, "b": [y, x]}), max_n=2)
    assert len(rows) == 2 and rows[1][0].tolist() == [2, 3]
    assert rows[1][1]["a"] == 8 and rows[1][1]["b"][1].tolist() == [2, 3]
    assert [len(T.batch_to_samples(torch.zeros(n))) for n in (3, 30)] == [3, 10]
    turned = T.nested_reorder((x, [y, {"a": y}]), [2, 0, 1])
    assert turned[0].tolist() == [[4, 5], [0, 1], [2, 3]] and turned[1][1]["a"].tolist() == [9, 7, 8]
    assert [part.shape for part in T.flatten_check(torch.zeros(2, 3), torch.zeros(6, 1))] == [(6,), (6,)]
    with pytest.raises(ValueError, match="one to one"):
        T.flatten_check(torch.zeros(2), torch.zeros(3))


def test_the_model_inside_what_torch_wraps_around_it():
    model = nn.Linear(2, 2)
    wrapped = nn.DataParallel(model)
    assert T.get_model(model) is model and T.get_model(wrapped) is model
    assert T.get_model(torch.compile(wrapped, backend="eager")) is model
