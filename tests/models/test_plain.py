"""Models that keep the training set: what they call to mind, and what a file of theirs holds."""

import csv
import json
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from conftest import fill
from running import TINY, experiment, here
from sklearn.neighbors import KNeighborsClassifier
from torch import Tensor

from auris.core.errors import UserError
from auris.data.spec import Spec
from auris.features.pooling import MeanDeviation
from auris.inference.predictor import Predictor
from auris.models.instance_based import InstanceBased, Lookup, NearestNeighbours
from auris.tasks.classification.task import Classification
from auris.tasks.reconstruction.task import Reconstruction
from auris.training.optimizers.instance_based import FitInstances
from auris.training.run import train

FEATURES, CLASSES = 5, 3
SPEC = Spec(8000, 1, 4000, "label", ("a", "b", "c"))
SHARE = 1e-3  # the least share of a class that is expressed


def neighbours(k: int = 5) -> NearestNeighbours:
    return NearestNeighbours(
        (FEATURES, 1), (CLASSES,), MeanDeviation(), Classification(SPEC), k
    )


def lookup() -> Lookup:
    return Lookup((FEATURES, 1), (CLASSES,), MeanDeviation(), Classification(SPEC))


def clips(count: int, seed: int = 0, offset: float = 0.0) -> tuple[Tensor, Tensor]:
    """Features (count, FEATURES, 1) and classes (count,) of which most are the last."""
    draw = torch.Generator().manual_seed(seed)
    x = torch.randn(count, FEATURES, 1, generator=draw) + offset
    return x, torch.multinomial(
        torch.tensor([0.2, 0.2, 0.6]), count, replacement=True, generator=draw
    )


def taught(model: InstanceBased, x: Tensor, label: Tensor) -> InstanceBased:
    target = F.one_hot(label, CLASSES).float()
    model.store_clips(zip(x.split(7), target.split(7), strict=True))
    return model


@pytest.mark.parametrize(
    "offset", [0.0, 1000.0]
)  # features may stay in their own units, such as Hz
@pytest.mark.parametrize("k", [1, 5, 10])
def test_nearest_neighbours_are_those_of_scikit_learn(k: int, offset: float) -> None:
    (x, label), (new, _) = clips(200, offset=offset), clips(100, seed=1, offset=offset)
    model = taught(neighbours(k), x, label)
    theirs = KNeighborsClassifier(k).fit(x.flatten(1).double().numpy(), label.numpy())
    expected = torch.from_numpy(
        theirs.predict_proba(new.flatten(1).double().numpy())
    ).float()
    torch.testing.assert_close(model(new).exp(), expected.clamp_min(SHARE))


def test_more_neighbours_than_clips_are_all_of_them() -> None:
    x, label = clips(4)
    shares = label.bincount(minlength=CLASSES) / 4
    found = taught(neighbours(k=9), x, label)(clips(3, seed=1)[0])
    torch.testing.assert_close(found.exp(), shares.clamp_min(SHARE).expand(3, -1))


def test_nearest_neighbours_serve_a_task_without_classes() -> None:
    x = clips(30)[0]
    task = Reconstruction((FEATURES, 1))
    model = NearestNeighbours((FEATURES, 1), (FEATURES, 1), MeanDeviation(), task, k=1)
    model.store_clips([(x, x)])
    torch.testing.assert_close(model(x), x)


def test_a_lookup_knows_every_training_clip_and_the_mean_of_all_for_others() -> None:
    (x, label), (new, _) = clips(60), clips(40, seed=1)
    model = taught(lookup(), x, label)
    assert torch.equal(model(x).argmax(1), label)
    torch.testing.assert_close(
        model(x).exp(), F.one_hot(label, CLASSES).float().clamp_min(SHARE)
    )
    shares = label.bincount(minlength=CLASSES) / 60
    torch.testing.assert_close(model(new).exp(), shares.expand(40, -1))
    assert set(model(new).argmax(1).tolist()) == {int(shares.argmax())}


def test_a_lookup_of_a_clip_that_was_told_twice_answers_both() -> None:
    x = clips(1)[0].expand(2, -1, -1)
    found = taught(lookup(), x, torch.tensor([0, 1]))(x)
    torch.testing.assert_close(found.exp(), torch.tensor([[0.5, 0.5, SHARE]] * 2))


@pytest.mark.parametrize("build", [neighbours, lookup])
def test_a_file_of_tensors_is_enough_to_answer_again(
    build: type[InstanceBased], tmp_path: Path
) -> None:
    x, label = clips(50)
    model = taught(build(), x, label)
    torch.save(model.state_dict(), tmp_path / "model.pt")
    fresh = build()
    assert not torch.allclose(fresh(x), model(x))  # it knows nothing yet
    fresh.load_state_dict(torch.load(tmp_path / "model.pt", weights_only=True))
    assert torch.equal(fresh(x), model(x))


def test_a_model_that_has_kept_more_may_load_less() -> None:
    model = taught(neighbours(), *clips(50))
    model.load_state_dict(taught(neighbours(), *clips(20, seed=1)).state_dict())
    assert len(model.seen) == len(model.told) == 20


def test_a_network_keeps_no_clips() -> None:
    with pytest.raises(UserError, match="Linear can't keep clips"):
        FitInstances([{"params": []}], torch.nn.Linear(2, 2), list)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("plain")
    fill(place / "recordings", each=10)
    return place


def run(place: Path, model: str) -> Path:
    """The folder of a run that also opened its test set."""
    words = [word for word in TINY if word not in ("test=false", "logger=csv")]
    finished = train(
        experiment(
            "data=folder",
            *here(place),
            *words,
            "~logger.tensorboard",
            "test=true",
            f"model={model}",
        )
    )
    return finished.folder


def files(folder: Path) -> set[str]:
    return {
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def linear(place: Path) -> Path:
    return run(place, "linear")


@pytest.mark.parametrize("model", ["knn", "svm"])
def test_a_run_leaves_what_a_run_of_a_network_leaves_and_can_be_asked(
    model: str, linear: Path, place: Path
) -> None:
    folder = run(place, model)
    assert files(folder) == files(linear)
    assert {
        "result.json",
        "predictions_val.csv",
        "predictions_test.csv",
        "model.pt",
        "metrics.csv",
    } <= files(folder)
    ours, theirs = (
        json.loads((run / "result.json").read_text()) for run in (folder, linear)
    )
    assert ours.keys() == theirs.keys() and ours["test"].keys() == theirs["test"].keys()
    predictor = Predictor(str(folder))
    rows = list(csv.DictReader((folder / "predictions_test.csv").open()))
    assert rows
    for row in rows:
        # the clip is the first window of its recording
        first = next(iter(predictor(Path(row["path"]))))
        told = predictor.output.to_row(first.decoded)
        assert told["p_tone"] == pytest.approx(float(row["p_tone"]), abs=1e-4)
