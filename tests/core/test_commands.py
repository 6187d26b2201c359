"""Commands are told in the form in which Auris was called."""

import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY

from auris.core import places
from auris.core.commands import command_line, extra_install


@pytest.mark.parametrize(
    ("called", "stands", "told"),
    [
        ("/usr/bin/auris", ".", "auris {}"),
        ("/home/me/notebook.py", ".", "auris {}"),
        (f"{REPOSITORY}/src/auris/__main__.py", ".", "python -m auris {}"),
        ("train.py", ".", "python {script}"),
        ("scripts/predict.py", ".", "python {script}"),
        ("predict.py", "scripts", "python ../{script}"),
        ("../train.py", "tests", "python ../{script}"),
        (f"{REPOSITORY}/train.py", "/", f"python {REPOSITORY}/{{script}}"),
    ],
)
@pytest.mark.parametrize(
    ("command", "script"), [("train", "train.py"), ("audit", "scripts/audit.py")]
)
def test_a_command_is_told_as_it_was_typed(
    called: str,
    stands: str,
    told: str,
    command: str,
    script: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(REPOSITORY / stands)
    monkeypatch.setattr(sys, "argv", [called])
    expected = told.format(command, script=script)
    assert command_line(command) == expected
    assert command_line(command, "data.root=a b") == f"{expected} 'data.root=a b'"


def test_an_extra_is_installed_as_auris_was(monkeypatch: pytest.MonkeyPatch) -> None:
    assert extra_install("onnx") == "pip install -c constraints.txt -e '.[onnx]'"
    monkeypatch.setattr(places, "_PACKAGE", Path("/lib/site-packages/auris"))
    assert extra_install("onnx") == "pip install 'auris[onnx]'"
