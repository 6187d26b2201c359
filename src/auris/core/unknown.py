"""What was meant by a setting or an option that does not exist.

Hydra is imported when it is asked: most commands do without it.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from auris.core.errors import suggest_choice
from auris.core.places import config_folder

_FOREIGN = {  # words of other programs; {} is the value
    "batch": "data.batch_size={}",
    "bs": "data.batch_size={}",
    "checkpoint": "resume=RUN, where RUN is the folder of a run",
    "ckpt": "resume=RUN, where RUN is the folder of a run",
    "ckpt_path": "resume=RUN, where RUN is the folder of a run",
    "criterion": "loss={}",
    "cuda": "trainer=gpu",
    "data_dir": "data=folder data.root={}",
    "dataset": "data={}",
    "device": "trainer=gpu (or trainer=cpu)",
    "epochs": "trainer.max_epochs={}",
    "gpu": "trainer=gpu",
    "gpus": "trainer=gpu trainer.devices={}",
    "learning_rate": "optimizer.lr={}",
    "lr_scheduler": "schedule={}",
    "n_epochs": "trainer.max_epochs={}",
    "num_epochs": "trainer.max_epochs={}",
    "rate": "data.sample_rate={}",
    "samplerate": "data.sample_rate={}",
    "scheduler": "schedule={}",
    "sr": "data.sample_rate={}",
    "wd": "optimizer.weight_decay={}",
}
_CHOICE = re.compile(r"[\w/]+=[\w,]+")
_MAX_MEANINGS = 3
_PATH = re.compile(r"[/\\~]|\.csv$")


def explain_unknown_option(group: str, option: str, known: list[str]) -> str:
    """The sentence for an option that a group has not."""
    if group == "data" and _PATH.search(option):
        is_table = option.lower().endswith(".csv")
        source, setting = ("csv", "table") if is_table else ("folder", "root")
        meant = f"data={source} data.{setting}={option}"
        return f"There is no data={option}; did you mean {meant}?"
    return f"There is no {group}={option}; {suggest_choice(option, known)}"


def explain_unknown_setting(key: str, value: str) -> str:
    """The sentence for a setting that does not exist, with what stands in its place."""
    cfg = _compose_defaults()
    parent, _, name = key.rpartition(".")
    if meanings := _meanings_of(name, value, cfg):
        return f"There is no setting {key}; did you mean {' or '.join(meanings)}?"
    node = OmegaConf.select(cfg, parent) if parent else cfg
    if not isinstance(node, DictConfig) or not node:
        return f"There is no setting {key}, and nothing that it could be part of."
    place = f"in {parent}" if parent else "at the top"
    return f"There is no setting {key}; {place}: {suggest_choice(name, map(str, node))}"


def _meanings_of(name: str, value: str, cfg: DictConfig) -> list[str]:
    """Words that set what is called `name` elsewhere, or in other programs."""
    if name in _FOREIGN:
        return [_FOREIGN[name].format(value)]
    elsewhere = sorted(_keys_of(cfg), key=lambda key: key.count("."))
    same = [key for key in elsewhere if key.rpartition(".")[2] == name]
    return [f"{key}={value}" for key in same[:_MAX_MEANINGS]]


def _keys_of(node: DictConfig, prefix: str = "") -> Iterator[str]:
    """The dotted names of all settings, but of what is only noted."""
    for name in node:
        key = prefix + str(name)
        if key != "choices":
            yield key
            inner = node._get_node(name)
            if isinstance(inner, DictConfig) and not inner._is_none():
                yield from _keys_of(inner, f"{key}.")


def _compose_defaults() -> DictConfig:
    """The configuration of a run, given the groups that the command line chooses."""
    folder = config_folder()
    words = [word for word in sys.argv[1:] if _is_group(word, folder)]
    firsts = [word.split(",")[0] for word in words]
    # where another word is wrong as well, the defaults still say what there is
    return _try_compose(folder, firsts) or _try_compose(folder, []) or DictConfig({})


def _is_group(word: str, folder: Path) -> bool:
    """Whether a word of the command line chooses an option, or several, of a group."""
    group = word.partition("=")[0]
    return bool(_CHOICE.fullmatch(word)) and (folder / group).is_dir()


def _try_compose(folder: Path, overrides: list[str]) -> DictConfig | None:
    from hydra import compose, initialize_config_dir
    from hydra.errors import HydraException

    try:
        with initialize_config_dir(str(folder), version_base="1.3"):
            return compose("train", overrides=overrides)
    except (HydraException, ValueError):
        return None
