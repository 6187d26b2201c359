"""What a user reads when something is wrong: one sentence, exit code 1, no traceback."""

import argparse
import difflib
from collections.abc import Iterable
from typing import NoReturn, final


class UserError(Exception):
    """Something the user can mend: one sentence on what is wrong and what to do."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows of it: the sentence."""
        return [f"UserError: {self}"]


@final
class Parser(argparse.ArgumentParser):
    """A command line whose mistakes are told in one sentence."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message}; --help shows how it is used.")


def suggest_choice(word: str, choices: Iterable[str]) -> str:
    """'Did you mean cnn? Choices: cnn, linear, mlp.'"""
    names = {choice.lower(): choice for choice in sorted(map(str, choices))}
    similar = _similar_names(word.lower(), list(names))
    hint = f"did you mean {names[similar[0]]}? " if similar else ""
    return f"{hint}Choices: {', '.join(names.values())}."


def _similar_names(word: str, names: list[str]) -> list[str]:
    """The names that begin with the word, else the one most like it."""
    begun = [name for name in names if name.startswith(word)] if word else []
    return begun or difflib.get_close_matches(word, names, n=1, cutoff=0.6)


def first_line(error: BaseException) -> str:
    """The first line of an error's text that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
