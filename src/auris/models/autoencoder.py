"""Models that say again what they hear, frame by frame, through a bottleneck."""

from math import prod
from typing import final

from torch import Tensor, nn

from auris.core.errors import UserError
from auris.core.shapes import Shape
from auris.models.codec import Codec
from auris.models.detector import ReconstructionModel
from auris.models.network import Width, Widths
from auris.models.patches import (
    Patches,
    PatchFrames,
    build_encoder,
    dense_layers,
    map_patches,
)


@final
class LinearAutoencoder(ReconstructionModel):
    """Each frame through a code of `latent_dim` numbers and back, both linear: principal
    component analysis, once trained.

    The best it can do is what the leading principal components do (Baldi and Hornik, 1989).
    """

    def __init__(self, in_shape: Shape, task: Codec, latent_dim: Width = 8):
        super().__init__(task)
        size = prod(in_shape[:-1])  # of a frame
        if latent_dim > size:
            raise UserError(
                f"model.latent_dim={latent_dim} should be at most {size}, the numbers of a frame."
            )
        self.encoder = nn.Linear(size, latent_dim)
        self.decoder = nn.Linear(latent_dim, size)

    def split_frames(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B T', D)
        return x.flatten(1, -2).transpose(1, 2).flatten(0, 1)

    def embed(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, latent_dim)
        """The mean code of a clip."""
        return self.encoder(x.flatten(1, -2).mean(-1))

    def reconstruct(self, x: Tensor) -> Tensor:
        frames = self.decoder(self.encoder(self.split_frames(x)))  # (B T', D)
        clips = frames.unflatten(0, (-1, x.shape[-1]))  # (B, T', D)
        return clips.transpose(1, 2).reshape(x.shape)


@final
class DenseAutoencoder(ReconstructionModel):
    """Patches of successive frames through dense layers and back (Koizumi et al., 2020, the
    baseline of DCASE).

    Args:
        frames: of a patch. What overlapping patches say of a frame is averaged.
        widths: units of the encoder's hidden layers; the decoder has them in reverse.
        code: numbers that a patch is squeezed through.
    """

    def __init__(
        self,
        in_shape: Shape,
        task: Codec,
        frames: PatchFrames = 5,
        widths: Widths = (128, 128, 128, 128),
        latent_dim: Width = 8,
    ):
        super().__init__(task)
        self.patches = Patches(in_shape, frames)
        self.encoder = build_encoder(self.patches.size, widths, latent_dim)
        self.decoder = dense_layers([latent_dim, *reversed(widths), self.patches.size])

    def embed(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, latent_dim)
        """The mean code of a clip."""
        return map_patches(self.encoder, self.patches.cut_patches(x)).mean(1)

    def reconstruct(self, x: Tensor) -> Tensor:
        patches = self.patches.cut_patches(x)  # (B, N, D P)
        codes = map_patches(self.encoder, patches)  # (B, N, latent_dim)
        patches = map_patches(self.decoder, codes)  # (B, N, D P)
        return self.patches.join_patches(patches).view(x.shape)
