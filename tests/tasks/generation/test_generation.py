"""Generation: what is asked of models, what is refused, and a run on simulated meows."""

import json
from pathlib import Path

import pytest
import torch
from running import experiment
from torch import nn

from auris.core.errors import UserError
from auris.data.spec import Spec
from auris.features.spectrogram import LogMel, Mfcc
from auris.features.standardize import Standardized
from auris.models.generator import Replay
from auris.tasks.generation.task import Generation
from auris.tasks.losses import MeanAnomalyScore
from auris.training.run import FinishedRun, train

SPEC = Spec(8000, 1, 4000, "label", ("low", "high"))
MEOWS = (
    "data=catmeows",
    "data.origin=simulated",
    "trainer=cpu",
    "logger=csv",
    "report=false",
    "features.n_mels=16",
)
SMALL = ("model.width=8", "model.depth=1", "model.steps=2", "trainer.max_epochs=1")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("meows")


def run(place: Path, *words: str) -> FinishedRun:
    places = (f"paths.outputs={place}/out", f"paths.store={place}/store")
    return train(experiment(*MEOWS, *places, *words))


@pytest.fixture(scope="module")
def flow(place: Path) -> FinishedRun:
    return run(place, *SMALL)


def test_data_of_meows_brings_a_flow_and_its_figures(flow: FinishedRun) -> None:
    result = json.loads((flow.folder / "result.json").read_text())
    assert (result["task"], result["model"]) == ("generation", "flow")
    assert result["origin"] == "simulated"
    metrics = result["val"]["metrics"]
    assert next(iter(metrics)) == "kernel_distance"
    assert (
        metrics["kernel_distance"]["value"]
        > metrics["kernel_distance_of_replay"]["value"]
    )
    assert metrics["copies"]["value"] == 0
    assert metrics["copies_of_replay"]["value"] == 1
    made_again = metrics["kernel_distance_of_vocoder"]["value"]
    assert made_again < metrics["kernel_distance"]["value"]


def test_a_replaying_model_is_found_out(place: Path) -> None:
    scores = run(place, "model=replay", "test=false").evaluated["val"].scores
    metrics = scores["metrics"]
    assert metrics["copies"]["value"] == 1
    assert metrics["coverage"]["value"] > 0.2


def test_a_gaussian_is_scored_as_the_one_beside_others(place: Path) -> None:
    scores = (
        run(place, "model=gaussian_components", "test=false").evaluated["val"].scores
    )
    metrics = scores["metrics"]
    own, beside = (
        metrics[name]["value"]
        for name in ("kernel_distance", "kernel_distance_of_gaussian")
    )
    assert own == pytest.approx(beside, abs=0.25)


def test_a_model_is_told_the_class(flow: FinishedRun) -> None:
    task = Generation(SPEC)
    x = torch.zeros(2, 1, 4, 5)
    target = task.encode(torch.tensor([0, 1]), x)
    assert target.tolist() == [[1, 0], [0, 1]]
    model = Replay((1, 4, 5), (2,), task)
    model.store_clips([(torch.stack([x[0], x[1] + 2]), target)])
    output = task.ask(model, x, target)
    assert output.tolist() == [[0, 4], [0, 4]]
    assert MeanAnomalyScore()(output, target) == 2


def test_what_does_not_go_together_is_refused() -> None:
    task = Generation(SPEC)
    model = Replay((1, 4, 5), (2,), task)
    with pytest.raises(UserError, match="choose model=flow"):
        task.check_parts(nn.Identity(), MeanAnomalyScore())
    with pytest.raises(UserError, match="choose loss=anomaly_score"):
        task.check_parts(model, nn.MSELoss())
    with pytest.raises(UserError, match="choose features=log_mel_fine"):
        task.check_features(Standardized(Mfcc(8000), (1, 4000)))
    task.check_features(Standardized(LogMel(8000), (1, 4000)))
