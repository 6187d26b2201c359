"""The flags of auris train: those of Hydra's that make sense for it."""

import argparse
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from auris.core.errors import Parser, UserError, suggest_choice


def read_flags(words: Sequence[str]) -> Namespace:
    """The flags of a command line, and `words`, what else stands there.

    Raises `UserError` for a flag that there is not, or that does not take what it is given.
    """
    parser = _flag_parser()
    flags, others = parser.parse_known_args(list(words))
    flags.words = others
    for word in others:
        if word.startswith("-"):
            advice = suggest_choice(word, parser._option_string_actions)
            raise UserError(
                f"There is no flag {word}; settings are given as name=value, and {advice}"
            )
    if flags.resolve and not flags.cfg:
        raise UserError("--resolve goes with --cfg, as in --cfg job --resolve.")
    if flags.config_dir and not Path(flags.config_dir).is_dir():
        raise UserError(
            f"There is no folder {flags.config_dir}, which --config-dir names."
        )
    return flags


def _flag_parser() -> Parser:
    parser = Parser(
        add_help=False, allow_abbrev=False, argument_default=argparse.SUPPRESS
    )
    add = parser.add_argument
    add("--help", "-h", action="store_true", default=False)
    add("--hydra-help", action="store_true")
    add("--multirun", "-m", action="store_true", default=False)
    add("--config-dir", "-cd", default=None)
    add("--cfg", "-c", choices=("job", "hydra", "all"), default=None)
    add("--resolve", action="store_true", default=False)
    add("--info", "-i", nargs="?", choices=("all", "config", "defaults", "plugins"))
    add("--shell-completion", "-sc", action="store_true")
    return parser
