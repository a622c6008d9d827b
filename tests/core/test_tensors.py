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
