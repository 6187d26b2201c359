"""From a command line to the configuration of a run and its folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra import compose
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from auris.errors import UserError
from auris.folders import find_run, load_config, new_folder

KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a word", list: "a list", dict: "a group"}


def prepare(cfg: DictConfig) -> tuple[DictConfig, Path]:
    """The resolved configuration, checked, and the folder of the run: a new one, or the one that is resumed."""
    words = OverridesParser.create().parse_overrides(list(HydraConfig.get().overrides.task))
    if cfg.resume:
        return resumed(cfg, words)
    check_types(cfg, words)
    resolved = OmegaConf.create(OmegaConf.to_container(cfg, resolve=True, throw_on_missing=True))
    if resolved.test is None:
        resolved.test = HydraConfig.get().mode == RunMode.RUN
    return resolved, new_folder(Path(resolved.paths.outputs) / resolved.choices.data / resolved.choices.model)


def resumed(cfg: DictConfig, words: Sequence[Override]) -> tuple[DictConfig, Path]:
    """The saved configuration of a run, with what the command line says of its trainer and callbacks."""
    folder = find_run(cfg.resume)
    saved = load_config(folder)
    for word in words:
        key = word.key_or_group
        if key.startswith(("trainer.", "callbacks.")) or key == "test":
            OmegaConf.update(saved, key, word.value())
        elif key not in ("resume", "debug"):
            raise UserError(f"A resumed run keeps its choices: {key} can't be changed; only trainer.* and test can.")
    return saved, folder


def check_types(cfg: DictConfig, words: Sequence[Override]) -> None:
    """Raise `UserError` where the command line gives a setting another type than its default has."""
    changed = [word for word in words if "." in word.key_or_group or word.key_or_group in cfg and not is_group(cfg, word)]
    if not changed:
        return
    groups = [str(word.input_line) for word in words if is_group(cfg, word)]
    defaults = compose("train", overrides=groups)
    for word in changed:
        key = word.key_or_group
        default, value = OmegaConf.select(defaults, key), OmegaConf.select(cfg, key)
        if default is not None and value is not None and not fits(value, default):
            kind = next(text for type_, text in KINDS.items() if isinstance(plain(default), type_))
            raise UserError(f"{key}={value} should be {kind}, as in {key}={default}.")


def is_group(cfg: DictConfig, word: Override) -> bool:
    """Whether a word of the command line chooses an option of a group."""
    return word.key_or_group in HydraConfig.get().runtime.choices


def fits(value: Any, default: Any) -> bool:
    """Whether a value has the type of the default, whole numbers being numbers too."""
    value, default = plain(value), plain(default)
    if isinstance(default, bool):
        return isinstance(value, (bool, int)) if default is False else isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return type(value) is type(default)


def plain(value: Any) -> Any:
    return OmegaConf.to_container(value) if OmegaConf.is_config(value) else value
