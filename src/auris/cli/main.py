"""auris COMMAND ...: one door to all commands."""

import os
import sys
from collections.abc import Sequence

from auris import __version__
from auris.cli import parsers
from auris.core.errors import UserError, suggest_choice
from auris.core.explain import plain_errors
from auris.core.locate import locate_object

_ALONE = {"train": "auris.cli.train.train"}  # commands whose words Hydra reads
_COMPLETION = ("-sc", "--shell-completion")  # what a shell asks


def main(words: Sequence[str] | None = None) -> None:
    """Carry out the command that the command line names; `words` without the program's name."""
    with plain_errors():
        _carry_out(list(sys.argv[1:] if words is None else words))


def run_script(command: str) -> None:
    """Carry out one command with the words of this process: what the scripts do."""
    main([command, *sys.argv[1:]])


def _carry_out(words: list[str]) -> None:
    command = words[0] if words else "--help"
    if command in ("-h", "--help", "help"):
        print(_usage())
    elif command == "--version":
        print(f"auris {__version__}")
    elif command in _COMPLETION:
        _answer_shell(words)
    elif command in _ALONE:
        # torch takes seconds; what a command needs is imported once its words are understood
        locate_object(_ALONE[command], command)(words[1:])
    elif command in parsers.PARSERS:
        options = parsers.PARSERS[command]().parse_args(words[1:])
        locate_object(f"auris.cli.{command}.run", command)(options)
    else:
        known = [*_ALONE, *parsers.PARSERS]
        raise UserError(
            f"There is no command {command}; {suggest_choice(command, known)}"
        )


def _answer_shell(words: list[str]) -> None:
    """Say what may follow, where a shell completes `auris`; words of train are Hydra's to know."""
    line = os.environ.get("COMP_LINE", "")
    before, train, after = line.partition(" train ")
    if "install" not in words[-1] and not train:
        print(" ".join([*_ALONE, *parsers.PARSERS]))
        return
    os.environ["COMP_LINE"] = f"{before} {after}"
    locate_object(_ALONE["train"], "train")(words)


def _usage() -> str:
    """The commands, a line each."""
    lines = [
        "auris COMMAND ...",
        "",
        "  train      train a model: auris train model=mlp data=cats_babies",
    ]
    for command, build in parsers.PARSERS.items():
        summary = str(build().description).split("\n")[0]
        lines.append(f"  {command:<10} {summary[0].lower()}{summary[1:]}")
    lines += ["", "auris COMMAND --help tells more of each."]
    return "\n".join(lines)
