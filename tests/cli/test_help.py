"""auris train --help shows what there is, in the words of the YAMLs."""

import re
from pathlib import Path

import pytest
from conftest import call
from running import CONFIGS

from auris.cli import train as main_job
from auris.cli.help import find_help
from auris.cli.options import describe_groups, find_groups, read_main, read_option
from auris.core.errors import UserError

GROUPS = find_groups([CONFIGS])
OPTIONS = [path for options in GROUPS.values() for path in options.values()]


def page(*words: str) -> str:
    """The page that a command line asks for."""
    return find_help(words)


@pytest.mark.parametrize(
    "path", OPTIONS, ids=lambda path: str(path.relative_to(CONFIGS))
)
def test_every_option_says_what_it_is(path: Path) -> None:
    assert len(read_option(path).comment.split()) >= 3


@pytest.mark.parametrize("columns", ["80", "100", "200"])
def test_all_of_it_fits_on_a_page(
    columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    lines = page().splitlines()
    assert 50 < len(lines) <= 110
    assert max(map(len, lines)) <= 100
    assert "_target_:" not in page() and "_target_=" not in page()


def test_it_shows_every_option_and_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    words = page().replace(",", " ").split()
    for group in describe_groups():
        for path in (CONFIGS / group).glob("*.yaml"):
            assert path.stem in words or f"{group}={path.stem}" in words
    for setting in read_main().settings.values():
        assert setting.name == "array" or any(
            word.startswith(f"{setting.name}=") for word in words
        )
    assert "model=mlp            what answers\n" in page()
    assert "data.fold=1                         the fold that tests; the next" in page()
    assert "data.sample_rate=22050              Hz; null: the rate that most" in page()


def test_every_group_that_people_choose_of_says_what_it_is_for() -> None:
    assert set(GROUPS) - set(describe_groups()) == {"callbacks", "paths"}


def test_one_option_is_shown_with_its_settings() -> None:
    assert page("model=cnn").splitlines()[-6:] == [
        "It brings augment=strong; what you type wins.",
        "",
        "  model.widths=[16,32,64,128]  channels of each stage",
        "  model.blocks=1",
        "  model.stride=[4,4]           of the first convolution, over (frequency, time)",
        "  model.dropout=0.2",
    ]
    assert page("model=cnn").startswith("model=cnn: A small convolutional network")


def test_settings_that_are_inherited_are_shown_with_their_comments() -> None:
    text = page("data=esc10", "optimizer=lbfgs", "seed=3")
    assert "data.numbers=[0,1,10,11,12,20,21,38,40,41]  which classes; null" in text
    assert "data.sample_rate=22050              Hz; null: the rate that" in text
    assert "It brings schedule=constant; what you type wins." in text
    assert "optimizer.max_iter=10      a step" in text


def test_a_group_is_shown_with_half_a_line_for_each_option(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    lines = [" ".join(line.split()) for line in page("loss").splitlines()]
    assert lines[:2] == ["loss: what is made small", ""]
    assert lines.count("angular The angle between two directions, in radians") == 1
    assert len(lines) == 2 + len(GROUPS["loss"])


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("modle", "There is no group modle; did you mean model?"),
        ("model=ccn", "There is no model=ccn; did you mean cnn?"),
        ("data=/my/rec", "did you mean data=folder data.root=/my/rec?"),
    ],
)
def test_what_is_not_there_is_answered(word: str, sentence: str) -> None:
    with pytest.raises(UserError) as mistake:
        find_help([word])
    assert sentence in str(mistake.value)


def test_options_of_ones_own_are_shown(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    mine = "# Mine alone.\ndefaults: [mlp]\nwidth: 7 # numbers\n"
    (tmp_path / "model" / "mine.yaml").write_text(mine, encoding="utf-8")
    (tmp_path / "model" / "empty.yaml").write_text("", encoding="utf-8")
    text = find_help(["model=mine", "model"], str(tmp_path))
    assert "model=mine: Mine alone." in text
    assert "  model.width=7          numbers\n" in text
    assert "  model.depth=2\n" in text
    assert re.search(r"^  mine +Mine alone$", text, re.MULTILINE)


def test_the_main_job_shows_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main_job.train(["-h"])
    assert capsys.readouterr().out.startswith("Train a model: auris train model=mlp")


def test_help_of_hydra_is_still_there(tmp_path: Path) -> None:
    shown = call("train.py", "--hydra-help", cwd=tmp_path)
    assert shown.returncode == 0 and "--multirun,-m" in shown.stdout
