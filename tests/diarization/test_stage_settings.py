"""Every setting of the stages and of simulated meetings, with values that few may be: each is
taken, or refused in one sentence that names it.
"""

from pathlib import Path
from typing import Any

import pytest
from omegaconf import DictConfig, OmegaConf
from running import CONFIGS

from auris.cli.options import read_option
from auris.core.errors import UserError
from auris.core.instantiate import Factory
from auris.diarization.configuration import compose_tree

FOLDER = CONFIGS / "diarization"
FILES = sorted(FOLDER.rglob("*.yaml"))
VALUES = (None, "word", -1, 0, float("inf"), float("nan"), 1e30, 10**30)


@pytest.fixture(autouse=True)
def no_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks as they are drawn: settings need no weights."""
    for place in ("diarization.silero", "features.voice_encoder"):
        monkeypatch.setattr(f"auris.{place}.fill_module", lambda *_: None)


def composed(path: Path) -> tuple[DictConfig, str]:
    """The tree that has an option, and where in it the settings of the option are."""
    if path.parent == FOLDER:
        return compose_tree(path.stem, []), ""
    stage = path.parent.name
    return compose_tree("stages", [f"{stage}={path.stem}"]), f"{stage}."


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_any_value_is_taken_or_refused_by_its_name(path: Path) -> None:
    tree, prefix = composed(path)
    for name in read_option(path).settings:
        key = prefix + name.removeprefix(f"{path.parent.name}.")
        for value in VALUES:
            build_or_refuse(tree, key, value)


def build_or_refuse(tree: DictConfig, key: str, value: Any) -> None:
    usual = OmegaConf.select(tree, key)
    OmegaConf.update(tree, key, value)
    try:
        Factory().make(tree)
    except UserError as error:
        assert key.rpartition(".")[2] in str(error) and "\n" not in str(error)
    finally:
        OmegaConf.update(tree, key, usual)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_every_option_says_what_it_is(path: Path) -> None:
    option = read_option(path)
    assert len(option.comment.split()) >= 3
    explained = [setting.comment for setting in option.settings.values()]
    assert sum(not comment for comment in explained) <= 1  # a seed is a seed
