"""Being told to end, by Ctrl-C or SIGTERM, and the sentence that answers it."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

_AFTER_SIGNAL = 128  # what shells add to the number of the signal that ended a program
CTRL_C = _AFTER_SIGNAL + signal.SIGINT


class Interrupted(KeyboardInterrupt):
    """The program was told to end.

    Args:
        advice: how to go on, in a sentence.
        code: with which it exits.
    """

    def __init__(self, advice: str = "", code: int = CTRL_C):
        super().__init__(advice)
        self.code = code

    @classmethod
    def by_signal(cls, number: int) -> "Interrupted":
        """As a signal asks for it."""
        return cls(code=_AFTER_SIGNAL + number)


def code_of(stop: KeyboardInterrupt) -> int:
    """With which code a program exits that was told to end."""
    return stop.code if isinstance(stop, Interrupted) else CTRL_C


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Let SIGTERM end what is done within as Ctrl-C does: files are closed, and words are said."""
    with signals_restored(signal.SIGTERM):
        handle_signals(_raise_interrupted, signal.SIGTERM)
        yield


@contextmanager
def signals_restored(*numbers: int) -> Iterator[None]:
    """Give signals back to whoever took care of them before, whatever happens within."""
    former = {number: signal.getsignal(number) for number in numbers}
    try:
        yield
    finally:
        for number, handler in former.items():
            handle_signals(handler, number)


def handle_signals(handler: Any, *numbers: int) -> None:
    """Let `handler` take care of signals, where a program may choose: in its main thread."""
    if threading.current_thread() is threading.main_thread():
        for number in numbers:
            signal.signal(number, handler)


def _raise_interrupted(number: int, _: object) -> NoReturn:
    raise Interrupted.by_signal(number)
