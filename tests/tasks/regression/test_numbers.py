"""Numbers of a table: targets, metrics against scikit-learn's, intervals with their coverage."""

from math import inf
from pathlib import Path

import pytest
import sklearn.metrics
import torch

from auris.core.errors import UserError
from auris.data.clips import Clip
from auris.data.spec import Spec
from auris.tasks.losses import CrossEntropy
from auris.tasks.regression.conformal import conformal_width, groups_needed
from auris.tasks.regression.metrics import (
    R2,
    Bias,
    Coverage,
    IntervalWidth,
    MeanAbsoluteError,
)
from auris.tasks.regression.targets import NumberTargets
from auris.tasks.regression.task import Regression

X = torch.zeros(1)  # features, which decoding does not read


def clip(name: str, label: str = "", **columns: str) -> Clip:
    return Clip(Path("/far") / name, label, group=name, columns=columns)


def spec(*names: str) -> Spec:
    columns = dict.fromkeys(names or ("rt60",), ())
    return Spec(8000, 1, 8000, "number", columns=columns)


def regression(*names: str, **settings: object) -> Regression:
    return Regression(spec(*names), **settings)


def test_targets_are_the_numbers_of_the_named_columns() -> None:
    clips = [
        clip("a", "x", rt60="0.5", size_m="3"),
        clip("b", "y", rt60="1", size_m="-4e1"),
    ]
    targets = NumberTargets(["RT60", "Size M"])
    targets.check_clips(clips)
    assert targets.encode(clips).tolist() == [[0.5, 3], [1, -40]]
    assert list(targets.columns_of(clips)) == ["rt60", "size_m"]
    assert targets.classes_of(clips) == ()
    assert targets.identity_of(clips[0]) == (0.5, 3)
    summary = targets.summarize_clips(["train", "test"], clips)
    assert summary.endswith("; rt60 from 0.5 to 1, size_m from -40 to 3")


def test_labels_may_be_the_numbers() -> None:
    clips = [clip("a", "0.5"), clip("b", "2")]
    assert NumberTargets().encode(clips).tolist() == [[0.5], [2]]
    assert list(NumberTargets().columns_of(clips)) == ["value"]


@pytest.mark.parametrize(
    ("columns", "clips", "sentence"),
    [
        (
            ["rt6"],
            [clip("a", rt60="1")],
            "has a rt6, data.target=rt6; did you mean rt60",
        ),
        (["rt60"], [clip("a", rt60="1"), clip("b")], "b: rt60 is not given; fill it"),
        (["rt60"], [clip("a", rt60="long")], "rt60 is long and should be a number"),
        (["rt60"], [clip("a", rt60="nan")], "rt60 is nan and should be a number"),
        ([], [clip("a", "dog")], "label is dog and should be a number"),
        ([], [clip("a", rt60="1")], "lacks the column label; data.target=.*: rt60"),
        ([], [clip("a", "1"), clip("b", "1")], "value is 1 of all recordings"),
    ],
)
def test_numbers_that_can_not_be_learnt_are_refused(
    columns: list[str], clips: list[Clip], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        NumberTargets(columns).check_clips(clips)


def test_splits_need_no_classes_and_people_see_thirds() -> None:
    clips = [clip(str(i), str(i)) for i in range(30)]
    found = NumberTargets().split_clips(clips, fold=1, folds=5, seed=0)
    assert [found.count(name) for name in ("train", "val", "test")] == [18, 6, 6]
    kinds = NumberTargets().kinds_of(clips)
    assert kinds[0] == kinds[9] == ("value 0 to 9.67",)
    assert {word: kinds.count(word) for word in kinds} == dict.fromkeys(kinds, 10)


def decoded_like(value: torch.Tensor, half: float = 0.5) -> torch.Tensor:
    return torch.stack([value, value - half, value + half], dim=-1)


def test_metrics_are_those_of_scikit_learn_weighted_too() -> None:
    draw = torch.Generator().manual_seed(0)
    true = 1000 + torch.randn(40, 2, generator=draw)
    told = true + 0.7 * torch.randn(40, 2, generator=draw) + 0.2
    decoded = decoded_like(told)
    weight = torch.randint(0, 4, (3, 40), generator=draw).float()
    mae, r2 = MeanAbsoluteError(1)(decoded, true, weight), R2(1)(decoded, true, weight)
    both = R2()(decoded, true, weight)
    for row, own in enumerate(weight.numpy()):
        one, other = true[:, 1].double().numpy(), told[:, 1].double().numpy()
        expected = sklearn.metrics.mean_absolute_error(one, other, sample_weight=own)
        assert float(mae[row]) == pytest.approx(expected, rel=1e-5)
        expected = sklearn.metrics.r2_score(one, other, sample_weight=own)
        assert float(r2[row]) == pytest.approx(expected, abs=1e-4)
        expected = sklearn.metrics.r2_score(
            true.double().numpy(), told.double().numpy(), sample_weight=own
        )
        assert float(both[row]) == pytest.approx(expected, abs=1e-4)
    bias = float((told - true)[:, 0].mean())
    assert Bias().value(decoded, true) == pytest.approx(bias, rel=1e-4)


def test_coverage_and_width_are_those_of_the_intervals() -> None:
    decoded = torch.tensor([[[1.0, 0, 3]], [[1, 0.5, 1.5]], [[1, 1, 1]]])
    true = torch.tensor([[3.0], [2], [1]])
    assert Coverage().value(decoded, true) == pytest.approx(2 / 3)
    assert IntervalWidth().value(decoded, true) == pytest.approx(4 / 3)


def test_a_width_is_the_quantile_that_split_conformal_prediction_takes() -> None:
    error = torch.arange(1, 20).float()  # 19 of them: the ceil(20 x 0.9) = 18th
    each = torch.arange(19)
    assert conformal_width(error, each, 0.9) == 18
    assert conformal_width(error[:9], each[:9], 0.9) == 9
    assert conformal_width(error[:8], each[:8], 0.9) == inf
    assert [groups_needed(share) for share in (0.5, 0.8, 0.9, 0.95)] == [1, 4, 9, 19]


def test_clips_of_a_group_count_as_one() -> None:
    error = torch.tensor([9.0] * 50 + [1.0] * 9)
    group = torch.tensor([0] * 50 + list(range(1, 10)))
    assert conformal_width(error, group, 0.8) == 1
    assert conformal_width(error, torch.arange(59), 0.8) == 9


def test_intervals_hold_the_truth_of_new_groups_as_often_as_promised() -> None:
    draw = torch.Generator().manual_seed(0)
    held = []
    for _ in range(400):
        # 12 groups to learn from and a new one, each with an error of its own and many clips
        level = torch.randn(13, 1, generator=draw).exp()
        error = (level * torch.randn(13, 8, generator=draw)).abs()
        group = torch.arange(12).repeat_interleave(8)
        width = conformal_width(error[:12].flatten(), group, 0.8)
        held.append((error[12] <= width).float().mean())
    assert 0.77 < float(torch.stack(held).mean()) < 0.9


@pytest.mark.parametrize("logarithm", [False, True])
def test_outputs_are_standard_deviations_and_decode_to_units(logarithm: bool) -> None:
    task = regression(logarithm=logarithm)
    target = torch.tensor([[0.5], [1.0], [4.0]])
    task.learn_targets(target)
    encoded = task.encode(target, X)
    assert float(encoded.mean()) == pytest.approx(0, abs=1e-6)
    assert float(encoded.std(correction=0)) == pytest.approx(1, abs=1e-6)
    assert torch.allclose(task.decode(encoded, X)[..., 0], target, atol=1e-6)
    assert task.decode(torch.full((1, 1), 1e9), X).isfinite().all()


def test_intervals_follow_from_validation_clips_on_the_scale_of_the_logarithm() -> None:
    task = regression(logarithm=True, coverage=0.5)
    task.learn_targets(torch.tensor([[1.0], [10.0], [100.0]]))
    plain = torch.tensor([[1.0], [10.0], [100.0]])
    decoded = task.calibrate(decoded_like(plain), 2 * plain, torch.arange(3))
    assert torch.allclose(decoded[:, 0, 1], plain[:, 0] / 2, rtol=1e-4)
    assert torch.allclose(decoded[:, 0, 2], plain[:, 0] * 2, rtol=1e-4)
    output = task.encode(torch.tensor([[10.0]]), X)
    assert torch.allclose(task.decode(output, X), torch.tensor([[[10.0, 5, 20]]]))
    assert task.limitation() == "" and "coverage" in task.metrics()


def test_with_few_groups_there_is_no_interval_and_that_is_said() -> None:
    task = regression()
    decoded = decoded_like(torch.zeros(20, 1), 0)
    group = torch.arange(20) // 5
    assert task.calibrate(decoded, torch.ones(20, 1), group) is decoded
    assert "take 9 groups of validation clips" in task.limitation()
    assert "coverage" not in task.metrics()
    assert list(task.output.to_row(decoded[0])) == ["rt60"]


def test_a_row_has_value_unit_interval_and_truth() -> None:
    task = regression(unit="s")
    task.calibrated.fill_(True)
    row = task.output.to_row(torch.tensor([[0.4, 0.3, 0.5]]), torch.tensor([0.45]))
    assert row == {
        "rt60": 0.4,
        "rt60_unit": "s",
        "rt60_low": 0.3,
        "rt60_high": 0.5,
        "true_rt60": 0.45,
    }
    assert task.output.to_words(row) == ["rt60 0.4 s (0.3 to 0.5)"]


def test_predictions_stay_within_what_can_be() -> None:
    task = regression(range=[0, 10])
    assert task.decode(torch.tensor([[-5.0], [50.0]]), X)[:, 0, 0].tolist() == [0, 10]


def test_the_best_constant_is_the_median_with_the_quantiles_of_training() -> None:
    task = regression(coverage=0.8)
    known = torch.arange(11).float()[:, None] ** 2
    constant = task.constant_prediction(known, torch.zeros(2, 1, 3))
    assert constant.tolist() == [[[25, 1, 81]]] * 2


@pytest.mark.parametrize(
    ("names", "settings", "sentence"),
    [
        (
            ("a", "b"),
            {"unit": ["s", "m", "Pa"]},
            "3 units and there are 2 numbers: a, b",
        ),
        (("a",), {"range": [3, 1]}, "should have the least first"),
    ],
)
def test_settings_that_can_not_be_are_refused(
    names: tuple[str, ...], settings: dict[str, object], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        regression(*names, **settings)


def test_what_has_no_logarithm_is_refused() -> None:
    with pytest.raises(UserError, match="a training clip has -1"):
        regression(logarithm=True).learn_targets(torch.tensor([[-1.0], [1.0]]))


def test_losses_of_classes_are_refused() -> None:
    with pytest.raises(UserError, match="CrossEntropy is for classes"):
        regression().check_parts(torch.nn.Identity(), CrossEntropy(spec()))


def test_of_several_numbers_each_has_metrics_and_the_first_is_their_mean() -> None:
    names = list(regression("a", "b").metrics())
    assert names[0] == "r2"
    assert names[1:4] == ["mean_absolute_error_a", "r2_a", "bias_a"]
