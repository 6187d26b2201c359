"""Runs inside of the test process: what `python train.py WORDS` does, without a new process."""

from pathlib import Path

from omegaconf import DictConfig

from auris.runs.compose import compose_run
from auris.training.experiment import Experiment

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
TINY = (
    "data.duration=0.5",
    "data.batch_size=4",
    "trainer=cpu",
    "trainer.max_epochs=1",
    "logger=csv",
    "test=false",
    "report=false",
)


def here(place: Path, out: str = "out") -> tuple[str, ...]:
    """Words for a run on `place`/recordings that writes to `place` alone."""
    return (
        f"data.root={place}/recordings",
        f"paths.outputs={place}/{out}",
        f"paths.store={place}/store",
    )


def configured(*words: str) -> DictConfig:
    """The configuration of a command line."""
    return compose_run(words, CONFIGS)


def experiment(*words: str) -> Experiment:
    """What a command line decides."""
    return Experiment(configured(*words))


def options(group: str) -> list[str]:
    """The names of a group's options that can be chosen."""
    return sorted(path.stem for path in (CONFIGS / group).glob("*.yaml"))
