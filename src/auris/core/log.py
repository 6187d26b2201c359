"""What a run says: to the terminal and to its `train.log`."""

import logging
import sys
from pathlib import Path
from typing import final

from lightning.fabric.utilities.rank_zero import rank_zero_only

from auris.core.disk_space import is_full_disk
from auris.core.text import clean_text

_LOG = logging.getLogger("auris")
_NOISY = ("py.warnings", "lightning.pytorch", "lightning.fabric")


@final
class _LogFile(logging.FileHandler):
    """A log that a full disk cuts short without a traceback: what matters more will say so."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        if not is_full_disk(sys.exc_info()[1]):
            super().handleError(record)


@rank_zero_only
def info(text: str) -> None:
    """Say something, once, also where several processes train."""
    _LOG.info(clean_text(text))


def open_log(folder: Path) -> None:
    """From now on what is said goes to the terminal and to the log of this run.

    The advice of libraries goes to the log alone.
    """
    file = _LogFile(folder / "train.log", encoding="utf-8")
    file.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    _use_handlers(logging.StreamHandler(sys.stdout), file)
    silence_libraries(file)


def open_terminal(quiet: bool = False) -> None:
    """From now on what is said goes to the terminal, or nowhere."""
    _use_handlers(logging.NullHandler() if quiet else logging.StreamHandler(sys.stdout))
    silence_libraries()


def silence_libraries(*handlers: logging.Handler) -> None:
    """Keep warnings and Lightning's notices from the terminal: send them to `handlers`."""
    logging.captureWarnings(True)
    for name in _NOISY:
        logger = logging.getLogger(name)
        logger.handlers[:] = handlers or [logging.NullHandler()]
        logger.propagate = False


def _use_handlers(*handlers: logging.Handler) -> None:
    for handler in _LOG.handlers:
        handler.close()
    _LOG.handlers[:] = handlers
    _LOG.propagate = False
    _LOG.setLevel(logging.INFO)
