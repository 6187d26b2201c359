"""What the README and the pages of docs/ say is so: their commands are understood, the README's
table of options is complete, files that are named are there, and the site builds.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY
from omegaconf import DictConfig
from running import configured, options

from auris.cli.parsers import PARSERS

README = (REPOSITORY / "README.md").read_text()
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
LONGEST_README = 180  # lines


def _read_commands(page: Path) -> list[str]:
    """The lines of a page's blocks of code, without what is said of them."""
    text = page.read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += [line[4:] for line in text.splitlines() if line.startswith("    ")]
    lines += re.findall(r"^\| [^|]*\? \| `(auris [^`]*)`", text, re.MULTILINE)
    return [line.split("#")[0].strip() for line in lines]


def _read_words(command: str) -> tuple[str, list[str]] | None:
    """Which command of Auris a line gives, in each of its forms, and the words after it."""
    program, *words = shlex.split(command) or [""]
    if program == "auris":
        return words[0], words[1:]
    if program == "python" and words[0] == "train.py":
        return "train", words[1:]
    if program == "python" and words[0].startswith("scripts/"):
        return Path(words[0]).stem, words[1:]
    return None


COMMANDS = sorted({line for page in PAGES for line in _read_commands(page)})
READ = {line: words for line in COMMANDS if (words := _read_words(line)) is not None}
OPENS_A_RUN = re.compile(r"(resume|finish|init)=|--help|--cfg")
TRAIN = [
    line
    for line, (command, words) in READ.items()
    if command == "train" and not OPENS_A_RUN.search(" ".join(words))
]
OTHERS = [line for line, (command, _) in READ.items() if command in PARSERS]


@pytest.mark.parametrize("line", TRAIN)
def test_a_training_command_is_understood(line: str) -> None:
    words = [
        word if "[" in word else word.split(",")[0]
        for word in READ[line][1]
        if word != "-m"
    ]
    cfg = configured(*words)
    for group, option in (
        word.split("=") for word in words if not re.match(r"\w+\.|experiment", word)
    ):
        chosen = cfg.choices.get(group, cfg.get(group))
        # a group whose choice no one records is there as a whole
        assert isinstance(chosen, DictConfig) or str(chosen).lower() == option


@pytest.mark.parametrize("line", OTHERS)
def test_a_command_has_the_options_that_are_shown(line: str) -> None:
    command, words = READ[line]
    PARSERS[command]().parse_args(words)  # raises for an option that is not there


def test_the_commands_are_found() -> None:
    assert len(TRAIN) >= 40 and len(OTHERS) >= 15


def test_every_command_is_one_of_ours() -> None:
    assert {command for command, _ in READ.values()} <= {"train", *PARSERS}


@pytest.mark.parametrize("group", re.findall(r"^\| `(\w+)` \| `", README, re.MULTILINE))
def test_the_table_of_options_is_complete(group: str) -> None:
    row = re.search(rf"^\| `{group}` \| (.*) \|$", README, re.MULTILINE)
    assert row is not None
    without_remarks = re.sub(r"\([^)]*\)", "", row.group(1))
    assert sorted(re.findall(r"`(\w+)`", without_remarks)) == options(group)


def test_every_file_that_the_readme_names_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    files = [link for link in links if not link.startswith("http")]
    assert files
    assert [link for link in files if not (REPOSITORY / link).exists()] == []


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "options" / "index.html").read_text()
    assert "model.latent_dim" in page
    assert "numbers that a patch is squeezed through" in page
    reference = (tmp_path / "reference" / "features" / "index.html").read_text()
    assert "LogMel" in reference


def test_make_calls_the_plain_commands() -> None:
    makefile = (REPOSITORY / "Makefile").read_text()
    assert "-c constraints.txt -e '.[dev]'" in makefile
    assert "train.py model=mlp data=cats_babies" in makefile
    assert "make test" in (REPOSITORY / ".ci/run").read_text()


def test_the_readme_can_be_read_at_one_sitting() -> None:
    assert len(README.splitlines()) <= LONGEST_README
