"""A run that was killed ends as if it had not been."""

import json
import multiprocessing
import time
from pathlib import Path

import pytest
import torch
from conftest import call, fill
from running import TINY, experiment, here
from torch import Tensor, nn

from auris.cli import train as main_job
from auris.runs.latest import resolve_latest
from auris.training.optimizers.base import Search
from auris.training.optimizers.build import parameter_groups
from auris.training.optimizers.evolution import CmaEs, Evolution
from auris.training.optimizers.random_search import RandomSearch
from auris.training.run import train

WORDS = (
    *(
        "data=folder",
        "data.duration=0.5",
        "data.batch_size=4",
        "trainer=cpu",
        "trainer.max_epochs=30",
        "logger=csv",
    ),
    *(
        "model=cnn",
        "model.widths=[4,8]",
        "features.n_fft=256",
        "features.hop_length=128",
        "features.n_mels=16",
    ),
)


def weights(run: Path) -> dict[str, torch.Tensor]:
    return torch.load(run / "model.pt", weights_only=True)


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_a_run_that_was_killed_twice_ends_with_the_same_bits(tmp_path: Path) -> None:
    fill(tmp_path / "recordings")
    straight = (*WORDS, *here(tmp_path, "straight"), "refit=true")
    done = call("train.py", *straight, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    runs = tmp_path / "killed/recordings/cnn"
    killed = (*WORDS, *here(tmp_path, "killed"), "refit=true")
    start_and_kill(killed, runs, "*/checkpoints/last.ckpt")
    run = resolve_latest(runs / "latest")
    assert not (run / "refit").exists()
    start_and_kill((f"resume={runs}/latest",), run, "refit/checkpoints/last.ckpt")
    assert not (run / "result.json").exists()
    resumed = call("train.py", f"resume={run}", cwd=tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    assert list(runs.iterdir()) == [run]
    unbroken = resolve_latest(tmp_path / "straight/recordings/cnn/latest")
    assert same(weights(run), weights(unbroken))
    assert epochs(run) == list(range(30))


def start_and_kill(words: tuple[str, ...], place: Path, sign: str) -> None:
    """Start a run and kill it hard soon after `sign`, the first checkpoint, is in a place."""
    context = multiprocessing.get_context("forkserver")  # which imports torch but once
    context.set_forkserver_preload(["auris.cli.training"])
    process = context.Process(target=main_job.train, args=(words,))
    process.start()
    while not any(place.glob(sign)) and process.is_alive():
        time.sleep(0.01)
    time.sleep(0.1)
    process.kill()
    process.join()


def epochs(run: Path) -> list[int]:
    lines = (run / "metrics.csv").read_text().splitlines()[1:]
    return [int(line.split(",")[0]) for line in lines]


def test_a_finished_run_is_not_run_again(tmp_path: Path) -> None:
    fill(tmp_path / "recordings")
    words = (
        "data=folder",
        f"data.root={tmp_path}/recordings",
        "data.duration=0.5",
        "trainer.max_epochs=1",
    )
    assert call("train.py", *words, cwd=tmp_path).returncode == 0
    run = resolve_latest(tmp_path / "outputs/recordings/mlp/latest")
    before = json.loads((run / "result.json").read_text())
    again = call("train.py", f"resume={run}", cwd=tmp_path)
    assert again.returncode == 1
    assert "is finished" in again.stderr
    assert json.loads((run / "result.json").read_text()) == before


def test_the_last_epoch_is_kept_though_an_earlier_one_was_better(
    folder: Path, tmp_path: Path
) -> None:
    overshooting = (
        "model=linear",
        "optimizer=sgd",
        "optimizer.lr=3",
        "schedule=constant",
        "callbacks.ema=null",
    )
    finished = train(
        experiment(
            "data=folder", *here(tmp_path), *TINY, *overshooting, "trainer.max_epochs=6"
        )
    )
    home = finished.folder / "checkpoints"
    best, last = (
        torch.load(home / name, weights_only=True)["epoch"]
        for name in ("best.ckpt", "last.ckpt")
    )
    assert best < last == 5


SEARCHES = [
    (Evolution, 3),
    (CmaEs, 3),
    (CmaEs, 30),
    (RandomSearch, 3),
]  # 30 x 30: above 500 parameters CMA-ES differs


@pytest.mark.parametrize(("kind", "width"), SEARCHES)
def test_a_search_that_was_stopped_finds_the_same_bits(
    kind: type[Search], width: int, tmp_path: Path
) -> None:
    straight, stopped = started(kind, width), started(kind, width)
    take_steps(*straight, 9)
    take_steps(*stopped, 2)
    torch.save([part.state_dict() for part in stopped], tmp_path / "last.ckpt")
    resumed = started(kind, width)
    for part, state in zip(
        resumed, torch.load(tmp_path / "last.ckpt", weights_only=True), strict=True
    ):
        part.load_state_dict(state)
    assert not same(resumed[0].state_dict(), straight[0].state_dict())
    take_steps(*resumed, 7)
    assert same(resumed[0].state_dict(), straight[0].state_dict())


def started(kind: type[Search], width: int) -> tuple[nn.Linear, Search]:
    torch.manual_seed(0)
    model = nn.Linear(width, width)
    return model, kind(parameter_groups(model), lr=0.3)  # type: ignore[arg-type]


def take_steps(model: nn.Linear, search: Search, steps: int) -> None:
    def closure() -> Tensor:
        return (model.weight - 1).square().mean() + model.bias.square().mean()

    for _ in range(steps):
        search.step(closure)
