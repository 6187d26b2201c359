"""autrainer from pre-computed log-mels: python peers/autrainer_epoch.py clips.csv BATCH_SIZE DEVICE

Runs in an environment of its own. The CNN is that of Auris, whose package is on the path.
"""

import csv
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from autrainer.core.callbacks import CallbackMixin
from autrainer.models import AbstractModel
from autrainer.training import ModularTaskTrainer
from clips import RATE, SECONDS
from omegaconf import OmegaConf
from torch import Tensor
from torchaudio.transforms import MelSpectrogram
from turns import timed_turns

from auris.models.cnn import Cnn

BANDS, HOP = 64, 512  # as Auris has them
MANY = 10**6  # epochs; the race ends before
METRICS = "autrainer.metrics.Accuracy"
HERE = Path(
    __file__
).stem  # a class that a configuration names belongs to this module, not to __main__


class SmallCnn(AbstractModel):
    def __init__(self, output_dim: int):
        super().__init__(output_dim)
        self.cnn = Cnn((1, BANDS, RATE * SECONDS // HOP + 1), (output_dim,))

    def embeddings(self, features: Tensor) -> Tensor:
        return self.cnn.embed(features)

    def forward(self, features: Tensor) -> Tensor:
        return self.cnn(features)


class TakeTurns(CallbackMixin):
    """Waits before each epoch; its time runs until the next one."""

    def __init__(self) -> None:
        super().__init__()
        self.laps = timed_turns()

    def cb_on_iteration_begin(
        self, trainer: ModularTaskTrainer, iteration: int
    ) -> None:
        if next(self.laps, None) is None:
            sys.exit()


def precompute(table: Path, folder: Path) -> None:
    """Write a log-mel (1, F, T') for each clip, and a table for each set."""
    power = MelSpectrogram(RATE, n_fft=1024, hop_length=HOP, f_min=50.0, n_mels=BANDS)
    rows = list(csv.DictReader(table.open(newline="")))
    (folder / "default").mkdir()
    for row in rows:
        wave, _ = soundfile.read(table.parent / row["path"], dtype="float32")  # (T,)
        x = (power(torch.from_numpy(wave)) + 1e-3).log()
        np.save(
            folder / "default" / Path(row["path"]).with_suffix(".npy"), x[None].numpy()
        )
    for split, name in {"train": "train", "val": "dev", "test": "test"}.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, ["path", "label", "split"])
            writer.writeheader()
            writer.writerows(row for row in rows if row["split"] == split)


def configuration(folder: Path, batch_size: int, device: str) -> dict[str, Any]:
    """What autrainer's own files say by default, with this data and this model."""
    dataset = {
        "id": "tones",
        "_target_": "autrainer.datasets.BaseClassificationDataset",
        "path": str(folder),
        "features_subdir": "default",
        "index_column": "path",
        "target_column": "label",
        "file_type": "npy",
        "file_handler": "autrainer.datasets.utils.NumpyFileHandler",
        "criterion": "torch.nn.CrossEntropyLoss",
        "metrics": [METRICS],
        "tracking_metric": METRICS,
        "transform": {"type": "grayscale"},
    }
    return {
        "seed": 1,
        "batch_size": batch_size,
        "inference_batch_size": batch_size,
        "learning_rate": 0.002,
        "iterations": MANY,
        "training_type": "epoch",
        "eval_frequency": 1,
        "save_frequency": 1,
        "device": device,
        "reproducible": False,
        "progress_bar": False,
        "continue_training": False,
        "save_train_outputs": True,
        "save_dev_outputs": True,
        "save_test_outputs": True,
        "dataset": dataset,
        "model": {
            "id": "SmallCnn",
            "_target_": f"{HERE}.SmallCnn",
            "transform": {"type": "grayscale"},
        },
        "optimizer": {
            "id": "AdamW",
            "_target_": "torch.optim.AdamW",
            "weight_decay": 0.05,
            "fused": True,
        },
        "scheduler": {"id": "None", "_target_": "None"},
        "augmentation": {
            "id": "None",
            "_target_": "autrainer.augmentations.AugmentationPipeline",
            "pipeline": [],
        },
        "plotting": {
            "figsize": [10, 5],
            "latex": False,
            "filetypes": ["png"],
            "pickle": False,
            "context": "notebook",
            "palette": "colorblind",
            "replace_none": False,
            "add_titles": True,
            "add_xlabels": True,
            "add_ylabels": True,
            "rcParams": {},
        },
        "callbacks": [f"{HERE}.TakeTurns"],
    }


def main(table: str, batch_size: str, device: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data, run = Path(folder, "data"), Path(folder, "run")
        data.mkdir()
        run.mkdir()
        precompute(Path(table), data)
        cfg = OmegaConf.create(configuration(data, int(batch_size), device))
        ModularTaskTrainer(cfg, str(run)).train()


if __name__ == "__main__":
    main(*sys.argv[1:])
