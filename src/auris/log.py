"""What a run says: to the terminal and to its `train.log`."""

import logging
import sys
import warnings
from pathlib import Path

from lightning.pytorch.utilities import rank_zero_only

LOG = logging.getLogger("auris")


def tell(text: str) -> None:
    """Say something, once, also where several processes train."""
    if rank_zero_only.rank == 0:
        LOG.info(text)


def open_log(folder: Path) -> None:
    """From now on what is said goes to the terminal and to the log of this run; libraries' advice to the log alone."""
    for handler in LOG.handlers[:]:
        LOG.removeHandler(handler)
        handler.close()
    terminal, file = logging.StreamHandler(sys.stdout), logging.FileHandler(folder / "train.log", encoding="utf-8")
    file.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    LOG.addHandler(terminal)
    LOG.addHandler(file)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False
    hush(file)


def hush(*handlers: logging.Handler) -> None:
    """Send warnings and Lightning's notices to `handlers` rather than to the terminal."""
    logging.captureWarnings(True)
    warnings.simplefilter("default")
    for name in ("py.warnings", "lightning.pytorch", "lightning.fabric"):
        logger = logging.getLogger(name)
        logger.handlers[:], logger.propagate = list(handlers) or [logging.NullHandler()], False
