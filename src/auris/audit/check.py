"""What every check is: it looks at all recordings and says what it found."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from auris.audit.recording import Recording

SEVERITIES = (
    "error",
    "warning",
    "note",
)  # must be mended; should be known before training; worth a look


NAMED = 3  # examples that a sentence names


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a data set, for people."""

    check: str
    severity: str  # one of SEVERITIES
    sentence: str
    paths: tuple[Path, ...] = ()  # the recordings that it is about


class Check(ABC):
    """One question about a data set."""

    name: str

    @abstractmethod
    def look(self, recordings: Sequence[Recording]) -> list[Finding]:
        """What is wrong; nothing where all is well."""

    def found(
        self, severity: str, sentence: str, recordings: Iterable[Recording] = ()
    ) -> Finding:
        """A finding of this check."""
        return Finding(
            self.name,
            severity,
            sentence,
            tuple(dict.fromkeys(r.clip.path for r in recordings)),
        )


def some(words: Iterable[object]) -> str:
    """'a.wav, b.wav, c.wav and 4 more'."""
    listed = [str(word) for word in words]
    more = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
    return ", ".join(listed[:NAMED]) + more


def files(recordings: Iterable[Recording]) -> str:
    """The names of some of the recordings."""
    return some(dict.fromkeys(recording.name for recording in recordings))
