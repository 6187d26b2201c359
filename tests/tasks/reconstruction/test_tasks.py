"""Reconstruction: answers whose error is known, and runs of it."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import fill
from paper import words_on_paper
from running import TINY, configured, here
from torch import Tensor

from auris.core.errors import UserError
from auris.inference.predictor import Predictor
from auris.tasks.reconstruction.plots import plot_codes
from auris.tasks.reconstruction.task import Reconstruction
from auris.training.experiment import Experiment
from auris.training.run import train

SHAPE = (1, 2, 3)


@pytest.fixture
def task() -> Reconstruction:
    return Reconstruction(SHAPE)


def clips() -> Tensor:
    """Clips (3, *SHAPE) of power 1, 4 and 9."""
    return torch.tensor([1.0, -2.0, 3.0]).view(3, 1, 1, 1).expand(3, *SHAPE)


def test_the_target_is_what_the_model_is_given(task: Reconstruction) -> None:
    x = torch.randn(3, *SHAPE)
    assert task.out_shape == SHAPE
    assert torch.equal(task.encode(torch.tensor([0, 1, 0]), x), x)


def test_a_decoded_answer_is_the_error_of_a_clip_and_its_power(
    task: Reconstruction,
) -> None:
    x = clips()
    output = x.clone()
    output[1] += 0.5
    output[2, 0, 0, 0] += 6
    assert task.decode(output, x).tolist() == [
        [0, 1],
        [0.25, 4],
        [6, 9],
    ]  # 36 / 6 numbers


@pytest.mark.parametrize(
    "share, explained, error",
    [(1.0, 1, 0), (0.0, 0, 14 / 3), (0.5, 0.75, 3.5 / 3), (2.0, 0, 14 / 3)],
)
def test_metrics_of_known_answers(
    task: Reconstruction, share: float, explained: float, error: float
) -> None:
    """An answer of c x has the error (1 - c)^2 |x|^2, and explains 1 - (1 - c)^2."""
    decoded, target = task.decode(share * clips(), clips()), torch.zeros(3)
    metrics = task.metrics()
    assert next(iter(metrics)) == "explained_variance"
    assert metrics["explained_variance"].value(decoded, target) == pytest.approx(
        explained, abs=1e-6
    )
    assert metrics["mean_squared_error"].value(decoded, target) == pytest.approx(
        error, abs=1e-6
    )


def test_metrics_weigh_clips_as_often_as_they_were_drawn(task: Reconstruction) -> None:
    decoded = torch.tensor([[0.5, 1.0], [1.0, 4.0]])
    weight = torch.tensor([[1.0, 1.0], [2.0, 0.0], [1.0, 3.0]])
    metrics = task.metrics()
    found = metrics["mean_squared_error"](decoded, torch.zeros(2), weight)
    torch.testing.assert_close(found, torch.tensor([0.75, 0.5, 3.5 / 4]))
    found = metrics["explained_variance"](decoded, torch.zeros(2), weight)
    torch.testing.assert_close(found, torch.tensor([1 - 1.5 / 5, 0.5, 1 - 3.5 / 13]))


def test_what_people_read(task: Reconstruction) -> None:
    decoded = torch.tensor([0.25, 4.0])
    assert task.output.to_row(decoded) == {
        "mean_squared_error": 0.25,
        "explained_variance": 0.9375,
    }
    assert task.view.describe_prediction(decoded) == "with an error of 0.250"
    answer = task.view.describe_answer(decoded, "crying_baby", torch.zeros(1))
    assert answer == "crying_baby, with an error of 0.250"
    assert task.error(
        torch.tensor([[0.25, 4.0], [6.0, 9.0]]), torch.zeros(2)
    ).tolist() == [0.25, 6]


def test_a_map_shows_the_codes_on_their_principal_components() -> None:
    """Codes along one line in space: all of the variance is on the first axis."""
    along = torch.tensor([-3.0, -1.0, 1.0, 3.0])
    codes = along[:, None] * torch.tensor([2.0, 1.0, 2.0]) / 3 + 5
    figure = plot_codes(codes, ["cat", "cat", "dog", "dog"])
    (axes,) = figure.axes
    assert axes.get_xlabel() == "100 % of the variance"
    cat, dog = axes.lines
    assert (cat.get_label(), dog.get_label()) == ("cat", "dog")
    assert sorted(abs(x) for x in cat.get_xdata()) == pytest.approx([1, 3])
    assert np.sign(cat.get_xdata()).sum() == -np.sign(dog.get_xdata()).sum()
    assert np.allclose(dog.get_ydata(), 0, atol=1e-6)
    assert words_on_paper(figure)
    single = plot_codes(codes[:, :1], ["cat"] * 4)  # a bottleneck of one number
    assert len(single.axes[0].lines) == 1 and not single.legends


def test_the_plain_answer_is_the_mean_of_the_features_which_explains_nothing(
    task: Reconstruction,
) -> None:
    decoded = task.decode(0.5 * clips(), clips())
    guess = task.constant_prediction(torch.zeros(5), decoded)
    assert torch.equal(guess, task.decode(torch.zeros(3, *SHAPE), clips()))
    assert task.metrics()["explained_variance"].value(guess, torch.zeros(3)) == 0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("tasks")
    fill(place / "recordings", each=10)
    return place


def run(place: Path, *words: str) -> Path:
    cfg = configured(
        "data=folder",
        *here(place),
        *[word for word in TINY if word != "test=false"],
        "test=true",
        *words,
    )
    return train(Experiment(cfg)).folder


def test_a_run_of_reconstruction_finds_the_components_and_can_be_asked(
    place: Path,
) -> None:
    words = (
        "model=autoencoder_linear",
        "optimizer=alternating",
        "data.batch_size=null",
        "trainer.max_epochs=8",
    )
    folder = run(place, *words)
    result = json.loads((folder / "result.json").read_text())
    for name in ("val", "test"):
        metrics = result[name]["metrics"]
        assert metrics["mean_squared_error"]["value"] == pytest.approx(
            result[name]["loss"], rel=1e-5
        )
        assert (
            metrics["explained_variance"]["value"] > 0.5
            and result[name]["constant_baseline"]["explained_variance"] == 0
        )
    losses = [
        float(row["train/loss"])
        for row in csv.DictReader((folder / "metrics.csv").open())
    ]
    assert len(losses) == 8
    assert all(
        after <= before + 1e-6
        for before, after in zip(losses[:-1], losses[1:], strict=True)
    )
    assert losses[-1] < 0.5  # of 1, the power of standardised features
    predictor = Predictor(str(folder))
    rows = list(csv.DictReader((folder / "predictions_test.csv").open()))
    assert len(rows) == 4
    for row in rows:
        # the clip is the first window of its recording
        first = next(iter(predictor(Path(row["path"]))))
        told = predictor.output.to_row(first.decoded)
        assert told["explained_variance"] == pytest.approx(
            float(row["explained_variance"]), abs=1e-4
        )


def test_the_surprise_of_a_linear_autoencoder_is_the_error_that_its_solver_lessens(
    place: Path,
) -> None:
    solver = (
        "model=autoencoder_linear",
        "optimizer=alternating",
        "features=log_mel",
        "trainer.max_epochs=4",
    )
    tones = (*solver, "data.normal=tone", "data.padding=repeat")
    folders = [
        run(place, *tones, f"task={task}") for task in ("anomaly", "reconstruction")
    ]
    assert folders[0] != folders[1]
    surprise, error = (
        [
            float(row["train/loss"])
            for row in csv.DictReader((folder / "metrics.csv").open())
        ]
        for folder in folders
    )
    assert len(surprise) == 4 and surprise == pytest.approx(error, rel=1e-5)
    assert surprise[-1] < surprise[0]
    result = json.loads((folders[0] / "result.json").read_text())
    assert (result["loss"], result["test"]["clips"]) == ("anomaly_score", 2 + 10)


def test_a_classifier_is_no_model_of_reconstruction(place: Path) -> None:
    with pytest.raises(
        UserError,
        match="SVC tells classes apart and this task has none; choose model=knn",
    ):
        run(place, "model=svm", "task=reconstruction")
    with pytest.raises(UserError, match="choose task=reconstruction"):
        run(place, "model=autoencoder_linear", "task=classification")
