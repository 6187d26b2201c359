"""Each item of the lecture: its page, its laws, and what its YAML says."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import look
from conftest import call, fill
from outline import Outline
from running import configured

from auris.cli.parsers import PARSERS
from auris.core.errors import UserError
from auris.lecture.bench import Bench
from auris.lecture.items import Item, find_item, find_items, split_words
from auris.lecture.run import Lesson, carry_out, write_index

ITEMS = find_items()
NAMES = [item.name for item in ITEMS]
OF_FOLDER = ("data=folder", "data.root=recordings", "data.duration=0.5", "trainer=cpu")
SMALL = {  # what makes an item quick, where it is not
    "activation": ("trainer.max_epochs=3", "model.width=4"),
    "augmentation": ("trainer.max_epochs=2", "study.clips=4"),
    "data_biases": ("study.owners=24", "study.folds=3"),
    "extrapolation": ("study.tones=120", "trainer.max_epochs=20"),
    "gradient_descent": ("trainer.max_epochs=8", "study.factors=[1.0,2.1]"),
    "mini_batches": ("study.sizes=[2,8,32]", "study.draws=100"),
    "number_of_parameters": ("study.widths=[3,7]", "study.passes=1"),
    "origami": ("study.others=3", "study.depth=3"),
    "overfitting": ("trainer.max_epochs=40",),
    "three_sets": ("study.models=3",),
    "ways_of_finding": ("study.ways=['lbfgs trainer.max_epochs=2',closed_form]",),
}
OF_DATA = {item.name for item in ITEMS if "data=cats_babies" in item.settings}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the lecture is held: a folder with recordings."""
    place = tmp_path_factory.mktemp("lecture")
    fill(place / "recordings")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        yield place


@pytest.fixture(scope="module")
def lesson(place: Path, request: pytest.FixtureRequest) -> Lesson:
    """An item, carried out."""
    name = request.param
    words = (
        *SMALL.get(name, ()),
        *(OF_FOLDER if name in OF_DATA else ("trainer=cpu",)),
    )
    return carry_out(find_item(name), words)


@pytest.mark.parametrize("lesson", NAMES, indirect=True)
def test_an_item_has_a_page_and_its_laws_hold(lesson: Lesson) -> None:
    text = lesson.page.read_text(encoding="utf-8")
    outline = Outline(text)
    assert {"h1", "pre", "table"} <= set(outline.names)
    assert outline.names.count("svg") or outline.names.count("audio")
    for law in lesson.shown.laws:
        assert law.holds, law
    assert lesson.shown.laws and "not here" not in text


@pytest.mark.parametrize("item", ITEMS, ids=NAMES)
def test_what_an_item_says_can_be_typed(item: Item, tmp_path: Path) -> None:
    assert len(re.findall(r"[.?:] [A-Z0-9]", f"{item.idea} X")) in (3, 4), item.idea
    for line in item.next:
        program, command, *words = shlex.split(line)
        assert program == "auris"
        if command == "train":
            single = [word.split(",")[0] if "[" not in word else word for word in words]
            configured(*(word for word in single if word != "-m"))
            continue
        options = PARSERS[command]().parse_args(words)
        if command == "lecture":
            typed, settings = split_words(options.words)
            again = find_item(options.item)
            again.make_study(settings)
            Bench(again.settings, typed, tmp_path, tmp_path).make()


def test_items_have_places_of_their_own() -> None:
    numbers = [item.number for item in ITEMS]
    assert len(set(numbers)) == len(numbers) == len(ITEMS) > 9
    chapters = list(dict.fromkeys(item.chapter for item in ITEMS))
    in_order = [item.chapter for item in ITEMS]
    assert sorted(in_order, key=chapters.index) == in_order


def test_the_index_names_every_item_and_links_those_that_are_there(
    place: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    carry_out(find_item("number_of_parameters"), SMALL["number_of_parameters"])
    text = write_index().read_text(encoding="utf-8")
    Outline(text)
    assert re.findall(r'href="(.*?)"', text) == ["number_of_parameters/index.html"]
    for item in ITEMS:
        assert item.shows in text and f"lecture {item.name}" in text


def test_a_page_fits_a_phone_and_asks_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lesson = carry_out(find_item("origami"), SMALL["origami"])
    told = look(lesson.page, tmp_path)
    assert told["width"] <= 380
    assert not told["asked"] and not told["scripts"] and not told["handlers"]
    assert told["durations"] == [pytest.approx(1.0, abs=0.2)] * 3


def test_settings_of_a_study_are_checked() -> None:
    item = find_item("three_sets")
    with pytest.raises(UserError, match="study.modles; in study: did you mean models"):
        item.make_study({"modles": 3})
    with pytest.raises(UserError, match="study.models=many should be a whole number"):
        item.make_study({"models": "many"})
    with pytest.raises(UserError, match="no item overfiting; did you mean overfitting"):
        find_item("overfiting")


def test_a_model_that_an_item_is_not_about_is_refused(place: Path) -> None:
    words = ("model=mlp", *OF_FOLDER)
    for name in ("back_propagation", "gradient_descent"):
        with pytest.raises(UserError, match="leave model= away"):
            carry_out(find_item(name), words)


def test_the_command_writes_pages(tmp_path: Path) -> None:
    done = call("scripts/lecture.py", cwd=tmp_path)
    assert done.stdout == "Lecture: outputs/lecture/index.html\n", done.stderr
    words = ("number_of_parameters", *SMALL["number_of_parameters"])
    done = call("scripts/lecture.py", *words, cwd=tmp_path)
    assert "parameters at N = 7: 224, expected 4 (N + N²) = 224" in done.stdout
    page = tmp_path / "outputs/lecture/number_of_parameters/index.html"
    assert page.is_file(), done.stderr
    wrong = call("scripts/lecture.py", "origami", "--all", cwd=tmp_path)
    assert wrong.returncode == 1 and "name none beside it" in wrong.stderr
