"""Convolutional networks: over time and frequency, and over time alone."""

from collections.abc import Sequence
from itertools import chain, pairwise
from math import prod
from typing import Annotated, final

import torch
from torch import Tensor, nn

from auris.core.errors import UserError
from auris.core.ranges import Length, Range
from auris.core.shapes import Shape
from auris.models.network import Dropout, Network, Widths

Blocks = Annotated[int, Range(1, 100)]  # of a stage
Stride = Annotated[int, Range(1, 64)]
Strides = Annotated[Sequence[Stride], Length(2, 2)]  # over (frequency, time)


@final
class Residual(nn.Module):
    """Two 3 x 3 convolutions beside a shortcut (He et al., 2016): (B, n, F, T') -> (B, m, F /
    stride, T' / stride).
    """

    def __init__(self, n: int, m: int, stride: int):
        super().__init__()
        self.path = nn.Sequential(
            nn.Conv2d(n, m, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(m),
            nn.ReLU(inplace=True),
            nn.Conv2d(m, m, 3, padding=1, bias=False),
            nn.BatchNorm2d(m),
        )
        shrink = [nn.AvgPool2d(stride, ceil_mode=True)] if stride > 1 else []
        widen = [nn.Conv2d(n, m, 1, bias=False), nn.BatchNorm2d(m)] if n != m else []
        self.shortcut = nn.Sequential(*shrink, *widen)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.path(x) + self.shortcut(x))


@final
class BandPlace(nn.Module):
    """Add a channel that tells each place its frequency, -1 to 1: (B, C', F, T') -> (B, C' + 1,
    F, T').

    A convolution alone is blind to it, but a hum and a whistle are not the same sound (Liu et
    al., 2018, CoordConv).
    """

    def forward(self, x: Tensor) -> Tensor:
        place = torch.linspace(-1, 1, x.shape[2], device=x.device, dtype=x.dtype)
        channel = place[:, None].expand(x.shape[0], 1, -1, x.shape[3])
        return torch.cat([x, channel], dim=1)


@final
class Cnn(Network):
    """A small residual network over time and frequency.

    Args:
        widths: channels of each stage; each but the first halves time and frequency.
        blocks: residual blocks a stage.
        stride: of the first convolution, over (frequency, time).
        dropout: share of the embedding that training leaves out.
    """

    def __init__(
        self,
        in_shape: Shape,
        out_shape: Shape,
        widths: Widths = (16, 32, 64, 128),
        blocks: Blocks = 1,
        stride: Strides = (4, 4),
        dropout: Dropout = 0.2,
    ):
        if len(in_shape) != 3:
            raise UserError(
                f"model: Cnn reads features (C', F, T') and these have shape {in_shape}; "
                "try features=log_mel, or model=cnn1d."
            )
        channels = in_shape[0] + 1
        width = widths[0]
        stem = nn.Sequential(
            BandPlace(),
            nn.Conv2d(
                channels, width, 5, (stride[0], stride[1]), padding=2, bias=False
            ),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
        )
        stages = [
            *_residual_stage(width, width, 1, blocks),
            *chain.from_iterable(
                _residual_stage(n, m, 2, blocks) for n, m in pairwise(widths)
            ),
        ]
        pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        super().__init__(
            nn.Sequential(stem, *stages, pool), widths[-1], out_shape, dropout
        )
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def embed(self, x: Tensor) -> Tensor:
        return self.body(x.contiguous(memory_format=torch.channels_last))


def _residual_stage(n: int, m: int, stride: int, blocks: int) -> list[Residual]:
    """Residual blocks (B, n, F, T') -> (B, m, F / stride, T' / stride)."""
    sizes = [n, *[m] * blocks][:blocks]
    strides = [stride, *[1] * blocks][:blocks]
    pairs = zip(sizes, strides, strict=True)
    return [Residual(size, m, step) for size, step in pairs]


@final
class Cnn1d(Network):
    """Convolutions over time alone, on waves (C, T), or on features (C', F, T') with every band
    a channel.

    Args:
        widths: channels of each stage; each divides time by `stride`.
        kernel: samples of each filter; the first one has four times as many.
    """

    def __init__(
        self,
        in_shape: Shape,
        out_shape: Shape,
        widths: Widths = (32, 64, 64, 128),
        kernel: Annotated[int, Range(1, 4096)] = 16,
        stride: Stride = 8,
        dropout: Dropout = 0.2,
    ):
        sizes = [prod(in_shape[:-1]), *widths]
        kernels = [4 * kernel] + [kernel] * (len(widths) - 1)
        stages = [
            nn.Sequential(
                nn.Conv1d(n, m, k, stride, padding=k // 2, bias=False),
                nn.BatchNorm1d(m),
                nn.ReLU(inplace=True),
            )
            for n, m, k in zip(sizes[:-1], sizes[1:], kernels, strict=True)
        ]
        join = nn.Flatten(1, -2) if len(in_shape) > 2 else nn.Identity()
        pool = nn.Sequential(nn.AdaptiveAvgPool1d(1), nn.Flatten())
        super().__init__(
            nn.Sequential(join, *stages, pool), widths[-1], out_shape, dropout
        )
