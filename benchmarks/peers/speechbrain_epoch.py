"""SpeechBrain's Brain with its Fbank: python peers/speechbrain_epoch.py clips.csv BATCH_SIZE DEVICE

Runs in an environment of its own. The CNN is that of Auris, whose package is on the path.
"""

import sys
from pathlib import Path

import speechbrain as sb
import torch
from clips import CLASSES, RATE, SECONDS
from speechbrain.dataio.dataio import read_audio
from speechbrain.dataio.dataset import DynamicItemDataset
from speechbrain.lobes.features import Fbank
from torch import Tensor
from turns import timed_turns

from auris.data.clips import read_table
from auris.models.cnn import Cnn

WORKERS = 2
BANDS, HOP = 64, 512  # as Auris has them


class Classifier(sb.Brain):
    def compute_forward(self, batch, stage) -> Tensor:
        wave = batch.wave.data.to(self.device)  # (B, T)
        x = self.modules.features(wave).transpose(1, 2)[:, None]  # (B, 1, F, T')
        return self.modules.model(x)

    def compute_objectives(self, predictions: Tensor, batch, stage) -> Tensor:
        return torch.nn.functional.cross_entropy(
            predictions, batch.number.to(self.device)
        )


def dataset(table: Path, split: str) -> DynamicItemDataset:
    """The clips of one set, decoded when they are asked for."""
    clips = read_table(table)
    classes = sorted({clip.label for clip in clips})
    rows = {
        str(clip.path): {"path": str(clip.path), "number": classes.index(clip.label)}
        for clip in clips
        if clip.split == split
    }
    data = DynamicItemDataset(rows)
    data.add_dynamic_item(read_audio, takes="path", provides="wave")
    data.set_output_keys(["wave", "number"])
    return data


def brain(device: str) -> Classifier:
    features = Fbank(
        sample_rate=RATE,
        n_fft=1024,
        n_mels=BANDS,
        win_length=1000 * 1024 / RATE,
        hop_length=1000 * HOP / RATE,
    )
    shape = (1, BANDS, RATE * SECONDS // HOP + 1)
    modules = {"features": features, "model": Cnn(shape, (CLASSES,))}
    return Classifier(
        modules,
        lambda parameters: torch.optim.AdamW(
            parameters, lr=0.002, weight_decay=0.05, fused=True
        ),
        run_opts={"device": device, "noprogressbar": True},
    )


def main(table: str, batch_size: str, device: str) -> None:
    settings = {
        "batch_size": int(batch_size),
        "num_workers": WORKERS,
        "persistent_workers": True,
    }
    brain(device).fit(
        timed_turns(),
        dataset(Path(table), "train"),
        dataset(Path(table), "val"),
        train_loader_kwargs={"shuffle": True, **settings},
        valid_loader_kwargs=settings,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
