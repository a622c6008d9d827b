"""The one-call factories and the blocks: what they read, how they label and split, and what they refuse."""

from __future__ import annotations

import inspect

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.data.block import CategoryBlock, DataBlock, MultiCategoryBlock, RegressionBlock
from fastlearn.data.find import get_image_files
from fastlearn.data.problems import DataError
from fastlearn.data.split import IndexSplitter
from fastlearn.vision.blocks import ImageBlock, MaskBlock
from fastlearn.vision.flip import Flip
from fastlearn.vision.loaders import ImageDataLoaders
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.open import PILImage, PILImageBW
from fastlearn.vision.resize import Resize
from fastlearn.vision.stats import imagenet_stats
from fastlearn.vision.task_loaders import ObjectDetectionDataLoaders, SegmentationDataLoaders
from PIL import Image

SETTINGS = {"bs": 4, "num_workers": 0, "device": "cpu", "item_tfms": Resize(16), "seed": 3}


def write_picture(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((20, 24, 3), value, np.uint8)).save(path)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """train and valid, cat (dark) and dog (light), 6 + 2 of each, named by their label."""
    root = tmp_path_factory.mktemp("photos")
    for part, count in (("train", 6), ("valid", 2)):
        for label, value in (("cat", 30), ("dog", 200)):
            for i in range(count):
                write_picture(root / part / label / f"{label}_{part}{i}.png", value + i)
    return root


@pytest.fixture(scope="module")
def table(photos):
    """One row for each photo: name, label, several labels, a number, and whether it is for validation."""
    files = sorted(get_image_files(photos))
    return pd.DataFrame({
        "name": [str(f.relative_to(photos)) for f in files],
        "label": [f.parent.name for f in files],
        "tags": ["pet fur" if "cat" in f.name else "pet" for f in files],
        "mood": ["calm" if "cat" in f.name else "wild" for f in files],
        "weight": [4.5 if "cat" in f.name else 20.0 for f in files],
        "height": [0.3 if "cat" in f.name else 0.6 for f in files],
        "test": ["valid" in f.parts for f in files],
    })  # fmt: skip


def labels_seen(dls):
    """Pairs of (brightness > 0.5, label) over a whole epoch of the training loader."""
    pairs = set()
    for x, y in dls.train:
        pairs |= {(bool(image.mean() > 0.5), dls.vocab[int(label)]) for image, label in zip(x, y, strict=True)}
    return pairs


def test_folders_give_labels_and_split(photos):
    dls = ImageDataLoaders.from_folder(photos, **SETTINGS)
    assert type(dls) is ImageDataLoaders and list(dls.vocab) == ["cat", "dog"] and dls.c == 2
    assert (len(dls.train_ds), len(dls.valid_ds)) == (12, 4)
    x, y = dls.one_batch()
    assert x.shape == (4, 3, 16, 16) and x.dtype == torch.float32 and y.dtype == torch.int64
    assert x.min() >= 0 and x.max() <= 1
    assert labels_seen(dls) == {(False, "cat"), (True, "dog")}


def test_a_part_of_all_pictures_can_be_drawn_for_validation(photos):
    dls = ImageDataLoaders.from_folder(photos, valid_pct=0.25, **SETTINGS)
    assert (len(dls.train_ds), len(dls.valid_ds)) == (12, 4)
    again = ImageDataLoaders.from_folder(photos, valid_pct=0.25, **SETTINGS)
    assert list(dls.valid_ds.items) == list(again.valid_ds.items)


@pytest.mark.parametrize(
    "factory, rule",
    [
        ("from_path_func", lambda path: path.parent.name),
        ("from_name_func", lambda name: name.split("_")[0]),
        ("from_path_re", r"/(\w+)/[^/]+\.png$"),
        ("from_name_re", r"^([a-z]+)_"),
    ],
)
def test_paths_and_names_give_labels(photos, factory, rule):
    dls = getattr(ImageDataLoaders, factory)(photos, get_image_files(photos), rule, valid_pct=0.25, **SETTINGS)
    assert labels_seen(dls) == {(False, "cat"), (True, "dog")}
    assert (len(dls.train_ds), len(dls.valid_ds)) == (12, 4)


def test_a_table_gives_labels_and_the_validation_rows(photos, table):
    dls = ImageDataLoaders.from_df(table, photos, valid_col="test", **SETTINGS)
    assert labels_seen(dls) == {(False, "cat"), (True, "dog")}
    assert dls.valid_ds.items["test"].all() and len(dls.valid_ds) == 4


@pytest.mark.parametrize("settings", [{"label_col": "tags", "label_delim": " "}, {"label_col": ["label", "mood"]}])
def test_a_delimiter_or_several_columns_make_a_multi_label_target(photos, table, settings):
    dls = ImageDataLoaders.from_df(table, photos, **settings, **SETTINGS)
    assert dls.kinds == ("image", "multicategory")
    _, y = dls.one_batch()
    assert y.dtype == torch.float32 and y.shape == (4, len(dls.vocab)) and set(y.unique().tolist()) <= {0.0, 1.0}


def test_columns_of_noughts_and_ones_are_labels_that_are_encoded_already(photos, table):
    table = table.assign(cat=(table["label"] == "cat").astype(int), dog=table["label"] == "dog")
    dls = ImageDataLoaders.from_df(table, photos, label_col=["cat", "dog"], **SETTINGS)
    assert dls.kinds == ("image", "multicategory") and list(dls.vocab) == ["cat", "dog"]
    _, y = dls.one_batch()
    assert y.shape == (4, 2) and y.sum(1).tolist() == [1, 1, 1, 1]


def test_columns_of_floats_and_a_given_block_make_a_regression(photos, table):
    dls = ImageDataLoaders.from_df(table, photos, label_col=["weight", "height"], **SETTINGS)
    assert dls.kinds == ("image", "regression") and dls.one_batch()[1].shape == (4, 2)
    dls = ImageDataLoaders.from_df(table, photos, label_col="weight", y_block=RegressionBlock, **SETTINGS)
    assert dls.kinds == ("image", "regression") and set(dls.one_batch()[1].flatten().tolist()) <= {4.5, 20.0}


def test_a_csv_file_is_read_like_its_table(photos, table, tmp_path):
    table.assign(name=table["name"].str.removesuffix(".png")).to_csv(tmp_path / "labels.csv", index=False, sep=";")
    dls = ImageDataLoaders.from_csv(tmp_path, delimiter=";", folder=photos, suff=".png", valid_col="test", **SETTINGS)
    assert labels_seen(dls) == {(False, "cat"), (True, "dog")} and len(dls.valid_ds) == 4


def test_a_csv_file_is_read_in_silence_by_default(photos, table, tmp_path, recwarn):
    table.to_csv(tmp_path / "labels.csv", index=False)
    dls = ImageDataLoaders.from_csv(tmp_path, folder=photos, **SETTINGS)
    assert len(dls.train_ds) + len(dls.valid_ds) == len(table) and list(recwarn) == []


@pytest.mark.parametrize(
    "labels, kind",
    [
        (["cat", "dog"] * 8, "category"),
        ([0.5, 2.0] * 8, "regression"),
        (list(np.array([0.5, 2.0] * 8, np.float32)), "regression"),
        ([(0.5, 1.0), (2.0, 3.0)] * 8, "regression"),
        ([["pet"], ["pet", "fur"]] * 8, "multicategory"),
        ([1, 0] * 8, "category"),
    ],
)
def test_lists_of_labels_say_what_the_target_is(photos, labels, kind):
    dls = ImageDataLoaders.from_lists(photos, get_image_files(photos), labels, **SETTINGS)
    assert dls.kinds == ("image", kind)
    assert len(dls.one_batch()[1]) == 4


def test_tables_that_cannot_be_read_are_named(photos, tmp_path):
    (tmp_path / "latin.csv").write_bytes("name,label\ncat_1.png,caf\xe9\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"latin\.csv.*utf-8.*0xe9.*latin-1"):
        ImageDataLoaders.from_csv(tmp_path, "latin.csv")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(DataError, match=r"empty\.csv' cannot be read as a CSV table"):
        ImageDataLoaders.from_csv(tmp_path, "empty.csv")
    with pytest.raises(DataError, match=r"There is no file .*gone\.csv"):
        ImageDataLoaders.from_csv(tmp_path, "gone.csv")


def test_a_folder_in_place_of_files_is_refused(photos):
    for fnames in (photos, str(photos)):
        with pytest.raises(DataError, match=r"list of files, but got the path .*Try get_image_files"):
            ImageDataLoaders.from_name_func(photos, fnames, str.upper)
        with pytest.raises(DataError, match=r"list of files, but got the path .*Try get_image_files"):
            SegmentationDataLoaders.from_label_func(photos, fnames, str)


def test_lists_of_different_lengths_are_refused(photos):
    with pytest.raises(DataError, match=r"`fnames` and `annotations`.*16 and 0"):
        ObjectDetectionDataLoaders.from_lists(photos, get_image_files(photos), [])
    with pytest.raises(DataError, match="16 and 3"):
        ImageDataLoaders.from_lists(photos, get_image_files(photos), [1, 2, 3])


def test_a_new_picture_needs_no_label(photos):
    files = get_image_files(photos)
    for dls in (ImageDataLoaders.from_lists(photos, files, ["cat", "dog"] * 8, **SETTINGS),
                ImageDataLoaders.from_folder(photos, **SETTINGS)):  # fmt: skip
        for item in (files[0], PILImage.create(files[0])):
            (x,) = dls.test_dl([item]).one_batch()
            assert x.shape == (1, 3, 16, 16)


def test_gray_pictures_have_one_channel(photos):
    dls = ImageDataLoaders.from_folder(photos, img_cls=PILImageBW, **SETTINGS)
    assert dls.one_batch()[0].shape == (4, 1, 16, 16)


def test_missing_folders_are_named_with_what_is_there(photos, tmp_path):
    with pytest.raises(DataError, match=r"no 'val'.*\['train', 'valid'\].*valid_pct=0\.2"):
        ImageDataLoaders.from_folder(photos, valid="val")
    with pytest.raises(DataError, match=r"nowhere"):
        ImageDataLoaders.from_folder(tmp_path / "nowhere")


def test_a_misspelt_argument_is_answered_with_the_right_one(photos):
    with pytest.raises(TypeError, match=r"'valid_pc'.*Did you mean 'valid_pct'"):
        ImageDataLoaders.from_folder(photos, valid_pc=0.2)


def test_pictures_without_class_folders_are_refused(photos):
    with pytest.raises(DataError, match=r"label of a picture is the folder .* itself. Try one folder for each class"):
        ImageDataLoaders.from_folder(photos / "train" / "cat", valid_pct=0.5)


def test_every_factory_writes_its_loading_arguments_out():
    for name in dir(ImageDataLoaders):
        if name.startswith("from_") and name not in ("from_dsets", "from_dblock"):
            parameters = inspect.signature(getattr(ImageDataLoaders, name)).parameters
            assert {"seed", "bs", "val_bs", "shuffle", "device", "num_workers", "item_tfms", "batch_tfms",
                    "img_cls", "valid_pct"} <= parameters.keys(), name  # fmt: skip
            assert all(p.kind is not inspect.Parameter.VAR_KEYWORD for p in parameters.values()), name


def test_normalising_a_loader_measures_or_takes_the_statistics(photos):
    dls = ImageDataLoaders.from_folder(photos, batch_tfms=[Normalize()], **{**SETTINGS, "bs": 12})
    x, _ = next(iter(dls.train))
    torch.testing.assert_close(x.mean((0, 2, 3)), torch.zeros(3), atol=0.02, rtol=0)
    given = ImageDataLoaders.from_folder(photos, batch_tfms=[Normalize.from_stats(*imagenet_stats)], **SETTINGS)
    assert given.one_batch()[0].max() > 1
    image = given.valid.decode_batch(given.valid.one_batch(), max_n=1)[0][0]
    assert image.dtype == torch.uint8 and image.unique().tolist() in ([30], [31], [200], [201])


def test_reduced_decoding_happens_in_loaders_only(tmp_path):
    for i in range(4):
        Image.fromarray(np.full((480, 640, 3), 60 * i, np.uint8)).save(tmp_path / f"{i}.jpg")
    sizes = []

    class Watch(Resize):
        def apply_image(self, image, drawn):
            sizes.append(image.size)
            return super().apply_image(image, drawn)

    for full in (False, True):
        block = DataBlock((ImageBlock, CategoryBlock), get_items=get_image_files, get_y=lambda p: int(p.stem) % 2,
                          splitter=IndexSplitter([2, 3]), item_tfms=Watch(100, full_decode=full))  # fmt: skip
        block.dataloaders(tmp_path, bs=2, num_workers=0, device="cpu").one_batch()
        assert set(sizes) == {(640, 480) if full else (160, 120)}
        assert block.datasets(tmp_path)[0][0].size == (640, 480)
        sizes.clear()


@pytest.fixture
def masked(tmp_path):
    """Four pictures of which the left half is class 1, with their masks."""
    for i in range(4):
        picture, mask = np.full((20, 20, 3), 40, np.uint8), np.zeros((20, 20), np.uint8)
        picture[:, :10], mask[:, :10] = 220, 1
        write = {"images": picture, "masks": mask}
        for folder, pixels in write.items():
            (tmp_path / folder).mkdir(exist_ok=True)
            Image.fromarray(pixels).save(tmp_path / folder / f"{i}.png")
    return tmp_path


def mask_of(path):
    return path.parent.parent / "masks" / path.name


def segmentation(codes):
    return DataBlock((ImageBlock, MaskBlock(codes)), get_items=lambda p: get_image_files(p / "images"), get_y=mask_of,
                     splitter=IndexSplitter([3]), item_tfms=Resize((12, 16)),
                     batch_tfms=[Flip(), Normalize.from_stats(*imagenet_stats)])  # fmt: skip


def test_masks_follow_their_pictures_through_every_transform(masked):
    dls = segmentation(["road", "car"]).dataloaders(masked, bs=3, num_workers=0, device="cpu", seed=1)
    assert dls.kinds == ("image", "mask") and list(dls.vocab) == ["road", "car"] and dls.c == 2
    seen = set()
    for _ in range(6):
        x, y = next(iter(dls.train))
        assert y.dtype == torch.int64 and y.shape == (3, 12, 16)
        agree = ((x[:, 0] > 0) == (y == 1)).float().mean()
        assert agree > 0.9  # but for the blurred edge
        seen |= set(y[:, 0, 0].tolist())
    assert seen == {0, 1}  # flipped and not


def test_a_mask_with_a_nameless_class_is_refused_with_the_reason(masked):
    Image.fromarray(np.full((20, 20), 255, np.uint8)).save(masked / "masks" / "0.png")
    with pytest.raises(DataError, match=r"class id 255.*2 classes, 0 to 1.*without a label"):
        segmentation(["road", "car"]).datasets(masked).train[0]


def test_image_block_takes_picture_classes_only():
    with pytest.raises(TypeError, match="class that opens pictures"):
        ImageBlock(Image.Image)


def test_the_learnt_book_example_of_many_labels_reads_rows(photos, table):
    block = DataBlock((ImageBlock, MultiCategoryBlock), get_x=lambda row: photos / row["name"],
                      get_y=lambda row: row["tags"].split(" "), item_tfms=Resize(16))  # fmt: skip
    x, y = block.datasets(table).train[0]
    assert isinstance(x, PILImage) and y.shape == (2,)
