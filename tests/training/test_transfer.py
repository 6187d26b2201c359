"""init=RUN starts from the weights of another run, and says what was taken and what was not."""

import json
from pathlib import Path

import pytest
import torch
from conftest import call, fill, noise, sine, write
from running import TINY, here
from torch import Tensor

STILL = (  # hardly a step away from where it starts
    "optimizer=sgd",
    "optimizer.lr=1e-12",
    "callbacks.ema=null",
    "callbacks.early_stopping=null",
)
WORDS = ("data=folder", *TINY, "model=mlp")
HEAD = "model.head.1.weight"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run that tells tones from hiss, four levels below its place."""
    place = tmp_path_factory.mktemp("source")
    fill(place / "recordings")
    done = call("train.py", *WORDS, *here(place), cwd=place)
    assert done.returncode == 0, done.stderr
    (run,) = place.glob("out/recordings/mlp/2*")
    return run


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Louder recordings of the same two classes."""
    for i in range(10):
        write(tmp_path / f"recordings/tone/{i}.wav", 1.9 * sine(200 + 30 * i))
        write(tmp_path / f"recordings/hiss/{i}.wav", 3 * noise(100 + i))
    return tmp_path


def start(source: Path, place: Path, *words: str) -> tuple[str, Path]:
    """What is said of a run that starts from another, and its folder."""
    words = (*WORDS, *STILL, *here(place), f"init={source}", *words)
    done = call("train.py", *words, cwd=place)
    assert done.returncode == 0, done.stderr
    (run,) = place.glob("out/recordings/mlp/2*")
    return done.stdout, run


def refuse(source: Path, place: Path, *words: str) -> str:
    """What is said where that can't be."""
    words = (*WORDS, *STILL, *here(place), f"init={source}", *words)
    done = call("train.py", *words, cwd=place)
    assert done.returncode == 1 and not (place / "out").exists()
    (sentence,) = done.stderr.splitlines()
    return sentence


def weights(run: Path) -> dict[str, Tensor]:
    return torch.load(run / "model.pt", weights_only=True)


def same_body(source: Path, run: Path) -> bool:
    """Whether the weights between features and answers are those of the source."""
    theirs = torch.load(source / "checkpoints/best.ckpt", weights_only=True)[
        "state_dict"
    ]
    matrices = [
        torch.allclose(weights(run)[name], weight, atol=1e-6)
        for name, weight in theirs.items()
        if name.startswith("model.body.") and weight.ndim > 1
    ]
    return bool(matrices) and all(matrices)


def test_all_is_taken_by_the_same_model_of_the_same_features(
    source: Path, place: Path
) -> None:
    said, run = start(source, place)
    result = json.loads((run / "result.json").read_text())
    all_of_them = f"{result['parameters']:,} of {result['parameters']:,} parameters"
    assert f"Starts from {source}: {all_of_them} are taken. " in said
    assert "standardised as they were there" in said
    ours = weights(run)
    for name, theirs in weights(source).items():
        # batches move running means, however small the steps are
        if (
            name.startswith(("model.", "features."))
            and "running_" not in name
            and theirs.is_floating_point()
        ):
            assert torch.allclose(ours[name], theirs, atol=1e-6), name
    assert result["init"]["run"] == str(source) and result["init"]["new"] == []


def test_other_answers_leave_the_last_layer_new(source: Path, place: Path) -> None:
    for i in range(10):
        wave = sine(700 + 30 * i) * sine(3)
        write(place / f"recordings/tremolo/{i}.wav", wave)
    said, run = start(source, place)
    assert "new are model.head.1.weight, model.head.1.bias." in said
    assert same_body(source, run)
    assert len(weights(run)[HEAD]) == 3


def test_as_many_other_answers_leave_it_new_too(source: Path, place: Path) -> None:
    (place / "recordings/tone").rename(place / "recordings/song")
    said, run = start(source, place)
    assert "new are model.head.1.weight, model.head.1.bias." in said
    assert not torch.allclose(weights(run)[HEAD], weights(source)[HEAD], atol=1e-3)


def test_other_features_are_standardised_anew(source: Path, place: Path) -> None:
    said, run = start(source, place, "features.f_min=60")
    assert "standardised anew, by the new clips" in said
    assert same_body(source, run)
    ours, theirs = (weights(folder)["features.mean"] for folder in (run, source))
    assert not torch.allclose(ours, theirs, atol=1e-3)


def test_a_run_of_which_nothing_fits_is_refused(source: Path, place: Path) -> None:
    said = refuse(source, place, "model.width=5", "features.n_mels=20")
    assert f"init={source}: none of its weights has the name and the shape" in said
    assert "it is model=mlp and this is model=mlp." in said


def test_what_starts_nowhere_is_refused(source: Path, place: Path) -> None:
    solved = ("data=folder", "model=linear", "optimizer=closed_form", f"init={source}")
    done = call("train.py", *solved, *here(place), cwd=place)
    assert done.returncode == 1
    assert "ClosedForm finds the model in one step, wherever it starts" in done.stderr


def test_a_run_that_is_not_there_is_named(place: Path) -> None:
    assert "There is no run in nowhere" in refuse(Path("nowhere"), place)


def test_a_damaged_file_is_named(source: Path, place: Path) -> None:
    (place / "damaged").mkdir()
    for name in ("config.yaml", "spec.json"):
        (place / "damaged" / name).write_bytes((source / name).read_bytes())
    (place / "damaged/model.pt").write_bytes(b"PK")
    said = refuse(place / "damaged", place)
    assert "damaged/model.pt is damaged, or no checkpoint of Auris" in said
