"""Notebooks, executed: python tests/helpers/notebooks.py writes what they show into examples/."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
_PLACES = {  # relative: what a notebook shows names no folder of this machine
    "AURIS_DATA": "data",
    "AURIS_OUTPUTS": "outputs",
    "AURIS_STORE": ".store",
}


def execute(paths: Sequence[Path], place: Path) -> list[NotebookNode]:
    """Notebooks with what their cells give, in one kernel that stands in `place`.

    Raises `CellExecutionError` where a cell fails.
    """
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(place), env={**os.environ, **_PLACES})
    try:
        return [_execute_in(manager, path) for path in paths]
    finally:
        manager.shutdown_kernel(now=True)


def _execute_in(manager: KernelManager, path: Path) -> NotebookNode:
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, km=manager, timeout=300, record_timing=False, coalesce_streams=True
    )
    client.execute(reset_kc=True, cleanup_kc=False)
    return notebook


def _write_anew() -> None:
    """Execute all examples and keep what they show."""
    paths = sorted(EXAMPLES.glob("*.ipynb"))
    for path in paths:
        with TemporaryDirectory() as place:
            (notebook,) = execute([path], Path(place))
        nbformat.write(notebook, path)
        print(path, file=sys.stderr)


if __name__ == "__main__":
    _write_anew()
