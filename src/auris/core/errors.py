"""What a user reads when something is wrong: one sentence, exit code 1, no traceback."""

import argparse
import difflib
from collections.abc import Iterable
from typing import NoReturn


class UserError(Exception):
    """Something the user can mend. The text is one sentence that says what is wrong and what to do."""


class Parser(argparse.ArgumentParser):
    """A command line whose mistakes are told in one sentence."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message}; --help shows how it is used.")


def nearest(word: str, choices: Iterable[str]) -> str:
    """'Did you mean cnn? Choices: cnn, linear, mlp.'"""
    known = {str(choice).lower(): str(choice) for choice in sorted(map(str, choices))}
    begun = [name for name in known if word and name.startswith(str(word).lower())]
    close = begun or difflib.get_close_matches(
        str(word).lower(), known, n=1, cutoff=0.6
    )
    hint = f"did you mean {known[close[0]]}? " if close else ""
    return f"{hint}Choices: {', '.join(known.values())}."


def first_line(error: BaseException) -> str:
    """The first line of an error's text that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
