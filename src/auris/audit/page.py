"""The audit as one page: no network, no script, a player for what should be listened to."""

import base64
import io
from collections.abc import Iterable, Iterator
from html import escape

import soundfile
import soxr

from auris.audit.audit import Audit
from auris.audit.check import Finding
from auris.audit.recording import Recording
from auris.data import audio

PLAYED = 6  # players of one finding
LONGEST = 10.0  # s of each
RATE = 16000  # Hz of each
LARGEST = 4_000_000  # bytes of all players
STYLE = """
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: auto; padding: 1rem; overflow-wrap: anywhere }
section { border-left: .4rem solid; padding: .1rem 1rem; margin: 1rem 0; break-inside: avoid }
.error { border-color: #d33 } .warning { border-color: #d90 } .note { border-color: #38c }
table { border-collapse: collapse } td, th { padding: .2rem .8rem .2rem 0; text-align: left }
.wide { overflow-x: auto } figure { margin: .6rem 0 } audio { width: 100%; height: 2.2rem }
"""


def page(audit: Audit, verdict: str) -> str:
    """The HTML, all names escaped."""
    by_path = {recording.clip.path: recording for recording in audit.recordings}
    players = Players()
    findings = "".join(
        section(finding, [by_path[path] for path in finding.paths], players) for finding in audit.findings
    )
    clues = [(c.fact, f"{100 * c.accuracy:.0f} %", f"{100 * c.chance:.0f} %", f"{c.p:.2g}") for c in audit.clues]
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Data audit</title><style>{STYLE}</style></head><body>
<h1>Is this data fit to learn from?</h1>
<p>{len(audit.recordings)} {escape(audit.about)}: {escape(verdict)}.</p>
{findings or "<p>Nothing was found.</p>"}
<h2>Counts</h2>{table(("class", "set", "recordings", "groups"), audit.counts)}
<h2>How well simple facts tell the label</h2>
{table(("fact", "told right", "chance", "p"), clues) if clues else "<p>There are too few groups to tell.</p>"}
</body></html>
"""


def section(finding: Finding, recordings: list[Recording], players: "Players") -> str:
    """One finding with players for some of its recordings and the names of all."""
    heard = "".join(players.play(recording) for recording in recordings[:PLAYED])
    names = "<br>".join(escape(str(recording.clip.path)) for recording in recordings)
    listing = f"<details><summary>{len(recordings)} files</summary><p>{names}</p></details>" if names else ""
    return (
        f'<section class="{finding.severity}"><h2>{finding.severity}: {escape(finding.check)}</h2>'
        f"<p>{escape(finding.sentence)}</p>{heard}{listing}</section>\n"
    )


def table(header: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    def cells(row: Iterable[object], tag: str) -> Iterator[str]:
        for cell in row:
            yield f"<{tag}>{escape(str(cell))}</{tag}>"

    lines = [cells(header, "th"), *(cells(row, "td") for row in rows)]
    return '<div class="wide"><table>' + "".join(f"<tr>{''.join(line)}</tr>" for line in lines) + "</table></div>"


class Players:
    """Makes players, as long as the page stays small."""

    def __init__(self) -> None:
        self.left = LARGEST

    def play(self, recording: Recording) -> str:
        """A player with the sound inside; "" for what can't be played or has no room."""
        if not recording.is_usable:
            return ""
        sound = base64.b64encode(mp3(recording)).decode()
        if len(sound) > self.left:
            return ""
        self.left -= len(sound)
        label = escape(
            f"{recording.name} ({recording.clip.label}{', ' * bool(recording.set_name)}{recording.set_name})"
        )
        return (
            f'<figure><figcaption>{label}</figcaption><audio controls preload="none" aria-label="{label}" '
            f'src="data:audio/mpeg;base64,{sound}"></audio></figure>'
        )


def mp3(recording: Recording) -> bytes:
    """The beginning of a recording in a format that every browser plays."""
    clip = recording.clip
    stop = min(clip.start + LONGEST, clip.stop or clip.start + LONGEST)
    wave = audio.read(clip.path, recording.rate, clip.start, stop).mean(axis=0)
    file = io.BytesIO()
    soundfile.write(file, soxr.resample(wave, recording.rate, RATE).clip(-1, 1), RATE, format="MP3")
    return file.getvalue()
