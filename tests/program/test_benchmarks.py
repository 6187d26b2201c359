"""Benchmarks, which CI does not run, find what they import."""

import ast
import importlib.util
import os
import site
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
OF_OTHERS = ("librosa", "torchaudio", "h5py")  # extras that only a comparison needs


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def imports(path: Path) -> set[str]:
    """The first words of what a file imports at its top."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    names = {
        alias.name
        for node in body
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {node.module or "" for node in body if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name
)
def test_what_a_benchmark_imports_is_there(path: Path) -> None:
    folders = load(FOLDER / "race.py").PYTHON_PATH.split(os.pathsep)
    installed = site.getsitepackages()  # not what pytest adds to the path
    for name in imports(path) - sys.stdlib_module_names - set(OF_OTHERS):
        assert PathFinder.find_spec(name, [*folders, *installed]), name
