"""What a shell is told when it asks what may follow: eval "$(auris -sc install=bash)"."""

from pathlib import Path

import pytest
from conftest import call

PROGRAM = "src/auris/__main__.py"


@pytest.mark.parametrize(
    ("script", "line", "answer"),
    [
        ("train.py", "python train.py model=perc", ["model=perceptron"]),
        ("train.py", "python train.py data.samp", ["data.sample_rate="]),
        (PROGRAM, "auris train model=perc", ["model=perceptron"]),
        (PROGRAM, "auris train model=cnn model.blo", ["model.blocks="]),
    ],
)
def test_a_word_is_completed(
    script: str, line: str, answer: list[str], tmp_path: Path
) -> None:
    said = call(script, "-sc", "query=bash", cwd=tmp_path, env={"COMP_LINE": line})
    assert (said.returncode, said.stdout.split()) == (0, answer)


def test_commands_are_completed(tmp_path: Path) -> None:
    line = {"COMP_LINE": "auris pre"}
    said = call(PROGRAM, "-sc", "query=bash", cwd=tmp_path, env=line)
    assert {"train", "predict", "compare"} <= set(said.stdout.split())


@pytest.mark.parametrize("script", ["train.py", PROGRAM])
def test_completion_is_installed_as_the_readme_says(
    script: str, tmp_path: Path
) -> None:
    said = call(script, "-sc", "install=bash", cwd=tmp_path)
    assert said.returncode == 0 and "-F hydra_bash_completion" in said.stdout
