"""What a run that may be a stranger's can say: what it is, never where to read, write or fetch.

Its configuration is plain values without references, and only those classes stand in for what
runs beside the training that ship with the program.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from omegaconf import DictConfig, OmegaConf

from auris.core.errors import UserError, first_line
from auris.core.places import config_folder

MAX_BYTES = 2_000_000  # of a configuration
_MAX_DEPTH = 50
_NEEDED = (
    "data",
    "task",
    "model",
    "features",
    "augment",
    "loss",
    "optimizer",
    "schedule",
    "trainer",
    "choices",
    "seed",
)
_SEPARATORS = "/\\:"  # of paths and addresses
_NO_REFERENCES = "it holds references, which the configuration of a run has not"


def read_configuration(path: Path, needed: Sequence[str] = _NEEDED) -> DictConfig:
    """The configuration that a run saved, as plain values.

    Raises `UserError` for a file that is none, that refers to something outside of itself, or
    that would grow when it is read.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"it has more than {MAX_BYTES} bytes")
        text = path.read_text(encoding="utf-8")
        _check_structure(text)
        values = yaml.safe_load(text)
        _check_values(values, needed)
    except (ValueError, OSError, yaml.YAMLError, RecursionError) as error:
        raise UserError(
            f"{path} is not the configuration of a run ({first_line(error).rstrip('.')})."
        ) from error
    return OmegaConf.create(values)


def confine(cfg: DictConfig) -> DictConfig:
    """The configuration of a run without what says where to read, write or fetch.

    Places are those of this machine; nothing is fetched; what runs beside the training is of
    the kinds that ship with the program.
    """
    cfg = cfg.copy()
    cfg.plugins = []
    cfg.paths = shipped_settings("paths")
    cfg.data = _without_addresses(OmegaConf.to_container(cfg.data))
    trainer = shipped_settings("trainer")
    cfg.trainer = {
        key: value
        for key, value in cfg.trainer.items()
        if key in trainer and _is_harmless(value)
    }
    cfg.trainer["_target_"] = trainer["_target_"]
    for group in ("callbacks", "logger"):
        cfg[group] = _shipped_parts(cfg.get(group), shipped_settings(group))
    return cfg


def _without_addresses(value: Any) -> Any:
    """A plain value without the addresses in it: a run asks nobody."""
    if isinstance(value, dict):
        return {key: _without_addresses(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_addresses(item) for item in value]
    return None if isinstance(value, str) and "://" in value else value


def shipped_settings(group: str, option: str = "default") -> dict[str, Any]:
    """What an option of a group says, with what it inherits within it, on this machine."""
    node = OmegaConf.load(config_folder() / group / f"{option}.yaml")
    values = OmegaConf.to_container(node, resolve=True)
    assert isinstance(values, dict)
    settings: dict[str, Any] = {}
    for base in values.pop("defaults", []):
        settings |= shipped_settings(group, base)
    return settings | {str(key): value for key, value in values.items()}


def _shipped_parts(parts: Any, shipped: dict[str, Any]) -> dict[str, Any]:
    """Those parts whose class ships under their name, with the settings that name no place."""
    kept = {}
    for name, node in (parts or {}).items():
        target = node.get("_target_") if isinstance(node, DictConfig) else None
        if target and name in shipped and shipped[name]["_target_"] == target:
            settings = {
                key: value for key, value in node.items() if _is_harmless(value)
            }
            kept[str(name)] = {**settings, "_target_": target}
    return kept


def _is_harmless(value: Any) -> bool:
    """Whether a setting is a plain value that can't name a place."""
    if isinstance(value, str):
        return not any(separator in value for separator in _SEPARATORS)
    return value is None or isinstance(value, bool | int | float)


def _check_structure(text: str) -> None:
    """Raise `ValueError` for anchors, tags, and nesting beyond reason, before values are made."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
            raise ValueError("it holds anchors or tags")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise ValueError("it is nested too deeply")


def _check_values(values: Any, needed: Sequence[str]) -> None:
    """Raise `ValueError` unless these are the settings of a run, without references."""
    if not isinstance(values, dict):
        raise ValueError("it holds no settings")
    if missing := [key for key in needed if key not in values]:
        raise ValueError(f"it lacks {missing[0]}")
    if any("${" in word for word in _words_of(values)):
        raise ValueError(_NO_REFERENCES)


def _words_of(value: Any) -> Iterator[str]:
    """All texts within a value, keys too."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _words_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from _words_of(item)
    elif isinstance(value, str):
        yield value
