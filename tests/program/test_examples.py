"""The notebooks of examples/ run, and hold what they show."""

from pathlib import Path

import nbformat
import pytest
from notebooks import EXAMPLES, execute

NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
MAX_BYTES = 200_000  # of a notebook, which the repository keeps


def test_all_run_from_their_beginning_to_their_end(tmp_path: Path) -> None:
    executed = execute(NOTEBOOKS, tmp_path)  # which raises where a cell fails
    for notebook, path in zip(executed, NOTEBOOKS, strict=True):
        kept = nbformat.read(path, as_version=4)
        assert kinds_of(notebook) == kinds_of(kept), path
    assert {"outputs", "fans"} <= {found.name for found in tmp_path.iterdir()}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_is_kept_shows_something_and_names_no_machine(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    text = path.read_text(encoding="utf-8")
    assert len(text) < MAX_BYTES
    assert "image/png" in text and "<table>" in text
    assert not any(folder in text for folder in ("/tmp/", "/home/", "/root", "/work"))


def test_all_are_listed() -> None:
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert len(NOTEBOOKS) == 3
    assert all(f"({path.name})" in listed for path in NOTEBOOKS)


def kinds_of(notebook: nbformat.NotebookNode) -> list[set[str]]:
    """What each cell shows: text, tables, pictures."""
    return [
        {kind for output in cell.get("outputs", []) for kind in output.get("data", {})}
        for cell in notebook.cells
    ]
