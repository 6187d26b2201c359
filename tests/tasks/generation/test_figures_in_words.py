"""What is said of new clips agrees with their figures."""

from auris.tasks.generation.view import NewClipsView
from auris.tasks.generation.words import describe_measures

FIGURES = {
    "kernel_distance": 0.4,
    "kernel_distance_of_replay": 0.2,
    "kernel_distance_of_gaussian": 0.9,
    "precision": 0.75,
    "coverage": 0.5,
    "coverage_of_replay": 0.6,
    "coverage_of_gaussian": 0.1,
    "copies": 0.04,
}


def estimates(**changes: float | None) -> dict:
    return {name: {"value": value} for name, value in {**FIGURES, **changes}.items()}


def test_figures_stand_beside_those_of_others() -> None:
    distance, places, copies = describe_measures(estimates())
    assert (
        "new clips 0.400, training clips 0.200, clips of a Gaussian 0.900" in distance
    )
    assert places.startswith("75 % of the new clips lie where held-out clips are")
    assert "60 % a training clip, and 10 % one of the Gaussian" in places
    assert copies.startswith("4 % are nearer") and "no more than chance" in copies


def test_many_copies_are_called_so() -> None:
    *_, copies = describe_measures(estimates(copies=0.5))
    assert "copies are suspicious" in copies


def test_what_is_not_known_is_not_told() -> None:
    (only,) = describe_measures(
        estimates(kernel_distance=None, precision=None, copies=None)
    )
    assert only == "Too few clips were held out to compare new ones with."


def test_the_report_begins_with_the_distance() -> None:
    scores = {"clips": 75, "metrics": estimates()}
    sentence = NewClipsView().result_sentence(scores, "unseen clips", {})
    assert sentence.startswith("On 75 unseen clips. Kernel distance")
