"""The mid-level data chapter of the fastai book, with only the imports changed; `L` and `fastuple` are fastcore's."""

from __future__ import annotations

import random

import pytest
import torch
from fastlearn.basics import tensor
from fastlearn.data import (
    Categorize,
    DataLoader,
    DataLoaders,
    Datasets,
    Pipeline,
    RandomSplitter,
    RegexLabeller,
    TfmdLists,
    Transform,
    get_image_files,
    parent_label,
    show_at,
)
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.open import PILImage
from fastlearn.vision.plots import show_image
from fastlearn.vision.resize import Resize
from fastlearn.vision.stats import imagenet_stats
from fastlearn.vision.tensors import IntToFloatTensor, ToTensor
from PIL import Image

fastcore = pytest.importorskip("fastcore.foundation")
L = fastcore.L
fastuple = pytest.importorskip("fastcore.basics").fastuple


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    root = tmp_path_factory.mktemp("pets")
    for breed in ("beagle", "birman", "pug"):
        (root / breed).mkdir()
        for i in range(6):
            Image.new("RGB", (40 + i, 30), (i * 40, 20, 60)).save(root / breed / f"{breed}_{i}.jpg")
    return root


class SiameseImage(fastuple):
    def show(self, ctx=None, **kwargs):
        if len(self) > 2:
            img1, img2, similarity = self
        else:
            img1, img2 = self
            similarity = "Undetermined"
        if not isinstance(img1, torch.Tensor):
            if img2.size != img1.size:
                img2 = img2.resize(img1.size)
            t1, t2 = tensor(img1), tensor(img2)
            t1, t2 = t1.permute(2, 0, 1), t2.permute(2, 0, 1)
        else:
            t1, t2 = img1, img2
        line = t1.new_zeros(t1.shape[0], t1.shape[1], 10)
        return show_image(torch.cat([t1, line, t2], dim=2), title=similarity, ctx=ctx)


label_func = RegexLabeller(pat=r"^.*/(\w+)_\d+.jpg$")


class SiameseTransform(Transform):
    def __init__(self, files, label_func, splits):
        self.labels = files.map(label_func).unique()
        self.lbl2files = {label: L(f for f in files if label_func(f) == label) for label in self.labels}
        self.label_func = label_func
        self.valid = {f: self._draw(f) for f in files[splits[1]]}

    def encodes(self, f):
        f2, t = self.valid.get(f, self._draw(f))
        img1, img2 = PILImage.create(f), PILImage.create(f2)
        return SiameseImage(img1, img2, t)

    def _draw(self, f):
        same = random.random() < 0.5
        cls = self.label_func(f)
        if not same:
            cls = random.choice(L(label for label in self.labels if label != cls))
        return random.choice(self.lbl2files[cls]), same


def test_transforms_of_the_chapter():
    @Transform
    def f(x: int):
        return x + 1

    assert (f(2), f(2.0)) == (3, 2.0)

    class NormalizeMean(Transform):
        def setups(self, items):
            self.mean = sum(items) / len(items)

        def encodes(self, x):
            return x - self.mean

        def decodes(self, x):
            return x + self.mean

    tfm = NormalizeMean()
    tfm.setup([1, 2, 3, 4, 5])
    start = 2
    y = tfm(start)
    assert (tfm.mean, y, tfm.decode(y)) == (3.0, -1.0, 2.0)
    tfms = Pipeline([f, tfm])
    assert tfms(2) == 0 and tfms.decode(0) == 3


def test_lists_and_data_sets_of_the_chapter(path):
    files = L(get_image_files(path))
    tls = TfmdLists(files, [parent_label, Categorize], splits=RandomSplitter(seed=1)(files))
    assert tls.vocab == ["beagle", "birman", "pug"] and tls.decode(tls.valid[0]) in tls.vocab
    lbls = files.map(parent_label)
    cat = Categorize()
    cat.setup(lbls)
    assert cat.decode(cat(lbls[0])) == lbls[0]
    dsets = Datasets(files, [[PILImage.create], [parent_label, Categorize]], splits=RandomSplitter(seed=1)(files))
    x, y = dsets.valid[0]
    assert isinstance(x, PILImage) and dsets.decode((x, y))[1] in tls.vocab
    dls = dsets.dataloaders(bs=4, after_item=[Resize(16), ToTensor], after_batch=[IntToFloatTensor], device="cpu")
    xb, yb = dls.one_batch()
    assert xb.shape == (4, 3, 16, 16) and yb.shape == (4,) and dsets.kinds == ("image", "category")


def test_padding_before_the_batch(path):
    def pad_input(samples):
        most = max(len(x) for x, _ in samples)
        return [(torch.cat([x, x.new_zeros(most - len(x))]), y) for x, y in samples]

    files = get_image_files(path)
    dsets = Datasets(files, [[lambda p: torch.ones(len(p.stem))], [parent_label, Categorize]])
    assert dsets.dataloaders(bs=18, before_batch=pad_input, device="cpu").one_batch()[0].shape == (18, 8)


def test_siamese_pairs_of_the_chapter(path):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    files = L(get_image_files(path))
    splits = RandomSplitter(seed=3)(files)
    tfm = SiameseTransform(files, label_func, splits)
    tls = TfmdLists(files, tfm, splits=splits)
    assert show_at(tls.valid, 0).get_title() in ("True", "False")
    assert tls.kinds == ("image", "image", "value") and tls.n_inp == 2
    after_batch = [IntToFloatTensor, Normalize.from_stats(*imagenet_stats)]
    dls = tls.dataloaders(after_item=[Resize(24), ToTensor], after_batch=after_batch, bs=4, device="cpu")
    x1, x2, same = dls.one_batch()
    assert x1.shape == x2.shape == (4, 3, 24, 24) and x1.dtype == torch.float32 and same.dtype == torch.bool
    assert x1.min() < 0 and dls.one_batch().sample_type is SiameseImage
    dls.show_batch(max_n=3)
    assert len([ax for ax in plt.gcf().axes if ax.get_title() in ("True", "False")]) == 3
    before, after = tls.valid[0], tls.valid[0]
    assert before[2] == after[2]


def test_loaders_over_pairs_of_the_basics_chapter():
    dset = list(zip(torch.rand(300, 4), torch.ones(300, 1), strict=True))
    dl = DataLoader(dset, batch_size=256)
    xb, yb = next(iter(dl))
    assert xb.shape == (256, 4) and yb.shape == (256, 1)
    dls = DataLoaders(dl, DataLoader(dset[:20], batch_size=256))
    assert len(dls.valid) == 1
    coll = range(15)
    assert sorted(v for b in DataLoader(coll, batch_size=5, shuffle=True) for v in b.tolist()) == list(range(15))
    ds = L(enumerate("abcdef"))
    assert len(list(DataLoader(ds, batch_size=4, shuffle=True))) == 2
