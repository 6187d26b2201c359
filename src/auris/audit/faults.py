"""Faults that one recording has, whatever the others are."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from auris.audit.check import Check, Finding, files, some
from auris.audit.recording import Recording

OFFSET = 0.005  # of full scale; converters stay well below


RUNS = 3  # a single click is no clipping


FAR = 0.75  # of half the sample rate; MP3 of 128 kbit/s ends at 0.73 of that of a compact disc


class Fault(Check):
    """A check that looks at each recording for itself."""

    severity: ClassVar[str]
    advice: ClassVar[str]  # what is wrong, after "7 of 80 recordings", and what to do

    @abstractmethod
    def has(self, recording: Recording) -> bool:
        """Whether a recording has the fault."""

    def look(self, recordings: Sequence[Recording]) -> list[Finding]:
        bad = [recording for recording in recordings if self.has(recording)]
        if not bad:
            return []
        sentence = f"{len(bad)} of {len(recordings)} recordings {self.advice}: {self.name_them(bad)}."
        return [self.found(self.severity, sentence, bad)]

    def name_them(self, bad: Sequence[Recording]) -> str:
        return files(bad)


class Unreadable(Fault):
    """A file that is missing, broken, too short, or holds NaN."""

    name, severity, advice = "unreadable", "error", "can't be used; mend or remove them"

    def has(self, recording: Recording) -> bool:
        return bool(recording.reason)

    def name_them(self, bad: Sequence[Recording]) -> str:
        return some(f"{recording.name} ({recording.reason})" for recording in bad)


class Silent(Fault):
    """A file with nothing in it."""

    name, severity, advice = (
        "silent",
        "error",
        "are silent, so that nothing can be learnt from them; remove them",
    )

    def has(self, recording: Recording) -> bool:
        return recording.is_silent


class Truncated(Fault):
    """A file that ends before its header says, as after a broken copy."""

    name, severity, advice = (
        "truncated",
        "error",
        "are shorter than their headers promise; copy them anew",
    )

    def has(self, recording: Recording) -> bool:
        return recording.truncated


class Clipped(Fault):
    """A recording that was too loud for its converter."""

    name, severity, advice = (
        "clipped",
        "warning",
        "are clipped, as they were recorded or amplified too loudly",
    )

    def has(self, recording: Recording) -> bool:
        return recording.clipped >= RUNS


class Offset(Fault):
    """A recording whose mean is not zero."""

    name, severity, advice = (
        "DC offset",
        "warning",
        "are shifted from zero (DC offset); a high-pass filter removes it",
    )

    def has(self, recording: Recording) -> bool:
        return abs(recording.offset) > OFFSET


class Narrow(Fault):
    """A recording that was sampled at a lower rate before, or went through a lossy encoder."""

    name, severity = "bandwidth", "warning"
    advice = "hold nothing above a sharp edge far below half their sample rate (up-sampled, or once an MP3)"

    def has(self, recording: Recording) -> bool:
        return recording.edge is not None and recording.edge < FAR * recording.rate / 2

    def name_them(self, bad: Sequence[Recording]) -> str:
        return some(
            f"{r.name} ({r.edge / 1000:.1f} of {r.rate / 2000:.1f} kHz)"
            for r in bad
            if r.edge is not None
        )


class Mixed(Check):
    """Recordings of other sample rates or channels than most: a model can learn to tell them by that."""

    name = "mixed"

    def look(self, recordings: Sequence[Recording]) -> list[Finding]:
        read = [recording for recording in recordings if not recording.reason]
        return self.odd(read, "rate", "at {} Hz") + self.odd(
            read, "channels", "with {} channels"
        )

    def odd(self, read: Sequence[Recording], fact: str, words: str) -> list[Finding]:
        """Those that differ from the majority in one fact."""
        counts = Counter(getattr(recording, fact) for recording in read).most_common()
        if len(counts) < 2:
            return []
        usual = counts[0][0]
        listed = ", ".join(
            f"{number} {words.format(value)}" for value, number in counts
        )
        sentence = f"Recordings differ: {listed}; they are made alike before training, but what they lack stays lacking."
        return [
            self.found(
                "warning", sentence, [r for r in read if getattr(r, fact) != usual]
            )
        ]
