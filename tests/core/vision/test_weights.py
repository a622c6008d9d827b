"""Pretrained weights from local files: published ones in torch's folder, own ones anywhere; never code."""

from __future__ import annotations

from urllib.error import URLError

import pytest
import torch
from fastlearn.vision import models
from fastlearn.vision.network import build_network
from fastlearn.vision.weights import WeightsError
from safetensors.torch import save_file
from torch import nn

FILE = "squeezenet1_1-b8a52dc0.pth"


@pytest.fixture(scope="module")
def trained():
    return models.squeezenet1_1(num_classes=1000).state_dict()


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """An empty folder for torch's downloads, and no network."""

    def no_network(*args, **kwargs):
        raise URLError("no network here")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("torch.hub._hub_dir", None)
    monkeypatch.setattr("torch.hub.urlopen", no_network)
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


def same(model, state):
    return all(torch.equal(v, state[k]) for k, v in model.state_dict().items() if "classifier" not in k)


@pytest.mark.parametrize("how", [{"pretrained": True}, {"weights": "DEFAULT"}, {"weights": "IMAGENET1K_V1"}])
def test_published_weights_are_read_from_torchs_folder(hub, trained, how):
    torch.save(trained, hub / FILE)
    assert same(models.squeezenet1_1(**how), trained)


def test_torchvisions_own_enum_is_accepted(hub, trained):
    from torchvision.models import SqueezeNet1_1_Weights

    torch.save(trained, hub / FILE)
    assert same(models.squeezenet1_1(weights=SqueezeNet1_1_Weights.DEFAULT), trained)


def test_without_a_network_the_message_names_url_file_and_folder(hub):
    with pytest.raises(WeightsError) as error:
        models.squeezenet1_1(pretrained=True)
    text = str(error.value)
    for word in (
        "squeezenet1_1",
        f"https://download.pytorch.org/models/{FILE}",
        f"named {FILE}",
        str(hub),
        "no network here",
    ):
        assert word in text
    assert "pretrained=False works" in text


def test_a_damaged_download_says_so(hub, trained):
    torch.save(trained, hub / FILE)
    whole = (hub / FILE).read_bytes()
    (hub / FILE).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WeightsError, match=rf"{FILE} cannot be read.*damaged. Delete it"):
        models.squeezenet1_1(pretrained=True)


def test_unknown_weights_are_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"one of DEFAULT, IMAGENET1K_V1, or a .pth .* got 'IMAGENET22K'"):
        models.squeezenet1_1(weights="IMAGENET22K")


@pytest.mark.parametrize("name", ["own.pth", "own.safetensors", "nested.pt"])
def test_a_file_of_ones_own(tmp_path, trained, name):
    path = tmp_path / name
    if name.endswith("safetensors"):
        save_file(trained, path)
    else:
        torch.save({"state_dict": trained, "epoch": 3} if "nested" in name else trained, path)
    assert same(models.squeezenet1_1(weights=path), trained) and same(models.squeezenet1_1(weights=str(path)), trained)


def test_the_classifier_may_differ_as_it_is_cut_off(tmp_path, trained):
    torch.save(trained, tmp_path / "own.pth")
    assert same(models.squeezenet1_1(weights=tmp_path / "own.pth", num_classes=5), trained)


def test_a_file_of_any_ending_and_one_saved_from_data_parallel(tmp_path):
    net, other = nn.Sequential(nn.Conv2d(3, 2, 1)), nn.Sequential(nn.Conv2d(3, 2, 1))
    torch.save({"state_dict": nn.DataParallel(other).state_dict(), "epoch": 3}, tmp_path / "best.th")
    built = build_network(net, pretrained=True, weights=str(tmp_path / "best.th"))
    assert torch.equal(built[0].weight, other[0].weight)


def test_an_own_network_takes_a_file_too(tmp_path):
    net, other = nn.Sequential(nn.Conv2d(3, 2, 1)), nn.Sequential(nn.Conv2d(3, 2, 1))
    torch.save(other.state_dict(), tmp_path / "own.pth")
    built = build_network(net, pretrained=True, weights=tmp_path / "own.pth")
    assert torch.equal(built[0].weight, other[0].weight) and not torch.equal(net[0].weight, other[0].weight)


def test_weights_of_another_architecture_are_refused(tmp_path):
    torch.save(nn.Linear(2, 2).state_dict(), tmp_path / "own.pth")
    with pytest.raises(
        WeightsError, match=r"does not fit SqueezeNet: .* first features.0.weight.*begins with weight, bias"
    ):
        models.squeezenet1_1(weights=tmp_path / "own.pth")


class Trap:
    def __reduce__(self):
        return (print, ("this would have run",))


@pytest.mark.parametrize("content", [Trap(), {"weight": Trap()}, nn.Linear(2, 2), [1, 2]])
def test_files_with_objects_are_refused_and_run_nothing(tmp_path, capsys, content):
    torch.save(content, tmp_path / "trap.pth")
    with pytest.raises(WeightsError, match="cannot be read as plain tensors"):
        models.squeezenet1_1(weights=tmp_path / "trap.pth")
    assert "would have run" not in capsys.readouterr().out


def test_a_missing_file_and_a_file_without_weights(tmp_path):
    with pytest.raises(WeightsError, match=r"none.pth does not exist"):
        models.squeezenet1_1(weights=tmp_path / "none.pth")
    (tmp_path / "page.pth").write_text("hello")
    with pytest.raises(WeightsError, match=r"as plain tensors: [A-Z]\w+\. Is it whole"):
        models.squeezenet1_1(weights=tmp_path / "page.pth")
    torch.save({"epoch": 3}, tmp_path / "log.pth")
    with pytest.raises(WeightsError, match=r"no state dict: its keys are \['epoch'\]"):
        models.squeezenet1_1(weights=tmp_path / "log.pth")


def test_old_densenet_names_are_read(hub):
    net = models.densenet121()
    state = net.state_dict()
    old = {k.replace(".norm1.", ".norm.1.").replace(".conv2.", ".conv.2."): v for k, v in state.items()}
    assert "features.denseblock1.denselayer1.norm.1.weight" in old
    torch.save(old, hub / "densenet121-a639ec97.pth")
    again = models.densenet121(pretrained=True)
    assert torch.equal(
        again.features.denseblock1.denselayer1.norm1.weight, state["features.denseblock1.denselayer1.norm1.weight"]
    )
    assert torch.equal(
        again.features.denseblock1.denselayer1.conv2.weight, state["features.denseblock1.denselayer1.conv2.weight"]
    )
