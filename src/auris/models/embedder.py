"""What a model has that describes a clip before it answers."""

from typing import Protocol, runtime_checkable

from torch import Tensor


@runtime_checkable
class Embedder(Protocol):
    """A model that makes a vector of a clip: for clustering, k-NN, plots."""

    def embed(self, x: Tensor) -> Tensor: ...  # (B, *in_shape) -> (B, W)
