"""Auris as a package: a wheel, installed where there is no checkout, does the main job."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import REPOSITORY, sine, write

QUICK = (
    "data.origin=simulated",
    "data.duration=0.5",
    "trainer.max_epochs=1",
    "trainer=cpu",
    "logger=csv",
    "report=false",
)
OURS = ("AURIS_DATA", "AURIS_OUTPUTS", "AURIS_STORE", "PYTHONPATH")


class Installed(NamedTuple):
    """An environment with the wheel, and the home of its user."""

    program: Path
    home: Path

    def __call__(self, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """What `auris WORDS` does in a folder."""
        return carry_out([self.program, *words], cwd, {"HOME": str(self.home)})


def carry_out(
    command: list[object], cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command without what leads to the checkout."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**kept, **(env or {})},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the checkout, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    flags = ("--no-deps", "--no-build-isolation", "--no-index", "-w", folder)
    pip = [sys.executable, "-m", "pip", "wheel", *flags, REPOSITORY]
    done = carry_out(pip, folder)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("auris-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An environment that has Auris from the wheel and all else from the one of the tests."""
    place = tmp_path_factory.mktemp("installed")
    environment = place / "env"
    home = place / "home"
    home.mkdir()
    carry_out([sys.executable, "-m", "venv", "--without-pip", environment], place)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"))
    python = environment / "bin/python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install"]
    done = carry_out([*pip, "--no-deps", "--no-index", wheel], place)
    assert done.returncode == 0, done.stderr
    return Installed(environment / "bin/auris", home)


def test_an_installed_auris_trains_and_predicts_from_any_folder(
    installed: Installed, tmp_path: Path
) -> None:
    words = ("model=linear", "data=cats_babies", *QUICK)
    done = installed("train", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []
    outputs = installed.home / "auris/outputs"
    assert (outputs / "test_ledger.jsonl").is_file()
    elsewhere = write(tmp_path / "elsewhere/tone.wav", sine(440))
    run = "outputs/cats_babies/linear/latest"
    done = installed("predict", run, elsewhere.name, cwd=elsewhere.parent)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("tone.wav  0.0-0.5 s  ")


def test_an_installed_auris_advises_its_own_commands(
    installed: Installed, tmp_path: Path
) -> None:
    done = installed("predict", "none.onnx", "x.wav", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.endswith("auris export RUN writes one.\n")
