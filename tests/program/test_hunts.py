"""The hunts for faults repeat what their seed says, and notice what falls short."""

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY

HUNT = REPOSITORY / "benchmarks/hunt"
ROWS = (
    "SIGKILL at random moments, then resumed to the same bits",
    *(f"damaged recordings, {command}" for command in ("predict", "train", "audit")),
    *("wrong command lines", "wrong values of settings", "damaged files of a run"),
    *(f"a flipped bit in {what}" for what in ("model.pt", "model.onnx", "the store")),
    "attacks of a stranger's run folder",
)


def test_a_small_hunt_finds_nothing() -> None:
    done = subprocess.run(
        [sys.executable, HUNT / "run.py", "--size", "0.01", "--seed", "3"],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    table = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    assert [row[0] for row in table[2:]] == list(ROWS)
    for name, tried, good, short in table[2:]:
        assert int(tried) == int(good) > 0 and short == "0", (name, done.stdout)
    assert lines[-1].startswith("seed 3, ")


@pytest.fixture
def ground(monkeypatch: pytest.MonkeyPatch):  # noqa: ANN201  a module of benchmarks
    monkeypatch.syspath_prepend(str(HUNT))
    import ground

    return ground


@pytest.mark.parametrize(
    ("code", "error", "problem"),
    [
        (1, "auris: clip.wav can't be used: silent.\n", ""),
        (0, "", "exit code 0"),
        (-9, "", "exit code -9"),
        (1, "Traceback (most recent call last):\n", "says Traceback"),
        (1, "auris: EOFError (debug=true shows where.)\n", "says debug=true"),
        (1, "auris: one\nauris: two\n", "2 sentences"),
        (1, "clip.wav ends early.\nauris: clip.wav is silent.\n", ""),
        (1, "auris: something can't be used.\n", "does not name clip.wav"),
    ],
)
def test_what_is_no_sentence_falls_short(
    ground,  # noqa: ANN001
    code: int,
    error: str,
    problem: str,
) -> None:
    done = ground.Ended(code, "", error, 1.0, 100.0)
    assert ground.judge_sentence(done, ["clip.wav"]) == problem


def test_harm_is_noticed(ground, tmp_path: Path) -> None:  # noqa: ANN001
    import strangers

    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis/chapter.txt").touch()
    done = ground.Ended(1, "", "auris: refused\n", 1.0, 100.0)
    assert strangers._find_harm(tmp_path, done, []) == ""
    assert strangers._find_harm(tmp_path, done, ["/x"]) == "asked an address"
    told = done._replace(out="hunter2")
    assert strangers._find_harm(tmp_path, told, []) == "told a secret"
    (tmp_path / "stranger").mkdir()
    (tmp_path / "stranger/config.yaml").write_text("note: hunter2")
    assert strangers._find_harm(tmp_path, done, []) == "wrote a secret down"
    (tmp_path / "outside").mkdir()
    assert strangers._find_harm(tmp_path, done, []) == "wrote outside of the run"
    (tmp_path / "thesis/chapter.txt").unlink()
    assert strangers._find_harm(tmp_path, done, []) == "deleted a folder"
    (tmp_path / "pwned").touch()
    assert strangers._find_harm(tmp_path, done, []) == "ran code"
