"""The audit as one page, with a player for what should be listened to."""

from auris.audit.audit import Audit
from auris.audit.check import Finding
from auris.audit.recording import Recording
from auris.core.html import Html, details, join, lines, page, table, tag
from auris.core.player import LONGEST, Players
from auris.data import audio

PLAYED = 6  # players of one finding


RATE = 16000  # Hz of each, at most


def audit_page(audit: Audit, verdict: str) -> str:
    """The page of an audit."""
    by_path = {recording.clip.path: recording for recording in audit.recordings}
    players = Players(RATE)
    findings = [
        section(finding, [by_path[path] for path in finding.paths], players)
        for finding in audit.findings
    ]
    clues = [
        (c.fact, f"{100 * c.accuracy:.0f} %", f"{100 * c.chance:.0f} %", f"{c.p:.2g}")
        for c in audit.predictability
    ]
    return page(
        "Data audit",
        tag("h1", "Is this data fit to learn from?"),
        tag("p", f"{len(audit.recordings)} {audit.about}: {verdict}.", class_="lead"),
        *(findings or [tag("p", "Nothing was found.")]),
        tag("h2", "Counts"),
        table(("class", "set", "recordings", "groups"), audit.counts),
        tag("h2", "How well simple facts tell the label"),
        table(("fact", "told right", "chance", "p"), clues)
        if clues
        else tag("p", "There are too few groups to tell."),
    )


def section(finding: Finding, recordings: list[Recording], players: Players) -> Html:
    """One finding with players for some of its recordings and the names of all."""
    names = lines(recording.clip.path for recording in recordings)
    return tag(
        "section",
        tag("h2", f"{finding.severity}: {finding.check}"),
        tag("p", finding.sentence),
        *(
            figure(recording, players)
            for recording in recordings[:PLAYED]
            if recording.is_usable
        ),
        details(f"{len(recordings)} files", tag("p", names, class_="small"))
        if recordings
        else "",
        class_=f"mark {finding.severity}",
    )


def figure(recording: Recording, players: Players) -> Html:
    """A player with a caption; nothing where the page has no room for it."""
    clip = recording.clip
    label = f"{recording.name} ({clip.label}{', ' * bool(recording.split)}{recording.split})"
    stop = min(clip.start + LONGEST, clip.stop or clip.start + LONGEST)
    wave = audio.read_samples(clip.path, recording.rate, clip.start, stop).mean(axis=0)
    player = players.play(wave, recording.rate, label)
    return tag("figure", tag("figcaption", label), player) if player else join()
