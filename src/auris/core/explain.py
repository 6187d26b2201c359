"""Any error as one sentence on stderr, and exit code 1.

Hydra is imported when an error of its own is explained: most commands do without it.
"""

import errno
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import NoReturn

from omegaconf.errors import MissingMandatoryValue

from auris.core.commands import command_line
from auris.core.errors import UserError, first_line
from auris.core.stopping import code_of, ending_in_order
from auris.core.text import clean_text
from auris.core.unknown import explain_unknown_option, explain_unknown_setting

_ANEW = "The same command begins anew."
_DEBUG = re.compile(r"\+*debug=(true|1|yes)", re.IGNORECASE)
_DEVICES = re.compile(r"accelerator|backend|device|gpu", re.IGNORECASE)
# what torch says that finds none on a GPU, or on a processor
_NO_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")
_UNREADABLE = (
    "can't be read; settings are given as name=value, as in model=mlp or seed=7."
)
_MEANINGS = {  # of what Hydra and OmegaConf say
    r"Interpolation key '(.+?)'": "The configuration refers to {}, which does not exist.",
    r"resolving interpolation '\$\{(.+?)\}'": "The configuration refers to {}, which does not "
    "exist.",
    r"Environment variable '(.+?)'": "The configuration refers to the environment variable {}, "
    "which is not set.",
    r"(Recursive) interpolation": "A setting refers to itself, as seed=${{seed}} would.",
    r"An item is already at '(.+?)'": "{0} is there already; leave the + away, as in {0}=...",
    r"Multiple values for (\S+)\.": "{0} is chosen already; leave the + away, as in {0}=...",
    r"delete from config. '(.+?)'": "There is no {} that could be left out.",
    r"merging override (.+)": f"{{}} {_UNREADABLE}",
    r"default list use \+(=.*)": f"'{{}}' {_UNREADABLE}",
}


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn every error into one sentence on stderr and exit code 1.

    With debug=true on the command line errors pass through. Ctrl-C and SIGTERM are answered with a
    sentence, too, and the exit codes that shells expect, 130 and 143.
    """
    debug = any(_DEBUG.fullmatch(word) for word in sys.argv[1:])
    _show_any_text()
    # Hydra then hands its errors to us instead of printing them
    os.environ["HYDRA_FULL_ERROR"] = "1"
    try:
        with ending_in_order():
            yield
    except BrokenPipeError:  # whoever reads has enough, as in `... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except KeyboardInterrupt as stop:
        exit_with(f"Stopped. {str(stop) or _ANEW}", code_of(stop))
    except Exception as error:
        if debug:
            raise
        exit_with(explain_error(error))


def _show_any_text() -> None:
    """Write what the encoding of a terminal lacks as \\u732b, rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def exit_with(sentence: str, code: int = 1) -> NoReturn:
    """End the program with a sentence on stderr."""
    print(f"auris: {clean_text(sentence)}", file=sys.stderr)
    sys.stderr.flush()
    raise SystemExit(code) from None


def explain_error(error: BaseException) -> str:
    """The sentence for an error of any kind."""
    if isinstance(error, UserError):
        return str(error)
    if type(error).__module__.startswith(("hydra", "omegaconf")):
        return _explain_configuration(error)
    # Lightning's, which is not imported for this
    if type(error).__name__ == "MisconfigurationException":
        reason = first_line(error)
        hint = " (trainer=cpu works everywhere.)" if _DEVICES.search(reason) else ""
        return f"trainer: {reason}{hint}"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    if _is_lack_of_memory(error):
        return (
            f"The device ran out of memory ({first_line(error).rstrip('.')}); a smaller "
            "data.micro_batch_size, shorter clips or a lower data.sample_rate need less."
        )
    return f"{type(error).__name__}: {first_line(error)} (debug=true shows where.)"


def _is_lack_of_memory(error: BaseException) -> bool:
    """Whether numpy, torch or the system has none left."""
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    return any(words in str(error) for words in _NO_MEMORY)


def _explain_configuration(error: BaseException) -> str:
    """The sentence for an error that Hydra or OmegaConf raised."""
    from hydra.errors import MissingConfigException, OverrideParseException

    text = f"{error}\n{error.__cause__ or ''}"
    if isinstance(error, MissingConfigException) and error.options is not None:
        group = _find_word(r"Available options in '([^']+)'", text)
        option = str(error.missing_cfg_file).removeprefix(f"{group}/")
        return explain_unknown_option(group, option, list(error.options))
    if isinstance(error, MissingMandatoryValue) or "Missing mandatory value" in text:
        key = _find_word(r"full_key: (\S+)", text)
        key = key or _find_word(r"Missing mandatory value: (\S+)", text)
        return f"{key} must be given, as in {key}=..."
    if key := _find_word(r"Could not override '([^']+)'", text):
        value = _find_word(r"To append to your config use \+\S+?=(.*)", text)
        return explain_unknown_setting(key.split("@")[0], value or "...")
    if word := _find_word(r"Ambiguous value for argument '(.+)'\n", text):
        advice = f"-m runs each of them, as in {command_line('train', '-m', word)}."
        return f"{word} gives several values; {advice}"
    if isinstance(error, OverrideParseException):
        name, is_set, value = str(error.override).partition("=")
        if (
            is_set and name.isidentifier()
        ):  # Hydra reads no letter but those of English in it
            return explain_unknown_setting(name, value)
        return f"'{error.override}' {_UNREADABLE}"
    for pattern, meaning in _MEANINGS.items():
        if word := _find_word(pattern, text):
            return meaning.format(word)
    return f"{first_line(error)} (debug=true shows more.)"


def _find_word(pattern: str, text: str) -> str:
    """The group of the first match, or nothing."""
    match = re.search(pattern, text)
    return match.group(1) if match else ""
