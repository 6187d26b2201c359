"""The usual way: a Dataset that computes a log-mel for each item, a DataLoader with two workers.

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
from turns import timed_turns

from auris.data.clips import Clip, read_table
from auris.models.cnn import Cnn

_WORKERS = 2


class LogMelClips(Dataset):
    """One log-mel (1, F, T') and its class an item; nothing is remembered."""

    def __init__(self, clips: list[Clip], classes: list[str], sample_rate: int):
        self.clips = clips
        self.classes = classes
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


def make_loaders(table: Path, batch_size: int) -> tuple[DataLoader, DataLoader]:
    """Batches of the training and of the validation clips."""
    clips = read_table(table)
    classes = sorted({clip.label for clip in clips})
    rate = soundfile.info(clips[0].path).samplerate
    train = [clip for clip in clips if clip.split == "train"]
    val = [clip for clip in clips if clip.split == "val"]
    train_loader = _make_loader(
        LogMelClips(train, classes, rate), batch_size, shuffle=True
    )
    val_loader = _make_loader(LogMelClips(val, classes, rate), batch_size)
    return train_loader, val_loader


def _make_loader(data: Dataset, batch_size: int, shuffle: bool = False) -> DataLoader:
    return DataLoader(
        data, batch_size, shuffle, num_workers=_WORKERS, persistent_workers=True
    )


def train_epoch(
    model: nn.Module, optimizer: torch.optim.Optimizer, loader: DataLoader, device: str
) -> None:
    model.train()
    for x, target in loader:
        output = model(x.to(device))
        loss = nn.functional.cross_entropy(output, target.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@torch.no_grad()
def measure_accuracy(model: nn.Module, loader: DataLoader, device: str) -> float:
    """The fraction of right answers."""
    model.eval()
    right = 0
    for x, target in loader:
        predicted = model(x.to(device)).argmax(1)
        is_right = predicted == target.to(device)
        right += int(is_right.sum())
    return right / len(loader.dataset)  # type: ignore[arg-type]


def main(table: str, batch_size: str, device: str) -> None:
    train, val = make_loaders(Path(table), int(batch_size))
    x, _ = train.dataset[0]  # (1, F, T')
    classes = train.dataset.classes  # type: ignore[attr-defined]
    model = Cnn(tuple(x.shape), (len(classes),)).to(device)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=0.002, weight_decay=0.05, fused=True
    )
    for _ in timed_turns():
        train_epoch(model, optimizer, train, device)
        print(measure_accuracy(model, val, device))


if __name__ == "__main__":
    main(*sys.argv[1:])
