"""What choosing by the test set gains where nothing can be learnt."""

from math import sqrt
from typing import final

import numpy as np
from matplotlib.axes import Axes
from scipy.stats import binom

from auris.core.figures import COLOURS
from auris.core.progress import track_progress
from auris.core.ranges import Count
from auris.lecture.bench import Bench, score_split, shuffle_labels
from auris.lecture.drawing import draw_picture
from auris.lecture.study import Shown, Study, law_of_value

_SPLITS = ("train", "val", "test")
_SIGMAS = 3.0  # how far a measured figure may be from its expectation


@final
class ThreeSets(Study):
    """Models of random labels, of which the test set chooses the best.

    Args:
        models: how many, each of labels of its own.
    """

    def __init__(self, models: Count):
        self.models = models

    def show(self, bench: Bench) -> Shown:
        scores = []
        for seed in track_progress(range(self.models), "Models", self.models):
            experiment = bench.make()
            shuffle_labels(experiment.dataset, seed)
            fitted = bench.fit(experiment)
            scores.append([score_split(fitted, split) for split in _SPLITS])
        dataset = experiment.dataset
        clips = [len(dataset.indices(split)) for split in _SPLITS]
        chance = 1 / len(dataset.spec.classes)
        table = np.array(scores)  # (models, 3)
        best = table[table[:, 2].argmax()]
        expected, deviation = expected_best(self.models, clips[2], chance)
        one = sqrt(chance * (1 - chance) / clips[1])
        return Shown(
            [
                law_of_value(
                    f"test accuracy of the best of {self.models} by the test set",
                    best[2],
                    expected,
                    _SIGMAS * deviation,
                ),
                law_of_value(
                    "its accuracy on a set that did not choose it",
                    best[1],
                    chance,
                    _SIGMAS * one,
                ),
            ],
            [
                draw_picture(
                    lambda axes: _draw_scores(axes, table, chance),
                    "Each model of random labels on the three sets; in orange the chosen one",
                )
            ],
        )


def expected_best(models: int, clips: int, chance: float) -> tuple[float, float]:
    """The mean of the largest of some accuracies over so many clips, and its deviation.

    The largest of M independent binomial numbers is at most k with probability F(k)^M.
    """
    right = np.arange(clips + 1)
    up_to = binom.cdf(right, clips, chance) ** models
    share = np.diff(up_to, prepend=0.0)
    accuracy = right / clips
    mean = share @ accuracy
    variance = share @ (accuracy - mean) ** 2
    return float(mean), float(np.sqrt(variance))


def _draw_scores(axes: Axes, table: np.ndarray, chance: float) -> None:
    chosen = table[:, 2].argmax()
    for number, row in enumerate(table):
        colour = COLOURS[1] if number == chosen else COLOURS[0]
        front = int(number == chosen)
        axes.plot(
            _SPLITS, row, "o-", color=colour, alpha=0.3 + 0.7 * front, zorder=2 + front
        )
    axes.axhline(chance, linestyle="--", color=COLOURS[2])
    axes.set_ylabel("accuracy")
