"""A bundle predicts what its learner predicted, holds no rows and no code, and runs none that nobody trusted."""

from __future__ import annotations

import io
import json
import pickle
import sys
import tracemalloc
import warnings
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from fastlearn import metrics
from fastlearn.bundle import UntrustedCode, load_learner
from fastlearn.bundle.names import CannotExport
from fastlearn.data.block import CategoryBlock, DataBlock, MultiCategoryBlock, RegressionBlock
from fastlearn.data.find import get_image_files
from fastlearn.data.label import ColReader, RegexLabeller, parent_label
from fastlearn.data.samples import sample_data
from fastlearn.losses import CrossEntropyLossFlat
from fastlearn.metrics import (
    AccumMetric,
    F1Score,
    MatthewsCorrCoef,
    Perplexity,
    accuracy,
    mk_metric,
    top_k_accuracy,
)  # fmt: skip
from fastlearn.train.learner import Learner
from fastlearn.vision.blocks import ImageBlock
from fastlearn.vision.flip import Flip
from fastlearn.vision.learner import vision_learner
from fastlearn.vision.loaders import ImageDataLoaders
from fastlearn.vision.models import resnet18
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.open import PILImageBW
from fastlearn.vision.resize import Resize
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader as TorchLoader
from torch.utils.data import TensorDataset

sys.path.insert(0, str(Path(__file__).parent))
import own_code


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    chosen = tmp_path_factory.mktemp("digits")
    for path in get_image_files(sample_data("digits"))[::30]:
        target = chosen / path.parent.name / path.name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    return get_image_files(chosen)


def small(n_out=10):
    return nn.Sequential(nn.Conv2d(3, 4, 3, stride=2), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.LazyLinear(n_out))


def learner(files, blocks=(ImageBlock, CategoryBlock), get_y=parent_label, model=None, item_tfms=None, **kwargs):
    dls = DataBlock(blocks, get_y=get_y, item_tfms=item_tfms or Resize(8), batch_tfms=[Flip()]).dataloaders(
        files, bs=16, seed=1, device="cpu", path=kwargs.pop("path", ".")
    )
    model = model or nn.Sequential(nn.Flatten(), nn.Linear(8 * 8 * 3, dls.c or 1))
    return Learner(dls, model, **kwargs)


def assert_predicts_the_same(learn, path, files, **kwargs):
    loaded = load_learner(learn.export(path), **kwargs)
    learn.model.eval()
    with torch.random.fork_rng():
        mine, theirs = learn.predict(files[:5]), loaded.predict(files[:5])
    for (label, decoded, probs), (label2, decoded2, probs2) in zip(mine, theirs, strict=True):
        assert np.array_equal(label, label2)
        assert torch.equal(decoded, decoded2) and torch.equal(probs, probs2)
    assert loaded.dls.vocab == learn.dls.vocab and loaded.dls.c == learn.dls.c
    return loaded


@pytest.mark.parametrize("name", ["export.zip", "folder"])
def test_a_vision_learner_predicts_the_same_from_a_zip_and_from_a_folder(files, tmp_path, name):
    dls = ImageDataLoaders.from_path_func(
        files[0].parent.parent, files, parent_label, item_tfms=Resize(32), valid_pct=0.2, seed=1, device="cpu"
    )
    learn = vision_learner(dls, resnet18, pretrained=False, n_out=10, path=tmp_path, seed=1)
    learn.model[1][-1].weight.data += 1  # not what a fresh model has
    loaded = assert_predicts_the_same(learn, name, files)
    assert (tmp_path / name).exists()
    assert loaded.model.notes == learn.model.notes
    (batch,) = loaded.dls.test_dl(files[:3]).one_batch()
    assert batch.shape == (3, 3, 32, 32)


def of_one_file(kind, files, path):
    get = {"category": parent_label, "multi": lambda o: [o.parent.name], "number": lambda o: float(o.parent.name)}[kind]
    block = {"category": CategoryBlock, "multi": MultiCategoryBlock, "number": RegressionBlock}[kind]
    return learner(files, (ImageBlock, block), get, path=path)


@pytest.mark.parametrize("kind", ["category", "multi", "number"])
def test_every_kind_of_target_comes_back_and_lambdas_that_read_labels_are_not_needed(files, tmp_path, kind):
    loaded = assert_predicts_the_same(of_one_file(kind, files, tmp_path), "x.zip", files)
    if kind != "category":
        with pytest.raises(Exception, match=r"exported without .*lambda.*Predictions do not need it"):
            loaded.dls.test_dl(files[:2], with_labels=True).one_batch()


def test_gray_pictures_measured_statistics_and_weights_of_classes_come_back(files, tmp_path):
    blocks = (ImageBlock(PILImageBW), CategoryBlock(vocab=[*"9876543210"], sort=False))
    block = DataBlock(blocks, get_y=RegexLabeller(r"/(\d)/[^/]+$"), item_tfms=Resize((8, 6), method="pad"))
    dls = block.dataloaders(files, bs=16, seed=1, device="cpu", batch_tfms=Normalize())
    loss = CrossEntropyLossFlat(weight=torch.arange(10.0), label_smoothing=0.1)
    learn = Learner(dls, nn.Sequential(nn.Flatten(), nn.Linear(48, 10)), loss, path=tmp_path)
    loaded = assert_predicts_the_same(learn, "x", files)
    assert list(loaded.dls.vocab) == [*"9876543210"]
    assert torch.equal(loaded.loss_func.weight, loss.weight) and loaded.loss_func.label_smoothing == 0.1


def test_rows_of_a_table_are_not_in_the_bundle(files, tmp_path):
    import pandas as pd

    frame = pd.DataFrame({"file": [str(f) for f in files], "secret": [f"patient-{f.parent.name}" for f in files]})
    block = DataBlock(
        (ImageBlock, CategoryBlock), get_x=ColReader("file"), get_y=ColReader("secret"), item_tfms=Resize(8)
    )
    dls = block.dataloaders(frame, bs=16, seed=1, device="cpu")
    learn = Learner(dls, nn.Sequential(nn.Flatten(), nn.Linear(192, 10)), path=tmp_path)
    path = learn.export("x.zip")
    assert not any(str(f.name).encode() in path.read_bytes() for f in files)
    loaded = load_learner(path)
    labels = [[one.predict(frame.iloc[i])[0] for i in range(5)] for one in (learn, loaded)]
    assert labels[0] == labels[1]


def test_loaders_of_torch_leave_a_learner_that_predicts_from_tensors(tmp_path):
    x = torch.randn(8, 4)
    loader = TorchLoader(TensorDataset(x, x.sum(1)), 4)
    learn = Learner(
        (loader, loader), nn.Sequential(nn.Linear(4, 3), nn.LSTM(3, 2)), torch.nn.functional.mse_loss, path=tmp_path
    )
    learn.model = nn.Sequential(nn.Linear(4, 3), nn.GELU(), nn.LayerNorm(3), nn.Linear(3, 1, bias=False))
    loaded = load_learner(learn.export())
    assert torch.equal(loaded.predict(x[0])[2], learn.predict(x[0])[2])
    assert loaded.loss_func is torch.nn.functional.mse_loss


@pytest.mark.parametrize(
    "layer, size",
    [
        (nn.Conv2d(2, 4, (3, 1), stride=2, padding=1, groups=2, bias=False), (1, 2, 8, 8)),
        (nn.ConvTranspose1d(2, 3, 3, output_padding=0), (1, 2, 8)),
        (nn.BatchNorm2d(2, eps=1e-3, momentum=None, affine=False), (2, 2, 4, 4)),
        (nn.GroupNorm(2, 4), (1, 4, 5)),
        (nn.PReLU(3), (1, 3, 2)),
        (nn.MultiheadAttention(4, 2, batch_first=True), None),
        (nn.LSTM(3, 5, num_layers=2, bidirectional=True, batch_first=True), (2, 4, 3)),
        (nn.Upsample(scale_factor=2.0, mode="nearest"), (1, 1, 2, 2)),
        (nn.Softmax(dim=1), (2, 3)),
        (nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), None),
    ],
    ids=lambda v: type(v).__name__ if isinstance(v, nn.Module) else "",
)
def test_layers_of_torch_are_made_again_or_refused_by_name(layer, size):
    from fastlearn.bundle.modules import module_from_spec, module_spec
    from fastlearn.bundle.names import Trust

    try:
        spec = json.loads(json.dumps(module_spec(nn.Sequential(layer), {})))
    except CannotExport as error:
        assert type(layer).__name__ in str(error) and size is None
        return
    made = module_from_spec(spec, {}, Trust())
    made.load_state_dict(nn.Sequential(layer).state_dict())
    assert repr(made) == repr(nn.Sequential(layer))
    if size is not None:
        x = torch.randn(size)
        a, b = made.eval()(x), nn.Sequential(layer).eval()(x)
        assert all(torch.equal(p, q) for p, q in zip(flat(a), flat(b), strict=True))


def flat(value):
    return [value] if isinstance(value, torch.Tensor) else [t for part in value for t in flat(part)]


# Code of one's own


def own(files, path):
    learn = learner(files, model=own_code.Net(6), item_tfms=[own_code.invert, Resize(8)], path=path)
    learn.input_tfms.add(own_code.Shift(0.5))
    return learn


def test_code_of_ones_own_is_named_and_not_imported_until_it_is_trusted(files, tmp_path):
    path = own(files, tmp_path).export()
    own_code.CALLED.clear()
    with pytest.raises(UntrustedCode) as refused:
        load_learner(path)
        assert "trust=['own_code.Net', 'own_code.Shift', 'own_code.invert']" in str(refused.value)
    assert own_code.CALLED == []
    with pytest.raises(UntrustedCode, match=r"no part of fastlearn: own_code\.invert\. Loading"):
        load_learner(path, trust=["own_code.Net", own_code.Shift])


def test_trusted_code_predicts_the_same(files, tmp_path):
    names = ["own_code.Net", "own_code.Shift", own_code.invert]
    assert_predicts_the_same(own(files, tmp_path), "x.zip", files, trust=names)


def test_a_model_that_cannot_be_made_again_is_refused_when_it_is_exported(files, tmp_path):
    learn = learner(files, model=own_code.Forgetful(4), path=tmp_path)
    with pytest.raises(CannotExport, match=r"model \(Forgetful\): Forgetful does not keep .*\(n\).*build=make_model"):
        learn.export()
    loaded = load_learner(learn.export(build=own_code.make_forgetful), trust="own_code.make_forgetful")
    assert torch.equal(loaded.predict(files[0])[2], learn.predict(files[0])[2])


def test_a_lambda_among_the_input_steps_is_refused_when_it_is_exported(files, tmp_path):
    learn = learner(files, item_tfms=[lambda picture: picture, Resize(8)], path=tmp_path)
    with pytest.raises(CannotExport, match=r"data\.after_item\.\d: .*lambda.*top of a module"):
        learn.export()


def test_a_model_that_was_changed_after_it_was_built_is_refused(files, tmp_path):
    dls = learner(files, item_tfms=Resize(32)).dls
    learn = vision_learner(dls, resnet18, pretrained=False, path=tmp_path)
    learn.model[0][2] = nn.Tanh()
    with pytest.raises(CannotExport, match=r"differs from this one, in its layers without weights.*build="):
        learn.export()


# Files that are no bundles


@pytest.fixture
def bundle(files, tmp_path):
    return learner(files, path=tmp_path).export("good.zip")


def rewritten(bundle, change=None, extra=()):
    """The bundle with its description changed, and with more members."""
    with zipfile.ZipFile(bundle) as archive:
        content, data = json.loads(archive.read("bundle.json")), archive.read("model.safetensors")
    if change:
        change(content)
    path = bundle.with_name("changed.zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bundle.json", json.dumps(content))
        archive.writestr("model.safetensors", data)
        for name, text in extra:
            archive.writestr(name, text)
    return path


class Evil:
    def __reduce__(self):
        return (own_code.CALLED.append, ("evil",))


def test_pickles_and_strange_members_are_refused_unread(bundle, tmp_path):
    own_code.CALLED.clear()
    (tmp_path / "export.pkl").write_bytes(pickle.dumps(Evil()))
    with pytest.raises(ValueError, match=r"not a bundle: it is a pickle, which can hold code"):
        load_learner(tmp_path / "export.pkl")
    torch.save({"x": Evil()}, tmp_path / "model.pth")
    with pytest.raises(ValueError, match=r"file of torch\.save, which can hold code"):
        load_learner(tmp_path / "model.pth")
    for name in ("../../evil.py", "model.pkl", "/etc/passwd"):
        with pytest.raises(ValueError, match=r"holds exactly bundle\.json and model\.safetensors, but here is"):
            load_learner(rewritten(bundle, extra=[(name, pickle.dumps(Evil()))]))
    assert own_code.CALLED == [] and not (tmp_path.parent / "evil.py").exists()


@pytest.mark.parametrize(
    "path",
    [
        "os.system",
        "builtins.eval",
        "fastlearn.data.download.download_url",
        "fastlearn.data.archive.untar_data",
        "fastlearn.whole_files.write_json",
        "torch.nn.functional.torch.load",
        "torch.nn.modules.module.torch.load",
        "torch.hub.load",
    ],
)
def test_a_bundle_cannot_call_what_is_no_layer_loss_or_transform(bundle, path):
    step = {"$make": path, "args": {}}
    for spec in (step, {"$partial": [{"$code": path}, [], {}]}):
        changed = rewritten(bundle, lambda content, spec=spec: content["data"]["after_item"].append(spec))
        with pytest.raises(UntrustedCode, match="is no part of fastlearn"):
            load_learner(changed)
    for part in ({"make": path, "args": {}}, {"build": path}, {"sequential": [["0", {"make": path, "args": {}}]]}):
        with pytest.raises(UntrustedCode, match="is no part of fastlearn"):
            load_learner(rewritten(bundle, lambda content, part=part: content.update(model=part)))


def test_damaged_and_foreign_files_are_told_apart(bundle, tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no bundle at"):
        load_learner(tmp_path / "none.zip")
    for n in (10, len(bundle.read_bytes()) // 2, len(bundle.read_bytes()) - 30):
        (tmp_path / "cut.zip").write_bytes(bundle.read_bytes()[:n])
        with pytest.raises(ValueError, match=r"cut short"):
            load_learner(tmp_path / "cut.zip")
    with pytest.raises(ValueError, match="does not say so"):
        load_learner(rewritten(bundle, lambda content: content.update(format="other")))
    with pytest.raises(ValueError, match=r"written by a newer fastwidgets .*version 99.*--upgrade"):
        load_learner(rewritten(bundle, lambda content: content.update(version=99)))
    with pytest.raises(ValueError, match="not a bundle: it does not hold both"):
        load_learner(tmp_path)

    def wider(content):
        content["model"]["sequential"][1][1]["args"]["out_features"] = 11

    with pytest.raises(ValueError, match="do not fit the model that it describes"):
        load_learner(rewritten(bundle, wider))


def places(value, above=()):
    """The paths of all that a description holds."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield (*above, key)
        yield from places(part, (*above, key))


def damaged(content, place, damage):
    *above, last = place
    for key in above:
        content = content[key]
    if damage is None:
        del content[last]
    else:
        content[last] = damage[0]


@pytest.mark.parametrize("part", ["model", "loss", "input_tfms", "data"])
def test_a_description_that_lacks_a_part_is_named(bundle, part):
    with pytest.raises(ValueError, match=rf"bundle\.json in .*changed\.zip is damaged.*it lacks '{part}'"):
        load_learner(rewritten(bundle, lambda content: content.pop(part)))


@pytest.mark.filterwarnings("ignore:The learner comes without these metrics")
@pytest.mark.parametrize("damage", [None, ["x"], [[[]]], [{"$tensor": "none"}], [-3]], ids=str)
def test_any_damage_to_the_description_is_a_value_error_that_names_the_file(bundle, damage):
    with zipfile.ZipFile(bundle) as archive:
        content = json.loads(archive.read("bundle.json"))
    refused = 0
    for place in places(content):
        path = rewritten(bundle, lambda content, place=place: damaged(content, place, damage))
        try:
            load_learner(path)
        except UntrustedCode:
            refused += 1
        except ValueError as error:
            refused += 1
            assert "changed.zip" in str(error), place
    assert refused > 30


def test_deep_nesting_is_a_value_error_that_names_the_file(bundle):
    path = rewritten(bundle, lambda content: content.update(input_tfms="DEEP"))
    for depth in (400, 100_000):
        with zipfile.ZipFile(path) as archive:
            text, data = archive.read("bundle.json"), archive.read("model.safetensors")
        with zipfile.ZipFile(bundle.with_name("deep.zip"), "w") as archive:
            archive.writestr("bundle.json", text.replace(b'"DEEP"', b"[" * depth + b"]" * depth))
            archive.writestr("model.safetensors", data)
        with pytest.raises(ValueError, match=r"bundle\.json in .*deep\.zip is damaged"):
            load_learner(bundle.with_name("deep.zip"))


def test_bad_arguments_of_a_layer_are_a_value_error_that_names_the_file(bundle):
    for args in ({"in_features": 4}, {"in_features": "a", "out_features": 2}, {"in_features": -1, "out_features": 2}):
        path = rewritten(bundle, lambda content, args=args: content["model"]["sequential"][1][1].update(args=args))
        with pytest.raises(ValueError, match=r"changed\.zip is damaged, or does not fit the code"):
            load_learner(path)


def test_weights_that_are_compressed_are_refused_unread(bundle):
    """They unpack to a thousand times their size."""
    with zipfile.ZipFile(bundle) as archive:
        text = archive.read("bundle.json")
    bomb = bundle.with_name("bomb.zip")
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bundle.json", text)
        archive.writestr("model.safetensors", bytes(200 * 2**20))
    assert bomb.stat().st_size < 2**20
    tracemalloc.start()
    try:
        with pytest.raises(
            ValueError, match=r"bomb\.zip is not loaded: its model\.safetensors is compressed, to .*folder"
        ):
            load_learner(bomb)
        assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
    finally:
        tracemalloc.stop()


# Metrics


def test_metrics_that_the_library_can_make_come_back_with_their_settings(files, tmp_path):
    chosen = [
        accuracy, partial(top_k_accuracy, k=3), F1Score(average="macro"), MatthewsCorrCoef(), Perplexity(),
        AccumMetric(F.cross_entropy, flatten=False, name="entropy"),
    ]  # fmt: skip
    learn = learner(files, path=tmp_path, metrics=chosen)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        loaded = load_learner(learn.export())
    assert [m.name for m in loaded.metrics] == [m.name for m in learn.metrics]
    labelled = loaded.dls.test_dl(files, with_labels=True)
    assert loaded.validate(dl=labelled) == pytest.approx(learn.validate(dl=labelled), nan_ok=True)


OTHERS = {"Metric", "mk_metric", "AccumMetric", "AvgMetric", "LossMetric", "LossMetrics", "ValueMetric", "TorchMetric"}
OTHERS |= {
    "ShareMetric",
    "optim_metric",
    "skm_to_fastai",
    "PearsonCorrCoef",
    "SpearmanCorrCoef",
}  # functions of these have no path


@pytest.mark.parametrize("name", sorted(set(metrics.__all__) - OTHERS))
def test_every_metric_of_the_library_is_made_again_as_it_was(name):
    from fastlearn.bundle.metrics import metrics_from_specs, metrics_specs
    from fastlearn.bundle.names import Trust

    made = getattr(metrics, name)
    if name[0].isupper():
        made = made(**({"beta": 2} if name.startswith("FBeta") else {}))
    metric = mk_metric(made)
    specs = json.loads(json.dumps(metrics_specs([metric], {})))
    (again,) = metrics_from_specs(specs, {}, Trust())
    assert type(again) is type(metric) and again.name == metric.name
    assert metrics_specs([again], {}) == specs


def test_metrics_of_ones_own_are_named_and_come_back_if_they_are_trusted(files, tmp_path):
    learn = learner(files, path=tmp_path, metrics=[accuracy, own_code.share, lambda preds, targets: preds.mean()])
    path = learn.export()
    own_code.CALLED.clear()
    text = r"without these metrics.*: share \(trust=\['own_code\.share'\]\), <lambda>\. .*set learn\.metrics"
    with pytest.warns(RuntimeWarning, match=text):
        assert [m.name for m in load_learner(path).metrics] == ["accuracy"]
    with pytest.warns(RuntimeWarning, match="only names: <lambda>"):
        loaded = load_learner(path, trust="own_code.share")
    assert [m.name for m in loaded.metrics] == ["accuracy", "share"] and own_code.CALLED == []


def test_a_loaded_learner_without_items_says_so(bundle):
    learn = load_learner(bundle)
    for ask in (learn.get_preds, learn.validate, learn.tta, lambda: learn.get_preds(ds_idx=0)):
        with pytest.raises(ValueError, match=r"loader has no items, as in .*load_learner.*test_dl\(items\)"):
            ask()


def test_a_bundle_of_version_1_is_read_for_ever(files):
    """The file was written by the first version; it must never be written anew."""
    with pytest.warns(RuntimeWarning, match="without these metrics, which the bundle only names: accuracy"):
        learn = load_learner(Path(__file__).parent / "version_1.zip")
    assert list(learn.dls.vocab) == [*"0123456789"]
    label, index, probabilities = learn.predict(first_three())
    assert label == "3" and int(index) == 3 and float(probabilities[3]) > 0.5


def first_three():
    return sorted(p for p in get_image_files(sample_data("digits")) if p.parent.name == "3")[0]


def test_a_bundle_is_written_whole_or_not_at_all(bundle, files, tmp_path, monkeypatch):
    before = bundle.read_bytes()
    monkeypatch.setattr("os.replace", lambda *args: (_ for _ in ()).throw(OSError("No space left on device")))
    with pytest.raises(OSError, match="No space"):
        learner(files, path=tmp_path).export("good.zip")
    assert bundle.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["good.zip"]
    assert io.BytesIO(before).getvalue()[:2] == b"PK"
