"""What a training shows while it goes on: both losses, one metric, and the time left."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from auris.training.progress import Progress

FIGURES = {
    "work/lr": torch.tensor(0.1),
    "val/loss": torch.tensor(0.25),
    "val/accuracy": torch.tensor(0.5),
    "val/macro_f1": torch.tensor(0.5),
}
MODULE: Any = SimpleNamespace(mean_loss=torch.tensor(0.125))


class Clock:
    """A time that only passes when it is told to, in s."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("auris.training.progress.time.monotonic", clock)
    return clock


def trainer(epochs: int, first: int = 0, steps: int = 2) -> Any:
    return SimpleNamespace(
        current_epoch=first,
        max_epochs=epochs,
        num_training_batches=steps,
        callback_metrics=FIGURES,
        is_global_zero=True,
        should_stop=False,
    )


def carry_out(trainer: Any, clock: Clock, seconds: float, end: int = 0) -> None:
    """Epochs of so many seconds, of which the last may be an early one."""
    progress = Progress()
    progress.on_train_start(trainer, MODULE)
    for epoch in range(trainer.current_epoch, end or trainer.max_epochs):
        trainer.current_epoch = epoch
        trainer.should_stop = epoch + 1 == end
        for step in range(trainer.num_training_batches):
            clock.now += seconds / trainer.num_training_batches
            progress.on_train_batch_end(trainer, MODULE, None, None, step)
        progress.on_train_epoch_end(trainer, MODULE)
    progress.on_train_end(trainer, MODULE)


@pytest.mark.parametrize("epochs", [1, 2, 10, 19, 100, 105, 199])
def test_a_file_gets_about_ten_lines_of_a_short_run(
    epochs: int, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    carry_out(trainer(epochs), clock, 0.01)
    told = capsys.readouterr().err.splitlines()
    assert min(epochs, 10) <= len(told) <= 12
    assert told[0].startswith(f"epoch 1/{epochs}  ")
    figures = "train loss 0.125  val loss 0.250  accuracy 0.500"
    assert told[-1] == f"epoch {epochs}/{epochs}  {figures}"


def test_the_first_line_of_a_long_run_is_early_and_others_follow(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    carry_out(trainer(epochs=2, steps=60), clock, 300.0)
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("epoch 1/2  train loss 0.125  ")
    # 15 s of 600
    assert told[0].endswith("  10 min left")
    assert 8 <= len(told) <= 13


def test_the_time_left_is_reckoned_by_what_this_process_has_done(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    carry_out(trainer(epochs=100, first=90), clock, 60.0)
    assert capsys.readouterr().err.splitlines()[1].endswith("  8 min left")


def test_the_last_line_of_an_early_end_is_shown(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    carry_out(trainer(epochs=100), clock, 0.01, end=57)
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("epoch 57/100") and "left" not in last


def test_a_terminal_gets_a_bar(
    clock: Clock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    carry_out(trainer(epochs=100), clock, 1.0)
    text = capsys.readouterr().err
    assert "━" * 24 in text
    assert "epoch 50/100  train loss 0.125  val loss 0.250  accuracy 0.500" in text
    assert "50 s left" in text


def test_other_processes_are_silent(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    other = trainer(epochs=3)
    other.is_global_zero = False
    carry_out(other, clock, 1.0)
    assert capsys.readouterr().err == ""
