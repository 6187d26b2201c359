"""The anomaly task: scores that are known, a threshold from validation, and whole runs on a
folder of recordings.
"""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from conftest import RATE, call, fill, noise, sine, write
from running import TINY, experiment, here

from auris.core.errors import UserError
from auris.data.spec import Spec
from auris.features.pooling import MeanDeviation
from auris.inference.predictor import Predictor
from auris.models.autoencoder import DenseAutoencoder
from auris.models.mlp import Linear
from auris.runs.result import without_nan
from auris.tasks.anomaly.targets import AnomalyTargets
from auris.tasks.anomaly.task import Anomaly
from auris.tasks.losses import MeanAnomalyScore
from auris.training.reopen import evaluate_run
from auris.training.run import train
from auris.training.system import System

FRAMES = 6
EACH = torch.arange(400)  # a group of its own


class Stopped(Exception):
    """What ends a run too early."""


def task(
    seconds: int = 3, sections: tuple[str, ...] = ("a", "b"), **settings: float
) -> Anomaly:
    spec = Spec(
        RATE,
        1,
        seconds * RATE,
        "anomaly",
        ("normal", "odd"),
        columns={"section": sections},
    )
    return Anomaly(spec, (1, 4, FRAMES), **settings)


def surprise() -> torch.Tensor:
    """(1, 2, 6): of section a 0 to 5, of section b ten times that."""
    return torch.arange(6.0) * torch.tensor([[[1.0], [10.0]]])


def test_a_clip_and_each_of_its_seconds_have_the_mean_surprise_of_their_frames() -> (
    None
):
    decoded = task().decode(surprise(), torch.empty(0))  # (1, 1 + 3, 2)
    assert decoded[0, :, 0].tolist() == [2.5, 0.5, 2.5, 4.5]
    assert decoded[0, :, 1].tolist() == [25, 5, 25, 45]


@pytest.mark.parametrize(
    "top, clip, last", [(0.0, 5.0, 5.0), (0.5, 4.0, 5.0), (1.0, 2.5, 4.5)]
)
def test_top_goes_from_the_maximum_to_the_mean(
    top: float, clip: float, last: float
) -> None:
    decoded = task(top=top).decode(surprise(), torch.empty(0))
    assert (decoded[0, 0, 0], decoded[0, -1, 0]) == (clip, last)


def test_a_clip_of_few_frames_has_no_more_moments_than_frames() -> None:
    assert task(seconds=10).decode(surprise(), torch.empty(0)).shape == (
        1,
        1 + FRAMES,
        2,
    )


def test_targets_are_one_for_the_own_section_and_the_loss_is_its_mean_surprise() -> (
    None
):
    x = torch.zeros(2, 1, 4, FRAMES)
    target = task().encode(torch.tensor([[0, 1, 0], [0, 0, 0]]), x)
    assert target.shape == (2, 2, FRAMES) and target[0, :, 0].tolist() == [0, 1]
    assert MeanAnomalyScore()(surprise().expand(2, -1, -1), target) == pytest.approx(
        (25 + 2.5) / 2
    )


def test_the_usual_score_is_zero_and_the_threshold_one() -> None:
    judge, scores = task(sections=("",), false_alarm_rate=0.05), torch.randn(400)
    target = torch.zeros(400, 3, dtype=torch.long)
    target[:100, 0] = 1  # anomalies must not count
    raw = torch.stack(
        [scores.where(target[:, 0] == 0, 1e6)]
        + [10 * scores.where(target[:, 0] == 0, 1e6)] * 3,
        dim=1,
    )
    decoded = judge.calibrate(raw[..., None], target, EACH)[..., 0]
    assert torch.equal(
        decoded, (raw - judge.center[[0, 1, 1, 1], 0]) / judge.span[[0, 1, 1, 1], 0]
    )
    usual = decoded[target[:, 0] == 0]
    assert abs(np.median(usual[:, 0])) < 1e-6 and abs(np.median(usual[:, 1:])) < 1e-6
    assert 0.02 < (usual[:, 0] > 1).float().mean() < 0.08
    # three times as many seconds are surer
    assert torch.allclose(usual[:, 0], usual[:, 1], rtol=0.02)


def test_sections_have_thresholds_of_their_own_and_one_of_few_clips_has_that_of_all() -> (
    None
):
    judge, target = task(), torch.zeros(22, 3, dtype=torch.long)
    target[20:, 1] = 1
    decoded = torch.randn(22, 4, 2)
    decoded[:20, :, 1] += 100  # of section a, as ones of section b
    judge.calibrate(decoded, target, EACH)
    assert judge.center[0].abs().max() < 2 and judge.span[0].max() < 10
    target[:10, 1] = 1
    own = target[:, 1] == 1
    decoded[own, :, 1] = 7 + 0.01 * torch.randn(12, 4)
    judge.calibrate(decoded, target, EACH)
    assert (
        judge.center[0, 1] == pytest.approx(7, abs=0.1)
        and judge.span[0, 1] < 0.1 * judge.span[0, 0]
    )


def test_without_enough_validation_clips_there_is_no_threshold() -> None:
    judge = task()
    decoded = torch.randn(2, 4, 2)
    normal = torch.zeros(2, 3, dtype=torch.long)
    assert judge.calibrate(decoded, normal, EACH) is decoded
    assert not judge.calibrated and "true_alarm_rate" not in judge.metrics()
    assert "alarm" not in judge.output.to_row(torch.zeros(4, 2))


def test_the_answer_is_that_of_the_section_it_is_most_like() -> None:
    judge = task()
    judge.calibrated.fill_(True)
    assert judge.output.to_row(torch.tensor([[3.0, 1.5]])) == {
        "score": 1.5,
        "alarm": "yes",
        "section": "b",
    }
    assert judge.output.to_row(torch.tensor([[0.5, 1.5]])) == {
        "score": 0.5,
        "alarm": "no",
        "section": "a",
    }


def test_the_most_wrong_clips_are_missed_anomalies_and_false_alarms() -> None:
    decoded = torch.tensor([0.2, 3.0, 0.1, 4.0]).view(4, 1, 1).expand(-1, 4, 2)
    target = torch.tensor([[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 0]])
    assert task().error(decoded, target).argsort(descending=True).tolist() == [
        1,
        2,
        0,
        3,
    ]


def test_an_error_map_is_averaged_over_bands() -> None:
    x = torch.randn(2, 1, 4, FRAMES)
    copy = x.clone()
    copy[0, 0, 2, 3] += 2
    compared = task().reconstruction_output(x, copy)
    assert compared.shape == (2, 2, FRAMES)
    assert compared[0, :, 3].tolist() == pytest.approx(
        [1, 1]
    ) and compared.sum().item() == pytest.approx(2)


def test_distance_counts_the_nearest_of_each_section() -> None:
    told = task().stored_target(
        torch.tensor([[1.0, 0], [1, 0], [0, 1], [0, 1]])[..., None].expand(
            -1, -1, FRAMES
        )
    )
    assert told.shape == (4, 2)
    recalled = task().knn_output(torch.tensor([[1.0, 3.0, 10.0, 2.0]]), told, k=2)
    assert recalled[0, :, 0].tolist() == [2, 6] and recalled.shape == (1, 2, FRAMES)
    assert task().knn_output(torch.tensor([[1.0, 3.0, 10.0, 2.0]]), told, k=1)[
        0, :, 0
    ].tolist() == [
        1,
        2,
    ]


def test_models_and_losses_that_do_not_fit_are_refused() -> None:
    judge = task()
    with pytest.raises(
        UserError, match="Linear can't tell what is unusual; choose model=autoencoder"
    ):
        judge.check_parts(
            Linear((1, 4, FRAMES), (2, FRAMES), MeanDeviation()), MeanAnomalyScore()
        )
    with pytest.raises(UserError, match="choose loss=anomaly_score"):
        judge.check_parts(
            DenseAutoencoder((1, 4, FRAMES), judge, 1), torch.nn.MSELoss()
        )


REMEMBERING = ("model=self_supervised", "model.widths=[4,8]", "trainer.max_epochs=4")
TONES = (
    "data=one_class",
    "data.dataset=folder",
    "data.normal=tone",
    "features=log_mel",
    "model.widths=[16]",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("anomaly")
    fill(place / "recordings", each=25)
    return place


def words(place: Path, *others: str) -> tuple[str, ...]:
    return (*TONES, *TINY, *here(place), "trainer.max_epochs=20", "test=true", *others)


def trained(place: Path, name: str, *others: str) -> Path:
    (place / name).mkdir()
    train(experiment(*words(place, *others)), place / name)
    return place / name


@pytest.fixture(scope="module")
def run(place: Path) -> Path:
    return trained(place, "run")


def test_noise_is_found_among_tones(run: Path) -> None:
    result = json.loads((run / "result.json").read_text())
    assert result["test"]["metrics"]["auroc"]["value"] > 0.9
    assert result["test"]["metrics"]["auroc"]["low"] > 0.4  # 5 normal clips
    # validation knows no anomaly
    assert result["val"]["metrics"]["auroc"]["value"] is None
    assert result["val"]["metrics"]["false_alarm_rate"]["value"] <= 0.34
    assert result["test"]["clips"] == 5 + 25


def test_the_threshold_is_saved_with_the_run_and_predictions_use_it(
    run: Path, place: Path
) -> None:
    saved = torch.load(run / "model.pt", weights_only=True)
    assert saved["task.calibrated"] and (saved["task.span"] > 0).all()
    with (run / "predictions_test.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["alarm"] for row in rows if row["label"] == "hiss"} <= {"yes", "no"}
    assert all((row["alarm"] == "yes") == (float(row["score"]) > 1) for row in rows)


def test_a_recording_has_a_score_for_every_moment(run: Path, tmp_path: Path) -> None:
    path = write(
        tmp_path / "shift.wav",
        np.concatenate([sine(500, 4.0), noise(1, 1.0), sine(500, 2.2)]),
    )
    # clips of half a second are one moment each
    answers = list(Predictor(str(run))(path))
    assert [round(a.start, 2) for a in answers[:3]] == [0, 0.5, 1]
    assert answers[-1].stop == pytest.approx(7.2) and len(answers) == 15
    odd = [4.0 <= a.start < 5.0 for a in answers]
    scores = torch.tensor([float(a.decoded[0, 0]) for a in answers])
    assert scores[torch.tensor(odd)].min() > scores[~torch.tensor(odd)].median()


def test_a_table_of_predictions_comes_from_the_command_line(
    run: Path, tmp_path: Path
) -> None:
    path = write(tmp_path / "shift.wav", sine(500, 2.0))
    done = call("scripts/predict.py", str(run), str(path), "--csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "path,start,stop,score,alarm" and len(lines) == 1 + 4


@pytest.fixture(scope="module")
def remembering(place: Path) -> Path:
    """A run whose model keeps embeddings of the training clips, besides its parameters."""
    return trained(place, "remembering", *REMEMBERING)


@pytest.mark.parametrize("kind", ["run", "remembering"])
@pytest.mark.parametrize("name", ["val", "test"])
def test_a_finished_run_has_the_same_scores_when_it_is_evaluated_again(
    kind: str, name: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(kind)
    before = json.loads((folder / "result.json").read_text())[name]
    after = without_nan(evaluate_run(str(folder), name).scores)
    assert after["metrics"] == before["metrics"] and after["loss"] == pytest.approx(
        before["loss"], rel=1e-5
    )


def stop_at(epoch: int) -> Callable[[System], None]:
    """What raises when this epoch starts."""
    start = System.on_train_epoch_start

    def stopped(system: System) -> None:
        start(system)
        if system.current_epoch == epoch:
            raise Stopped

    return stopped


def test_a_run_that_was_stopped_twice_ends_with_the_same_memory_and_threshold(
    place: Path, remembering: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(Stopped):
        patch.setattr(System, "on_train_epoch_start", stop_at(2))
        trained(place, "stopped", *REMEMBERING)
    folder = place / "stopped"
    with monkeypatch.context() as patch, pytest.raises(Stopped):
        # after the threshold was found
        patch.setattr("auris.training.run.save_weights", Mock(side_effect=Stopped))
        train(experiment(*words(place, *REMEMBERING)), folder)
    assert (folder / "predictions_val.csv").exists() and not (
        folder / "model.pt"
    ).exists()
    train(experiment(*words(place, *REMEMBERING)), folder)
    ended, straight = (
        torch.load(run / "model.pt", weights_only=True) for run in (folder, remembering)
    )
    assert ended["task.calibrated"] and len(ended["model.memory.seen"]) == 15
    assert ended.keys() == straight.keys() and all(
        torch.equal(ended[key], straight[key]) for key in ended
    )


@pytest.mark.parametrize("refit", ["true", "1"])
def test_a_model_that_trained_on_validation_clips_has_no_threshold_and_says_so(
    refit: str, place: Path
) -> None:
    run = trained(place, f"refit_{refit}", f"refit={refit}")
    assert "No threshold is known" in (run / "train.log").read_text()
    result = json.loads((run / "result.json").read_text())
    assert (
        "true_alarm_rate" not in result["test"]["metrics"]
        and "auroc" in result["test"]["metrics"]
    )


def test_known_anomalies_show_in_validation_and_never_test(place: Path) -> None:
    run = trained(place, "known", "data.known_anomalies=[1*.wav]")
    result = json.loads((run / "result.json").read_text())
    assert result["val"]["metrics"]["auroc"]["value"] is not None
    with (run / "predictions_test.csv").open() as file:
        tested = {
            Path(row["path"]).name
            for row in csv.DictReader(file)
            if row["label"] == "hiss"
        }
    assert tested and not any(name.startswith("1") for name in tested)


def test_a_short_normal_recording_is_no_alarm_as_it_is_repeated(
    run: Path, tmp_path: Path
) -> None:
    path = write(tmp_path / "short.wav", sine(500, 0.35))
    (answer,) = Predictor(str(run))(path)
    long = write(tmp_path / "long.wav", sine(500, 0.5))
    (other,) = Predictor(str(run))(long)
    assert answer.stop == pytest.approx(0.35)
    assert answer.decoded[0, 0] == pytest.approx(float(other.decoded[0, 0]), abs=1.0)


def test_moments_at_the_end_of_a_recording_do_not_overlap(
    run: Path, tmp_path: Path
) -> None:
    answers = list(Predictor(str(run))(write(tmp_path / "odd.wav", sine(500, 1.7))))
    assert [(round(a.start, 2), round(a.stop, 2)) for a in answers] == [
        (0, 0.5),
        (0.5, 1),
        (1, 1.5),
        (1.5, 1.7),
    ]


def test_a_recording_that_lacks_what_the_model_hears_is_refused(
    run: Path, tmp_path: Path
) -> None:
    path = write(tmp_path / "low.wav", sine(500, 1.0, RATE // 2), RATE // 2)
    with pytest.raises(
        UserError, match="holds nothing above 2 kHz .* the model listens up to 4 kHz"
    ):
        list(Predictor(str(run))(path))


def test_an_answer_to_a_known_target_is_that_of_its_own_section() -> None:
    judge = task()
    assert judge.output.to_row(torch.tensor([[3.0, 1.5]]), torch.tensor([0, 0, 0])) == {
        "score": 3.0,
        "section": "a",
    }
    assert (
        judge.view.describe_prediction(
            torch.tensor([[3.0, 1.5]]), torch.tensor([0, 0, 0])
        )
        == "score 3.00"
    )


def test_what_is_normal_may_be_written_in_either_unicode_form() -> None:
    composed, decomposed = "caf\xe9", "cafe\u0301"
    assert (
        AnomalyTargets(decomposed).normal == AnomalyTargets(composed).normal == composed
    )
