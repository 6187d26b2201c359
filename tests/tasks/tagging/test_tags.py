"""Several labels a clip: targets, folds, metrics against scikit-learn's, thresholds, losses."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import sklearn.metrics
import torch

from auris.core.errors import UserError
from auris.data.clips import Clip
from auris.data.spec import Spec
from auris.tasks.losses import BinaryCrossEntropy, CrossEntropy
from auris.tasks.tagging.metrics import (
    LabelF1,
    MacroAuroc,
    MacroF1,
    MeanAveragePrecision,
    MicroF1,
)
from auris.tasks.tagging.output import TagOutput
from auris.tasks.tagging.targets import TagTargets
from auris.tasks.tagging.task import Tagging
from auris.tasks.tagging.threshold import best_threshold

NAMES = ("dog", "rain", "siren")


def clips_of(*labels: str) -> list[Clip]:
    return [
        Clip(Path(f"/far/{i}.wav"), label, str(i)) for i, label in enumerate(labels)
    ]


def task() -> Tagging:
    spec = Spec(8000, 1, 8000, "tags", NAMES, columns={"separator": ("|",)})
    return Tagging(spec)


def drawn(seed: int = 0, count: int = 60) -> tuple[torch.Tensor, torch.Tensor]:
    """Probabilities with ties, and labels that go with them, (N, 3)."""
    generator = torch.Generator().manual_seed(seed)
    target = (torch.rand(count, 3, generator=generator) < 0.3).float()
    score = torch.rand(count, 3, generator=generator) + 0.4 * target
    return (10 * score / 1.4).round() / 10, target


def test_each_label_of_a_clip_is_told() -> None:
    clips = clips_of("rain | dog", "dog", "", "siren|siren")
    targets = TagTargets()
    assert targets.classes_of(clips) == NAMES
    assert targets.encode(clips).tolist() == [
        [1, 1, 0],
        [1, 0, 0],
        [0, 0, 0],
        [0, 0, 1],
    ]
    assert targets.kinds_of(clips)[:3] == [("dog", "rain"), ("dog",), ("(none)",)]
    assert targets.identity_of(clips[0]) == ("dog", "rain")
    summary = targets.summarize_clips(["train"] * 4, clips)
    assert "3 labels, 1.0 a clip: dog (2), rain (1), siren (1)" in summary


def test_the_separator_is_a_setting() -> None:
    clips = clips_of("rain; dog|cat")
    assert TagTargets(";").classes_of(clips) == ("dog|cat", "rain")
    with pytest.raises(UserError, match="data.separator should be a character"):
        TagTargets(" ")


def test_labels_that_are_not_there_are_refused() -> None:
    with pytest.raises(UserError, match="No recording has a label"):
        TagTargets().check_clips(clips_of("", ""))
    clips = clips_of("dog", "dog|rain", "rain")
    with pytest.raises(UserError, match="label rain is in the training set"):
        TagTargets().check_splits(["train", "val", "test"], clips)


def test_each_label_is_in_each_fold_as_often_and_groups_are_whole() -> None:
    draw = np.random.default_rng(0)
    shares = {"dog": 0.5, "rain": 0.3, "siren": 0.06}
    clips = []
    for i in range(200):
        own = [name for name, share in shares.items() if draw.random() < share]
        clips.append(Clip(Path(f"{i}.wav"), "|".join(own), group=str(i // 2)))
    targets = TagTargets()
    folds = [targets.split_clips(clips, fold, 5, 0) for fold in range(1, 6)]
    tested = [
        [c for c, s in zip(clips, own, strict=True) if s == "test"] for own in folds
    ]
    assert sorted(len(own) for own in tested) == pytest.approx([40] * 5, abs=4)
    for name in shares:
        counts = [sum(name in c.label.split("|") for c in own) for own in tested]
        assert max(counts) - min(counts) <= 3, name
    groups = [{c.group for c in own} for own in tested]
    assert sum(map(len, groups)) == 100 == len(set.union(*groups))


def test_a_label_with_too_few_groups_for_the_folds_is_named() -> None:
    clips = clips_of(*["dog"] * 9, *["dog|rain"] * 4)
    with pytest.raises(
        UserError, match=r"label rain has 4 recordings.*data.folds=4 works"
    ):
        TagTargets().split_clips(clips, 1, 5, 0)
    found = TagTargets().split_clips(clips, 1, 4, 0)
    assert Counter(found[9:]) == {"train": 2, "val": 1, "test": 1}


@pytest.mark.parametrize("weighted", [False, True])
def test_metrics_are_those_of_scikit_learn(weighted: bool) -> None:
    score, target = drawn()
    threshold = torch.tensor([0.5, 0.4, 0.6])
    generator = torch.Generator().manual_seed(1)
    times = torch.randint(0, 3, (60,), generator=generator).float()
    weight = times if weighted else torch.ones(60)
    s, t, w = score.double().numpy(), target.numpy(), weight.numpy()
    said = (score >= threshold).numpy().astype(int)
    expected = {
        MeanAveragePrecision(): sklearn.metrics.average_precision_score(
            t, s, average="macro", sample_weight=w
        ),
        MeanAveragePrecision(1): sklearn.metrics.average_precision_score(
            t[:, 1], s[:, 1], sample_weight=w
        ),
        MacroAuroc(): sklearn.metrics.roc_auc_score(
            t, s, average="macro", sample_weight=w
        ),
        MacroF1(threshold): sklearn.metrics.f1_score(
            t, said, average="macro", sample_weight=w
        ),
        MicroF1(threshold): sklearn.metrics.f1_score(
            t, said, average="micro", sample_weight=w
        ),
        LabelF1(threshold, 2): sklearn.metrics.f1_score(
            t[:, 2], said[:, 2], sample_weight=w
        ),
    }
    for metric, value in expected.items():
        assert float(metric(score, target, weight[None])) == pytest.approx(
            value, abs=1e-6
        )


def test_a_label_that_no_clip_bears_is_left_out() -> None:
    score, target = drawn()
    target[:, 0] = 0
    both = MeanAveragePrecision().value(score, target)
    assert both == pytest.approx(
        MeanAveragePrecision().value(score[:, 1:], target[:, 1:])
    )
    assert MacroAuroc().value(score, target) > 0.5


def test_the_threshold_of_a_label_is_that_of_the_largest_f1() -> None:
    for seed in range(5):
        score, target = drawn(seed)
        found = best_threshold(score[:, 0], target[:, 0])
        said = score[:, 0] >= found
        own = sklearn.metrics.f1_score(target[:, 0], said)
        grid = [
            sklearn.metrics.f1_score(target[:, 0], score[:, 0] >= g)
            for g in np.arange(0, 1.2, 0.02)
        ]
        assert own == pytest.approx(max(grid)) and not (score[:, 0] == found).any()
    assert best_threshold(torch.rand(5), torch.zeros(5)) == 0.5


def test_thresholds_follow_from_validation_clips_and_decide() -> None:
    tagging = task()
    assert "probability of 0.5" in tagging.limitation()
    score, target = drawn()
    assert tagging.calibrate(score / 10, target, torch.arange(60)) is not None
    assert tagging.limitation() == ""
    assert max(tagging.output.thresholds) < 0.1
    assert tagging.metrics()["micro_f1"].value(score / 10, target) > 0.5


def test_a_row_has_all_labels_with_probabilities_and_decisions() -> None:
    output = TagOutput(NAMES, (0.5, 0.2, 0.9), "|")
    row = output.to_row(torch.tensor([0.75, 0.25, 0.5]), torch.tensor([1.0, 0, 1]))
    assert row == {
        "tags": "dog|rain",
        "p_dog": 0.75,
        "p_rain": 0.25,
        "p_siren": 0.5,
        "true_tags": "dog|siren",
    }
    assert output.to_words(row) == ["dog (0.75), rain (0.25)"]
    assert output.to_words(output.to_row(torch.zeros(3))) == ["nothing known"]


def test_a_table_of_predictions_is_compared_as_it_was_scored() -> None:
    score, target = drawn()
    output = task().output
    rows = [
        {key: str(value) for key, value in output.to_row(*pair).items()}
        for pair in zip(score, target, strict=True)
    ]
    told = Tagging.comparable(rows, {"data.separator": "|"})
    assert told.metric.value(told.decoded, told.target) == pytest.approx(
        MeanAveragePrecision().value(score, target), abs=1e-5
    )


def test_an_answer_is_right_where_all_labels_are() -> None:
    decoded = torch.tensor([[0.9, 0.1, 0.9], [0.9, 0.1, 0.1]])
    target = torch.tensor([[1.0, 0, 1], [1, 1, 0]])
    assert task().view.right_answers(decoded, target).tolist() == [True, False]


def test_the_constant_answer_is_how_frequent_each_label_is() -> None:
    score, target = drawn()
    constant = task().constant_prediction(target, score)
    assert torch.allclose(constant[0], target.mean(0))
    prevalence = float(target.mean(0).mean())
    assert MeanAveragePrecision().value(constant, target) == pytest.approx(prevalence)


def test_the_losses_are_those_of_torch_and_of_the_paper() -> None:
    output, target = torch.randn(8, 3), (torch.rand(8, 3) < 0.5).float()
    plain = torch.nn.functional.binary_cross_entropy_with_logits(output, target)
    assert torch.allclose(BinaryCrossEntropy()(output, target), plain)
    right = torch.where(target == 1, output.sigmoid(), 1 - output.sigmoid())
    focal = (-((1 - right) ** 2) * right.log()).mean()  # Lin et al., 2017, eq. 4
    assert torch.allclose(BinaryCrossEntropy(2.0)(output, target), focal, rtol=1e-4)


def test_a_loss_of_one_class_is_refused() -> None:
    spec = Spec(8000, 1, 8000, "tags", NAMES)
    with pytest.raises(UserError, match="CrossEntropy is for"):
        task().check_parts(torch.nn.Identity(), CrossEntropy(spec))
