"""Ctrl-C and SIGTERM end a run in order, wherever they come, and finish=RUN ends it for good."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import REPOSITORY, call, fill
from running import TINY, here

from auris.runs.folder import LEDGER
from auris.training.system import System

EPOCHS = 8
WORDS = (*TINY[:3], "trainer=cpu", "model=mlp", "model.width=8", "logger=csv")
LENGTH = f"trainer.max_epochs={EPOCHS}"
TRAIN = f"python {REPOSITORY}/train.py"
Done = subprocess.CompletedProcess[str]


@pytest.fixture(autouse=True)
def _ctrl_c_interrupts() -> Iterator[None]:
    """As in a terminal: what a shell begins in the background ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def send(*numbers: int) -> Callable[..., None]:
    """What sends signals to this process, and waits until they have come."""

    def strike(*_: Any, **__: Any) -> None:
        for number in numbers:
            os.kill(os.getpid(), number)
            time.sleep(0.01)

    return strike


def begin(place: Path, *words: str) -> Done:
    return call("train.py", "data=folder", *here(place), *WORDS, *words, cwd=place)


def newest(place: Path) -> Path:
    (run,) = place.glob("out/recordings/mlp/2*")
    return run


def resume(place: Path, *words: str) -> Done:
    return call("train.py", f"resume={newest(place)}", *words, cwd=place)


def in_epoch(epoch: int, *numbers: int) -> Callable[[System], None]:
    """In the place of what a system does when an epoch begins: signals come in one of them."""
    original = System.on_train_epoch_start

    def start_epoch(system: System) -> None:
        original(system)
        if system.current_epoch == epoch:
            send(*numbers)()

    return start_epoch


def weights(run: Path) -> dict[str, torch.Tensor]:
    return torch.load(run / "model.pt", weights_only=True)


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nothing has disturbed, four levels below its place."""
    place = tmp_path_factory.mktemp("straight")
    fill(place / "recordings")
    done = begin(place, LENGTH, "report=false", "refit=true")
    assert done.returncode == 0, done.stderr
    return newest(place)


@pytest.fixture
def place(straight: Path, tmp_path: Path) -> Path:
    """A folder with the same recordings."""
    (tmp_path / "recordings").symlink_to(straight.parents[3] / "recordings")
    return tmp_path


def test_the_first_control_c_lets_the_epoch_end(
    place: Path, straight: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(System, "on_train_epoch_start", in_epoch(3, signal.SIGINT))
        stopped = begin(place, LENGTH, "report=false", "refit=true")
    run = newest(place)
    name = run.relative_to(place)
    assert stopped.returncode == 130
    assert stopped.stderr.splitlines()[-1] == (
        f"auris: Stopped. {TRAIN} resume={name} goes on, "
        f"{TRAIN} finish={name} ends the run with its best epoch so far."
    )
    assert len((run / "metrics.csv").read_text().splitlines()) == 1 + 4
    resumed = resume(place)
    assert resumed.returncode == 0, resumed.stderr
    assert "Goes on after epoch 4." in resumed.stdout
    ours = weights(run)
    assert all(torch.equal(ours[n], their) for n, their in weights(straight).items())


@pytest.mark.parametrize(
    ("numbers", "code"),
    [((signal.SIGINT,) * 2, 130), ((signal.SIGTERM, signal.SIGTERM), 143)],
)
def test_the_second_signal_ends_it_at_once(
    numbers: tuple[int, ...], code: int, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(System, "on_train_epoch_start", in_epoch(3, *numbers))
        stopped = begin(place, LENGTH, "report=false")
    assert stopped.returncode == code
    assert f"Stopped. {TRAIN} resume=" in stopped.stderr
    assert len((newest(place) / "metrics.csv").read_text().splitlines()) == 1 + 3
    # and Ctrl-C is what it was
    assert signal.getsignal(signal.SIGINT) == signal.default_int_handler


def test_an_epoch_that_is_too_long_is_not_waited_for(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auris.training.stopping._PATIENCE", 0.1)

    def start_epoch(system: System) -> None:
        send(signal.SIGTERM)()
        time.sleep(20)

    monkeypatch.setattr(System, "on_train_epoch_start", start_epoch)
    started = time.monotonic()
    stopped = begin(place, LENGTH, "report=false")
    assert stopped.returncode == 143 and "resume=" in stopped.stderr
    assert time.monotonic() - started < 15


PHASES = {  # what is under way, and what the sentence says
    "auris.training.run.learn_novelty": "goes on.",
    "auris.training.run.save_weights": "goes on.",
    "auris.training.evaluation.write_predictions": "goes on.",
    "auris.training.evaluation.record_result": "goes on.",
    "auris.training.run.write_result": "goes on.",
    "auris.report.job.try_to_report": "writes the report of the run",
}


def test_sigterm_after_the_training_is_answered_and_nothing_is_done_twice(
    place: Path, straight: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [LENGTH, "refit=true"]
    for phase, sentence in PHASES.items():
        with monkeypatch.context() as patch:
            patch.setattr(phase, send(signal.SIGTERM))
            carry_on = resume if words == [] else begin
            stopped = carry_on(place, *words)
        assert stopped.returncode == 143, phase + stopped.stdout + stopped.stderr
        last = stopped.stderr.splitlines()[-1]
        name = newest(place).relative_to(place)
        assert f"{TRAIN} resume={name} {sentence}" in last, phase
        trains = any("epoch 1/" in line for line in stopped.stderr.splitlines())
        assert trains == bool(words), phase
        words = []
    run = newest(place)
    assert not (run / "report.html").exists()
    reported = resume(place)
    assert reported.returncode == 0 and "Report: " in reported.stdout
    assert (run / "report.html").is_file()
    again = resume(place)
    assert again.returncode == 1 and "is finished" in again.stderr
    ours = weights(run)
    assert all(torch.equal(ours[n], their) for n, their in weights(straight).items())
    openings = [
        line
        for line in (place / "out" / LEDGER).read_text().splitlines()
        if "test_set" in line
    ]
    assert len(openings) == 1


def test_before_there_is_a_run_nothing_is_said_of_one(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auris.data.store._decode_recording", send(signal.SIGINT))
    stopped = begin(place, LENGTH)
    assert stopped.returncode == 130
    assert stopped.stderr == "auris: Stopped. The same command begins anew.\n"


def test_of_several_runs_the_others_are_not_begun(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(System, "on_train_epoch_start", in_epoch(1, signal.SIGINT))
    words = ("seed=1,2", "trainer.max_epochs=3", "report=false")
    several = ("-m", "data=folder", *here(place), *WORDS, *words)
    stopped = call("train.py", *several, cwd=place)
    assert stopped.returncode == 130
    assert stopped.stderr.endswith("Runs after it were not begun.\n")
    newest(place)


def test_a_run_is_finished_with_its_best_epoch_so_far(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(System, "on_train_epoch_start", in_epoch(3, signal.SIGINT))
        begin(place, LENGTH, "report=false", "refit=true")
    run = newest(place)
    finished = call("train.py", f"finish={run}", cwd=place)
    assert finished.returncode == 0, finished.stderr
    assert (
        "Trained 4 of 8 epochs, ended by hand; the weights of epoch" in finished.stdout
    )
    assert "epoch 5/" not in finished.stderr and not (run / "refit").exists()
    result = json.loads((run / "result.json").read_text())
    assert (result["ended"], result["trained_epochs"]) == ("by hand", 4)
    assert result["refit"] is False
    best = torch.load(run / "checkpoints/best.ckpt", weights_only=True)
    assert result["epochs"] == best["epoch"] + 1 <= 4
    assert result["test"]["clips"] == 4
    mean = best["state_dict"]["features.mean"]
    assert torch.equal(weights(run)["features.mean"], mean)
    losses = [
        float(row.split(",")[1])
        for row in (run / "metrics.csv").read_text().splitlines()[1:]
    ]
    assert result["chosen_by"] == pytest.approx(min(losses), rel=1e-4)
    again = call("train.py", f"finish={run}", cwd=place)
    assert again.returncode == 1 and "is finished" in again.stderr


def test_a_run_without_an_epoch_is_not_finished(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        twice = (signal.SIGINT, signal.SIGINT)
        patch.setattr(System, "on_train_epoch_start", in_epoch(0, *twice))
        begin(place, LENGTH, "report=false")
    refused = call("train.py", f"finish={newest(place)}", cwd=place)
    assert refused.returncode == 1
    assert "No epoch of the run in" in refused.stderr


def test_a_full_disk_is_told_with_how_to_go_on(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = torch.save

    def save_or_fail(thing: Any, path: Any) -> None:
        if isinstance(thing, dict) and thing.get("epoch") == 3:
            raise RuntimeError(
                "[enforce fail at inline_container.cc:672] . unexpected pos 64 vs 0"
            )
        save(thing, path)

    with monkeypatch.context() as patch:
        patch.setattr("auris.training.checkpoint_io.torch.save", save_or_fail)
        failed = begin(place, LENGTH, "report=false", "logger=default")
    assert failed.returncode == 1
    last = failed.stderr.splitlines()[-1]
    assert last.startswith(f"auris: The disk of {newest(place)} is full (")
    assert f"B free); make room, then {TRAIN} resume=" in last
    before = set(threading.enumerate())
    resumed = resume(place)
    assert resumed.returncode == 0, resumed.stderr
    assert "Goes on after epoch 3." in resumed.stdout
    # TensorBoard's writer is closed
    assert set(threading.enumerate()) <= before
