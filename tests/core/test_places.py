"""Where things are: found from anywhere, in a checkout and without one."""

from pathlib import Path

import pytest
from conftest import REPOSITORY
from omegaconf import OmegaConf

from auris.core import places
from auris.core.places import config_folder, find_folder, find_output

VARIABLES = {"data": "AURIS_DATA", "outputs": "AURIS_OUTPUTS", "store": "AURIS_STORE"}


@pytest.fixture(autouse=True)
def without_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders that no variable names."""
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a user who installed Auris without a checkout."""
    home = tmp_path / "home"
    monkeypatch.setattr(places, "_PACKAGE", tmp_path / "lib/site-packages/auris")
    monkeypatch.setenv("HOME", str(home))
    return home


@pytest.mark.parametrize("stands", [".", "tests", "/"])
def test_a_checkout_keeps_what_it_writes_wherever_one_stands(
    stands: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(REPOSITORY / stands)
    assert config_folder() == REPOSITORY / "configs"
    for name, folder in (("data", "data"), ("outputs", "outputs"), ("store", ".store")):
        assert find_folder(name).absolute() == REPOSITORY / folder


def test_a_folder_has_its_short_name_where_one_stands_above_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(REPOSITORY)
    assert find_folder("outputs") == Path("outputs")


def test_without_a_checkout_a_folder_of_the_user_is_taken(installed: Path) -> None:
    assert find_folder("data") == installed / "auris/data"
    assert find_folder("outputs") == installed / "auris/outputs"
    assert find_folder("store") == installed / "auris/.store"
    assert config_folder() == places._PACKAGE / "configs"


@pytest.mark.parametrize("name", VARIABLES)
def test_a_variable_names_another_folder(
    name: str, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLES[name], "~/elsewhere")
    assert find_folder(name) == installed / "elsewhere"
    shipped = OmegaConf.load(REPOSITORY / "configs/paths/default.yaml")
    assert shipped[name] == str(installed / "elsewhere")


@pytest.mark.parametrize(
    "typed", ["outputs/cats/mlp/now", "cats/mlp/now", "~/auris/outputs/cats/mlp/now"]
)
def test_a_run_is_found_from_anywhere(
    typed: str, installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = installed / "auris/outputs/cats/mlp/now"
    run.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert find_output(typed).absolute() == run


def test_what_is_where_one_stands_comes_first(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (installed / "auris", tmp_path):
        (place / "outputs/cats").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert find_output("outputs/cats").absolute() == tmp_path / "outputs/cats"
    assert find_output("outputs/dogs") == Path("outputs/dogs")
