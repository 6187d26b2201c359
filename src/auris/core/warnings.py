"""What a user should know although all goes on, said where neither torch nor Lightning is there."""

import logging

from auris.core.text import clean_text

_LOG = logging.getLogger("auris")


def warn_user(text: str) -> None:
    """Say it in the terminal, and in the log of the run where there is one."""
    _LOG.warning(clean_text(text))
