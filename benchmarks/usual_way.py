"""The usual way: a Dataset that decodes and computes a log-mel for each item, and a DataLoader with two workers.

python benchmarks/usual_way.py clips.csv BATCH_SIZE
"""

import sys
from pathlib import Path

import soundfile
import torch
from clips import RATE
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchaudio.transforms import MelSpectrogram, Resample
from turns import timed

from auris.data.clips import Clip, read_table
from auris.models.cnn import Cnn

WORKERS = 2


class LogMelClips(Dataset):
    """One log-mel (1, F, T') and its class an item; nothing is remembered."""

    def __init__(self, clips: list[Clip], classes: list[str], sample_rate: int):
        self.clips, self.classes = clips, classes
        self.resample = Resample(sample_rate, RATE)  # nothing where they are the same
        self.power = MelSpectrogram(
            RATE, n_fft=1024, hop_length=512, f_min=50.0, n_mels=64
        )

    def __len__(self) -> int:
        return len(self.clips)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        clip = self.clips[index]
        wave, _ = soundfile.read(clip.path, dtype="float32", always_2d=True)  # (T, C)
        sound = self.resample(torch.from_numpy(wave.mean(1)))  # (T,)
        x = (self.power(sound) + 1e-3).log()  # (F, T')
        return x[None], self.classes.index(clip.label)


def loaders(table: Path, batch_size: int) -> tuple[DataLoader, DataLoader]:
    """Batches of the training and of the validation set."""
    clips = read_table(table)
    classes, rate = (
        sorted({clip.label for clip in clips}),
        soundfile.info(clips[0].path).samplerate,
    )
    sets = ([clip for clip in clips if clip.split == name] for name in ("train", "val"))
    train, val = (LogMelClips(members, classes, rate) for members in sets)
    return load(train, batch_size, shuffle=True), load(val, batch_size)


def load(data: Dataset, batch_size: int, shuffle: bool = False) -> DataLoader:
    return DataLoader(
        data, batch_size, shuffle, num_workers=WORKERS, persistent_workers=True
    )


def train_epoch(
    model: nn.Module, optimizer: torch.optim.Optimizer, loader: DataLoader, device: str
) -> None:
    model.train()
    for x, target in loader:
        loss = nn.functional.cross_entropy(model(x.to(device)), target.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@torch.no_grad()
def validate(model: nn.Module, loader: DataLoader, device: str) -> float:
    """The share of right answers."""
    model.eval()
    right = [
        (model(x.to(device)).argmax(1) == target.to(device)).sum()
        for x, target in loader
    ]
    return int(sum(right)) / len(loader.dataset)  # type: ignore[arg-type]


def main(table: str, batch_size: str, device: str) -> None:
    train, val = loaders(Path(table), int(batch_size))
    shape, classes = train.dataset[0][0].shape, train.dataset.classes  # type: ignore[attr-defined]
    model = Cnn(tuple(shape), (len(classes),)).to(device)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=0.002, weight_decay=0.05, fused=True
    )
    for _ in timed():
        train_epoch(model, optimizer, train, device)
        print(validate(model, val, device))


if __name__ == "__main__":
    main(*sys.argv[1:])
