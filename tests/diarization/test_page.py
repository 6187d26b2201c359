"""The page of a meeting: it plays, is renamed and saved, and runs nothing but its own script."""

import re
from pathlib import Path

import numpy as np
import pytest
from browser import look, run_in_page
from conftest import noise, write

from auris.data.rttm import read_rttm
from auris.data.turns import Turn
from auris.diarization.page import (
    explain_count,
    format_clock,
    list_strips,
    list_uncertain,
    render_page,
)
from auris.diarization.pipeline import Diarization
from auris.diarization.speaker_count import CountEvidence
from auris.diarization.summary import summarize_turns

TURNS = [
    Turn(0.5, 3.0, "speaker1"),
    Turn(3.0, 4.0, "speaker2"),
    Turn(5.0, 7.5, "speaker1"),
]
COUNT = CountEvidence(2, np.array([0.0, 0.05, 0.6, 0.7]), False)


def diarization(path: Path, duration: float = 8.0) -> Diarization:
    return Diarization(
        path, duration, TURNS, [(0.5, 7.5)], COUNT, 1.6, [0.3, 0.01, 0.2], True, []
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a recording with an evil name."""
    folder = tmp_path_factory.mktemp("page")
    path = write(folder / "a b'&<i>.wav", noise(0, 8.0, 16000), 16000)
    found = diarization(path)
    text = render_page(found, summarize_turns(found), None)
    (folder / "page.html").write_text(text, encoding="utf-8")
    return folder / "page.html"


def test_a_phone_shows_all_of_it_and_nothing_is_fetched(
    page: Path, tmp_path: Path
) -> None:
    seen = look(page, tmp_path)
    assert seen["width"] <= 380
    assert seen["durations"] == [pytest.approx(8.0, abs=0.2)]
    assert seen["asked"] == set() and seen["handlers"] == 0 and seen["scripts"] == 1


def test_a_click_jumps_and_new_names_are_saved(page: Path, tmp_path: Path) -> None:
    told = run_in_page(
        page,
        """
        page.querySelectorAll('.turn')[2].click();
        const field = page.querySelector('input[data-speaker="speaker2"]');
        field.value = ' Änne  Roß ';
        field.dispatchEvent(new Event('input'));
        let saved = '';
        frame.Blob = function (parts) { saved = parts.join(''); };
        frame.URL.createObjectURL = () => '#';
        page.querySelector('#save').click();
        told = { time: page.querySelector('audio').currentTime,
                 shown: page.querySelector('[data-name="speaker2"]').textContent,
                 text: saved };
        """,
        tmp_path,
    )
    assert told["time"] == pytest.approx(5.0, abs=0.2)
    assert told["shown"] == "Änne_Roß"
    rttm = tmp_path / "saved.rttm"
    rttm.write_text(told["text"], encoding="utf-8")
    (turns,) = read_rttm(rttm).values()
    assert [turn.speaker for turn in turns] == ["speaker1", "Änne_Roß", "speaker1"]
    assert [turn.start for turn in turns] == [0.5, 3.0, 5.0]


def test_names_are_escaped_and_scripts_are_named_by_their_content(
    page: Path, tmp_path: Path
) -> None:
    text = page.read_text(encoding="utf-8")
    assert "<i>.wav" not in text and "&lt;i&gt;.wav" in text
    assert re.search(r"script-src 'sha256-[\w+/=]{44}'", text)
    assert "unsafe-inline" not in text.split("script-src")[1].split('"')[0]


def test_lines_hold_parts_of_turns() -> None:
    found = diarization(Path("x.wav"), 500.0)
    (first, *_) = list_strips(found, ["speaker1", "speaker2"])
    assert [block.row for block in first.blocks] == [0, 1, 0]
    assert first.blocks[1].left == pytest.approx(100 * 3 / 60)
    assert first.blocks[1].width == pytest.approx(100 / 60)


def test_why_so_many() -> None:
    assert "rise by 0.55 after number 2" in explain_count(COUNT)
    assert "1 would be the second choice" in explain_count(
        COUNT._replace(eigenvalues=np.array([0.0, 0.5, 1.2, 1.3]))
    )
    assert explain_count(COUNT._replace(is_given=True)) == "So many were asked for."
    assert "by 0.55, after 2, which was not allowed" in explain_count(
        COUNT._replace(number=1)
    )
    few = COUNT._replace(number=1, eigenvalues=np.array([0.0, 1.0]))
    assert "too little speech" in explain_count(few)


def test_the_least_certain_come_first() -> None:
    margins = [margin for _, margin in list_uncertain(diarization(Path("x.wav")))]
    assert margins == sorted(margins) and margins[0] == 0.01


def test_times_of_people() -> None:
    assert [format_clock(t) for t in (0, 59.9, 61, 3725)] == [
        "0:00",
        "0:59",
        "1:01",
        "1:02:05",
    ]


def test_who_follows_whom() -> None:
    summary = summarize_turns(diarization(Path("x.wav")))
    assert summary.followers == [[0, 1], [1, 0]] and summary.changes == 2
    assert [person.seconds for person in summary.people] == [5.0, 1.0]
    assert summary.people[0].fraction == pytest.approx(5 / 6, abs=1e-3)
    assert summary.spoken == 6.0
