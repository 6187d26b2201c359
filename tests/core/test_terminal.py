"""Whatever a text holds, and whatever a terminal can show, is shown."""

import subprocess
import sys
from pathlib import Path

import pytest

from auris.core.terminal import say, say_aside

SHOW = """
from auris.core.explain import plain_errors
with plain_errors():
    print("chat \\u732b")
"""


def test_the_words_of_strangers_steer_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say("\x1b[31mred\x1b[0m\n\u202eright to left")
    say_aside("\x07bell")
    shown = capsys.readouterr()
    assert shown.out == "\\x1b[31mred\\x1b[0m\n\\u202eright to left\n"
    assert shown.err == "\\x07bell\n"


def test_what_an_encoding_lacks_is_written_in_ascii(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        env={"PYTHONPATH": ":".join(sys.path), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "chat \\u732b\n", "")
