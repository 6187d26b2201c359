"""Pages escape what is text, are well formed, and have what they need inside."""

import numpy as np
import pytest
from outline import Outline

from auris.core import player as players
from auris.core.html import Html, details, facts, join, lines, page, table, tag

EVIL = '"><img src=x onerror=alert(1)>&'


@pytest.mark.parametrize(
    "made",
    [
        tag("p", EVIL),
        tag("p", title=EVIL),
        table((EVIL,), [(EVIL,)]),
        details(EVIL, EVIL),
        facts([(EVIL, EVIL)]),
        lines([EVIL, EVIL]),
        join(EVIL),
        page(EVIL, EVIL),
    ],
)
def test_text_stays_text(made: str) -> None:
    outline = Outline(made)
    assert "img" not in outline.names and not any(
        name.startswith("on") for name, _ in outline.attributes
    )
    assert "&lt;img src=x onerror=alert(1)&gt;&amp;" in made


def test_markup_stays_markup_and_attributes_can_be_left_out() -> None:
    assert (
        tag("p", tag("b", "x"), Html("<i>y</i>"), " < z")
        == "<p><b>x</b><i>y</i> &lt; z</p>"
    )
    assert (
        tag("audio", controls=True, hidden=False, class_="a", aria_label=None)
        == '<audio controls class="a"></audio>'
    )


def test_a_page_asks_for_nothing() -> None:
    made = page("title", "words")
    assert (
        "default-src &#x27;none&#x27;" in made
        and made.startswith("<!DOCTYPE html>")
        and "prefers-color-scheme" in made
    )
    assert Outline(made).names[:2] == ["html", "head"]


def test_a_player_holds_the_sound_and_there_is_room_for_some() -> None:
    wave = np.random.default_rng(0).uniform(-1, 1, 16000 * 12)
    made = players.Players(8000)
    first = made.play(wave, 16000, EVIL)
    assert (
        first.startswith('<audio controls preload="metadata"') and "<img" not in first
    )
    assert len(first) < 200_000  # 10 s
    made.left = len(first) // 2
    assert made.play(wave, 16000, "no room") == ""
