"""A damaged file of a run is named, in one sentence."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import call, fill, sine, write
from running import TINY, experiment, here

from auris.core.errors import UserError
from auris.training.checkpoint_io import load_checkpoint
from auris.training.run import train

DAMAGE = {
    "empty": b"",
    "half": None,
    "garbage": b"\x80\xe2\x97garbage",
    "list": b"[1]",
    "null": b"null",
    "number": b"3",
    "string": b'"x"',
    "dict": b"{}",
    "utf16": '{"a": 1}'.encode("utf-16"),
    "nul": b"a: \x00",
    "deep": b"[" * 5000 + b"]" * 5000,
    "tag": b"!!python/object/apply:os.system [id]",
    "bomb": b"a: &a [1,1]\nb: &b [*a,*a]\nc: [*b,*b]\n",
}
USES = {
    "config.yaml": ["predict", "evaluate", "report", "compare"],
    "spec.json": ["predict", "evaluate"],
    "model.pt": ["predict", "evaluate"],
    "result.json": ["report", "compare"],
    "predictions_test.csv": ["paired"],
}
COMMANDS = {
    "predict": ("scripts/predict.py", "run", "tone.wav"),
    "evaluate": ("scripts/evaluate.py", "run"),
    "report": ("scripts/report.py", "run"),
    "compare": ("scripts/compare.py", "run"),
    "paired": ("scripts/compare.py", "--set=test", "--paired", "run", "other"),
    "resume": ("train.py", "resume=run"),
}
UNHELPFUL = ("debug=true", "Traceback", "weights_only", "central directory")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("original")
    fill(place / "recordings")
    words = (
        "data=folder",
        *here(place),
        *TINY[:-2],
        "model=linear",
        "report=false",
        "test=true",
    )
    return train(experiment(*words)).folder


@pytest.fixture
def place(original: Path, tmp_path: Path) -> Path:
    shutil.copytree(original, tmp_path / "run")
    shutil.copytree(original, tmp_path / "other")
    write(tmp_path / "tone.wav", sine(440))
    return tmp_path


def damage(path: Path, kind: str) -> None:
    content = DAMAGE[kind]
    path.write_bytes(
        path.read_bytes()[: path.stat().st_size // 2] if content is None else content
    )


CASES = [
    (name, command, kind)
    for name, commands in USES.items()
    for command in commands
    for kind in DAMAGE
    # half a table is a table, and half of the settings are enough to name a run
    if (command, kind) != ("paired", "half")
    if (name, command, kind) != ("config.yaml", "compare", "half")
]


@pytest.mark.parametrize(("name", "command", "kind"), CASES)
def test_what_is_damaged_is_named(
    place: Path, name: str, command: str, kind: str
) -> None:
    damage(place / "run" / name, kind)
    done = call(*COMMANDS[command], cwd=place)
    assert done.returncode == 1
    assert not any(word in done.stderr for word in UNHELPFUL), done.stderr
    said = done.stdout + done.stderr
    assert name in said or "no finished run" in said


@pytest.mark.parametrize("kind", ["empty", "half", "garbage", "list"])
@pytest.mark.parametrize(
    "name", ["checkpoints/last.ckpt", "checkpoints/best.ckpt", "checkpoints/done.json"]
)
def test_what_is_damaged_is_named_when_a_run_goes_on(
    place: Path, name: str, kind: str
) -> None:
    for left in ("result.json", "model.pt"):
        (place / "run" / left).unlink()
    if name.endswith("last.ckpt"):
        (place / "run/checkpoints/done.json").unlink()
    damage(place / "run" / name, kind)
    done = call(*COMMANDS["resume"], cwd=place)
    assert done.returncode == 1
    assert not any(word in done.stderr for word in UNHELPFUL), done.stderr
    assert Path(name).name in done.stderr


@pytest.mark.parametrize(
    "change",
    [
        '"sample_rate": 1000000000000',
        '"sample_rate": "x"',
        '"channels": "x"',
        '"samples": -1',
        '"padding": "x"',
        '"classes": "ab"',
        '"microphones": 3',
        '"from_the_future": 1',
    ],
)
def test_what_no_data_set_is_is_refused(place: Path, change: str) -> None:
    path = place / "run/spec.json"
    text = path.read_text().rstrip().removesuffix("}")
    path.write_text(f"{text}, {change}}}")
    done = call(*COMMANDS["predict"], cwd=place)
    assert done.returncode == 1 and "spec.json" in done.stderr
    assert not any(word in done.stderr for word in UNHELPFUL), done.stderr


def flipped(content: bytes, place: int, bit: int) -> bytes:
    damaged = bytearray(content)
    damaged[place] ^= 1 << bit
    return bytes(damaged)


def test_a_flipped_bit_of_the_weights_is_noticed(place: Path) -> None:
    path = place / "run/model.pt"
    content = path.read_bytes()
    weights = load_checkpoint(path)
    draws = np.random.default_rng(0)
    noticed = 0
    for at in draws.integers(len(content), size=200):
        path.write_bytes(flipped(content, at, int(draws.integers(8))))
        try:
            found = load_checkpoint(path)
        except UserError as error:
            assert str(path) in str(error) and "bring a copy" in str(error)
            noticed += 1
            continue
        # what fills the file up between the tensors tells nothing
        assert found.keys() == weights.keys()
        assert all(found[name].equal(weights[name]) for name in weights)
    assert noticed > 100


def test_a_flipped_weight_ends_prediction(place: Path) -> None:
    path = place / "run/model.pt"
    content = path.read_bytes()
    weight = load_checkpoint(path)["model.head.1.weight"]
    at = content.index(weight.numpy().tobytes())
    path.write_bytes(flipped(content, at, 3))
    done = call(*COMMANDS["predict"], cwd=place)
    assert done.returncode == 1
    assert "model.pt is damaged" in done.stderr and "train anew" in done.stderr
