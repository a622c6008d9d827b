"""The vision chapters of the fastai book, their own cells on made-up pictures, with only the imports changed.

`noop` and `using_attr` are fastcore's, which the chapters that use them import beside this library.
"""

# ruff: noqa: F403, F405  # the chapters begin with a star import

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from fastlearn.vision.all import *
from matplotlib import pyplot as plt

matplotlib.use("Agg")
basics = pytest.importorskip("fastcore.basics")
noop, using_attr = basics.noop, basics.using_attr

del test_set  # noqa: F821  # pytest would take it for a test of its own
RESNET = partial(xresnet18, stem_szs=(8, 8, 8), widen=0.125)  # in place of resnet18 and resnet34
BREEDS = ("beagle", "Birman", "pug")


def picture(rng, colour, size=(40, 36)):
    """Noise with a square of one colour in it, and the square's middle, x and y."""
    pixels = rng.integers(0, 90, (size[1], size[0], 3)).astype(np.uint8)
    x, y = int(rng.integers(0, size[0] - 14)), int(rng.integers(0, size[1] - 14))
    pixels[y : y + 14, x : x + 14, colour] = 255
    return Image.fromarray(pixels), (x + 7, y + 7)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Pictures in the layouts of the chapters: a folder a kind, all in one folder, train and val, a table, points."""
    root, rng = tmp_path_factory.mktemp("book"), np.random.default_rng(0)
    rows = []
    for colour, breed in enumerate(BREEDS):
        for i in range(8):
            image, middle = picture(rng, colour)
            split = "val" if i % 4 == 3 else "train"
            places = [f"bears/{breed}/{i}.jpg", f"pets/images/{breed}_{i}.jpg", f"imagenette/{split}/n{colour}/{i}.jpg",
                      f"heads/{i % 2 + 12:02}/{breed}_{i}.jpg", f"voc/train/{breed}_{i}.jpg"]  # fmt: skip
            for place in places:
                (root / place).parent.mkdir(parents=True, exist_ok=True)
                image.save(root / place, quality=95)
            (root / places[3]).with_suffix(".txt").write_text(f"{middle[0]} {middle[1]}")
            rows.append({"fname": f"{breed}_{i}.jpg", "labels": f"{breed} square", "is_valid": i % 4 == 3})
    pd.DataFrame(rows).to_csv(root / "voc" / "train.csv", index=False)
    return root


@pytest.fixture(autouse=True)
def quiet(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def pets(root):
    """The loaders of chapter 5."""
    block = DataBlock(
        blocks=(ImageBlock, CategoryBlock),
        get_items=get_image_files,
        splitter=RandomSplitter(seed=42),
        get_y=using_attr(RegexLabeller(r"(.+)_\d+.jpg$"), "name"),
        item_tfms=Resize(40),
        batch_tfms=aug_transforms(size=32, min_scale=0.75),
    )
    return block.dataloaders(root / "pets" / "images", bs=4, seed=1)


def titles():
    return [ax.get_title() for ax in plt.gcf().axes if ax.get_title()]


# Chapter 2: from model to production


def test_bears_from_folders_to_a_file(root, tmp_path):
    path = root / "bears"
    fns = get_image_files(path)
    assert len(verify_images(fns)) == 0
    bears = DataBlock(
        blocks=(ImageBlock, CategoryBlock),
        get_items=get_image_files,
        splitter=RandomSplitter(valid_pct=0.2, seed=42),
        get_y=parent_label,
        item_tfms=Resize(32),
    )
    dls = bears.dataloaders(path, bs=4)
    dls.valid.show_batch(max_n=4, nrows=1)
    assert len(titles()) == 4 and set(titles()) <= set(BREEDS)
    for tfm in (
        Resize(32, ResizeMethod.Squish),
        Resize(32, ResizeMethod.Pad, pad_mode="zeros"),
        RandomResizedCrop(32, min_scale=0.3),
    ):
        bears = bears.new(item_tfms=tfm)
        dls = bears.dataloaders(path, bs=4)
        dls.train.show_batch(max_n=4, nrows=1, unique=True)
        assert len(set(titles())) == 1
    bears = bears.new(item_tfms=Resize(32), batch_tfms=aug_transforms(mult=2))
    dls = bears.dataloaders(path, bs=4)
    dls.train.show_batch(max_n=8, nrows=2, unique=True)

    bears = bears.new(item_tfms=RandomResizedCrop(32, min_scale=0.5), batch_tfms=aug_transforms())
    dls = bears.dataloaders(path, bs=4)
    learn = vision_learner(dls, RESNET, pretrained=False, metrics=error_rate)
    with learn.no_bar():
        learn.fine_tune(1)
    interp = ClassificationInterpretation.from_learner(learn)
    interp.plot_confusion_matrix()
    interp.plot_top_losses(3, nrows=1)
    learn.path = tmp_path
    learn.export()
    learn_inf = load_learner(tmp_path / "export.zip")
    kind, number, probabilities = learn_inf.predict(fns[0])
    assert kind in learn_inf.dls.vocab and learn_inf.dls.vocab[int(number)] == kind
    assert probabilities.sum().item() == pytest.approx(1, abs=1e-5)


# Chapter 5: image classification


def test_pet_breeds_losses_rates_and_layers(pets):
    dls = pets
    assert list(dls.vocab) == sorted(BREEDS)
    dls.show_batch(nrows=1, ncols=3)
    x, y = dls.one_batch()
    set_seed(0)  # of some first weights the search says that there is nothing to suggest
    learn = vision_learner(dls, RESNET, pretrained=False, metrics=error_rate, seed=1)
    preds, _ = learn.get_preds(dl=[(x, y)])
    assert len(preds) == 4 and len(preds[0]) == 3 and preds[0].sum().item() == pytest.approx(1, abs=1e-5)
    acts = torch.randn(6, 2) * 2
    targ = tensor(0, 1, 0, 1, 1, 0)
    sm_acts = torch.softmax(acts, dim=1)
    idx = range(6)
    loss = nn.CrossEntropyLoss(reduction="none")(acts, targ)
    assert torch.allclose(loss, -torch.log(sm_acts)[idx, targ], atol=1e-6)
    with learn.no_bar():
        lr_min, lr_steep = learn.lr_find(suggest_funcs=(minimum, steep), num_it=40)
        assert lr_min > 0 and lr_steep > 0
        learn.fit_one_cycle(1, 3e-3)
        learn.unfreeze()
        learn.fit_one_cycle(1, lr_max=slice(1e-6, 1e-4))
    learn.recorder.plot_loss()
    interp = ClassificationInterpretation.from_learner(learn)
    interp.plot_confusion_matrix(figsize=(12, 12), dpi=60)
    assert all(len(row) == 3 for row in interp.most_confused(min_val=1))


def test_a_block_sums_up_what_it_does(root, capsys):
    block = DataBlock(
        blocks=(ImageBlock, CategoryBlock),
        get_items=get_image_files,
        splitter=RandomSplitter(seed=42),
        get_y=using_attr(RegexLabeller(r"(.+)_\d+.jpg$"), "name"),
        item_tfms=Resize(32),
    )
    said = block.summary(root / "pets" / "images")
    assert "Resize" in capsys.readouterr().out + str(said)


# Chapter 6: other computer vision problems


def test_many_labels_from_a_table(root):
    path = root / "voc"
    df = pd.read_csv(path / "train.csv")

    def get_x(r):
        return path / "train" / r["fname"]

    def get_y(r):
        return r["labels"].split(" ")

    def splitter(df):
        train = df.index[~df["is_valid"]].tolist()
        valid = df.index[df["is_valid"]].tolist()
        return train, valid

    dblock = DataBlock(
        blocks=(ImageBlock, MultiCategoryBlock), splitter=splitter, get_x=get_x, get_y=get_y,
        item_tfms=RandomResizedCrop(32, min_scale=0.35),
    )  # fmt: skip
    dsets = dblock.datasets(df)
    assert len(dsets.valid) == 6
    idxs = torch.where(dsets.train[0][1] == 1.0)[0]
    assert list(dsets.train.vocab[idxs]) == ["beagle", "square"]
    dls = dblock.dataloaders(df, bs=6)
    dls.show_batch(nrows=1, ncols=3)
    learn = vision_learner(dls, RESNET, pretrained=False)
    x, y = to_cpu(dls.train.one_batch())
    activs = learn.model(x)
    assert activs.shape == (6, 4) == y.shape
    assert torch.allclose(learn.loss_func(activs, y), nn.BCEWithLogitsLoss()(activs, y))
    learn.metrics = partial(accuracy_multi, thresh=0.2)
    with learn.no_bar():
        learn.fine_tune(1, base_lr=3e-3, freeze_epochs=1)
    learn.metrics = partial(accuracy_multi, thresh=0.1)
    _, share = learn.validate()
    preds, targs = learn.get_preds()
    assert accuracy_multi(preds, targs, thresh=0.1, sigmoid=False).item() == pytest.approx(share, abs=1e-5)
    xs = torch.linspace(0.05, 0.95, 29)
    accs = [accuracy_multi(preds, targs, thresh=i, sigmoid=False) for i in xs]
    plt.plot(xs, accs)


def test_the_middle_of_heads(root):
    path = root / "heads"

    def get_ctr(f):
        return tensor([float(v) for v in f.with_suffix(".txt").read_text().split()])

    biwi = DataBlock(
        blocks=(ImageBlock, PointBlock),
        get_items=get_image_files,
        get_y=get_ctr,
        splitter=FuncSplitter(lambda o: o.parent.name == "13"),
        batch_tfms=aug_transforms(size=(30, 40)),
    )
    dls = biwi.dataloaders(path, bs=4)
    dls.show_batch(max_n=4, figsize=(8, 6))
    xb, yb = dls.one_batch()
    assert xb.shape == (4, 3, 30, 40) and yb.shape == (4, 1, 2)
    assert -1 <= yb.min() <= yb.max() <= 1
    learn = vision_learner(dls, RESNET, pretrained=False, y_range=(-1, 1))
    preds = learn.model.eval()(xb)
    assert preds.shape == (4, 2) and preds.abs().max() < 1
    assert torch.allclose(learn.loss_func(preds, yb), F.mse_loss(preds, yb.view(4, 2)))
    with learn.no_bar():
        learn.fine_tune(1, 1e-2)
    learn.show_results(ds_idx=1, nrows=2, figsize=(6, 8))


# Chapter 7: training a state-of-the-art model


@pytest.fixture(scope="module")
def get_dls(root):
    def get_dls(bs, size):
        dblock = DataBlock(
            blocks=(ImageBlock(), CategoryBlock()),
            get_items=get_image_files,
            get_y=parent_label,
            splitter=GrandparentSplitter(valid_name="val"),
            item_tfms=Resize(40),
            batch_tfms=[*aug_transforms(size=size, min_scale=0.75), Normalize.from_stats(*imagenet_stats)],
        )
        return dblock.dataloaders(root / "imagenette", bs=bs)

    return get_dls


def test_normalised_and_growing_pictures_test_time_augmentation_and_mixup(get_dls):
    dls = get_dls(6, 24)
    x, _y = dls.one_batch()
    assert x.shape == (6, 3, 24, 24) and x.mean(dim=[0, 2, 3]).abs().max() < 2.5
    model = RESNET(n_out=dls.c)
    learn = Learner(dls, model, loss_func=CrossEntropyLossFlat(), metrics=accuracy)
    with learn.no_bar():
        learn.fit_one_cycle(1, 3e-3)
        learn.dls = get_dls(4, 32)
        learn.fine_tune(1, 1e-3)
    preds, targs = learn.tta()
    assert preds.shape == (6, 3) and 0 <= accuracy(preds, targs).item() <= 1
    learn = Learner(dls, model, loss_func=LabelSmoothingCrossEntropy(), metrics=accuracy, cbs=MixUp(0.4))
    with learn.no_bar():
        learn.fit_one_cycle(1, 3e-3)
    assert np.isfinite(learn.history.last("valid_loss"))


# Chapter 14: ResNets


def test_resnets_by_hand(get_dls):
    def block(ni, nf):
        return ConvLayer(ni, nf, stride=2)

    def get_model():
        return nn.Sequential(
            block(3, 8), block(8, 16), block(16, 32), nn.AdaptiveAvgPool2d(1), Flatten(), nn.Linear(32, dls.c)
        )

    def _conv_block(ni, nf, stride):
        return nn.Sequential(
            ConvLayer(ni, nf, stride=stride), ConvLayer(nf, nf, act_cls=None, norm_type=NormType.BatchZero)
        )

    class MyBlock(Module):
        def __init__(self, ni, nf, stride=1):
            self.convs = _conv_block(ni, nf, stride)
            self.idconv = noop if ni == nf else ConvLayer(ni, nf, 1, act_cls=None)
            self.pool = noop if stride == 1 else nn.AvgPool2d(2, ceil_mode=True)

        def forward(self, x):
            return F.relu(self.convs(x) + self.idconv(self.pool(x)))

    def _resnet_stem(*sizes):
        return [ConvLayer(sizes[i], sizes[i + 1], 3, stride=2 if i == 0 else 1) for i in range(len(sizes) - 1)] + [
            nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        ]

    class ResNet(nn.Sequential):
        def __init__(self, n_out, layers, expansion=1):
            stem = _resnet_stem(3, 8, 8, 16)
            self.block_szs = [16, 16, 32, 64, 128]
            for i in range(1, 5):
                self.block_szs[i] *= expansion
            blocks = [self._make_layer(*o) for o in enumerate(layers)]
            super().__init__(*stem, *blocks, nn.AdaptiveAvgPool2d(1), Flatten(), nn.Linear(self.block_szs[-1], n_out))

        def _make_layer(self, idx, n_layers):
            stride = 1 if idx == 0 else 2
            ch_in, ch_out = self.block_szs[idx : idx + 2]
            return nn.Sequential(
                *[MyBlock(ch_in if i == 0 else ch_out, ch_out, stride if i == 0 else 1) for i in range(n_layers)]
            )

    dls = get_dls(6, 32)
    for model in (get_model(), ResNet(dls.c, [1, 1, 1, 1])):
        learn = Learner(dls, model, loss_func=nn.CrossEntropyLoss(), metrics=accuracy)
        with learn.no_bar():
            learn.fit_one_cycle(1, 3e-3)
        assert np.isfinite(learn.history.last("valid_loss"))
        assert "ConvLayer" in str(learn.summary()) or "Conv2d" in str(learn.summary())


# Chapter 15: architectures in detail


def test_heads_bodies_and_a_network_for_two_pictures(root):
    assert model_meta[resnet50]["cut"] == -2 and model_meta[resnet50]["split"] is not None
    assert isinstance(create_head(20, 2)[-1], nn.Linear)
    assert create_body(resnet18, pretrained=False, cut=-2)(torch.zeros(1, 3, 64, 64)).shape == (1, 512, 2, 2)
    files = get_image_files(root / "pets" / "images")

    class SiameseModel(Module):
        def __init__(self, encoder, head):
            self.encoder, self.head = encoder, head

        def forward(self, x1, x2):
            ftrs = torch.cat([self.encoder(x1), self.encoder(x2)], dim=1)
            return self.head(ftrs)

    def loss_func(out, targ):
        return CrossEntropyLossFlat()(out, targ.long())

    def siamese_splitter(model):
        return [params(model.encoder), params(model.head)]

    pairs = [(files[i], files[-1 - i], i % 2 == 0) for i in range(len(files))]
    block = DataBlock(
        blocks=(ImageBlock, ImageBlock, CategoryBlock), n_inp=2, getters=[itemgetter(0), itemgetter(1), itemgetter(2)],
        item_tfms=Resize(32), batch_tfms=[Normalize.from_stats(*imagenet_stats)],
    )  # fmt: skip
    dls = block.dataloaders(pairs, bs=4)
    encoder = create_body(RESNET(), cut=-4)
    head = create_head(64 * 2, 2, ps=0.5)
    learn = Learner(dls, SiameseModel(encoder, head), loss_func=loss_func, splitter=siamese_splitter, metrics=accuracy)
    learn.freeze()
    trains = {name.split(".")[0] for name, p in learn.model.named_parameters() if p.requires_grad and p.ndim > 1}
    assert trains == {"head"}
    with learn.no_bar():
        learn.fit_one_cycle(1, 3e-3)
        learn.unfreeze()
        learn.fit_one_cycle(1, slice(1e-6, 1e-4))
    assert np.isfinite(learn.history.last("valid_loss"))


# Chapter 18: what the network looks at


def test_class_activation_maps_with_hooks(pets):
    dls = pets
    learn = vision_learner(dls, xresnet18, pretrained=False, metrics=error_rate)
    img = PILImage.create(dls.valid_ds.items[0])
    (x,) = first(dls.test_dl([img]))

    class Hook:
        def hook_func(self, m, i, o):
            self.stored = o.detach().clone()

    class HookFwd(Hook):
        def __init__(self, m):
            self.hook = m.register_forward_hook(self.hook_func)

        def __enter__(self, *args):
            return self

        def __exit__(self, *args):
            self.hook.remove()

    hook_output = Hook()
    hook = learn.model[0].register_forward_hook(hook_output.hook_func)
    with torch.no_grad():
        output = learn.model.eval()(x)
    act = hook_output.stored[0]
    assert F.softmax(output, dim=-1).shape == (1, 3)
    hook.remove()
    cam_map = torch.einsum("ck,kij->cij", learn.model[1][-1].weight, act)
    assert cam_map.shape == (3, *act.shape[1:])
    x_dec = dls.train.decode((x,))[0][0]
    _, ax = plt.subplots()
    show_image(x_dec, ctx=ax)
    ax.imshow(cam_map[1].detach().cpu(), alpha=0.6, extent=(0, 32, 32, 0), interpolation="bilinear", cmap="magma")

    class HookBwd:
        def __init__(self, m):
            self.hook = m.register_full_backward_hook(self.hook_func)

        def hook_func(self, m, gi, go):
            self.stored = go[0].detach().clone()

        def __enter__(self, *args):
            return self

        def __exit__(self, *args):
            self.hook.remove()

    cls = 1
    with HookBwd(learn.model[0]) as hookg, HookFwd(learn.model[0]) as kept:
        output = learn.model.eval()(x)
        act = kept.stored[0]
        output[0, cls].backward()
        grad = hookg.stored
    w = grad[0].mean(dim=[1, 2], keepdim=True)
    assert (w * act).sum(0).shape == act.shape[1:]
