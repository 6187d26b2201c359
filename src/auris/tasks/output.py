"""How decoded answers are read: all of a task that prediction needs, in plain values and without torch."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import atan2, degrees, hypot
from typing import Any, ClassVar, final

Array = Any  # of numpy or torch


Row = dict[str, str | float]


@dataclass(frozen=True)
class Reading(ABC):
    """Turns one decoded answer (...) into words and numbers."""

    needs_band: ClassVar[bool] = (
        False  # whether a recording must hold all frequencies that the model hears
    )
    timeline: ClassVar[bool] = (
        False  # whether people want answers over time, not one for a recording as a whole
    )
    reads_silence: ClassVar[bool] = (
        False  # whether there is something to say of a window in which nothing is heard
    )

    def moments(self, decoded: Array) -> Sequence[Array]:
        """One answer as one for each of the equal parts of its clip that people want an answer for."""
        return [decoded]

    @abstractmethod
    def answer(self, decoded: Array, target: Array = None) -> Row:
        """One answer (...) in words and numbers, by name, to one target (...) where there is one."""

    def words(self, said: Row) -> list[str]:
        """An `answer` for people, in one or two parts."""
        return [
            f"{value:.4f}" if isinstance(value, float) else str(value)
            for value in list(said.values())[:2]
        ]

    def facts(self) -> dict[str, Any]:
        """The plain values that `read` makes the same reading of."""
        return {"kind": type(self).__name__, **asdict(self)}


@final
@dataclass(frozen=True)
class Classes(Reading):
    """Of probabilities (K,) of classes."""

    classes: Sequence[str]

    def answer(self, decoded: Array, target: Array = None) -> Row:
        best = int(decoded.argmax())
        shares = {
            f"p_{name}": round(p, 6) for name, p in zip(self.classes, decoded.tolist(), strict=True)
        }
        return {
            "class": self.classes[best],
            "probability": round(float(decoded[best]), 6),
            **shares,
        }


@final
@dataclass(frozen=True)
class Scores(Reading):
    """Of anomaly scores (1 + S, K) of a clip and of its S seconds, as one of each of K sections.

    Args:
        sections: their names.
        calibrated: whether a score above 1 is an alarm.
    """

    sections: Sequence[str]
    calibrated: bool
    needs_band = True
    timeline = True
    reads_silence = True

    def moments(self, decoded: Array) -> Sequence[Array]:
        return list(decoded[1:, None])  # (1, K) each

    def answer(self, decoded: Array, target: Array = None) -> Row:
        """The score of its own section, or where that is not known of the one it is most like."""
        section = int(decoded[0].argmin() if target is None else target[1])
        score = float(decoded[0, section])
        said: Row = {"score": round(score, 6)}
        if self.calibrated:
            said["alarm"] = "yes" if score > 1 else "no"
        return said | ({"section": self.sections[section]} if len(self.sections) > 1 else {})


@final
@dataclass(frozen=True)
class Errors(Reading):
    """Of the mean squared error of a clip that was said again, and of its mean power, (2,)."""

    def answer(self, decoded: Array, target: Array = None) -> Row:
        error, power = decoded.tolist()
        return {
            "mean_squared_error": round(error, 6),
            "explained_variance": round(1 - error / max(power, 1e-12), 6),
        }


@final
@dataclass(frozen=True)
class Directions(Reading):
    """Of unit vectors (3,): x ahead, y to the left, z up. Azimuth and, where it is known, elevation in degrees."""

    elevation: bool
    timeline = True

    def answer(self, decoded: Array, target: Array = None) -> Row:
        x, y, z = decoded.tolist()
        said: Row = {"azimuth": round(degrees(atan2(y, x)), 2)}
        return said | (
            {"elevation": round(degrees(atan2(z, hypot(x, y))), 2)} if self.elevation else {}
        )

    def words(self, said: Row) -> list[str]:
        return [f"{name} {said[name]:.0f}°" for name in ("azimuth", "elevation") if name in said]


KINDS: dict[str, type[Reading]] = {
    kind.__name__: kind for kind in (Classes, Directions, Errors, Scores)
}


def read(facts: dict[str, Any]) -> Reading:
    """The reading that told its facts. Raises `KeyError` or `TypeError` for those of something else."""
    return KINDS[facts["kind"]](**{key: fact for key, fact in facts.items() if key != "kind"})
