"""From the name of an item to its page."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from auris.core.files import write_atomically
from auris.core.log import silence_libraries
from auris.core.places import find_folder
from auris.lecture.bench import Bench
from auris.lecture.items import Item, find_items, split_words
from auris.lecture.page import render_index, render_item
from auris.lecture.study import Shown

_PAGE = "index.html"


class Lesson(NamedTuple):
    """An item that was carried out."""

    page: Path
    shown: Shown


def write_index() -> Path:
    """Write the page of all items, with links to those that have been carried out."""
    home = _home()
    items = find_items()
    written = [item.name for item in items if (home / item.name / _PAGE).is_file()]
    write_atomically(home / _PAGE, render_index(items, written))
    return home / _PAGE


def carry_out(item: Item, words: Sequence[str] = ()) -> Lesson:
    """Carry out an item and write its page.

    Args:
        words: settings of train, and of the study as study.NAME=VALUE.

    Raises `UserError` for settings that can't be.
    """
    silence_libraries()
    typed, settings = split_words(list(words))
    study = item.make_study(settings)
    page = _home() / item.name / _PAGE
    with TemporaryDirectory() as folder:
        recordings = page.parent / "recordings"
        bench = Bench(item.settings, typed, Path(folder), recordings)
        shown = study.show(bench)
    write_atomically(page, render_item(item, shown, words))
    return Lesson(page, shown)


def _home() -> Path:
    return find_folder("outputs") / "lecture"
