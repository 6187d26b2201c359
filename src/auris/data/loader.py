"""Batches of whole tensors, in an order that is a function of (seed, epoch) alone."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import final

import torch
from torch import Tensor

# (epoch, (B,) which clips) -> waves (B, C, T), targets (B, ...)
DrawClips = Callable[[int, Tensor], tuple[Tensor, Tensor]]

_EPOCH_STRIDE = 100_003  # more than the epochs of a run: no two seeds share an order


def epoch_seed(seed: int, epoch: int) -> int:
    """What all that is drawn in an epoch of a run follows from."""
    return seed * _EPOCH_STRIDE + epoch


@final
class Batch:
    """Some clips of a data set.

    Waves are fetched when they are asked for: whoever knows the features needs none.
    """

    def __init__(
        self,
        store: Tensor,  # (R, C, T) float32, all clips there are
        row: Tensor,  # (B,) where these are in it
        target: Tensor,  # (B, ...)
        index: Tensor,  # (B,) which clips of the data set these are
        fresh: bool = False,  # whether the next clip of this index is another one
    ):
        self.store = store
        self.row = row
        self.target = target
        self.index = index
        self.fresh = fresh

    def __len__(self) -> int:
        return len(self.index)

    @cached_property
    def wave(self) -> Tensor:  # (B, C, T)
        row = self.row.to(self.store.device)
        return self.store[row].to(self.target.device)

    def to(self, device: torch.device) -> "Batch":
        target = self.target.to(device)
        index = self.index.to(device)
        return Batch(self.store, self.row, target, index, self.fresh)


@final
class MicroBatches:
    """The clips that one optimizer step sees, in parts that go through the model at once.

    Walking over it fetches one part after the other, so that a step may see a set of any
    size.
    """

    def __init__(
        self, fetch: Callable[[Tensor], Batch], index: Tensor, micro_batch_size: int
    ):
        self.fetch = fetch
        self.index = index  # (B,) which clips of the data set
        self.micro_batch_size = micro_batch_size

    def __len__(self) -> int:
        """How many clips."""
        return len(self.index)

    def __iter__(self) -> Iterator[Batch]:
        return map(self.fetch, _equal_parts(self.index, self.micro_batch_size))


@final
class Loader:
    """Iterates over some clips of a store.

    A micro-batch is one indexing operation at the most: no worker, no per-clip Python.
    All processes of a distributed run walk the same steps, and each takes its part of
    every one, so that `batch_size` is what one optimizer step sees, on one device or on
    many.
    """

    batch_sampler = None  # Lightning reads it of whatever has a sampler

    def __init__(
        self,
        wave: Tensor,  # (R, C, T) the rows of the store
        target: Tensor,  # (N, ...) of all clips of the data set
        row: Tensor,  # (N,) where each clip is in the store
        clips: Tensor,  # (n,) which clips to walk over
        batch_size: int,
        micro_batch_size: int,
        seed: int | None = None,  # None: in the order of the clips
        rank: int = 0,
        world_size: int = 1,
        draw: DrawClips | None = None,  # where clips are new in each epoch
    ):
        self.wave = wave
        self.target = target
        self.row = row
        self.clips = clips
        self.batch_size = batch_size
        self.micro_batch_size = micro_batch_size
        self.seed = seed
        self.epoch = 0
        self.rank = rank
        self.world_size = world_size
        self.draw = draw

    @property
    def sampler(self) -> "Loader":
        """Where Lightning looks for `set_epoch`."""
        return self

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return count_parts(len(self.clips), self.batch_size)

    def __iter__(self) -> Iterator[MicroBatches]:
        for batch in _equal_parts(self._epoch_order(), self.batch_size):
            part = self._part_of_process(batch)
            yield MicroBatches(self.fetch_batch, part, self.micro_batch_size)

    def fetch_batch(self, index: Tensor) -> Batch:
        """These clips (B,) of the data set, or new ones in their place."""
        if self.draw:
            wave, target = self.draw(self.epoch, index)
            return Batch(wave, torch.arange(len(index)), target, index, fresh=True)
        return Batch(self.wave, self.row[index], self.target[index], index)

    def _epoch_order(self) -> Tensor:
        """The clips (n,) in the order of this epoch."""
        if self.seed is None:
            return self.clips
        seed = epoch_seed(self.seed, self.epoch)
        generator = torch.Generator().manual_seed(seed)
        return self.clips[torch.randperm(len(self.clips), generator=generator)]

    def _part_of_process(self, batch: Tensor) -> Tensor:
        """This process's part of a batch.

        The first clips come twice where the parts would differ in size.
        """
        missing = -len(batch) % self.world_size
        places = torch.arange(self.rank, len(batch) + missing, self.world_size)
        return batch[places % len(batch)]


def count_parts(length: int, size: int) -> int:
    """In how many parts of at most `size` a set goes, none of one clip if that can be."""
    needed = -(-length // size)
    most = max(1, length // 2)
    return min(needed, most)


def _equal_parts(index: Tensor, size: int) -> tuple[Tensor, ...]:
    """Parts of about the same length: one clip alone would break batch norm."""
    return index.tensor_split(count_parts(len(index), size))
