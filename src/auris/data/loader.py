"""Batches of whole tensors, in an order that is a function of (seed, epoch) alone."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Batch:
    """Some clips of a data set. Waves are fetched when they are asked for: whoever knows the features needs none."""

    def __init__(
        self,
        store: "Tensor",
        row: "Tensor",
        target: "Tensor",
        index: "Tensor",
        fresh: bool = False,
    ):
        self.store = store  # (R, C, T) float32, all clips there are
        self.row = row  # (B,) where these are in it
        self.target = target  # (B, ...)
        self.index = index  # (B,) which clips of the data set these are
        self.fresh = fresh  # whether the next clip of this index is another one

    def __len__(self) -> int:
        return len(self.index)

    @cached_property
    def wave(self) -> "Tensor":  # (B, C, T)
        return self.store[self.row.to(self.store.device)].to(self.target.device)

    def to(self, device: "torch.device") -> "Batch":
        return Batch(
            self.store,
            self.row,
            self.target.to(device),
            self.index.to(device),
            self.fresh,
        )


Draw = Callable[
    [int, Tensor], tuple[Tensor, Tensor]
]  # (epoch, (B,) which clips) -> waves (B, C, T), targets (B, ...)


class Step:
    """The clips that one optimizer step sees, in passes of as many as go through the model at once.

    Walking over it fetches one pass after the other, so that a step may see a set of any size.
    """

    def __init__(self, fetch: Callable[[Tensor], Batch], index: Tensor, pass_size: int):
        self.fetch, self.index, self.pass_size = fetch, index, pass_size

    def __len__(self) -> int:
        """How many clips."""
        return len(self.index)

    def __iter__(self) -> Iterator[Batch]:
        return (self.fetch(part) for part in equal_parts(self.index, self.pass_size))


class Loader:
    """Iterates over some clips of a store. A pass is one indexing operation at the most: no worker, no per-clip Python.

    All processes of a distributed run walk the same steps, and each takes its share of every one, so that
    `batch_size` is what one optimizer step sees, on one device or on many.
    """

    def __init__(
        self,
        wave: Tensor,  # (R, C, T) the rows of the store
        target: Tensor,  # (N, ...) of all clips of the data set
        row: Tensor,  # (N,) where each clip is in the store
        clips: Tensor,  # (n,) which clips to walk over
        batch_size: int,
        pass_size: int,
        seed: int | None = None,  # None: in the order of the clips
        rank: int = 0,
        world: int = 1,
        draw: Draw | None = None,  # where clips are new in each epoch
    ):
        self.wave, self.target, self.row, self.clips = wave, target, row, clips
        self.batch_size, self.pass_size = batch_size, pass_size
        self.seed, self.epoch, self.rank, self.world = seed, 0, rank, world
        self.draw = draw

    batch_sampler = None  # Lightning reads it of whatever has a sampler

    @property
    def sampler(self) -> "Loader":
        """Where Lightning looks for `set_epoch`."""
        return self

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return count_parts(len(self.clips), self.batch_size)

    def __iter__(self) -> Iterator[Step]:
        for batch in equal_parts(self.order(), self.batch_size):
            yield Step(self.fetch, self.share(batch), self.pass_size)

    def fetch(self, index: Tensor) -> Batch:
        """These clips (B,) of the data set, or new ones in their place."""
        if self.draw:
            wave, target = self.draw(self.epoch, index)
            return Batch(wave, torch.arange(len(index)), target, index, fresh=True)
        return Batch(self.wave, self.row[index], self.target[index], index)

    def order(self) -> Tensor:
        """The clips (n,) in the order of this epoch."""
        if self.seed is None:
            return self.clips
        generator = torch.Generator().manual_seed(self.seed * 100_003 + self.epoch)
        return self.clips[torch.randperm(len(self.clips), generator=generator)]

    def share(self, batch: Tensor) -> Tensor:
        """This process's part of a batch; the first clips come twice where the parts would differ in size."""
        places = torch.arange(
            self.rank, len(batch) + -len(batch) % self.world, self.world
        )
        return batch[places % len(batch)]


def equal_parts(index: Tensor, size: int) -> tuple[Tensor, ...]:
    """Parts of about the same length, none above `size` if that can be: one clip alone would break batch norm."""
    return index.tensor_split(count_parts(len(index), size))


def count_parts(length: int, size: int) -> int:
    return min(-(-length // size), max(1, length // 2))
