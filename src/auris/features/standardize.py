"""Standardisation of features by what the training set is like."""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from auris.core.shapes import Shape

_MIN_STD = 1e-5  # of a feature; one that hardly changed in training is not blown up


@runtime_checkable
class Banded(Protocol):
    """A feature whose bands have frequencies."""

    def centers(self) -> Tensor:
        """(F,) in Hz."""


@runtime_checkable
class Invertible(Protocol):
    """A feature of which a sound can be made again."""

    def invert(self, raw: Tensor, samples: int) -> Tensor:
        """Waves (B, C, samples) that have nearly these features (B, C', F, T')."""


class Standardized(nn.Module):
    """Features with mean 0 and std 1 in each channel and band, as learnt on the training set.

    The statistics are buffers: they are saved with the model, and prediction uses them. With
    `standardize` false, features stay in their own units.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, transform: nn.Module, in_shape: Shape, standardize: bool = True):
        super().__init__()
        self.transform = transform
        self.scale = standardize
        self.in_shape = in_shape
        silence = torch.zeros(1, *in_shape)
        shape = self.raw(silence).shape[1:]  # (C', F, T') or (C', T')
        self.out_shape = tuple(shape)
        bands = shape[:-1]
        self.register_buffer("mean", torch.zeros(*bands, 1))
        self.register_buffer("deviation", torch.ones(*bands, 1))

    def forward(self, wave: Tensor) -> Tensor:  # (B, C, T) -> (B, C', F, T')
        return self.standardize(self.raw(wave))

    def standardize(self, raw: Tensor) -> Tensor:
        return (raw - self.mean) / self.deviation

    def invert(self, x: Tensor, samples: int) -> Tensor:
        """Waves (B, C, samples) that have nearly these standardised features (B, C', F, T')."""
        assert isinstance(self.transform, Invertible)
        return self.transform.invert(x * self.deviation + self.mean, samples)

    def raw(self, wave: Tensor) -> Tensor:
        """The features in their own units. In half precision a log-mel would overflow to NaN."""
        with torch.autocast(wave.device.type, enabled=False):
            return self.transform(wave.float())

    def band_centers(self) -> Tensor | None:
        """(F,) the frequency of each band in Hz, where the features have bands."""
        return self.transform.centers() if isinstance(self.transform, Banded) else None

    @torch.no_grad()
    def count_empty_bands(self) -> tuple[int, int]:
        """Bands in which white noise never changes, and all; none where features have no bands."""
        if not isinstance(self.transform, Banded) or self.out_shape[-1] < 2:
            return 0, 0
        draw = torch.Generator().manual_seed(0)
        noise = torch.randn(1, *self.in_shape, generator=draw)
        change = self.raw(noise).std(-1)  # (1, C', F)
        empty = (change < _MIN_STD).all(1)
        return int(empty.sum()), empty.shape[-1]

    @torch.no_grad()
    def learn(self, raws: Iterable[Tensor]) -> None:
        """Take mean and std from raw features (B, C', F, T') of training clips, in one pass in
        float64."""
        if not self.scale:
            return
        count = 0
        total = torch.zeros(())
        squares = torch.zeros(())
        for raw in raws:
            x = raw.double()
            count += len(x) * x.shape[-1]
            total = total.to(x) + x.sum((0, -1))
            squares = squares.to(x) + x.square().sum((0, -1))
        mean = total / count  # (C', F)
        variance = squares / count - mean.square()
        std = variance.clamp_min(0).sqrt()
        constant = std < _MIN_STD
        std = torch.where(constant, 1.0, std)
        self.mean.copy_(mean[..., None])
        self.deviation.copy_(std[..., None])
