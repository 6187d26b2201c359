"""Commands in processes of their own that need not import torch anew: children of this one."""

import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

os.environ["OMP_NUM_THREADS"] = "1"  # a process with threads can't be forked

import torch

from auris.cli import evaluate, export, predict, report, training  # noqa: F401  imported once
from auris.cli.main import main

torch.set_num_threads(1)

_MOST_SECONDS = 60.0  # that any command of a hunt may take
_PAUSE = 0.005  # s


class Ended(NamedTuple):
    """How a command ended."""

    code: int  # below 0: the signal
    out: str
    error: str
    seconds: float
    mib: float  # the most memory, in MiB

    @property
    def said(self) -> str:
        return self.out + self.error


def carry_out(
    words: Sequence[str], place: Path, kill_after: float = _MOST_SECONDS
) -> Ended:
    """`auris WORDS` in the folder `place`, killed after so many seconds."""
    out, error = place / "stdout.txt", place / "stderr.txt"
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        _become_command(words, place, out, error)
    code, mib = _wait_for(child, started + kill_after)
    seconds = time.monotonic() - started
    texts = [path.read_text(errors="replace") for path in (out, error)]
    return Ended(code, *texts, seconds, mib)


def _wait_for(child: int, until: float) -> tuple[int, float]:
    """The exit code of a process, and its memory in MiB; it is killed when its time is over."""
    while True:
        ended, status, usage = os.wait4(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), usage.ru_maxrss / 1024
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
        time.sleep(_PAUSE)


def _become_command(words: Sequence[str], place: Path, out: Path, error: Path) -> None:
    """Turn this process, which was forked, into a command; it does not come back."""
    code = 1
    try:
        for path, stream in ((out, 1), (error, 2)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        os.chdir(place)
        os.environ.update(AURIS_STORE=str(place / "store"), AURIS_DATA="data")
        sys.argv = ["auris", *words]
        main(words)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
