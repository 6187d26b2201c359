"""Runs inside of the test process: what `python train.py WORDS` does, without a new process."""

from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, open_dict

from auris.prepare import prepare

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
TINY = ("data.duration=0.5", "data.batch_size=4", "trainer=cpu", "trainer.max_epochs=1", "logger=none", "test=false")


def configured(*words: str) -> DictConfig:
    """The configuration of a command line."""
    with initialize_config_dir(str(CONFIGS), version_base="1.3"):
        cfg = compose("train", overrides=list(words), return_hydra_config=True)
    HydraConfig.instance().set_config(cfg)
    with open_dict(cfg):
        del cfg["hydra"]
    return prepare(cfg)[0]


def options(group: str) -> list[str]:
    """The names of a group's options that can be chosen."""
    return sorted(path.stem for path in (CONFIGS / group).glob("*.yaml"))
