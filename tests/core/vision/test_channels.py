"""Pictures of any number of channels and any depth: opened, resized, mirrored, made float and shown."""

from __future__ import annotations

import io
import struct
import sys
import zlib

import matplotlib
import numpy as np
import pytest
import torch
from fastlearn.data.block import CategoryBlock, DataBlock
from fastlearn.data.problems import DataError
from fastlearn.vision.blocks import ImageBlock
from fastlearn.vision.channels import OpenChannels, open_channels
from fastlearn.vision.flip import Flip, FlipItem
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.plots import to_pixels
from fastlearn.vision.resize import Resize
from fastlearn.vision.tensors import IntToFloatTensor
from PIL import Image

matplotlib.use("Agg")
RNG = np.random.default_rng(3)
DEEP = RNG.integers(0, 65536, (6, 9, 5), dtype=np.uint16)


@pytest.mark.parametrize("array, n, expected", [
    (DEEP, 5, DEEP.transpose(2, 0, 1)),
    (DEEP.transpose(2, 0, 1), 5, DEEP.transpose(2, 0, 1)),
    (DEEP, None, DEEP.transpose(2, 0, 1)),
    (DEEP[..., 0], None, DEEP[None, ..., 0]),
    (DEEP[..., :1], 1, DEEP[None, ..., 0]),
    (np.float64([[[0.5, 2.0]]] * 3), 2, np.float32([[[0.5]] * 3, [[2.0]] * 3])),
    (DEEP.astype(">u2"), 5, DEEP.transpose(2, 0, 1)),
    (np.array([[True, False]]), None, np.array([[[255, 0]]], np.uint8)),
    (np.int64([[7, 70000 - 5000]]), None, np.array([[[7, 65000]]], np.uint16)),
])  # fmt: skip
def test_numpy_files_keep_their_numbers(tmp_path, array, n, expected):
    np.save(tmp_path / "a.npy", array)
    found = open_channels(tmp_path / "a.npy", n)
    assert found.dtype == torch.from_numpy(expected.copy()).dtype and np.array_equal(found.numpy(), expected)


@pytest.mark.parametrize("mode, channels, dtype", [("L", 1, torch.uint8), ("LA", 2, torch.uint8), ("1", 1, torch.uint8),
                                                   ("RGB", 3, torch.uint8), ("RGBA", 4, torch.uint8),
                                                   ("P", 3, torch.uint8), ("I;16", 1, torch.uint16)])  # fmt: skip
def test_files_of_pil_have_the_channels_that_they_have(tmp_path, mode, channels, dtype):
    pixels = RNG.integers(0, 256, (6, 9, 3), dtype=np.uint8)
    im = Image.fromarray(DEEP[..., 0]) if mode == "I;16" else Image.fromarray(pixels).convert(mode)
    im.save(tmp_path / "a.png")
    found = open_channels(tmp_path / "a.png")
    assert found.shape == (channels, 6, 9) and found.dtype == dtype
    if mode == "I;16":
        assert np.array_equal(found[0].numpy(), DEEP[..., 0])
    if mode == "RGB":
        assert np.array_equal(found.numpy(), pixels.transpose(2, 0, 1))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of torchvision's decoders
def test_colour_png_of_16_bit_keeps_all_of_them(tmp_path, monkeypatch):
    colour = DEEP[..., :3]
    (tmp_path / "a.png").write_bytes(png16(colour))
    for source in (tmp_path / "a.png", (tmp_path / "a.png").read_bytes()):
        found = open_channels(source, 3)
        assert found.dtype == torch.uint16 and np.array_equal(found.numpy(), colour.transpose(2, 0, 1))
    monkeypatch.setattr("torchvision.io.decode_image", None)
    found = open_channels(tmp_path / "a.png", 3)  # without that decoder, PIL's upper eight bits
    assert found.dtype == torch.uint8 and np.array_equal(found.numpy(), (colour >> 8).transpose(2, 0, 1))


def png16(pixels):
    """The bytes of a 16-bit RGB PNG, by the specification."""
    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")


def png_chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@pytest.mark.parametrize("array, settings", [
    (DEEP.transpose(2, 0, 1), {"photometric": "minisblack", "planarconfig": "separate"}),
    (DEEP, {"photometric": "minisblack", "planarconfig": "contig"}),
    (DEEP.transpose(2, 0, 1), {"photometric": "minisblack"}),
    (DEEP.astype(np.float32).transpose(2, 0, 1), {"photometric": "minisblack"}),
])  # fmt: skip
def test_multi_channel_tiff_by_tifffile(tmp_path, array, settings):
    tifffile = pytest.importorskip("tifffile")
    tifffile.imwrite(tmp_path / "a.tif", array, **settings)
    for n in (5, None):
        found = open_channels(tmp_path / "a.tif", n)
        assert np.array_equal(found.numpy(), DEEP.transpose(2, 0, 1).astype(array.dtype))


TURNED = {  # EXIF orientation → an upright array as a file of it is stored
    1: lambda im: im,
    2: np.fliplr,
    3: lambda im: np.rot90(im, 2),
    4: np.flipud,
    5: lambda im: np.swapaxes(im, 0, 1),
    6: lambda im: np.rot90(im),
    7: lambda im: np.rot90(np.swapaxes(im, 0, 1), 2),
    8: lambda im: np.rot90(im, -1),
}


@pytest.mark.parametrize("orientation", TURNED)
@pytest.mark.parametrize("channels", [3, 5])
def test_a_tiff_is_turned_upright_as_every_other_file_is(tmp_path, orientation, channels):
    tifffile = pytest.importorskip("tifffile")
    stored = np.ascontiguousarray(TURNED[orientation](DEEP[..., :channels]))  # as a camera held so would write it
    tag = [(274, 3, 1, orientation, True)]
    settings = {"photometric": "minisblack", "planarconfig": "contig"} if channels == 5 else {"photometric": "rgb"}
    tifffile.imwrite(tmp_path / "a.tif", stored, extratags=tag, **settings)
    found = open_channels(tmp_path / "a.tif", channels)
    assert np.array_equal(found.numpy(), DEEP[..., :channels].transpose(2, 0, 1))
    Image.fromarray(stored[..., :3].astype(np.uint8)).save(tmp_path / "b.tif", tiffinfo={274: orientation})
    eight_bit = DEEP[..., :3].astype(np.uint8).transpose(2, 0, 1)
    assert np.array_equal(open_channels(tmp_path / "b.tif", 3).numpy(), eight_bit)
    assert np.array_equal(open_channels(Image.open(tmp_path / "b.tif"), 3).numpy(), eight_bit)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of torchvision's decoders
def test_a_deep_png_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[274] = 6
    plain = png16(np.ascontiguousarray(TURNED[6](DEEP[..., :3])))
    body = exif.tobytes().removeprefix(b"Exif\0\0")
    start = plain.index(b"IDAT") - 4
    found = open_channels(plain[:start] + png_chunk(b"eXIf", body) + plain[start:], 3)
    assert np.array_equal(found.numpy(), DEEP[..., :3].transpose(2, 0, 1))


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "tiff_adobe_deflate"])
@pytest.mark.parametrize(
    "mode, channels", [("RGB", 3), ("RGBA", 4), ("L", 1), ("P", 3), ("CMYK", 3), ("I;16", 1), ("F", 1)]
)
def test_compressed_tiff_needs_no_more_packages(tmp_path, monkeypatch, compression, mode, channels):
    pixels = Image.fromarray(RNG.integers(0, 256, (6, 9, 3), dtype=np.uint8))
    im = Image.fromarray(DEEP[..., 0]) if mode == "I;16" else pixels.convert(mode)
    im.save(tmp_path / "a.tif", compression=compression)
    found = open_channels(tmp_path / "a.tif", channels)
    if mode == "I;16":
        assert np.array_equal(found[0].numpy(), DEEP[..., 0])
    elif mode not in ("P", "CMYK"):
        assert np.array_equal(found.numpy(), np.asarray(im).reshape(6, 9, channels).transpose(2, 0, 1))
    else:
        assert np.array_equal(found.numpy(), np.asarray(im.convert("RGB")).transpose(2, 0, 1))
    monkeypatch.setitem(sys.modules, "tifffile", None)
    assert torch.equal(open_channels(tmp_path / "a.tif", channels), found)


def test_compressed_pages_and_the_bytes_of_files_are_read_as_well(tmp_path):
    pages = [Image.fromarray(DEEP[..., i].astype(np.uint8)) for i in range(5)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    np.save(tmp_path / "a.npy", DEEP.astype(np.uint8))
    for name in ("a.tif", "a.npy"):
        for source in (tmp_path / name, (tmp_path / name).read_bytes()):
            assert np.array_equal(open_channels(source, 5).numpy(), DEEP.astype(np.uint8).transpose(2, 0, 1))


def test_a_fourth_channel_that_is_no_alpha_is_kept(tmp_path):
    tifffile = pytest.importorskip("tifffile")
    four = RNG.integers(0, 256, (6, 9, 4), dtype=np.uint8)
    for extra in ("unspecified", "assocalpha", "unassalpha"):
        tifffile.imwrite(tmp_path / "a.tif", four, photometric="rgb", extrasamples=[extra])
        assert np.array_equal(open_channels(tmp_path / "a.tif", 4).numpy(), four.transpose(2, 0, 1))


def test_without_tifffile_pages_are_channels_and_the_rest_is_named(tmp_path, monkeypatch):
    pages = [Image.fromarray(DEEP[..., i]) for i in range(4)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    (tmp_path / "b.tif").write_bytes(b"II*\0nothing")
    deep = pytest.importorskip("tifffile")
    deep.imwrite(tmp_path / "c.tif", DEEP[..., :3], photometric="rgb")
    monkeypatch.setitem(sys.modules, "tifffile", None)
    assert np.array_equal(open_channels(tmp_path / "a.tif", 4).numpy(), DEEP[..., :4].transpose(2, 0, 1))
    with pytest.raises(DataError, match=r"b\.tif.*pip install tifffile"):
        open_channels(tmp_path / "b.tif")
    with pytest.raises(DataError, match=r"c\.tif.*cut its 16 bits to 8.*pip install tifffile"):
        open_channels(tmp_path / "c.tif")


@pytest.mark.parametrize("content, words", [
    (np.int64([[-5, 7]]), "0..65535, but this one runs from -5 to 7"),
    (np.int8([[-5, 7]]), "runs from -5 to 7"),
    (np.zeros((2, 2, 2, 2)), "shape .H, W., .H, W, C. or .C, H, W."),
    (np.array(["a"]), "array of numbers"),
    (np.zeros((0, 4)), "array of numbers"),
])  # fmt: skip
def test_what_is_no_picture_is_named_with_its_file(tmp_path, content, words):
    np.save(tmp_path / "a.npy", content)
    with pytest.raises(DataError, match=rf"a\.npy.*{words}"):
        open_channels(tmp_path / "a.npy")


def test_pickles_and_lying_headers_are_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{"evil": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match=r"a\.npy"):
        open_channels(tmp_path / "a.npy")
    file = io.BytesIO()
    np.save(file, np.zeros((4, 4), np.uint8))
    head = file.getvalue()
    lying = head.replace(b"'shape': (4, 4), }             ", b"'shape': (99999999, 99999), }  ", 1)
    assert lying != head
    (tmp_path / "b.npy").write_bytes(lying)
    with pytest.raises(DataError, match=r"b\.npy"):
        open_channels(tmp_path / "b.npy")


@pytest.fixture
def fields(tmp_path):
    """Six pictures of five channels and 16 bit, of two kinds."""
    for i in range(6):
        np.save(
            tmp_path / f"{'wheat' if i % 2 else 'rye'}_{i}.npy", RNG.integers(0, 65536, (20, 30, 5), dtype=np.uint16)
        )
    return tmp_path


def loaders(folder, n=5, **settings):
    data = DataBlock((ImageBlock(n_channels=n), CategoryBlock), get_items=lambda p: sorted(p.glob("*.npy")),
                     get_y=lambda f: f.name.split("_")[0], splitter=lambda items: ([0, 1, 2, 3], [4, 5]),
                     **{k: settings.pop(k, None) for k in ("item_tfms", "batch_tfms")})  # fmt: skip
    return data.dataloaders(folder, bs=2, num_workers=0, device="cpu", seed=1, **settings)


def test_a_block_of_any_channels_gives_float_batches(fields):
    x, _y = loaders(fields, shuffle=False).one_batch()
    first = np.load(sorted(fields.glob("*.npy"))[0])
    assert x.shape == (2, 5, 20, 30) and x.dtype == torch.float32
    np.testing.assert_allclose(x[0].numpy(), first.transpose(2, 0, 1) / 65535, rtol=1e-6)


def test_resize_and_flips_work_on_them(fields):
    plain = loaders(fields, item_tfms=Resize((10, 15), "squish"), shuffle=False).one_batch()[0]
    item = loaders(fields, item_tfms=[Resize((10, 15), "squish"), FlipItem(1.0)], shuffle=False).one_batch()[0]
    batch = loaders(fields, item_tfms=Resize((10, 15), "squish"), batch_tfms=[Flip(1.0), Normalize()], shuffle=False)
    assert plain.shape == (2, 5, 10, 15) and torch.equal(item, plain.flip(-1))
    restored = batch.train.after_batch.decode(batch.one_batch(), ("image", "category"))[0]
    assert restored.dtype == torch.uint8 and (restored.float() / 255 - plain.flip(-1)).abs().max() < 0.003


def test_mixed_channel_counts_are_reported_with_the_file(fields):
    np.save(fields / "rye_0.npy", np.zeros((20, 30, 4), np.uint16))
    dls = loaders(fields)
    for loader in dls:
        list(loader)
    (aside,) = [one for loader in dls for one in loader.set_aside]
    assert "rye_0.npy" in aside.reason and "4 channels, but 5 are expected" in aside.reason
    with pytest.raises(ValueError, match="n_channels"):
        OpenChannels(0)


def test_decoding_leaves_measured_values_and_showing_scales_them(fields):
    import matplotlib.pyplot as plt

    measured = torch.rand(2, 3, 4, 4) * 9000
    assert IntToFloatTensor().decode_image(measured) is measured
    assert to_pixels(measured[0]).max() == pytest.approx(1.0)
    loaders(fields).show_batch(max_n=2)
    shown = plt.gcf().axes[0].get_images()[0].get_array()
    assert shown.shape == (20, 30, 3)  # no channel is taken for transparency
    plt.close("all")
