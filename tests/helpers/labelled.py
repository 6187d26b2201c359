"""Data sets with labels, opened without a configuration."""

from pathlib import Path

from auris.data.dataset import Dataset
from auris.data.settings import DataSettings
from auris.data.sources.base import Source
from auris.tasks.classification.targets import LabelTargets

_DEFAULTS = {
    "sample_rate": None,
    "channels": 1,
    "duration": 0.6,
    "padding": "repeat",
    "fold": 1,
    "folds": 5,
    "split_seed": 0,
    "batch_size": 4,
    "micro_batch_size": 4,
}


def data(source: Source, store: Path, **changes: object) -> Dataset:
    settings = DataSettings(**{**_DEFAULTS, **changes})
    return Dataset(source, LabelTargets(), settings, store)
