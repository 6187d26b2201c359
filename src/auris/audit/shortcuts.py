"""Can the label be told from what should not matter? Then a model may learn that instead of the sound."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auris.audit.check import Check, Finding
from auris.audit.metadata import columns
from auris.audit.recording import Recording
from auris.core.progress import track_progress

FOLDS = 5


DRAWS = 299  # permutations of the labels


BINS = 8


LEVEL = 0.05  # of significance, for all facts together (Bonferroni)


LEAST = 0.1  # of the way from chance to certainty; less is of no use to a model


MOST = 1000  # recordings; more make no difference to the answer


ALL = "all of them"


@dataclass(frozen=True)
class Clue:
    """How well one fact tells the label."""

    fact: str
    accuracy: float  # balanced: the mean over classes of the share that was told, in groups that were held out
    p: float  # how often labels dealt at random to groups are told as well
    chance: float

    @property
    def use(self) -> float:
        """How much of the way from chance to certainty it goes."""
        return (self.accuracy - self.chance) / (1 - self.chance)


class Shortcut(Check):
    """Facts such as level or file format that give the label away."""

    name = "shortcut"

    def __init__(self) -> None:
        self.clues: list[Clue] = []

    def look(self, recordings: Sequence[Recording]) -> list[Finding]:
        self.clues = clues(
            [recording for recording in recordings if recording.is_usable]
        )
        tests = max(1, len(self.clues))
        strong = [
            clue for clue in self.clues if clue.p * tests <= LEVEL and clue.use >= LEAST
        ]
        alone = [clue for clue in strong if clue.fact != ALL] or strong
        return [
            self.found("warning", told(clue))
            for clue in sorted(alone, key=lambda clue: -clue.accuracy)
        ]


def told(clue: Clue) -> str:
    fact = (
        "All of level, duration and the like together"
        if clue.fact == ALL
        else f"The {clue.fact} alone"
    )
    return (
        f"{fact} gives the label away in {100 * clue.accuracy:.0f} % of unseen groups' recordings (balanced; chance "
        f"is {100 * clue.chance:.0f} %, p = {clue.p:.2g}); a model may learn that instead of the sound."
    )


def clues(recordings: Sequence[Recording]) -> list[Clue]:
    """How well each fact tells the label, and all of them do; nothing where groups are too few to tell."""
    chosen = testable(recordings)
    labels = np.unique(
        [recording.clip.label for recording in chosen], return_inverse=True
    )[1]
    groups = np.unique(
        [recording.clip.group for recording in chosen], return_inverse=True
    )[1]
    facts = (
        {name: binned(column)[:, None] for name, column in columns(chosen).items()}
        if len(set(labels)) > 1
        else {}
    )
    if len(facts) > 1:
        facts[ALL] = np.concatenate(list(facts.values()), axis=1)
    deals = dealt(labels, groups) if facts else labels[None]
    jobs = track_progress(facts.items(), "Looking for shortcuts", len(facts))
    return [
        Clue(name, *judged(accuracies(fact, deals, groups)), 1 / len(set(labels)))
        for name, fact in jobs
    ]


def testable(recordings: Sequence[Recording]) -> list[Recording]:
    """Recordings of classes with a group for each fold; of very many, some."""
    groups = defaultdict(set)
    for recording in recordings:
        groups[recording.clip.label].add(recording.clip.group)
    usable = [
        recording
        for recording in recordings
        if len(groups[recording.clip.label]) >= FOLDS
    ]
    order = np.random.default_rng(0).permutation(len(usable))[:MOST]
    return [usable[i] for i in sorted(order)]


def binned(column: np.ndarray) -> np.ndarray:
    """(N,) numbers -> (N,) in which of a few bins each is, of about as many recordings."""
    bins = min(BINS, int(np.sqrt(len(column))))
    edges = np.unique(np.quantile(column, np.arange(1, bins) / bins, method="lower"))
    return np.searchsorted(
        edges, column, side="left" if len(set(column)) > bins else "right"
    )


def dealt(labels: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """(DRAWS + 1, N) the labels (N,), then dealt anew: between groups where each bears one, else within each."""
    random = np.random.default_rng(0)
    first = np.unique(groups, return_index=True)[1]  # groups are numbers from 0
    if (labels == labels[first][groups]).all():
        return np.stack(
            [labels, *(labels[random.permutation(first)][groups] for _ in range(DRAWS))]
        )
    place = np.argsort(groups, kind="stable")
    deals = np.repeat(labels[None], DRAWS + 1, axis=0)
    for deal in deals[1:]:
        deal[place] = labels[np.lexsort((random.random(len(labels)), groups))]
    return deals


def accuracies(facts: np.ndarray, deals: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """(D,) balanced accuracy of naive Bayes on facts (N, k) in bins, for labels (D, N), in folds of unseen groups."""
    fold = np.random.default_rng(0).permutation(np.arange(groups.max() + 1) % FOLDS)[
        groups
    ]
    return np.array([accuracy(facts, labels, fold) for labels in deals])


def accuracy(facts: np.ndarray, labels: np.ndarray, fold: np.ndarray) -> float:
    """Balanced accuracy for labels (N,) where the recordings of each fold are told by the others."""
    classes = int(labels.max()) + 1
    truth = np.eye(classes)[labels]  # (N, classes)
    told = np.zeros((len(labels), classes))  # log-likelihood, but for a constant
    for column in facts.T:
        table = np.zeros((FOLDS, int(column.max()) + 1, classes))
        np.add.at(table, (fold, column), truth)
        others = (
            table.sum(0) - table + 1
        )  # one in each bin before anything is seen (Laplace)
        told += np.log(others / others.sum(1, keepdims=True))[fold, column]
    right = np.bincount(labels, told.argmax(1) == labels, classes) / np.bincount(
        labels, minlength=classes
    )
    return float(np.nanmean(right))


def judged(reached: np.ndarray) -> tuple[float, float]:
    """The accuracy for the real labels, the first of (D,), and how often one is as high where labels were dealt."""
    return float(reached[0]), float((reached >= reached[0]).mean())
