"""Pages escape what is text, are well formed, and have what they need inside."""

from collections.abc import Iterator

import numpy as np
import pytest
from jinja2 import UndefinedError
from markupsafe import Markup
from outline import Outline

from auris.core.figures import new_figure
from auris.core.html import render
from auris.core.player import Players
from auris.core.svg import embed_figure, page_theme

EVIL = '"><img src=x onerror=alert(1)>&'
PAGE = """\
{% extends "base.html.j2" %}
{% from "macros.html.j2" import facts, figure, player, table %}
{% block title %}{{ evil }}{% endblock %}
{% block body %}
<p title="{{ evil }}">{{ evil }}</p>
{{ table([evil], [[evil]]) }}
{{ facts([[evil, evil]]) }}
{{ player({"label": evil, "source": evil}) }}
{{ figure({"svg": evil, "caption": evil}) }}
{% endblock %}
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A package with a template of its own."""
    place = tmp_path_factory.mktemp("pages")
    (place / "stranger" / "templates").mkdir(parents=True)
    (place / "stranger" / "__init__.py").touch()
    (place / "stranger" / "templates" / "page.html.j2").write_text(PAGE)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(place)
        yield "stranger"


def test_text_stays_text(package: str) -> None:
    made = render(package, "page.html.j2", evil=EVIL)
    outline = Outline(made)
    assert "img" not in outline.names
    assert not any(name.startswith("on") for name, _ in outline.attributes)
    assert made.count("&lt;img src=x onerror=alert(1)&gt;&amp;") == 11


def test_markup_stays_markup(package: str) -> None:
    assert "<i>y</i>" in render(package, "page.html.j2", evil=Markup("<i>y</i>"))


def test_what_a_template_misses_is_an_error(package: str) -> None:
    with pytest.raises(UndefinedError, match="'evil' is undefined"):
        render(package, "page.html.j2")


def test_a_page_asks_for_nothing(package: str) -> None:
    made = render(package, "page.html.j2", evil="words")
    assert "default-src 'none'" in made and "prefers-color-scheme" in made
    assert made.startswith("<!DOCTYPE html>")
    assert Outline(made).names[:2] == ["html", "head"]


def test_a_player_holds_the_sound_and_there_is_room_for_some() -> None:
    wave = np.random.default_rng(0).uniform(-1, 1, 16000 * 12)
    players = Players(8000)
    first = players.make_player(wave, 16000, EVIL)
    assert first is not None and first.label == EVIL
    assert first.source.startswith("data:audio/mpeg;base64,")
    assert len(first.source) < 200_000  # 10 s
    players.characters_left = len(first.source) // 2
    assert players.make_player(wave, 16000, "no room") is None


def test_a_picture_has_words_for_those_who_cannot_see_it() -> None:
    with page_theme():
        figure = new_figure(2, 1)
        figure.text(0.5, 0.5, EVIL)
    picture = embed_figure(figure, EVIL, "caption")
    outline = Outline(picture.svg)
    assert ("aria-label", EVIL) in outline.attributes and "img" not in outline.names
