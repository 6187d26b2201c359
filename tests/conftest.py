"""What the tests share: small recordings, the real ones, and the command line."""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # the tests share their cores with others
os.environ["AURIS_OUTPUTS"] = "outputs"  # where a test stands, not in the checkout
os.environ["AURIS_STORE"] = ".store"
os.environ["AURIS_DATA"] = "data"

import io
import runpy
import subprocess
import sys
import traceback
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

REPOSITORY = Path(__file__).resolve().parents[1]
# real recordings, which are not part of the project
SHARED = REPOSITORY.parent / "shared" / "data"
RATE = 8000  # Hz

torch.set_num_threads(1)


def sine(frequency: float, seconds: float = 0.5, rate: int = RATE) -> np.ndarray:
    """(T,) at half of full scale."""
    return 0.5 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)


def noise(seed: int, seconds: float = 0.5, rate: int = RATE) -> np.ndarray:
    """(T,) at a tenth of full scale."""
    return 0.1 * np.random.default_rng(seed).standard_normal(round(seconds * rate))


def write(path: Path, wave: np.ndarray, rate: int = RATE, **options: str) -> Path:
    """Write a recording (T,) or (T, C) and the folders that lead to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(str(path), wave, rate, **options)
    return path


def fill(folder: Path, each: int = 10) -> Path:
    """Recordings of 0.3 to 0.6 s in two classes, `each` of both, no two alike."""
    for i in range(each):
        seconds = 0.3 + 0.3 * i / each
        write(folder / "tone" / f"{i}.wav", sine(300 + 50 * i, seconds))
        write(folder / "hiss" / f"{i}.wav", noise(i, seconds))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of recordings, one sub-folder a class."""
    return fill(tmp_path / "recordings")


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real recordings, which are not part of the project."""
    if not (SHARED / "cats_babies" / "clips.csv").is_file():
        pytest.skip(f"the real recordings are not at {SHARED}")
    return SHARED


def cli(
    script: str, *words: str, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `python train.py ...` or another script of the project in `cwd`, with its data and
    store there too.
    """
    return subprocess.run(
        [sys.executable, str(REPOSITORY / script), *words],
        cwd=cwd,
        env={**os.environ, **_surroundings(cwd), **(env or {})},
        capture_output=True,
        text=True,
        timeout=300,
    )


def call(
    script: str, *words: str, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What `cli` does in the process of the tests, which need not import torch once more."""
    command = [str(REPOSITORY / script), *words]
    code = 0
    out = io.StringIO()
    err = io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        patch.chdir(cwd)
        patch.setattr(sys, "argv", command)
        for name, value in {**_surroundings(cwd), **(env or {})}.items():
            patch.setenv(name, value)
        try:
            runpy.run_path(command[0], run_name="__main__")
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        except Exception:
            traceback.print_exc()
            code = 1
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())


def _surroundings(cwd: Path) -> dict[str, str]:
    return {
        "AURIS_STORE": str(cwd / ".store"),
        "AURIS_DATA": str(cwd / "data"),
        "OMP_NUM_THREADS": "1",
    }
