"""Models that answer with what they were given, through a bottleneck."""

from math import prod

from torch import Tensor, nn

from auris.data.spec import Shape
from auris.errors import UserError


class LinearAutoencoder(nn.Module):
    """Each frame through a code of `width` numbers and back, both linear: principal component analysis, once trained.

    The best it can do is what the leading principal components do (Baldi and Hornik, 1989).
    """

    def __init__(self, in_shape: Shape, out_shape: Shape, width: int = 8):
        super().__init__()
        if in_shape != out_shape:
            raise UserError("model: an autoencoder answers with what it is given; choose task=reconstruction.")
        size = prod(in_shape[:-1])  # of a frame
        if not 1 <= width <= size:
            raise UserError(f"model.width={width} should be between 1 and the {size} numbers of a frame.")
        self.encoder, self.decoder = nn.Linear(size, width), nn.Linear(width, size)

    def frames(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B T', D)
        return x.flatten(1, -2).transpose(1, 2).flatten(0, 1)

    def embed(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, width)
        """The mean code of a clip."""
        return self.encoder(x.flatten(1, -2).mean(-1))

    def forward(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, *in_shape)
        frames = self.decoder(self.encoder(self.frames(x)))  # (B T', D)
        return frames.view(len(x), x.shape[-1], -1).transpose(1, 2).reshape(x.shape)
