"""What the README says is so: its commands are understood, its tables are complete, its files
are there.
"""

import re
import shlex
from pathlib import Path

import pytest
from conftest import REPOSITORY
from running import configured, options

from auris.cli.parsers import PARSERS

README = (REPOSITORY / "README.md").read_text()
LINES = [
    line.split("#")[0].strip()
    for line in README.splitlines()
    if line.startswith("    ")
]
TRAIN = [
    line
    for line in LINES
    if line.startswith("python train.py") and "resume=" not in line
]
SCRIPTS = [line for line in LINES if line.startswith("python scripts/")]


@pytest.mark.parametrize("line", TRAIN)
def test_a_training_command_is_understood(line: str) -> None:
    words = [
        word if "[" in word else word.split(",")[0]
        for word in shlex.split(line)[2:]
        if word != "-m"
    ]
    cfg = configured(*words)
    for group, option in (
        word.split("=") for word in words if not re.match(r"\w+\.|experiment", word)
    ):
        assert cfg.choices.get(group, str(cfg.get(group)).lower()) == option


@pytest.mark.parametrize("line", SCRIPTS)
def test_a_script_has_the_options_that_are_shown(line: str) -> None:
    _, script, *words = shlex.split(line)
    assert (REPOSITORY / script).is_file()
    parser = PARSERS[Path(script).stem]()
    parser.parse_args(words)  # raises for an option that is not there


def test_the_commands_are_found() -> None:
    assert len(TRAIN) >= 5 and len(SCRIPTS) >= 4


@pytest.mark.parametrize("group", re.findall(r"^\| `(\w+)` \| `", README, re.MULTILINE))
def test_the_table_of_options_is_complete(group: str) -> None:
    row = re.search(rf"^\| `{group}` \| (.*) \|$", README, re.MULTILINE)
    assert row is not None
    assert sorted(
        re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", row.group(1)))
    ) == options(group)


def test_every_file_that_is_named_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links and all(
        (REPOSITORY / link).exists() for link in links if not link.startswith("http")
    )


def test_make_calls_the_plain_commands() -> None:
    makefile = (REPOSITORY / "Makefile").read_text()
    assert (
        "pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt "
        "-e '.[dev]'" in makefile
    )
    assert (
        "train.py model=mlp data=cats_babies" in makefile
        and "make test" in (REPOSITORY / ".ci/run").read_text()
    )
