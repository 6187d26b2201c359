"""Some training clips as the model meets them, and as augmentation changes them."""

from collections.abc import Iterator
from itertools import chain, zip_longest
from typing import NamedTuple

import torch
from torch import Tensor

from auris.data.clips import Clip
from auris.data.dataset import Dataset
from auris.data.loader import Batch
from auris.data.module import AudioDataModule
from auris.training.experiment import Experiment
from auris.training.system import System

_LOWEST_SHARE = 0.005  # of a clip in a mixture, to be named


class Share(NamedTuple):
    """How much of a clip is in a mixture."""

    clip: Clip
    fraction: float


class View(NamedTuple):
    """A clip as the model is given it once."""

    wave: Tensor  # (C, T)
    features: Tensor  # (C', F, T') or (C', T'), standardised
    shares: list[Share]  # of which clips it is made


class ClipViews(NamedTuple):
    """A training clip as it is, and as it came out of each draw."""

    clip: Clip
    clean: View
    drawn: tuple[View, ...]


class Looked(NamedTuple):
    """Some training clips, and what of them an augmentation changes."""

    clips: list[ClipViews]
    changes_waves: bool
    hertz: Tensor | None  # (F,) of the bands, where features have bands


@torch.no_grad()
def view_clips(experiment: Experiment, clips: int, draws: int) -> Looked:
    """Some training clips, of as many labels as there is room for, each drawn some times.

    Raises `UserError` for a configuration that can't be.
    """
    dataset = experiment.dataset
    system = experiment.build_system(dataset.spec)
    data = AudioDataModule(dataset, experiment.seed)
    system.fit_statistics(data.full_batch())
    chosen = _choose_clips(dataset, clips)  # (B,)
    batch = data.split_loader(chosen).fetch_batch(chosen)
    clean = list(_view_clean(system, batch, dataset))
    seeds = range(experiment.seed, experiment.seed + draws)
    drawn = [list(_view_drawn(system, batch, dataset, seed)) for seed in seeds]
    views = [
        ClipViews(
            dataset.clips[index].clip, clean[at], tuple(draw[at] for draw in drawn)
        )
        for at, index in enumerate(chosen.tolist())
    ]
    return Looked(views, not system.augment.keeps_waves, system.features.band_centers())


def _choose_clips(dataset: Dataset, count: int) -> Tensor:
    """(B,) the first training clips of each label in turn, no recording twice."""
    by_label: dict[str, dict[object, int]] = {}
    for index in dataset.indices("train").tolist():
        clip = dataset.clips[index].clip
        by_label.setdefault(clip.label, {}).setdefault(clip.path, index)
    turns = zip_longest(*(indices.values() for indices in by_label.values()))
    in_turn = [index for index in chain.from_iterable(turns) if index is not None]
    return torch.tensor(in_turn[:count])


def _view_clean(system: System, batch: Batch, dataset: Dataset) -> Iterator[View]:
    """Each clip of a batch as it is."""
    features = system.clean_features(batch)  # (B, C', F, T')
    return _separate(batch, dataset, batch.wave, features, torch.eye(len(batch)))


def _view_drawn(
    system: System, batch: Batch, dataset: Dataset, seed: int
) -> Iterator[View]:
    """Each clip of a batch as training changes it once."""
    torch.manual_seed(seed)
    wave, _ = system.augment.mixed_waves(batch.wave)  # (B, C, T)
    # the same draws again, for the waves come first
    torch.manual_seed(seed)
    features, follow = system.augmented_features(batch)  # (B, C', F, T')
    fractions = follow(torch.eye(len(batch)))  # (B, B)
    return _separate(batch, dataset, wave, features, fractions)


def _separate(
    batch: Batch, dataset: Dataset, wave: Tensor, features: Tensor, fractions: Tensor
) -> Iterator[View]:
    """The clips of a batch: waves (B, C, T), features (B, ...), and of what each is made (B, B)."""
    sources = [dataset.clips[index].clip for index in batch.index.tolist()]
    for at, row in enumerate(fractions.tolist()):
        shares = [Share(*pair) for pair in zip(sources, row, strict=True)]
        named = [share for share in shares if share.fraction > _LOWEST_SHARE]
        yield View(wave[at], features[at], named)
