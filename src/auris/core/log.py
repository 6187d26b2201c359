"""What a run says: to the terminal and to its `train.log`."""

import logging
import sys
from pathlib import Path

from lightning.fabric.utilities.rank_zero import rank_zero_only

LOG = logging.getLogger("auris")


@rank_zero_only
def tell(text: str) -> None:
    """Say something, once, also where several processes train."""
    LOG.info(text)


def open_log(folder: Path) -> None:
    """From now on what is said goes to the terminal and to the log of this run; libraries' advice to the log alone."""
    file = logging.FileHandler(folder / "train.log", encoding="utf-8")
    file.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    use(logging.StreamHandler(sys.stdout), file)
    hush(file)


def open_terminal(quiet: bool = False) -> None:
    """From now on what is said goes to the terminal, or nowhere."""
    use(logging.NullHandler() if quiet else logging.StreamHandler(sys.stdout))
    hush()


def use(*handlers: logging.Handler) -> None:
    for handler in LOG.handlers:
        handler.close()
    LOG.handlers[:], LOG.propagate = list(handlers), False
    LOG.setLevel(logging.INFO)


def hush(*handlers: logging.Handler) -> None:
    """Send warnings and Lightning's notices to `handlers`, or nowhere, rather than to the terminal."""
    logging.captureWarnings(True)
    for name in ("py.warnings", "lightning.pytorch", "lightning.fabric"):
        logger = logging.getLogger(name)
        logger.handlers[:], logger.propagate = (
            list(handlers) or [logging.NullHandler()],
            False,
        )
