"""Hydra's and OmegaConf's errors in one sentence, with the nearest valid choice."""

import re
import sys
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import MissingMandatoryValue

from auris.core.errors import first_line, nearest


def explain_configuration(error: BaseException) -> str:
    """The sentence for an error that Hydra or OmegaConf raised."""
    text = f"{error}\n{error.__cause__ or ''}"
    if isinstance(error, MissingConfigException) and error.options is not None:
        group, _, option = str(error.missing_cfg_file).rpartition("/")
        return f"There is no {group}={option}; {nearest(option, error.options)}"
    if isinstance(error, MissingMandatoryValue) or "Missing mandatory value" in text:
        key = find(r"full_key: (\S+)", text) or find(
            r"Missing mandatory value: (\S+)", text
        )
        return f"{key} must be given, as in {key}=..."
    if key := find(r"Could not override '([^']+)'", text):
        return unknown_key(key.split("@")[0])
    if word := find(r"Ambiguous value for argument '([^']+)'", text):
        return f"{word} gives several values; -m runs each of them, as in python train.py -m {word}."
    if "Interpolation key" in text:
        missing = find(r"Interpolation key '(\S+?)'", text)
        return f"The configuration refers to {missing}, which does not exist."
    if isinstance(error, OverrideParseException):
        return f"'{error.override}' can't be read; settings are given as name=value, as in model=mlp or seed=7."
    return f"{first_line(error)} (debug=true shows more.)"


def find(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match.group(1) if match else ""


def unknown_key(key: str) -> str:
    """The sentence for a setting that does not exist, with what stands where it should be."""
    parent, _, name = key.rpartition(".")
    known = settings_of(parent)
    place = f"in {parent}" if parent else "at the top"
    if not known:
        return f"There is no setting {key}, and nothing that it could be part of."
    return f"There is no setting {key}; {place}: {nearest(name, known)}"


def settings_of(parent: str) -> list[str]:
    """What can be set below `parent`, given the groups that the command line chooses."""
    places = [
        place / "configs" for place in Path(sys.argv[0]).resolve().parents
    ]  # a script is in a folder of its own
    folder = next(filter(Path.is_dir, places), places[0])
    groups = [
        word for word in sys.argv[1:] if (folder / word.partition("=")[0]).is_dir()
    ]
    words = [
        word.split(",")[0] for word in groups if re.fullmatch(r"[\w/]+=[\w,]+", word)
    ]
    for chosen in (
        words,
        [],
    ):  # where another word is wrong as well, the defaults still say what there is
        try:
            with initialize_config_dir(str(folder), version_base="1.3"):
                cfg = compose("train", overrides=chosen)
        except (HydraException, ValueError):
            continue
        node = OmegaConf.select(cfg, parent) if parent else cfg
        return [str(key) for key in node] if isinstance(node, DictConfig) else []
    return []
