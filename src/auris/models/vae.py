"""A variational autoencoder."""

from typing import Annotated, final

import torch
from torch import Tensor

from auris.core.ranges import Range
from auris.core.shapes import Shape
from auris.models.codec import Codec
from auris.models.detector import Autoencoder, require_anomaly_task
from auris.models.network import Width, Widths
from auris.models.patches import (
    Patches,
    PatchFrames,
    build_encoder,
    dense_layers,
    map_patches,
)


@final
class Vae(Autoencoder):
    """Patches of frames through a code that is drawn, and back (Kingma and Welling, 2014).

    The code z of a patch x of n = D P numbers is drawn from N(m(x), s(x)^2) in training and is
    m(x) afterwards; the cost of it is KL(N(m, s^2) | N(0, 1)). The anomaly score of a frame is the
    mean over the patches that it is in of |x_t - f_t(z)|^2 / D + beta (2 / n) KL. Over the
    frames of a patch its mean is

        (2 / n) (|x - f(z)|^2 / 2 + beta KL),

    at beta = 1 the negative evidence lower bound (eq. 10) for a decoder N(f(z), 1), times 2 / n
    and but for log 2 pi. A decoder N(f(z), v) has the same up to scale at beta = v: beta is the
    variance that a code need not tell.

    Args:
        frames: of a patch.
        widths: units of the encoder's hidden layers; the decoder has them in reverse.
        code: numbers that a patch is squeezed through.
        beta: weight of the code's cost; at 0 it is an autoencoder with noise.
    """

    def __init__(
        self,
        in_shape: Shape,
        out_shape: Shape,
        task: Codec,
        frames: PatchFrames = 5,
        widths: Widths = (128, 128),
        latent_dim: Width = 8,
        beta: Annotated[float, Range(0, 1e6)] = 1.0,
    ):
        super().__init__()
        # the error of a copy alone, as in task=reconstruction, would never hold the code back
        require_anomaly_task(task, self)
        self.patches = Patches(in_shape, frames)
        self.out_shape = out_shape
        self.beta = beta
        self.encoder = build_encoder(self.patches.size, widths, 2 * latent_dim)
        self.decoder = dense_layers([latent_dim, *reversed(widths), self.patches.size])

    def encode_patches(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the codes of patches (B, N, D P), (B, N, latent_dim) each."""
        mean, log_variance = map_patches(self.encoder, patches).chunk(2, dim=-1)
        return mean, log_variance

    def embed(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, latent_dim)
        """The mean code of a clip."""
        return self.encode_patches(self.patches.cut_patches(x))[0].mean(1)

    def reconstruct(self, x: Tensor) -> Tensor:
        patches = self.patches.cut_patches(x)  # (B, N, D P)
        mean, _ = self.encode_patches(patches)  # (B, N, latent_dim)
        patches = map_patches(self.decoder, mean)  # (B, N, D P)
        return self.patches.join_patches(patches).view(x.shape)

    def forward(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, K, T')
        patches = self.patches.cut_patches(x)  # (B, N, D P)
        mean, log_variance = self.encode_patches(patches)
        drawn = (
            mean + (log_variance / 2).exp() * torch.randn_like(mean)
            if self.training
            else mean
        )
        cost = 2 / self.patches.size * gaussian_kl(mean, log_variance)  # (B, N)
        error = (patches - map_patches(self.decoder, drawn)).square()
        score = self.patches.join_patches(error + self.beta * cost[..., None]).mean(
            1, keepdim=True
        )  # (B, 1, T')
        return score.expand(-1, *self.out_shape)


def gaussian_kl(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, variance) | N(0, 1)) of independent numbers (..., n) -> (...): Kingma and
    Welling (2014), app. B.
    """
    return (mean.square() + log_variance.exp() - 1 - log_variance).sum(-1) / 2
