"""One process at a time writes to a run, and one that was killed holds nothing."""

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from auris.core.errors import UserError
from auris.runs.lock import sole_writer


def hold(folder: Path, pipe: Connection) -> None:
    with sole_writer(folder):
        pipe.send("held")
        signal.pause()


def test_a_run_is_written_to_by_one_process_until_it_ends(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe()
    process = context.Process(target=hold, args=(tmp_path, theirs))
    process.start()
    assert ours.recv() == "held"
    sentence = f"still training .process {process.pid} on .*wait for its end"
    with pytest.raises(UserError, match=sentence), sole_writer(tmp_path):
        pass
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    with sole_writer(tmp_path):
        pass
    with sole_writer(tmp_path):
        pass
