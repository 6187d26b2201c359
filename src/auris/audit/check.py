"""What every check is: it is run on all recordings and says what it found."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from auris.audit.recording import Recording
from auris.core.text import list_examples

# must be mended; should be known before training; worth a look
SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a data set, for people."""

    check: str
    severity: str  # one of SEVERITIES
    sentence: str
    paths: tuple[Path, ...] = ()  # the recordings that it is about
    is_seen: bool = False  # in their spectra, better than it is heard


class Check(ABC):
    """One question about a data set."""

    name: str
    is_seen: ClassVar[bool] = False  # whether spectra show what it finds

    @abstractmethod
    def run_on(self, recordings: Sequence[Recording]) -> list[Finding]:
        """What is wrong; nothing where all is well."""

    def new_finding(
        self, severity: str, sentence: str, recordings: Iterable[Recording] = ()
    ) -> Finding:
        """A finding of this check."""
        every_path = [recording.clip.path for recording in recordings]
        paths = tuple(dict.fromkeys(every_path))
        return Finding(self.name, severity, sentence, paths, self.is_seen)


def list_names(recordings: Iterable[Recording]) -> str:
    """The names of some of the recordings."""
    names = dict.fromkeys(recording.name for recording in recordings)
    return list_examples(names)
