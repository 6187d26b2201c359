"""The command that a run's record gives makes the same run again."""

from pathlib import Path

import pytest
from running import configured

from auris.cli import train
from auris.runs.compose import repeating_command


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["seed=2"], "auris train seed=2"),
        (["data=folder", "data.root=/a b"], "auris train data=folder 'data.root=/a b'"),
        (["hydra.mode=MULTIRUN", "seed=2"], "auris train seed=2 test=false"),
        (["hydra.mode=MULTIRUN", "test=true"], "auris train test=true"),
    ],
)
def test_a_run_of_several_is_repeated_alone(words: list[str], command: str) -> None:
    configured(*words)
    assert repeating_command() == command


def test_configurations_of_ones_own_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def run_and_tell(*_: object) -> float:
        print(repeating_command())
        return 0.0

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["auris"])
    monkeypatch.setattr(train, "locate_object", lambda *_: run_and_tell)
    train.train([f"--config-dir={tmp_path}", "seed=3"])
    assert capsys.readouterr().out == f"auris train --config-dir={tmp_path} seed=3\n"
