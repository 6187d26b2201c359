"""Features of clips as they are, computed once."""

from collections.abc import Callable

import torch
from torch import Tensor

from auris.core.shapes import Shape
from auris.data.loader import Batch

# that are kept; more, or features no smaller than the waves, are computed anew
_MAX_BYTES = 2 * 2**30


class FeatureCache:
    """Remembers the features of each clip of a data set, for epochs in which nothing changes
    the waves.

    That is every validation epoch, and every training epoch without augmentation of the waves.
    """

    def __init__(self, features: Callable[[Tensor], Tensor], shape: Shape):
        self.features = features
        self.shape = shape
        self.kept = torch.empty(0, *shape)
        self.known = torch.empty(0, dtype=torch.bool)

    def __call__(self, batch: Batch) -> Tensor:  # -> (B, C', F, T')
        if batch.fresh:
            return self.features(batch.wave)
        index = batch.index.cpu()
        clips = max(len(self.known), int(index.max()) + 1)
        size = torch.Size(self.shape).numel()
        if size >= batch.store[0].numel() or 4 * clips * size > _MAX_BYTES:
            return self.features(batch.wave)
        self.make_room(clips, batch.target.device)
        if not self.known[index].all():
            self.kept[batch.index] = self.features(batch.wave)
            self.known[index] = True
        return self.kept[batch.index]

    def make_room(self, clips: int, device: torch.device) -> None:
        """Have a place for each of `clips` clips, and keep what is known."""
        if len(self.known) < clips or self.kept.device != device:
            old = self.kept
            known = self.known
            with torch.inference_mode(
                False
            ):  # so that training can fill in what validation made room for
                self.kept = torch.empty(
                    max(clips, len(old)), *self.shape, device=device
                )
                self.known = torch.zeros(len(self.kept), dtype=torch.bool)
            self.kept[: len(old)], self.known[: len(known)] = old, known
