"""Runs are trained longer than was asked for at first, finished or not."""

import csv
import json
import signal
from pathlib import Path

import pytest
import torch
from conftest import call, fill
from running import TINY, here
from test_stopping import in_epoch
from torch import nn
from torch.optim import SGD, AdamW
from torch.optim.lr_scheduler import ConstantLR, LRScheduler, SequentialLR

from auris.runs.folder import LEDGER
from auris.training.schedules import Cosine, OneCycle, change_length
from auris.training.system import System

WORDS = (
    "data=folder",
    *TINY[:3],
    "model=linear",
    "logger=csv",
    "report=false",
    "callbacks.ema=null",
)
STEPS = 3  # an epoch


@pytest.fixture
def place(tmp_path: Path) -> Path:
    fill(tmp_path / "recordings")
    return tmp_path


def begin(place: Path, *words: str) -> str:
    """The folder of a run, and what is said of it if it is not to be."""
    done = call("train.py", *WORDS, *here(place), *words, cwd=place)
    assert done.returncode in (0, 130), done.stderr
    return str(newest(place))


def newest(place: Path) -> Path:
    return max(place.glob("out/recordings/linear/2*"))


def curve(run: str | Path, name: str) -> list[float]:
    with (Path(run) / "metrics.csv").open(newline="") as file:
        return [float(row[name]) for row in csv.DictReader(file)]


def rates(kind: type[OneCycle] | type[Cosine], epochs: int) -> list[float]:
    """Of a run of so many epochs, after each."""
    optimizer = AdamW(nn.Linear(1, 1).parameters(), lr=0.01)
    more = {"max_lr": 0.01} if kind is OneCycle else {}
    schedule = kind(optimizer, total_steps=epochs * STEPS, **more)
    after = []
    for _ in range(epochs):
        for _ in range(STEPS):
            optimizer.step()
            schedule.step()
        after.append(schedule.get_last_lr()[0])
    return after


@pytest.mark.parametrize(
    ("name", "kind"), [("one_cycle", OneCycle), ("cosine", Cosine)]
)
def test_a_run_that_was_stopped_goes_on_with_the_rates_of_the_new_length(
    name: str, kind: type, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(System, "on_train_epoch_start", in_epoch(2, signal.SIGINT))
        words = (f"schedule={name}", "optimizer.lr=0.01", "trainer.max_epochs=8")
        run = begin(place, *words, "test=false")
    assert curve(run, "work/lr") == pytest.approx(rates(kind, 8)[:3], rel=1e-4)
    done = call("train.py", f"resume={run}", "trainer.max_epochs=12", cwd=place)
    assert done.returncode == 0, done.stderr
    after = curve(run, "work/lr")
    assert after[3:] == pytest.approx(rates(kind, 12)[3:], rel=1e-4, abs=1e-9)


def test_a_finished_run_goes_on_in_a_new_folder_and_its_test_is_another_look(
    place: Path,
) -> None:
    # which overshoots: an epoch in the middle is the best
    words = ("optimizer=sgd", "optimizer.lr=3", "schedule=constant", "test=true")
    former = begin(place, *words, "trainer.max_epochs=6")
    kept = {
        path: path.read_bytes() for path in Path(former).rglob("*") if path.is_file()
    }
    done = call("train.py", f"resume={former}", "trainer.max_epochs=9", cwd=place)
    assert done.returncode == 0, done.stderr
    assert f"Trains {former} longer, which stays as it is." in done.stdout
    assert "Goes on after epoch 6." in done.stdout
    assert "looked at 2 times, by 2 configurations" in done.stdout
    assert kept == {path: path.read_bytes() for path in kept}
    run = newest(place)
    result = json.loads((run / "result.json").read_text())
    assert run != Path(former) and result["continues"] == former
    assert (result["trained_epochs"], result["ended"]) == (9, "after all epochs")
    losses = curve(run, "val/loss")
    assert losses[:6] == curve(former, "val/loss") and len(losses) == 9
    assert result["chosen_by"] == pytest.approx(min(losses), rel=1e-4)
    assert result["epochs"] == losses.index(min(losses)) + 1
    openings = (place / "out" / LEDGER).read_text().count("test_set")
    assert openings == 2


def test_a_run_is_not_shortened(place: Path) -> None:
    run = begin(place, "trainer.max_epochs=4", "test=false")
    (Path(run) / "result.json").unlink()
    done = call("train.py", f"resume={run}", "trainer.max_epochs=3", cwd=place)
    assert done.returncode == 1
    assert "trainer.max_epochs=3 is less than the 4 epochs that" in done.stderr


def test_a_training_that_was_over_is_trained_longer_before_its_test(
    place: Path,
) -> None:
    run = begin(place, "trainer.max_epochs=4", "test=false", "refit=true")
    (Path(run) / "result.json").unlink()
    done = call("train.py", f"resume={run}", "trainer.max_epochs=6", cwd=place)
    assert done.returncode == 0, done.stderr
    result = json.loads((Path(run) / "result.json").read_text())
    assert result["trained_epochs"] == len(curve(run, "val/loss")) == 6
    last = torch.load(f"{run}/refit/checkpoints/last.ckpt", weights_only=True)
    assert last["epoch"] + 1 == result["epochs"]


def test_a_schedule_that_is_too_short_is_refused_before_training(place: Path) -> None:
    words = ("schedule=one_cycle", "+schedule.total_steps=5", "trainer.max_epochs=2")
    done = call("train.py", *WORDS, *here(place), *words, cwd=place)
    assert done.returncode == 1
    assert "schedule: OneCycle has no rate for all 6 steps of the run" in done.stderr
    assert not (place / "out").exists()


def test_a_schedule_of_schedules_keeps_its_place_and_changes_its_length() -> None:
    def several(length: int) -> LRScheduler:
        optimizer = SGD(nn.Linear(1, 1).parameters(), lr=1.0)
        first = ConstantLR(optimizer, factor=0.5, total_iters=length // 2)
        second = Cosine(optimizer, length)
        return SequentialLR(optimizer, [first, second], milestones=[length // 2])

    schedule = several(8)
    for _ in range(3):
        schedule.optimizer.step()
        schedule.step()
    saved = schedule.state_dict()
    state = change_length(saved, several(8).state_dict(), several(20).state_dict())
    assert state["last_epoch"] == state["_schedulers"][0]["last_epoch"] == 3
    assert state["_milestones"] == [10]
    assert state["_schedulers"][0]["total_iters"] == 10
