"""The batches of a data set, as Lightning's trainer asks for them."""

from functools import partial

import torch
from lightning import LightningDataModule
from torch import Tensor

from auris.data.dataset import Dataset
from auris.data.loader import Loader, MicroBatches, count_parts

_MAX_SHARE = 0.5  # of the memory that a GPU has free, for clips that stay there


class AudioDataModule(LightningDataModule):
    """Batches of clips for one fit.

    Args:
        dataset: the clips.
        seed: of the order of the training clips.
        device: where the model is.
        validate: false trains on the validation clips too.
    """

    def __init__(
        self,
        dataset: Dataset,
        seed: int = 0,
        device: torch.device | str = "cpu",
        validate: bool = True,
    ):
        super().__init__()
        self.dataset = dataset
        self.seed = seed
        self.device = torch.device(device)
        self.validate = validate
        self._wave: Tensor | None = None

    @property
    def train_clips(self) -> Tensor:
        """(n,) which clips train."""
        splits = ("train",) if self.validate else ("train", "val")
        return self.dataset.indices(*splits)

    @property
    def steps_per_epoch(self) -> int:
        """How many batches the training clips make."""
        return count_parts(len(self.train_clips), self._batch_size)

    def train_dataloader(self) -> Loader:
        clips = self.train_clips
        loader = self._loader(clips, self._batch_size, self.seed, *self._process())
        if draw := self.dataset.source.draw_epoch:
            loader.draw = partial(draw, device=self.device)
        return loader

    def val_dataloader(self) -> Loader | list:
        if not self.validate:
            return []
        return self.split_loader(self.dataset.indices("val"), *self._process())

    def split_loader(self, clips: Tensor, rank: int = 0, world_size: int = 1) -> Loader:
        """These clips in order, for process `rank` of `world_size`."""
        return self._loader(
            clips, self.dataset.settings.micro_batch_size, None, rank, world_size
        )

    def full_batch(self) -> MicroBatches:
        """All training clips, in every process alike: for what is learnt from the set as a
        whole.
        """
        size = self.dataset.settings.micro_batch_size
        return self.micro_batches(self.train_clips, size)

    def micro_batches(self, clips: Tensor, size: int) -> MicroBatches:
        """These clips (n,), `size` at a time, in every process alike."""
        return MicroBatches(self.split_loader(clips).fetch_batch, clips, size)

    @property
    def _batch_size(self) -> int:
        return self.dataset.settings.batch_size or len(self.train_clips)

    def _loader(
        self,
        clips: Tensor,
        batch_size: int,
        seed: int | None,
        rank: int,
        world_size: int,
    ) -> Loader:
        return Loader(
            self._resident_wave(),
            self.dataset.target,
            torch.tensor([clip.row for clip in self.dataset.clips]),
            clips,
            batch_size,
            self.dataset.settings.micro_batch_size,
            seed,
            rank,
            world_size,
        )

    def _process(self) -> tuple[int, int]:
        """Which of the trainer's processes this is, and of how many."""
        if self.trainer is None:
            return 0, 1
        return self.trainer.global_rank, self.trainer.world_size

    def _resident_wave(self) -> Tensor:
        """(R, C, T) the rows of the store: on the training device if they fit, else mapped."""
        if self._wave is None:
            wave = self.dataset.store.wave
            self._wave = wave.to(self.device) if self._fits(wave) else wave
        return self._wave

    def _fits(self, wave: Tensor) -> bool:
        if self.device.type != "cuda":
            return False
        free, _ = torch.cuda.mem_get_info(self.device)
        return wave.nbytes < _MAX_SHARE * free
