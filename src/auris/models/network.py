"""What all networks are: a body that describes a clip, and a linear head that answers."""

from abc import ABC
from collections.abc import Sequence
from math import prod
from typing import Annotated

from torch import Tensor, nn

from auris.core.ranges import Length, Range
from auris.core.shapes import Shape

Width = Annotated[int, Range(1, 4096)]  # units or channels of a layer
Widths = Annotated[Sequence[Width], Length(1, 16)]  # of layers, one after the other
Dropout = Annotated[float, Range(0, 0.99)]


class Network(nn.Module, ABC):
    """A body (B, *in_shape) -> (B, width) and a head (B, width) -> (B, *out_shape).

    A model is a subclass whose constructor takes `in_shape` and `out_shape` and builds a body.
    """

    def __init__(
        self, body: nn.Module, width: int, out_shape: Shape, dropout: float = 0.0
    ):
        super().__init__()
        self.body = body
        self.head = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(width, prod(out_shape)),
            nn.Unflatten(1, out_shape),
        )

    @property
    def output_layer(self) -> nn.Linear:
        """The layer that answers."""
        return self.head[1]  # type: ignore[return-value]

    def embed(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, width)
        """What the network makes of a clip before it answers: for clustering, k-NN, novelty."""
        return self.body(x)

    def forward(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, *out_shape)
        return self.head(self.embed(x))
