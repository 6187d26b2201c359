"""Models that say again what they hear, frame by frame, through a bottleneck."""

from collections.abc import Sequence
from itertools import pairwise
from math import prod

from torch import Tensor, nn

from auris.data.spec import Shape
from auris.errors import UserError
from auris.models.detector import Autoencoder
from auris.tasks import Task


class LinearAutoencoder(Autoencoder):
    """Each frame through a code of `width` numbers and back, both linear: principal component analysis, once trained.

    The best it can do is what the leading principal components do (Baldi and Hornik, 1989).
    """

    def __init__(self, in_shape: Shape, task: Task, width: int = 8):
        super().__init__(task)
        size = prod(in_shape[:-1])  # of a frame
        if not 1 <= width <= size:
            raise UserError(f"model.width={width} should be between 1 and the {size} numbers of a frame.")
        self.encoder, self.decoder = nn.Linear(size, width), nn.Linear(width, size)

    def frames(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B T', D)
        return x.flatten(1, -2).transpose(1, 2).flatten(0, 1)

    def embed(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, width)
        """The mean code of a clip."""
        return self.encoder(x.flatten(1, -2).mean(-1))

    def copy(self, x: Tensor) -> Tensor:
        frames = self.decoder(self.encoder(self.frames(x)))  # (B T', D)
        return frames.view(len(x), x.shape[-1], -1).transpose(1, 2).reshape(x.shape)


class DenseAutoencoder(Autoencoder):
    """Patches of successive frames through dense layers and back (Koizumi et al., 2020, the baseline of DCASE).

    Args:
        frames: of a patch. What overlapping patches say of a frame is averaged.
        widths: units of the encoder's hidden layers; the decoder has them in reverse.
        code: numbers that a patch is squeezed through.
    """

    def __init__(
        self, in_shape: Shape, task: Task, frames: int = 5, widths: Sequence[int] = (128, 128, 128, 128), code: int = 8
    ):
        super().__init__(task)
        if not 1 <= frames <= in_shape[-1]:
            raise UserError(f"model.frames={frames} should be between 1 and the {in_shape[-1]} frames of a clip; "
                            "choose fewer, or a longer data.duration.")  # fmt: skip
        if code < 1 or min(widths, default=1) < 1:
            raise UserError(f"model.code={code} and model.widths={list(widths)} should be 1 or more.")
        self.frames, size = frames, prod(in_shape[:-1]) * frames
        self.encoder = nn.Sequential(*layers([size, *widths]), nn.Linear([size, *widths][-1], code))
        self.decoder = nn.Sequential(*layers([code, *reversed(widths)]), nn.Linear([code, *reversed(widths)][-1], size))

    def patches(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, N, D P)
        return x.flatten(1, -2).unfold(-1, self.frames, 1).transpose(1, 2).flatten(2)

    def embed(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, code)
        """The mean code of a clip."""
        return self.encode(self.patches(x)).mean(1)

    def encode(self, patches: Tensor) -> Tensor:  # (B, N, D P) -> (B, N, code)
        return self.encoder(patches.flatten(0, 1)).unflatten(0, patches.shape[:2])

    def copy(self, x: Tensor) -> Tensor:
        said = self.decoder(self.encode(self.patches(x)).flatten(0, 1))  # (B N, D P)
        return self.overlap(said.view(len(x), -1, prod(x.shape[1:-1]), self.frames)).view(x.shape)

    def overlap(self, said: Tensor) -> Tensor:  # (B, N, D, P) -> (B, D, N + P - 1)
        """The mean of what patches say of each frame."""
        count, size = said.shape[1], said.shape[1] + self.frames - 1
        total, times = said.new_zeros(len(said), said.shape[2], size), said.new_zeros(size)
        for place in range(self.frames):
            total[..., place : place + count] += said[..., place].transpose(1, 2)
            times[place : place + count] += 1
        return total / times


def layers(sizes: Sequence[int]) -> list[nn.Module]:
    return [nn.Sequential(nn.Linear(n, m), nn.BatchNorm1d(m), nn.ReLU(inplace=True)) for n, m in pairwise(sizes)]
