"""Commands as the user types them: auris train ..., python -m auris train ..., or the scripts."""

import os
import shlex
import sys
from pathlib import Path

from auris.core.places import checkout

_MAIN = "train"  # whose script is not among the others


def command_line(command: str, *words: str) -> str:
    """A command of Auris, called as this process was."""
    return " ".join([_program(command), shlex.join(words)]).rstrip()


def extra_install(extra: str) -> str:
    """The command that installs an extra of Auris, from where it was installed itself."""
    if checkout():
        return f"pip install -c constraints.txt -e '.[{extra}]'"
    return f"pip install 'auris[{extra}]'"


def _program(command: str) -> str:
    """What comes before the words of a command."""
    called = Path(sys.argv[0])
    if called.parts[-2:] == ("auris", "__main__.py"):
        return f"python -m auris {command}"
    root = checkout()
    if root and called.resolve().is_relative_to(root) and called.suffix == ".py":
        to_root = os.path.relpath(root, called.resolve().parent)
        script = f"{command}.py" if command == _MAIN else f"scripts/{command}.py"
        return f"python {os.path.normpath(called.parent / to_root / script)}"
    return f"auris {command}"
