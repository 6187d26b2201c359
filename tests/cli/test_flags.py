"""The flags of auris train."""

from pathlib import Path

import pytest

from auris.cli.flags import read_flags
from auris.core.errors import UserError


def test_flags_are_told_from_words() -> None:
    flags = read_flags(
        ["model=mlp", "-m", "seed=1,2", "--cfg", "job", "~callbacks.ema"]
    )
    assert flags.multirun and flags.cfg == "job" and not flags.help
    assert flags.words == ["model=mlp", "seed=1,2", "~callbacks.ema"]
    assert read_flags(["-h"]).help and read_flags(["model", "--help"]).help


def test_a_folder_of_configurations_must_be_there(tmp_path: Path) -> None:
    assert read_flags([f"--config-dir={tmp_path}"]).config_dir == str(tmp_path)
    with pytest.raises(
        UserError, match="There is no folder .*none, which --config-dir"
    ):
        read_flags(["--config-dir", str(tmp_path / "none")])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--epochs", "5"], "There is no flag --epochs; settings are given as name="),
        (["--config-name=x"], "There is no flag --config-name=x"),
        (["--config-path=/x"], "There is no flag --config-path=/x"),
        (["--package=x"], "There is no flag --package=x"),
        (["--cfg=x"], "argument --cfg/-c: invalid choice: 'x'"),
        (["--info=x"], "argument --info/-i: invalid choice: 'x'"),
        (["--resolve"], "--resolve goes with --cfg, as in --cfg job --resolve."),
    ],
)
def test_wrong_flags_are_told_in_one_sentence(words: list[str], sentence: str) -> None:
    with pytest.raises(UserError) as mistake:
        read_flags(words)
    assert str(mistake.value).startswith(sentence)
    assert "\n" not in str(mistake.value)
