from __future__ import annotations

import errno
import os
import warnings

import numpy as np
import pytest
import torch
from fastlearn.data import cache_stores
from fastlearn.data.block import CategoryBlock, DataBlock
from fastlearn.data.cache_entry import Entry, Part, of_bytes, to_bytes
from fastlearn.data.datasets import Datasets, TfmdLists
from fastlearn.data.external import clear_cache
from fastlearn.data.find import get_image_files
from fastlearn.data.label import parent_label
from fastlearn.data.loader import DataLoader
from fastlearn.data.picture_cache import PictureCache
from fastlearn.data.split import RandomSplitter
from fastlearn.data.transform import RandomTransform, Transform
from fastlearn.vision import open as opening
from fastlearn.vision.blocks import ImageBlock, MaskBlock
from fastlearn.vision.loaders import ImageDataLoaders
from fastlearn.vision.open import PILImage
from fastlearn.vision.points import PointBlock
from fastlearn.vision.resize import Resize
from fastlearn.vision.tensors import ToTensor
from PIL import Image

SIZE = 16
ONE_LEVEL = 1.01 / 255


class Speck(RandomTransform):
    """Adds one random number to every pixel of a picture, PIL or tensor, in training."""

    order = 6

    def draw(self, parts, kinds, rng):
        return int(torch.randint(50, (), generator=rng))

    def apply_image(self, image, more):
        return image // 2 + more


class SpoilsInPlace(Transform):
    """Changes the tensor that it gets, as careless code does."""

    order = 7

    def encodes(self, x: torch.Tensor):
        if x.ndim == 3:
            x.fill_(int(x.max()) // 2)
        return x


def draw_picture(rng, path, size=(61, 40)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rng.integers(0, 256, (size[1] // 4, size[0] // 4, 3), dtype=np.uint8)).resize(size).save(path)


@pytest.fixture
def photos(tmp_path):
    rng = np.random.default_rng(0)
    for i in range(12):
        size = [(61, 40), (40, 61), (50, 50)][i % 3]
        draw_picture(rng, tmp_path / "photos" / "ab"[i % 2] / f"{i}.{'jpg' if i < 6 else 'png'}", size)
    return tmp_path / "photos"


def loaders(folder, cache=None, item_tfms=None, valid_pct=0.34, **settings):
    given = {"num_workers": 0, "workers": "thread", "seed": 3, "bs": 4, "device": "cpu"}
    item_tfms = [Resize(SIZE), Speck()] if item_tfms is None else item_tfms
    block = DataBlock((ImageBlock, CategoryBlock), get_items=get_image_files, get_y=parent_label, item_tfms=item_tfms,
                      splitter=RandomSplitter(valid_pct, seed=3) if valid_pct else all_for_training)  # fmt: skip
    return block.dataloaders(folder, cache=cache, **{**given, **settings})


def all_for_training(items):
    return range(len(items)), []


def epochs(dls, n=3):
    seen = [(x.clone(), y.clone(), batch.items.tolist())
            for _ in range(n) for dl in dls.loaders for batch in dl for x, y in [batch]]  # fmt: skip
    for dl in dls.loaders:
        dl.close()
    return seen


def assert_same(some, others, crops=True):
    """Cut out of a resized picture or resized as a part, a pixel may be rounded another way: Pillow chooses which axis
    comes first by the sizes."""
    assert len(some) == len(others) > 0
    for (x, y, items), (x2, y2, items2) in zip(some, others, strict=True):
        assert items == items2 and torch.equal(y, y2)
        torch.testing.assert_close(x, x2, rtol=0, atol=ONE_LEVEL if crops else 0)


@pytest.fixture
def decoded(monkeypatch):
    """The files that are decoded, as they are."""
    files = []

    def counted(source, *args):
        files.append(source)
        return read(source, *args)

    read = opening.read_picture
    monkeypatch.setattr(opening, "read_picture", counted)
    return files


# The same samples, without the work.


@pytest.mark.parametrize("method", ["crop", "squish", "pad"])
@pytest.mark.parametrize("full_decode", [False, True])
def test_samples_are_the_same_with_and_without_a_cache(photos, tmp_path, method, full_decode):
    steps = [Resize(SIZE, method=method, full_decode=full_decode), Speck()]
    expected = epochs(loaders(photos, item_tfms=steps))
    crops = method == "crop"
    assert_same(epochs(loaders(photos, "memory", item_tfms=steps)), expected, crops)
    for _ in range(2):  # written, then found by a later run
        assert_same(epochs(loaders(photos, tmp_path / "kept", item_tfms=steps)), expected, crops)


@pytest.mark.parametrize("workers", [{"num_workers": 3}, {"num_workers": 2, "workers": "process"}])
@pytest.mark.parametrize("where", ["memory", "folder"])
def test_threads_and_processes_share_a_cache(photos, tmp_path, workers, where):
    cache = PictureCache(None if where == "memory" else tmp_path / "kept")
    assert_same(epochs(loaders(photos, cache, **workers)), epochs(loaders(photos)))
    if where == "folder":
        assert PictureCache(tmp_path / "kept").n_bytes == 0  # until it is asked for anything
        assert sum(path.is_file() for path in (tmp_path / "kept").rglob("*")) >= 12


def test_later_epochs_decode_nothing(photos, decoded):
    dls = loaders(photos, "memory", drop_last=False)
    epochs(dls, 1)
    assert len(decoded) == 12 and len(set(decoded)) == 12
    epochs(dls, 3)
    assert len(decoded) == 12


def test_a_later_run_decodes_nothing_of_a_folder(photos, tmp_path, decoded):
    epochs(loaders(photos, tmp_path / "kept", drop_last=False), 1)
    decoded.clear()
    epochs(loaders(photos, tmp_path / "kept", drop_last=False), 2)
    assert decoded == []


def test_training_still_cuts_at_random_places(photos):
    dl = loaders(photos, "memory", item_tfms=Resize(SIZE), shuffle=False, drop_last=False, bs=8).train
    first, second = ([x.clone() for x, _ in dl] for _ in range(2))
    assert not torch.equal(first[0], second[0])


def test_masks_are_cut_where_their_pictures_are(tmp_path):
    rng = np.random.default_rng(1)
    for i in range(8):
        size = (60 + 7 * i, 40)
        ids = rng.integers(0, 3, (size[1], size[0]), dtype=np.uint8)
        (tmp_path / "x").mkdir(exist_ok=True)
        (tmp_path / "y").mkdir(exist_ok=True)
        Image.fromarray(np.stack([ids * 100] * 3, axis=-1)).save(tmp_path / "x" / f"{i}.png")
        # one mask of another size than its picture
        Image.fromarray(ids[::2, ::2] if i == 3 else ids).save(tmp_path / "y" / f"{i}.png")
    block = DataBlock(
        (ImageBlock, MaskBlock(["a", "b", "c"])), get_items=get_image_files,
        get_y=lambda path: tmp_path / "y" / path.name, item_tfms=[Resize((40, 30), resamples=(0, 0)), Speck()],
        splitter=lambda items: (list(range(6)), [6, 7]),
    )  # fmt: skip
    settings = {"bs": 2, "seed": 1, "num_workers": 2, "workers": "thread", "device": "cpu"}
    expected = epochs(block.dataloaders(tmp_path / "x", **settings))
    for cache in ("memory", tmp_path / "kept"):
        assert_same(epochs(block.dataloaders(tmp_path / "x", cache=cache, **settings)), expected)


def test_points_move_with_their_pictures(photos, decoded):
    """Points change without their picture's file, so of such a sample only the opened picture is kept."""
    block = DataBlock((ImageBlock, PointBlock), get_items=get_image_files, item_tfms=Resize(SIZE),
                      get_y=lambda path: [[int(path.stem), 5.0], [30.0, 20.0]], splitter=all_for_training)  # fmt: skip
    settings = {"bs": 4, "seed": 1, "num_workers": 0, "device": "cpu", "drop_last": False}
    expected = epochs(block.dataloaders(photos, **settings))
    decoded.clear()
    got = epochs(block.dataloaders(photos, cache="memory", **settings))
    assert_same(got, expected, crops=False)
    assert len(set(decoded)) == len(decoded) == 12


def test_values_that_go_with_pictures_are_made_anew(photos, tmp_path):
    """Labels are no part of the cache: another labeller reads the same entries."""
    first = loaders(photos, tmp_path / "kept", valid_pct=0.5)
    epochs(first, 1)
    files = get_image_files(photos)
    renamed = ImageDataLoaders.from_path_func(
        photos, files, lambda path: parent_label(path) * 2, item_tfms=[Resize(SIZE), Speck()], cache=tmp_path / "kept",
        num_workers=0, device="cpu", seed=3, valid_pct=0.5, bs=4,
    )  # fmt: skip
    assert list(renamed.vocab) == ["aa", "bb"] and len(epochs(renamed, 1)) == len(epochs(first, 1))


def test_a_step_that_spoils_its_input_does_not_spoil_the_cache(photos, tmp_path):
    steps = [Resize(SIZE), SpoilsInPlace()]
    expected = epochs(loaders(photos, item_tfms=steps))
    for cache in ("memory", tmp_path / "kept"):
        assert_same(epochs(loaders(photos, cache, item_tfms=steps)), expected)
    whole = [Resize(SIZE, method="squish")]
    dls = loaders(photos, "memory", item_tfms=whole, before_batch=_spoil)
    assert_same(epochs(dls), epochs(loaders(photos, item_tfms=whole, before_batch=_spoil)))


def _spoil(samples):
    return [(x.floor_divide_(2), y) for x, y in samples]


def test_a_data_set_that_reads_its_own_way_is_left_to_it(photos):
    class Own(Datasets):
        def reader(self, at_least=None):
            return lambda position, rng=None: (torch.tensor(float(position)),)

    files = get_image_files(photos)
    dl = DataLoader(Own(files, [[PILImage.create]]), bs=4, cache="memory", num_workers=0)
    for _ in range(2):
        assert torch.cat([x for (x,) in dl]).tolist() == list(range(12))


def test_a_list_of_pictures_alone_and_steps_that_draw_before_and_after_opening(photos, decoded):
    """Without labels, and with one step of a type that draws: the numbers are those that it draws without a cache."""

    class Chosen(RandomTransform):
        def draw(self, parts, kinds, rng):
            return torch.rand((), generator=rng).item()

        def apply_value(self, path, number):
            return path if number < 0.5 else path.with_name(path.name)

        def apply_image(self, image, number):
            return image.point(lambda level: int(level * number))

    files = get_image_files(photos)
    for tfms in ([PILImage.create], [Chosen(), PILImage.create], [PILImage.create, Chosen()]):
        settings = {"bs": 5, "seed": 2, "num_workers": 0, "after_item": [Resize(SIZE), ToTensor()], "shuffle": True}
        dls = [DataLoader(TfmdLists(files, tfms), cache=cache, **settings) for cache in (None, "memory")]
        got = [[x.float() / 255 for _ in range(3) for x in dl] for dl in dls]
        for x, expected in zip(*reversed(got), strict=True):
            torch.testing.assert_close(x, expected, rtol=0, atol=ONE_LEVEL)
        assert dls[1].cache.n_bytes > 0


def test_a_picture_that_is_no_file_is_read_as_ever():
    pictures = [Image.new("RGB", (20, 30), (i, 0, 0)) for i in range(8)]
    block = DataBlock((ImageBlock, CategoryBlock), get_y=lambda im: im.getpixel((0, 0))[0] % 2, item_tfms=Resize(8),
                      splitter=lambda items: (range(6), [6, 7]))  # fmt: skip
    dls = block.dataloaders(pictures, bs=2, cache="memory", num_workers=0, device="cpu", seed=0)
    assert len(epochs(dls)) == 12 and dls.train.cache.n_bytes == 0


def test_a_data_set_without_pictures_takes_no_notice():
    dl = DataLoader([(torch.ones(2), 1)] * 4, bs=2, cache="memory")
    assert len(list(dl)) == 2 and dl.cache.n_bytes == 0


# Never stale.


@pytest.mark.parametrize("where", ["memory", "folder"])
def test_a_file_that_changes_is_read_again(photos, tmp_path, where):
    cache = PictureCache(None if where == "memory" else tmp_path / "kept")
    dls = loaders(photos, cache, item_tfms=Resize(SIZE), drop_last=False)
    epochs(dls, 1)
    for path in get_image_files(photos):
        Image.new("RGB", (50, 50), (7, 7, 7)).save(path.with_suffix(".bmp"))
        os.replace(path.with_suffix(".bmp"), path)
    assert all(torch.allclose(x, torch.tensor(7 / 255)) for x, _, _ in epochs(dls, 2))


def test_a_file_of_the_same_size_is_told_by_its_time(tmp_path):
    path = tmp_path / "photos" / "a" / "1.bmp"
    path.parent.mkdir(parents=True)
    dls = None
    for shade in (10, 20):
        Image.new("RGB", (20, 20), (shade,) * 3).save(path)
        os.utime(path, ns=(0, shade))
        if dls is None:
            draw_picture(np.random.default_rng(0), tmp_path / "photos" / "b" / "2.bmp")
            dls = loaders(tmp_path / "photos", "memory", item_tfms=Resize(8), drop_last=False, valid_pct=0.0, bs=2)
        x, _, items = epochs(dls, 1)[0]
        place = [dls.train_ds.items[i].name for i in items].index("1.bmp")
        assert x[place].unique().item() == pytest.approx(shade / 255)


def test_other_settings_have_entries_of_their_own(photos, tmp_path):
    sizes = (SIZE, 12)
    for method in ("crop", "squish"):
        for size in sizes:
            steps = Resize(size, method=method)
            got = epochs(loaders(photos, tmp_path / "kept", item_tfms=steps))
            assert_same(got, epochs(loaders(photos, item_tfms=steps)))
    plans = [path for path in (tmp_path / "kept").iterdir() if path.is_dir()]
    assert len(plans) == 8  # training and validation of each


def test_an_entry_cut_short_or_of_another_file_is_made_again(photos, tmp_path):
    expected = epochs(loaders(photos))
    epochs(loaders(photos, tmp_path / "kept"))
    entries = [path for path in (tmp_path / "kept").rglob("*") if path.is_file() and path.suffix != ".TAG"]
    for number, path in enumerate(entries):
        content = path.read_bytes()
        path.write_bytes([content[:-9], b"", content[:40] + bytes(len(content) - 40), b"x" + content][number % 4])
    assert_same(epochs(loaders(photos, tmp_path / "kept")), expected)


def test_an_entry_comes_back_from_its_bytes_and_from_no_part_of_them():
    rng = np.random.default_rng(0)
    arrays = [rng.integers(0, 255, (3, 4, 5), dtype=np.uint8), rng.normal(size=(2, 1)).astype(np.float32)]
    entry = Entry((Part(arrays[0], "RGB", (9, 8)), Part(arrays[1])), deep=True)
    identity = (("/a/ü.jpg", 5, 6), ("/b.png", 7, 8))
    content = b"".join(bytes(piece) for piece in to_bytes(identity, entry))
    found = of_bytes(bytearray(content))
    assert found[0] == identity and found[1].deep
    assert [(p.mode, p.full_size) for p in found[1].parts] == [("RGB", (9, 8)), (None, None)]
    assert all(np.array_equal(p.array, a) for p, a in zip(found[1].parts, arrays, strict=True))
    assert all(of_bytes(bytearray(content[:cut])) is None for cut in range(len(content)))


# Bounds and trouble.


def test_a_full_memory_is_said_once_and_the_epochs_go_on(photos):
    dls = loaders(photos, PictureCache(most_gb=2e-6))  # 2,000 bytes: two pictures
    with pytest.warns(UserWarning, match=r"memory for cached pictures has reached 2e-06 GB.*Try cache=") as said:
        got = epochs(dls)
    assert len(said) == 1 and 0 < dls.train.cache.n_bytes <= 2000
    assert_same(got, epochs(loaders(photos)))


@pytest.mark.parametrize("workers", ["thread", "process"])
def test_a_folder_that_cannot_be_made_is_said_once_and_the_epochs_go_on(photos, tmp_path, workers):
    (tmp_path / "kept").write_text("a file")
    dls = loaders(photos, tmp_path / "kept", num_workers=2, workers=workers)
    with pytest.warns(UserWarning, match="Pictures cannot be cached in .*kept.*They are read from their files") as said:
        got = epochs(dls)
    assert 1 <= len(said) <= 2  # by the training loader and by the other, where they are in processes of their own
    assert_same(got, epochs(loaders(photos)))


def test_a_full_disk_is_said_once_and_leaves_nothing_half_written(photos, tmp_path, monkeypatch):
    def full(draft, path):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cache_stores.os, "replace", full)
    with pytest.warns(UserWarning, match="No space left on device.*Try another folder") as said:
        got = epochs(loaders(photos, tmp_path / "kept"))
    monkeypatch.undo()
    assert len(said) == 1
    assert [path.name for path in (tmp_path / "kept").rglob("*") if path.is_file()] == ["CACHEDIR.TAG"]
    assert_same(got, epochs(loaders(photos)))


def test_a_full_folder_gives_up_old_plans_for_new_ones(photos, tmp_path):
    def cache():
        return PictureCache(tmp_path / "kept", most_gb=80e-6)  # files count as blocks of 4,096 bytes: 19 of them

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for size in (8, 10, 12, 14):
            epochs(loaders(photos, cache(), item_tfms=Resize(size), drop_last=False), 1)
    files = [path for path in (tmp_path / "kept").rglob("*") if path.is_file() and path.suffix != ".TAG"]
    assert 12 <= len(files) <= 19
    with pytest.warns(UserWarning, match=r"folder of cached pictures.*has reached 2e-05 GB"):
        epochs(loaders(photos, PictureCache(tmp_path / "small", most_gb=20e-6), drop_last=False))


def test_disk_is_the_folder_that_clear_cache_empties(photos, home, decoded):
    dls = loaders(photos, "disk", drop_last=False)
    epochs(dls, 1)
    assert dls.train.cache is dls.valid.cache and dls.train.cache.folder == home / "cache" / "pictures"
    assert clear_cache() > 0
    decoded.clear()
    epochs(loaders(photos, "disk", drop_last=False), 1)
    assert len(decoded) == 12
    dls.train.cache.clear()
    assert not [path for path in (home / "cache" / "pictures").iterdir() if path.is_dir()]


def test_new_items_do_not_fill_the_cache(photos):
    dls = loaders(photos, "memory")
    test = dls.test_dl(get_image_files(photos))
    assert len(list(test)) == 3 and test.cache is None and dls.train.cache.n_bytes == 0


def test_what_is_no_cache_is_explained():
    with pytest.raises(TypeError, match=r"`cache` is 'memory', 'disk', a folder, or a PictureCache, but got True"):
        DataLoader([1, 2], cache=True)
    with pytest.raises(ValueError, match="`most_gb` is a positive number of gigabytes, but got 0"):
        PictureCache(most_gb=0)
    with pytest.raises(TypeError, match="Did you mean 'most_gb'"):
        PictureCache(max_gb=3)


def test_threads_or_processes_are_chosen_by_reading_files_and_not_the_cache(photos, monkeypatch):
    caches = []

    def measure(maker, *args):
        caches.append(maker.cache)

    monkeypatch.setattr("fastlearn.data.worker_choice.measure", measure)
    dls = loaders(photos, cache="memory", num_workers=2, workers="auto")
    assert len(list(dls.train)) == 2
    assert caches == [None] and dls.train.maker().cache is dls.train.cache is not None
