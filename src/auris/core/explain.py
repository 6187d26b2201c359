"""What a user reads where something goes wrong: one sentence on stderr, exit code 1."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from auris.core.errors import UserError, first_line


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn every error into one sentence on stderr and exit code 1; with debug=true, let it through."""
    debug = any(
        re.fullmatch(r"\+*debug=(true|1|yes)", word, re.IGNORECASE)
        for word in sys.argv[1:]
    )
    os.environ["HYDRA_FULL_ERROR"] = (
        "1"  # Hydra then hands its errors to us instead of printing them
    )
    try:
        yield
    except BrokenPipeError:  # whoever reads has enough, as in `... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        leave(
            "Stopped; python train.py resume=RUN goes on where the last finished epoch ended.",
            130,
        )
    except Exception as error:
        if debug:
            raise
        leave(explain(error))


def leave(sentence: str, code: int = 1) -> NoReturn:
    print(f"auris: {sentence}", file=sys.stderr)
    sys.stderr.flush()
    raise SystemExit(code) from None


def explain(error: BaseException) -> str:
    """The sentence for an error of any kind."""
    if isinstance(error, UserError):
        return str(error)
    if type(error).__module__.startswith(("hydra", "omegaconf")):
        from auris.core.config_errors import explain_configuration

        return explain_configuration(error)
    if (
        type(error).__name__ == "MisconfigurationException"
    ):  # Lightning's, which is not imported for this
        return f"trainer: {first_line(error)} (trainer=cpu works everywhere.)"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    if "out of memory" in str(error):
        return "The device ran out of memory; a smaller data.batch_size needs less."
    return f"{type(error).__name__}: {first_line(error)} (debug=true shows where.)"
