"""The audit as one page, with a player for what should be listened to."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from auris.audit.audit import Audit
from auris.audit.charts import draw_spectra, draw_spread
from auris.audit.check import Finding
from auris.audit.recording import Recording
from auris.audit.shortcuts import LabelPredictability
from auris.core.html import render
from auris.core.player import MAX_SECONDS, Player, Players
from auris.core.svg import Picture
from auris.data import audio

_MAX_PLAYED = 6  # recordings of one finding
_MAX_RATE = 16000  # Hz, of each player


class _Section(NamedTuple):
    """A finding with players for some of its recordings."""

    severity: str
    check: str
    sentence: str
    picture: Picture | None  # in the place of players
    players: list[Player]
    paths: list[Path]


def render_audit(audit: Audit, verdict: str) -> str:
    """The page of an audit."""
    by_path = {recording.clip.path: recording for recording in audit.recordings}
    players = Players(_MAX_RATE)
    sections = []
    for finding in audit.findings:
        recordings = [by_path[path] for path in finding.paths]
        sections.append(_section(finding, recordings, players))
    return render(
        "auris.audit",
        "audit.html.j2",
        about=f"{len(audit.recordings)} {audit.about}",
        verdict=verdict,
        findings=sections,
        counts=audit.counts,
        spread=draw_spread(audit.recordings),
        clues=[_clue_row(clue) for clue in audit.predictability],
    )


def _clue_row(clue: LabelPredictability) -> tuple[str, str, str, str]:
    accuracy = f"{100 * clue.accuracy:.0f} %"
    chance = f"{100 * clue.chance:.0f} %"
    return clue.fact, accuracy, chance, f"{clue.p:.2g}"


def _section(
    finding: Finding, recordings: Sequence[Recording], players: Players
) -> _Section:
    usable = [
        recording for recording in recordings[:_MAX_PLAYED] if recording.is_usable
    ]
    heard = [] if finding.is_seen else usable
    made = [_play_recording(recording, players) for recording in heard]
    return _Section(
        finding.severity,
        finding.check,
        finding.sentence,
        picture=draw_spectra(usable) if finding.is_seen else None,
        players=[player for player in made if player is not None],
        paths=[recording.clip.path for recording in recordings],
    )


def _play_recording(recording: Recording, players: Players) -> Player | None:
    """A player that says what it plays; None where the page has no room for it."""
    clip = recording.clip
    origin = ", ".join(filter(None, (clip.label, recording.split)))
    end = clip.start + MAX_SECONDS
    stop = min(end, clip.stop or end)
    wave = audio.read_samples(clip.path, recording.rate, clip.start, stop).mean(axis=0)
    return players.make_player(wave, recording.rate, f"{recording.name} ({origin})")
