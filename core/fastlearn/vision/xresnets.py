"""The family of XResNets by name: plain, with squeeze and excitation, in groups of channels, and deeper ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from fastlearn.layers.res_block import ResBlock, SEBlock, SEResNeXtBlock
from fastlearn.vision.arch import Arch, ArchInfo, SplitBody
from fastlearn.vision.stats import imagenet_stats
from fastlearn.vision.weights import WeightsError, is_weights_file, load_weights, read_weights
from fastlearn.vision.xresnet import Block, XResNet

INFO = ArchInfo(-4, SplitBody(3), imagenet_stats)  # cut before the pooling; the stem is a group of its own
PUBLISHED = "https://s3.amazonaws.com/fast-ai-modelzoo/xrn50_940.pth"  # of xresnet50, trained on ImageNet by fastai


@dataclass(frozen=True)
class XResNetArch(Arch):
    """A constructor of an `XResNet`; calling it takes the options of that class.

    `weights` is a .pth or .safetensors file; such a file made with fastai's networks of the same name fits.
    """

    block: Block
    expansion: int
    layers: tuple[int, ...]
    options: tuple[tuple[str, Any], ...] = ()

    published: ClassVar[bool] = False  # nothing is downloaded: no file with a known checksum exists

    def __call__(
        self,
        n_out: int = 1000,
        *,
        pretrained: bool = False,
        weights: Any | str | Path | None = None,
        progress: bool = True,
        **options: Any,
    ) -> XResNet:
        if pretrained if weights is None else not is_weights_file(weights):
            raise WeightsError(_none_published(self.name))
        made = XResNet(self.block, self.expansion, self.layers, n_out=n_out, **{**dict(self.options), **options})
        if weights is not None:
            load_weights(made, read_weights(weights), str(weights))
        return made

    def __repr__(self) -> str:
        return f"<architecture {self.name}>"


def _none_published(name: str) -> str:
    own = f"fastai's are at {PUBLISHED}: download them and say weights=<the file>"
    return (
        f"There are no published weights of {name} whose download could be verified. "
        f"{own if name == 'xresnet50' else 'Give weights= a file of your own'}, or train with pretrained=False."
    )


_SE = (("groups", 1), ("reduction", 16))
_SE_GROUPS = (("groups", 32), ("reduction", 16))
_GROUPS = (("groups", 32), ("reduction", 0))
_18, _34, _101, _152 = (2, 2, 2, 2), (3, 4, 6, 3), (3, 4, 23, 3), (3, 8, 36, 3)
_18_DEEPER, _34_DEEPER, _SE_34_DEEPER = (2, 2, *[1] * 6), (*_34, *[1] * 4), (3, 4, 4, 2, 2, 1, 1, 1)


def _plain(name: str, expansion: int, layers: tuple[int, ...]) -> XResNetArch:
    return XResNetArch(name, INFO, ResBlock, expansion, layers)


def _se(name: str, expansion: int, layers: tuple[int, ...]) -> XResNetArch:
    return XResNetArch(name, INFO, SEBlock, expansion, layers, _SE)


def _grouped(name: str, expansion: int, layers: tuple[int, ...]) -> XResNetArch:
    return XResNetArch(name, INFO, SEResNeXtBlock, expansion, layers, _GROUPS)


def _se_grouped(name: str, expansion: int, layers: tuple[int, ...]) -> XResNetArch:
    return XResNetArch(name, INFO, SEResNeXtBlock, expansion, layers, _SE_GROUPS)


xresnet18 = _plain("xresnet18", 1, _18)
xresnet34 = _plain("xresnet34", 1, _34)
xresnet50 = _plain("xresnet50", 4, _34)
xresnet101 = _plain("xresnet101", 4, _101)
xresnet152 = _plain("xresnet152", 4, _152)
xresnet18_deep = _plain("xresnet18_deep", 1, (*_18, 1, 1))
xresnet34_deep = _plain("xresnet34_deep", 1, (*_34, 1, 1))
xresnet50_deep = _plain("xresnet50_deep", 4, (*_34, 1, 1))
xresnet18_deeper = _plain("xresnet18_deeper", 1, _18_DEEPER)
xresnet34_deeper = _plain("xresnet34_deeper", 1, _34_DEEPER)
xresnet50_deeper = _plain("xresnet50_deeper", 4, _34_DEEPER)

xse_resnet18 = _se("xse_resnet18", 1, _18)
xse_resnet34 = _se("xse_resnet34", 1, _34)
xse_resnet50 = _se("xse_resnet50", 4, _34)
xse_resnet101 = _se("xse_resnet101", 4, _101)
xse_resnet152 = _se("xse_resnet152", 4, _152)

xresnext18 = _grouped("xresnext18", 1, _18)
xresnext34 = _grouped("xresnext34", 1, _34)
xresnext50 = _grouped("xresnext50", 4, _34)
xresnext101 = _grouped("xresnext101", 4, _101)

xse_resnext18 = _se_grouped("xse_resnext18", 1, _18)
xse_resnext34 = _se_grouped("xse_resnext34", 1, _34)
xse_resnext50 = _se_grouped("xse_resnext50", 4, _34)
xse_resnext101 = _se_grouped("xse_resnext101", 4, _101)
xse_resnext18_deep = _se_grouped("xse_resnext18_deep", 1, (*_18, 1, 1))
xse_resnext34_deep = _se_grouped("xse_resnext34_deep", 1, (*_34, 1, 1))
xse_resnext50_deep = _se_grouped("xse_resnext50_deep", 4, (*_34, 1, 1))
xse_resnext18_deeper = _se_grouped("xse_resnext18_deeper", 1, _18_DEEPER)
xse_resnext34_deeper = _se_grouped("xse_resnext34_deeper", 1, _SE_34_DEEPER)
xse_resnext50_deeper = _se_grouped("xse_resnext50_deeper", 4, _SE_34_DEEPER)

xsenet154 = XResNetArch(
    "xsenet154", INFO, SEBlock, 4, _152, (("groups", 64), ("reduction", 16), ("p", 0.2))
)  # fmt: skip

__all__ = [
    "XResNetArch",
    "xresnet18",
    "xresnet18_deep",
    "xresnet18_deeper",
    "xresnet34",
    "xresnet34_deep",
    "xresnet34_deeper",
    "xresnet50",
    "xresnet50_deep",
    "xresnet50_deeper",
    "xresnet101",
    "xresnet152",
    "xresnext18",
    "xresnext34",
    "xresnext50",
    "xresnext101",
    "xse_resnet18",
    "xse_resnet34",
    "xse_resnet50",
    "xse_resnet101",
    "xse_resnet152",
    "xse_resnext18",
    "xse_resnext18_deep",
    "xse_resnext18_deeper",
    "xse_resnext34",
    "xse_resnext34_deep",
    "xse_resnext34_deeper",
    "xse_resnext50",
    "xse_resnext50_deep",
    "xse_resnext50_deeper",
    "xse_resnext101",
    "xsenet154",
]
