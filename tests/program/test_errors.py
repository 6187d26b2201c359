"""What a user reads when something is wrong: one sentence on stderr, and an exit code."""

import errno
import os
import re
import signal
import time
from collections.abc import Callable

import pytest

from auris.core.errors import Parser, UserError, first_line, suggest_choice
from auris.core.explain import explain_error, plain_errors
from auris.core.stopping import Interrupted


@pytest.fixture(autouse=True)
def command_line(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets the words of the command line; none at first."""
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")

    def say(*words: str) -> None:
        monkeypatch.setattr("sys.argv", ["train.py", *words])

    say()
    return say


def leave(error: BaseException) -> int:
    """The exit code where `error` is raised."""
    with pytest.raises(SystemExit) as left, plain_errors():
        raise error
    # no "during handling of the above exception"
    assert left.value.__suppress_context__
    return left.value.code


def test_nearest_names_the_likely_word_and_all_choices_in_order() -> None:
    assert (
        suggest_choice("ccn", ["mlp", "linear", "cnn"])
        == "did you mean cnn? Choices: cnn, linear, mlp."
    )


def test_nearest_does_not_guess_wildly() -> None:
    assert suggest_choice("xyz", ["mlp", "cnn"]) == "Choices: cnn, mlp."


@pytest.mark.parametrize(
    ("text", "line"), [("\n  one \n two", "one"), ("", "ValueError")]
)
def test_the_first_line_that_says_something(text: str, line: str) -> None:
    assert first_line(ValueError(text)) == line


def test_a_users_error_is_its_own_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave(UserError("There is no model=mpl.")) == 1
    assert capsys.readouterr() == ("", "auris: There is no model=mpl.\n")


def test_control_c_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave(KeyboardInterrupt()) == 130
    said = capsys.readouterr().err
    assert said == "auris: Stopped. The same command begins anew.\n"
    assert leave(Interrupted("resume=x goes on.", 143)) == 143
    assert capsys.readouterr().err == "auris: Stopped. resume=x goes on.\n"


def test_sigterm_ends_as_control_c_does(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit, match="143"), plain_errors():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(1)
    assert "Stopped" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGTERM) == before


def test_an_unexpected_error_tells_its_kind_and_how_to_see_more(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert leave(ZeroDivisionError("division\nby zero")) == 1
    assert (
        capsys.readouterr().err
        == "auris: ZeroDivisionError: division (debug=true shows where.)\n"
    )


@pytest.mark.parametrize(
    "word", ["debug=true", "+debug=True", "++debug=1", "debug=yes"]
)
def test_debug_lets_errors_through(
    word: str, command_line: Callable[..., None]
) -> None:
    command_line("model=mlp", word)
    with pytest.raises(UserError), plain_errors():
        raise UserError("There is no model=mpl.")


@pytest.mark.parametrize("word", ["debug=false", "debug=0", "data.debug=true", "debug"])
def test_other_words_do_not(word: str, command_line: Callable[..., None]) -> None:
    command_line(word)
    assert leave(UserError("no")) == 1


def test_what_goes_well_and_what_leaves_by_itself_is_left_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with plain_errors():
        pass
    with pytest.raises(SystemExit, match="3"), plain_errors():
        raise SystemExit(3)
    assert capsys.readouterr() == ("", "")


def test_a_file_that_can_not_be_had_is_named() -> None:
    error = FileNotFoundError(errno.ENOENT, "No such file or directory", "clips.csv")
    assert explain_error(error) == "clips.csv: No such file or directory."
    assert (
        explain_error(OSError("broken")) == "OSError: broken (debug=true shows where.)"
    )


def test_a_full_device_says_what_needs_less() -> None:
    assert "smaller data.micro_batch_size" in explain_error(
        RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
    )


def test_a_wrong_word_of_a_script_is_told_in_one_sentence() -> None:
    parser = Parser(prog="predict.py")
    parser.add_argument("--windows", type=int)
    with pytest.raises(
        UserError,
        match=re.escape("invalid int value: 'many'; --help shows how it is used."),
    ):
        parser.parse_args(["--windows", "many"])
