"""What the measures of new clips say, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from auris.tasks.generation.metrics import COPY_RATE
from auris.tasks.view import format_percent

_MORE_COPIES = 2 * COPY_RATE  # from which on clips are suspicious


def describe_measures(metrics: Mapping[str, Any]) -> Iterator[str]:
    """Sentences on estimates by name, as a result has them."""

    def value(name: str) -> float | None:
        return metrics[name]["value"]

    yield describe_distance(metrics)
    precision, coverage = value("precision"), value("coverage")
    plain, real = value("coverage_of_gaussian"), value("coverage_of_replay")
    if None not in (precision, coverage, plain, real):
        yield (
            f"{_percent(precision)} of the new clips lie where held-out clips are (precision); "
            f"{_percent(coverage)} of the held-out clips have a new clip near them (coverage), "
            f"{_percent(real)} a training clip, and {_percent(plain)} one of the Gaussian."
        )
    copies = value("copies")
    if copies is not None:
        verdict = (
            "are suspicious" if copies > _MORE_COPIES else "are no more than chance"
        )
        yield (
            f"{_percent(copies)} are nearer to a training clip than such clips are to each other; "
            f"{_percent(COPY_RATE)} are to be expected, so copies {verdict}. "
            "Of replayed training clips the same test finds all."
        )


def describe_distance(metrics: Mapping[str, Any]) -> str:
    """How far new clips are from held-out ones, beside how far others are."""
    names = (
        "kernel_distance",
        "kernel_distance_of_replay",
        "kernel_distance_of_gaussian",
    )
    values = [metrics[name]["value"] for name in names]
    known = [value for value in values if value is not None and value == value]
    if len(known) < len(values):
        return "Too few clips were held out to compare new ones with."
    drawn, replay, gaussian = known
    return (
        f"Kernel distance to held-out clips: new clips {drawn:.3f}, training clips {replay:.3f}, "
        f"clips of a Gaussian {gaussian:.3f}."
    )


def _percent(value: float | None) -> str:
    return "?" if value is None else format_percent(value)
