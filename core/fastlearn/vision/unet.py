"""A U-Net around any encoder: what it looks like follows from the feature maps that the encoder was seen to give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from fastlearn.keywords import check_keywords
from fastlearn.layers.conv import ActClass, ConvLayer
from fastlearn.layers.norm import BatchNorm, NormName, NormType, norm_type_of
from fastlearn.layers.res_block import ResBlock
from fastlearn.layers.sequence import MergeLayer, SeesInput
from fastlearn.layers.upsample import PixelShuffle_ICNR
from fastlearn.models.encoder import Encoder
from fastlearn.models.init import InitFunc, apply_init
from fastlearn.models.pyramid import Level, NoPyramid, nearest_power
from fastlearn.models.ranges import SigmoidRange
from fastlearn.models.sizes import Size, dummy_eval, runs_on
from fastlearn.vision.unet_block import ResizeToOrig, UnetBlock
from fastlearn.vision.vision_model import VisionModel


@dataclass(frozen=True)
class Decoder:
    """The settings of a U-Net's way up; see `DynamicUnet`."""

    blur: bool
    blur_final: bool
    self_attention: bool
    act_cls: ActClass
    init: InitFunc | None
    norm_type: NormType | None


class DynamicUnet(VisionModel):
    """The encoder, two convolutions at its end, and a block upwards for each size of its maps; then the prediction.

    Shapes: images `(N, n_in, H, W)` of any size that the encoder takes become `(N, n_out, H, W)`.
    `encoder` is a network that ends in feature maps, of which the last one of every size is used (see `find_levels`):
    the structure does not depend on the size of your images. With `img_size`, (height, width), that size is tried out.
    `blur` smoothes what the blocks enlarge, the last one too with `blur_final`. `self_attention` is put into the third
    block from the end. `last_cross` puts the image itself beside the result and mixes the two in a residual block,
    which is half as wide inside with `bottle`. `y_range` bounds the output. `init` fills the 3x3 convolutions.
    `norm_type` is that of the new layers; the prediction itself is never normalised by batch or item.
    Raises: ValueError if the encoder has no maps of falling size, or `img_size` does not run.
    Source: Ronneberger et al. 2015, "U-Net"; pixel shuffle as in `PixelShuffle_ICNR`.
    """

    made_by = "unet_learner"

    @check_keywords
    def __init__(
        self,
        encoder: nn.Module,
        n_out: int,
        img_size: Size | None = None,
        blur: bool = False,
        blur_final: bool = True,
        self_attention: bool = False,
        y_range: tuple[float, float] | None = None,
        last_cross: bool = True,
        bottle: bool = False,
        act_cls: ActClass = nn.ReLU,
        init: InitFunc | None = nn.init.kaiming_normal_,
        norm_type: NormName = None,
        n_in: int = 3,
    ) -> None:
        kind = norm_type_of(norm_type)
        settings = Decoder(blur, blur_final, self_attention, act_cls, init, kind)
        down = _as_encoder(encoder, n_in, img_size)
        deepest = down.levels[-1].channels
        blocks, channels = _blocks(down.levels, settings)
        layers = [down, BatchNorm(deepest), nn.ReLU(), _middle(deepest, settings), *blocks]
        layers += [PixelShuffle_ICNR(channels, act_cls=act_cls, norm_type=kind) for _ in range(_doublings(down.levels))]
        layers.append(ResizeToOrig())
        if last_cross:
            channels += n_in
            layers += [MergeLayer(dense=True), _cross(channels, bottle, settings)]
        of_weights = kind if kind in (NormType.Weight, NormType.Spectral) else None
        layers.append(ConvLayer(channels, n_out, ks=1, act_cls=None, norm_type=of_weights))
        if y_range is not None:
            layers.append(SigmoidRange(*y_range))
        super().__init__(*layers, n_in=n_in)
        if img_size is not None:
            dummy_eval(self, img_size, n_in)

    @property
    def levels(self) -> tuple[Level, ...]:
        """The encoder's maps, from large to small; all but the last are crossed over to the blocks."""
        return self[0].levels  # type: ignore[union-attr, return-value, no-any-return]

    @property
    def blocks(self) -> list[UnetBlock]:
        """The steps upwards, from small to large maps."""
        return [layer for layer in self if isinstance(layer, UnetBlock)]

    def forward(self, x: Tensor) -> Tensor:
        self.check_channels(x)
        *skips, y = self._encode(x)
        for layer in list(self.children())[1:]:
            if isinstance(layer, UnetBlock):
                y = layer(y, skips.pop())
            else:
                y = layer(y, x) if isinstance(layer, SeesInput) else layer(y)
        return y

    def _encode(self, x: Tensor) -> list[Tensor]:
        try:
            return self[0](x)  # type: ignore[no-any-return]
        except Exception as error:
            self._explain_size(x, error)
            raise

    def _explain_size(self, x: Tensor, error: Exception) -> None:
        """Raises: ValueError if it is the size of the images that the encoder does not take."""
        height, width = x.shape[-2:]
        if not runs_on(self[0], (height, width), x.shape[1]):
            deepest = self.levels[-1]
            raise ValueError(
                f"Images of {height} x {width} pixels do not run through the encoder of this U-Net, which makes them "
                f"{deepest.shrunk_by} times smaller: {str(error).partition(chr(10))[0]}. "
                f"Try larger ones; {deepest.image[0]} x {deepest.image[1]} pixels do run."
            ) from error


def _as_encoder(encoder: nn.Module, n_in: int, img_size: Size | None) -> Encoder:
    if isinstance(encoder, Encoder):
        return encoder
    try:
        return Encoder(encoder, n_in, [] if img_size is None else [img_size])
    except NoPyramid as error:
        raise NoPyramid(cannot_encode(str(error))) from error


def cannot_encode(what: str) -> str:
    """Why a network cannot be the encoder of a U-Net, and what to do."""
    return (
        f"This network cannot be the encoder of a U-Net: {what}. A U-Net puts together feature maps of falling size. "
        "Try resnet34, convnext_tiny or swin_t, or a cut= that leaves such maps."
    )


def _middle(channels: int, settings: Decoder) -> nn.Module:
    """Two convolutions at the deepest point, the first of which doubles the channels."""
    options: dict[str, Any] = {"act_cls": settings.act_cls, "norm_type": settings.norm_type}
    first = ConvLayer(channels, channels * 2, **options)
    return _filled(nn.Sequential(first, ConvLayer(channels * 2, channels, **options)), settings.init)


def _blocks(levels: tuple[Level, ...], settings: Decoder) -> tuple[list[UnetBlock], int]:
    """A block for each map but the smallest, from small to large, and the channels that the last one gives."""
    blocks: list[UnetBlock] = []
    below = levels[-1]
    channels = below.channels
    n = len(levels) - 1
    for i, level in enumerate(reversed(levels[:-1])):
        is_last = i == n - 1
        block = UnetBlock(
            channels,
            level.channels,
            final_div=not is_last,
            blur=settings.blur and (not is_last or settings.blur_final),
            act_cls=settings.act_cls,
            self_attention=settings.self_attention and i == max(0, n - 3),
            init=settings.init,
            norm_type=settings.norm_type,
            scale=max(2, nearest_power(max(level.size[0] / below.size[0], level.size[1] / below.size[1]))),
        )
        blocks.append(block)
        channels = (channels // 2 + level.channels) // (2 if is_last else 1)
        below = level
    return blocks, channels


def _doublings(levels: tuple[Level, ...]) -> int:
    """How often the largest map has to be doubled to reach the size of the image."""
    return levels[0].shrunk_by.bit_length() - 1


def _cross(channels: int, bottle: bool, settings: Decoder) -> nn.Module:
    """The residual block that mixes the image with what came up."""
    inside = channels // 2 if bottle else None
    block = ResBlock(1, channels, channels, nh2=inside, act_cls=settings.act_cls, norm_type=settings.norm_type)
    return _filled(block, settings.init)


def _filled(m: nn.Module, init: InitFunc | None) -> nn.Module:
    if init is not None:
        apply_init(m, init)
    return m
