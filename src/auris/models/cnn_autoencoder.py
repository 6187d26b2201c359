"""A convolutional autoencoder."""

from itertools import pairwise
from typing import final

import torch.nn.functional as F
from torch import Tensor, nn

from auris.core.shapes import Shape
from auris.models.codec import Codec
from auris.models.detector import ReconstructionModel, count_bands
from auris.models.network import Width, Widths


@final
class CnnAutoencoder(ReconstructionModel):
    """Convolutions that halve time and frequency again and again, a code for each stretch of
    time, and back.

    Its last layer sees all bands at once: 2^n successive frames, with n widths, go through one
    code.

    Args:
        widths: channels after each halving; the decoder has them in reverse.
        code: numbers that 2^n frames are squeezed through.
    """

    def __init__(
        self,
        in_shape: Shape,
        task: Codec,
        widths: Widths = (8, 16, 32),
        latent_dim: Width = 4,
    ):
        super().__init__(task)
        self.step = 2 ** len(widths)
        sizes = [in_shape[0], *widths]
        rows = -(-count_bands(in_shape, self) // self.step)
        down = [
            _with_batch_norm(nn.Conv2d(n, m, 4, 2, padding=1, bias=False))
            for n, m in pairwise(sizes)
        ]
        up = [
            _with_batch_norm(nn.ConvTranspose2d(m, n, 4, 2, padding=1, bias=False))
            for n, m in pairwise(sizes[1:])
        ]
        self.encoder = nn.Sequential(*down, nn.Conv2d(sizes[-1], latent_dim, (rows, 1)))
        self.decoder = nn.Sequential(
            _with_batch_norm(
                nn.ConvTranspose2d(latent_dim, sizes[-1], (rows, 1), bias=False)
            ),
            *reversed(up),
            nn.ConvTranspose2d(sizes[1], sizes[0], 4, 2, padding=1),
        )

    def embed(self, x: Tensor) -> Tensor:  # (B, C', F, T') -> (B, latent_dim)
        """The mean code of a clip."""
        return self._encode_clips(x).mean((2, 3))

    def _encode_clips(
        self, x: Tensor
    ) -> Tensor:  # (B, C', F, T') -> (B, latent_dim, 1, T' / 2^n)
        *_, rows, frames = x.shape
        return self.encoder(
            F.pad(x, (0, -frames % self.step, 0, -rows % self.step), mode="replicate")
        )

    def reconstruct(self, x: Tensor) -> Tensor:
        *_, rows, frames = x.shape
        copy = self.decoder(self._encode_clips(x))
        return copy[..., :rows, :frames]


def _with_batch_norm(convolution: nn.Conv2d | nn.ConvTranspose2d) -> nn.Sequential:
    """A convolution whose channels are standardised over a batch and rectified."""
    return nn.Sequential(
        convolution, nn.BatchNorm2d(convolution.out_channels), nn.ReLU(inplace=True)
    )
