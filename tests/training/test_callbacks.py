"""What happens beside the training: averaged weights, an early end, and the table of curves."""

import csv
from pathlib import Path

import lightning
import pytest
import torch
from lightning import LightningModule, Trainer
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from auris.training.callbacks import EarlyStopping, Ema
from auris.training.loggers import Curves


class Counting(LightningModule):
    """A line that learns, a mean that follows its input, and a number that counts the steps."""

    def __init__(self) -> None:
        super().__init__()
        self.line, self.norm = nn.Linear(2, 1), nn.BatchNorm1d(2)
        self.path: list[Tensor] = []  # of the weights, one a step
        self.means: list[Tensor] = []  # of the batch norm
        # the weights with which each epoch is validated
        self.validated: list[Tensor] = []

    def training_step(self, batch: list[Tensor], _: int) -> Tensor:
        return self.line(self.norm(batch[0])).square().mean()

    def on_train_batch_end(self, *_: object) -> None:
        self.path.append(self.line.weight.detach().clone())
        self.means.append(self.norm.running_mean.clone())

    def validation_step(self, *_: object) -> None:
        self.validated.append(self.line.weight.detach().clone())

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.1)


@pytest.fixture(scope="module")
def averaged() -> Counting:
    """After two epochs of six steps with a decay of 0.5."""
    lightning.seed_everything(0, verbose=False)
    model = Counting()
    data = DataLoader(TensorDataset(torch.randn(24, 2) + 1), batch_size=4)
    quiet = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    trainer = Trainer(
        max_epochs=2,
        accelerator="cpu",
        callbacks=[Ema(0.5)],
        num_sanity_val_steps=0,
        limit_val_batches=1,
        **quiet,
    )
    trainer.fit(model, data, data)
    return model


def average(path: list[Tensor], decay: float) -> Tensor:
    """The first, then each step's share of what is new: 1 - min(decay, (1 + n) / (10 + n))."""
    kept = path[0]
    for n, new in enumerate(path[1:], 1):
        keep = min(decay, (1 + n) / (10 + n))
        kept = keep * kept + (1 - keep) * new
    return kept


pytestmark = pytest.mark.filterwarnings(
    "ignore:.*does not have many workers", "ignore:.*LeafSpec"
)


def test_weights_and_running_means_are_averaged(averaged: Counting) -> None:
    assert len(averaged.path) == 12
    assert torch.allclose(averaged.line.weight, average(averaged.path, 0.5))
    assert torch.allclose(averaged.norm.running_mean, average(averaged.means, 0.5))
    assert not torch.allclose(averaged.line.weight, averaged.path[-1], rtol=1e-3)


def test_the_average_is_what_is_validated(averaged: Counting) -> None:
    assert torch.allclose(averaged.validated[0], average(averaged.path[:6], 0.5))


def test_whole_numbers_are_copied(averaged: Counting) -> None:
    assert averaged.norm.num_batches_tracked == 12


def test_a_large_decay_forgets_the_first_steps_at_first() -> None:
    ema, kept, new = Ema(0.99), torch.zeros(3), torch.ones(3)
    ema.pairs = [(kept, new)]
    ema.average(1)
    assert kept.tolist() == pytest.approx([9 / 11] * 3)
    new.zero_()
    ema.average(10_000)
    assert kept.tolist() == pytest.approx([0.99 * 9 / 11] * 3)


def test_a_run_that_goes_on_may_have_another_patience() -> None:
    former = EarlyStopping("val/loss", patience=3)
    former.wait_count = 3
    now = EarlyStopping("val/loss", patience=9)
    now.load_state_dict(former.state_dict())
    assert (now.patience, now.wait_count) == (9, 3)


def table(folder: Path) -> list[list[str]]:
    with (folder / "metrics.csv").open(newline="") as file:
        return list(csv.reader(file))


def test_curves_are_a_row_an_epoch(tmp_path: Path) -> None:
    curves = Curves(str(tmp_path))
    curves.log_metrics({"val/loss": 0.5, "epoch": 0}, step=0)
    curves.log_metrics({"train/loss": 0.123456789}, step=0)
    curves.log_metrics({"val/loss": 0.25, "work/lr": 1e-5}, step=1)
    curves.save()
    assert table(tmp_path) == [
        ["epoch", "val/loss", "train/loss", "work/lr"],
        ["0", "0.5", "0.123457", ""],
        ["1", "0.25", "", "1e-05"],
    ]


def test_curves_go_on_after_a_restart_and_a_repeated_epoch_counts_once(
    tmp_path: Path,
) -> None:
    first = Curves(str(tmp_path))
    for epoch in range(3):
        first.log_metrics({"val/loss": 1.0, "train/loss": 2.0}, step=epoch)
    first.finalize("success")
    again = Curves(str(tmp_path))
    again.log_metrics({"val/loss": 3.0}, step=2)
    again.log_metrics({"val/loss": 4.0}, step=3)
    again.finalize("success")
    assert table(tmp_path)[1:] == [
        ["0", "1", "2"],
        ["1", "1", "2"],
        ["2", "3", "2"],
        ["3", "4", ""],
    ]


def test_curves_survive_a_kill_while_they_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    curves = Curves(str(tmp_path))
    curves.log_metrics({"val/loss": 1.0}, step=0)
    curves.save()
    monkeypatch.setattr(csv.DictWriter, "writeheader", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        curves.save()
    assert table(tmp_path) == [["epoch", "val/loss"], ["0", "1"]]


def test_curves_of_no_epoch_leave_no_broken_table(tmp_path: Path) -> None:
    Curves(str(tmp_path)).finalize("failed")
    assert Curves(str(tmp_path)).rows == {}
