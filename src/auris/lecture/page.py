"""Pages of the lecture: one of all items, and one of each."""

from collections.abc import Sequence
from itertools import groupby

from auris.core.commands import command_line
from auris.core.html import render
from auris.core.player import Player, Players
from auris.lecture.items import Item
from auris.lecture.study import Law, Shown, Sound

_LAWS = ("what", "measured", "expected", "")
_MARKS = {True: "as it must", False: "not here"}


def render_index(items: Sequence[Item], written: Sequence[str]) -> str:
    """The page of all items.

    Args:
        written: the names of those that have a page beside it.
    """
    chapters = [
        (chapter, [(item, item.name in written, _command(item)) for item in members])
        for chapter, members in groupby(items, key=lambda item: item.chapter)
    ]
    return render(
        "auris.lecture",
        "index.html.j2",
        chapters=chapters,
        all_command=command_line("lecture", "--all"),
        seconds=sum(item.seconds for item in items),
    )


def render_item(item: Item, shown: Shown, words: Sequence[str]) -> str:
    """The page of an item.

    Args:
        words: what was typed after its name.
    """
    players = Players()
    return render(
        "auris.lecture",
        "item.html.j2",
        item=item,
        command=command_line("lecture", item.name, *words),
        laws=[_LAWS, *map(_law_row, shown.laws)],
        pictures=shown.pictures,
        moving=shown.moving,
        numbers=shown.numbers,
        sounds=[(sound.label, _play(players, sound)) for sound in shown.sounds],
    )


def _law_row(law: Law) -> tuple[str, ...]:
    return law.what, law.measured, law.expected, _MARKS[law.holds]


def _play(players: Players, sound: Sound) -> Player | None:
    return players.make_player(sound.wave.numpy(), sound.sample_rate, sound.label)


def _command(item: Item) -> str:
    return command_line("lecture", item.name)
