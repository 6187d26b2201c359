"""Batches of whole tensors, in an order that is a function of (seed, epoch) alone."""

from collections.abc import Iterator

import torch
from torch import Tensor

from auris.data.spec import Batch


class Loader:
    """Iterates over some clips of a store. A batch is one indexing operation: no worker, no per-clip Python.

    All processes of a distributed run walk the same batches, and each takes its share of every one, so that
    `batch_size` is what one optimizer step sees, on one device or on many.
    """

    def __init__(
        self,
        wave: Tensor,  # (R, C, T) the rows of the store
        target: Tensor,  # (N, ...) of all clips of the data set
        row: Tensor,  # (N,) where each clip is in the store
        clips: Tensor,  # (n,) which clips to walk over
        batch_size: int,
        seed: int | None = None,  # None: in the order of the clips
        rank: int = 0,
        world: int = 1,
    ):
        self.wave, self.target, self.row, self.clips = wave, target, row, clips
        self.batch_size, self.seed, self.epoch, self.rank, self.world = batch_size, seed, 0, rank, world

    batch_sampler = None  # Lightning reads it of whatever has a sampler

    @property
    def sampler(self) -> "Loader":
        """Where Lightning looks for `set_epoch`."""
        return self

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return min(-(-len(self.clips) // self.batch_size), max(1, len(self.clips) // 2))

    def __iter__(self) -> Iterator[Batch]:
        # equal parts of two clips or more: one clip alone would break batch normalisation
        for batch in self.order().tensor_split(len(self)):
            index = self.share(batch)  # (B,)
            row = self.row[index].to(self.wave.device)
            yield Batch(self.wave[row], self.target[index], index)

    def order(self) -> Tensor:
        """The clips (n,) in the order of this epoch."""
        if self.seed is None:
            return self.clips
        generator = torch.Generator().manual_seed(self.seed * 100_003 + self.epoch)
        return self.clips[torch.randperm(len(self.clips), generator=generator)]

    def share(self, batch: Tensor) -> Tensor:
        """This process's part of a batch; the first clips come twice where the parts would differ in size."""
        places = torch.arange(self.rank, len(batch) + -len(batch) % self.world, self.world)
        return batch[places % len(batch)]
