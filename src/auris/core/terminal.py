"""What commands print: text that may hold the words of strangers."""

import sys

from auris.core.text import clean_text


def say(text: str) -> None:
    """Print a text without what would steer the terminal."""
    print(clean_text(text), flush=True)


def say_aside(text: str) -> None:
    """The same on stderr: what is no part of the answer."""
    print(clean_text(text), file=sys.stderr, flush=True)
