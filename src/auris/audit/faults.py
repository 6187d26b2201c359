"""Faults that one recording has, whatever the others are."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import ClassVar

from auris.audit.check import Check, Finding, list_names
from auris.audit.recording import Recording
from auris.core.text import list_examples
from auris.data import audio

_MAX_OFFSET = 0.005  # of full scale; converters stay well below
_MIN_CLIPPED_RUNS = 3  # a single click is no clipping

# of half the sample rate; MP3 of 128 kbit/s ends at 0.73 of that of a compact disc
_MIN_BANDWIDTH = 0.75


class _Fault(Check):
    """A check that looks at each recording for itself."""

    severity: ClassVar[str]
    advice: ClassVar[str]  # what is wrong, after "7 of 80 recordings", and what to do

    @abstractmethod
    def has_fault(self, recording: Recording) -> bool:
        """Whether a recording has the fault."""

    @abstractmethod
    def list_faulty(self, faulty: Sequence[Recording]) -> str:
        """Some of the recordings that have it, in words."""

    def run_on(self, recordings: Sequence[Recording]) -> list[Finding]:
        faulty = [recording for recording in recordings if self.has_fault(recording)]
        if not faulty:
            return []
        share = f"{len(faulty)} of {len(recordings)} recordings"
        sentence = f"{share} {self.advice}: {self.list_faulty(faulty)}."
        return [self.new_finding(self.severity, sentence, faulty)]


class _NamedFault(_Fault):
    """A fault of which names say enough."""

    def list_faulty(self, faulty: Sequence[Recording]) -> str:
        return list_names(faulty)


class Unreadable(_Fault):
    """A file that is missing, broken, too short, or holds NaN."""

    name = "unreadable"
    severity = "error"
    advice = "can't be used; mend or remove them"

    def has_fault(self, recording: Recording) -> bool:
        return bool(recording.reason)

    def list_faulty(self, faulty: Sequence[Recording]) -> str:
        return list_examples(f"{r.name} ({r.reason})" for r in faulty)


class Silent(_NamedFault):
    """A file with nothing in it."""

    name = "silent"
    severity = "error"
    advice = "are silent, so that nothing can be learnt from them; remove them"

    def has_fault(self, recording: Recording) -> bool:
        return recording.is_silent


class Truncated(_NamedFault):
    """A file that ends before its header says, as after a broken copy."""

    name = "truncated"
    severity = "error"
    advice = "are shorter than their headers promise; copy them anew"

    def has_fault(self, recording: Recording) -> bool:
        return recording.truncated


class Clipped(_NamedFault):
    """A recording that was too loud for its converter."""

    name = "clipped"
    severity = "warning"
    advice = "are clipped, as they were recorded or amplified too loudly"

    def has_fault(self, recording: Recording) -> bool:
        return recording.clipped >= _MIN_CLIPPED_RUNS


class Unscaled(_NamedFault):
    """A recording of integers that were written as floats."""

    name = "scale"
    severity = "error"
    advice = (
        "hold samples far beyond full scale, which is 1, as of integers written as "
        "floats; divide them by 32768"
    )

    def has_fault(self, recording: Recording) -> bool:
        return recording.peak > audio.MAX_FLOAT


class DcOffset(_NamedFault):
    """A recording whose mean is not zero."""

    name = "DC offset"
    severity = "warning"
    advice = "are shifted from zero (DC offset); a high-pass filter removes it"

    def has_fault(self, recording: Recording) -> bool:
        return abs(recording.offset) > _MAX_OFFSET


class BandLimited(_Fault):
    """A recording that was sampled at a lower rate before, or went through a lossy encoder."""

    name = "bandwidth"
    is_seen = True
    severity = "warning"
    advice = (
        "hold nothing above a sharp edge far below half their sample rate "
        "(up-sampled, or once an MP3)"
    )

    def has_fault(self, recording: Recording) -> bool:
        if recording.edge is None:
            return False
        nyquist = recording.rate / 2  # Hz
        return recording.edge < _MIN_BANDWIDTH * nyquist

    def list_faulty(self, faulty: Sequence[Recording]) -> str:
        return list_examples(_tell_edges(faulty))


class MixedFormat(Check):
    """Recordings of other sample rates or channels than most.

    A model can learn to tell them by that.
    """

    name = "mixed"

    def run_on(self, recordings: Sequence[Recording]) -> list[Finding]:
        readable = [recording for recording in recordings if not recording.reason]
        rates = self._find_minority(readable, "rate", "at {} Hz")
        channels = self._find_minority(readable, "channels", "with {} channels")
        return rates + channels

    def _find_minority(
        self, readable: Sequence[Recording], fact: str, template: str
    ) -> list[Finding]:
        """Those that differ from the majority in one fact."""
        values = [getattr(recording, fact) for recording in readable]
        counts = Counter(values).most_common()
        if len(counts) < 2:
            return []
        majority, _ = counts[0]
        listed = ", ".join(
            f"{count} {template.format(value)}" for value, count in counts
        )
        sentence = (
            f"Recordings differ: {listed}; they are made alike before training, "
            "but what they lack stays lacking."
        )
        odd = [r for r in readable if getattr(r, fact) != majority]
        return [self.new_finding("warning", sentence, odd)]


def _tell_edges(recordings: Iterable[Recording]) -> Iterable[str]:
    """'a.wav (15.8 of 22.1 kHz)' of each recording that has an edge."""
    for recording in recordings:
        if recording.edge is None:
            continue
        edge = recording.edge / 1000  # kHz
        nyquist = recording.rate / 2000  # kHz
        yield f"{recording.name} ({edge:.1f} of {nyquist:.1f} kHz)"
