"""Can the label be told from what should not matter? Then a model may learn that."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from auris.audit.check import Check, Finding
from auris.audit.metadata import metadata_columns
from auris.audit.recording import Recording
from auris.core.progress import track_progress

_FOLDS = 5
_PERMUTATIONS = 299  # of the labels
_MAX_BINS = 8
_SIGNIFICANCE = 0.05  # for all facts together (Bonferroni)

# of the way from chance to certainty; less is of no use to a model
_MIN_USE = 0.1

_MAX_RECORDINGS = 1000  # more make no difference to the answer
_ALL_FACTS = "all facts together"
_ADVICE = (
    "Make it alike in all classes before training: record anew or leave out what differs, cut to "
    "one duration, bring to one level, rate and format. What can't be made alike should differ "
    "within each class, and be tested on recordings that were made otherwise."
)


@dataclass(frozen=True)
class LabelPredictability:
    """How well one fact tells the label.

    `accuracy` is balanced: the mean over classes of the fraction that was told, in groups that were
    held out.
    """

    fact: str
    accuracy: float
    p: float  # how often labels that are permuted among groups are told as well
    chance: float

    @property
    def use(self) -> float:
        """How much of the way from chance to certainty it goes."""
        gain = self.accuracy - self.chance
        return gain / (1 - self.chance)


class Shortcut(Check):
    """Facts such as level or file format that give the label away.

    Args:
        predictability: of the label from each fact.
    """

    name = "shortcut"

    def __init__(self, predictability: Sequence[LabelPredictability]):
        self.predictability = predictability

    def run_on(self, recordings: Sequence[Recording]) -> list[Finding]:
        strong = list(filter(self._is_strong, self.predictability))
        single = [fact for fact in strong if fact.fact != _ALL_FACTS]
        shown = sorted(single or strong, key=lambda fact: -fact.accuracy)
        if not shown:
            return []
        return [self.new_finding("warning", _describe_shortcuts(shown))]

    def _is_strong(self, fact: LabelPredictability) -> bool:
        tests = len(self.predictability)
        if fact.p * tests > _SIGNIFICANCE:
            return False
        return fact.use >= _MIN_USE


def _describe_shortcuts(facts: Sequence[LabelPredictability]) -> str:
    """What gives the label away, the surest fact first, and what to do about it."""
    told = ", ".join(f"{fact.fact} ({100 * fact.accuracy:.0f} %)" for fact in facts)
    chance = 100 * facts[0].chance  # %
    least = max(fact.p for fact in facts)
    return (
        f"Without listening, the label of recordings of unseen groups is told by {told}, where "
        f"chance is {chance:.0f} % (balanced; of shuffled labels at most {100 * least:.2g} % are "
        f"told as well); a model may learn that instead of the sound. {_ADVICE}"
    )


def measure_predictability(
    recordings: Sequence[Recording],
) -> list[LabelPredictability]:
    """How well each fact tells the label, and all of them do.

    Nothing where groups are too few to tell.
    """
    chosen = _testable_recordings(recordings)
    labels = _to_numbers(recording.label for recording in chosen)
    groups = _to_numbers(recording.group for recording in chosen)
    classes = len(set(labels))
    facts = _binned_facts(chosen)
    if classes < 2 or not facts:
        return []
    permuted = permuted_labels(labels, groups)
    measured = []
    for name, fact in track_progress(
        facts.items(), "Looking for shortcuts", len(facts)
    ):
        reached = balanced_accuracies(fact, permuted, groups)
        accuracy = float(reached[0])
        p = permutation_p_value(reached)
        measured.append(LabelPredictability(name, accuracy, p, chance=1 / classes))
    return measured


def _testable_recordings(recordings: Sequence[Recording]) -> list[Recording]:
    """Usable recordings of classes with a group for each fold; of very many, some."""
    usable = [recording for recording in recordings if recording.is_usable]
    groups = defaultdict(set)
    for recording in usable:
        groups[recording.label].add(recording.group)
    large = {label for label, own in groups.items() if len(own) >= _FOLDS}
    testable = [recording for recording in usable if recording.label in large]
    random = np.random.default_rng(0)
    order = random.permutation(len(testable))
    chosen = order[:_MAX_RECORDINGS]
    return [testable[number] for number in sorted(chosen)]


def _to_numbers(words: Iterable[str]) -> np.ndarray:
    """(N,) the place of each word among the different ones."""
    _, numbers = np.unique(list(words), return_inverse=True)
    return numbers


def _binned_facts(recordings: Sequence[Recording]) -> dict[str, np.ndarray]:
    """Each fact in bins, (N, 1), and all of them, (N, k), where there are several."""
    facts = {}
    for name, column in metadata_columns(recordings).items():
        bins = to_bins(column)  # (N,)
        facts[name] = bins[:, None]
    if len(facts) > 1:
        columns = list(facts.values())
        facts[_ALL_FACTS] = np.concatenate(columns, axis=1)
    return facts


def to_bins(column: np.ndarray) -> np.ndarray:
    """(N,) numbers -> (N,) in which of a few bins each is, of about as many recordings."""
    affordable = math.isqrt(len(column))
    count = min(_MAX_BINS, affordable)
    fractions = np.arange(1, count) / count
    quantiles = np.quantile(column, fractions, method="lower")
    edges = np.unique(quantiles)
    values = len(set(column))
    if values > count:
        return np.searchsorted(edges, column, side="left")
    return np.searchsorted(edges, column, side="right")


def permuted_labels(labels: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """(D, N) the labels (N,), then permuted between groups where each bears one, else within each.

    Groups (N,) are numbers from 0.
    """
    random = np.random.default_rng(0)
    rows = [labels]
    firsts = np.unique(groups, return_index=True)[1]  # a recording of each group
    label_of_group = labels[firsts]
    if (labels == label_of_group[groups]).all():
        for _ in range(_PERMUTATIONS):
            shuffled = random.permutation(firsts)
            rows.append(labels[shuffled][groups])
        return np.stack(rows)
    by_group = np.argsort(groups, kind="stable")
    for _ in range(_PERMUTATIONS):
        keys = random.random(len(labels))
        shuffled = np.lexsort((keys, groups))
        row = np.empty_like(labels)
        row[by_group] = labels[shuffled]
        rows.append(row)
    return np.stack(rows)


def balanced_accuracies(
    facts: np.ndarray, permuted: np.ndarray, groups: np.ndarray
) -> np.ndarray:
    """(D,) balanced accuracy of naive Bayes on facts (N, k) in bins, for labels (D, N).

    The folds are of unseen groups (N,).
    """
    random = np.random.default_rng(0)
    count = groups.max() + 1
    even_folds = np.arange(count) % _FOLDS
    fold_of_group = random.permutation(even_folds)
    fold = fold_of_group[groups]  # (N,)
    reached = [_balanced_accuracy(facts, labels, fold) for labels in permuted]
    return np.array(reached)


def _balanced_accuracy(
    facts: np.ndarray, labels: np.ndarray, fold: np.ndarray
) -> float:
    """Balanced accuracy for labels (N,) where each fold is told by the others."""
    classes = int(labels.max()) + 1
    one_hot = np.eye(classes)
    truth = one_hot[labels]  # (N, classes)
    log_likelihood = np.zeros((len(labels), classes))  # but for a constant
    for column in facts.T:
        bins = int(column.max()) + 1
        counts = np.zeros((_FOLDS, bins, classes))
        np.add.at(counts, (fold, column), truth)
        # one in each bin before anything is seen (Laplace)
        others = counts.sum(axis=0) - counts + 1
        total = others.sum(axis=1, keepdims=True)
        log_probability = np.log(others / total)  # (folds, bins, classes)
        log_likelihood += log_probability[fold, column]
    predicted = log_likelihood.argmax(axis=1)
    is_right = predicted == labels
    right = np.bincount(labels, is_right, classes)
    number = np.bincount(labels, minlength=classes)
    return float(np.nanmean(right / number))


def permutation_p_value(reached: np.ndarray) -> float:
    """How often the accuracy is as high as that of the real labels, the first of (D,)."""
    is_as_high = reached >= reached[0]
    return float(is_as_high.mean())
