"""Ctrl-C and SIGTERM while a run goes on: what is under way is kept, and how to go on is said."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import final

from lightning import Callback, LightningModule, Trainer
from lightning.fabric.utilities.rank_zero import rank_zero_only

from auris.core.commands import command_line
from auris.core.disk_space import (
    describe_free_space,
    is_full_disk,
    quiet_full_disk,
)
from auris.core.errors import UserError
from auris.core.stopping import (
    Interrupted,
    code_of,
    handle_signals,
    signals_restored,
)
from auris.runs.folder import RESULT
from auris.training.checkpoint_io import BEST, DONE

_PATIENCE = 5.0  # s in which whoever sends SIGTERM expects an end
_STDERR = 2
_ASKED = b"\nauris: Stops at the end of this epoch; Ctrl-C again stops at once.\n"


@final
class GentleStop(Callback):
    """Lets the epoch end in which Ctrl-C or SIGTERM came: it is kept, and nothing is done twice.

    A second signal ends it at once, and so does SIGTERM where the epoch takes longer than whoever
    sent it waits.
    """

    def __init__(self) -> None:
        self.stopped = False  # before the training was over
        self._signal = 0  # that came first

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        # takes the place of Lightning's own, which ends after a step
        handle_signals(self._note, signal.SIGINT, signal.SIGTERM)
        handle_signals(self._stop_at_once, signal.SIGALRM)

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        asked = bool(self._signal)
        asked = trainer.strategy.reduce_boolean_decision(asked, all=False)
        is_last = trainer.current_epoch + 1 == trainer.max_epochs
        if asked and not is_last and not trainer.should_stop:
            trainer.should_stop = True
            self.stopped = True

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Keep the handlers of signals within, and end there where one has come.

        Raises `Interrupted`.
        """
        with signals_restored(signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
            try:
                yield
            except SystemExit as end:
                if not isinstance(end.__context__, KeyboardInterrupt):
                    raise
                # which Lightning made of it, to leave without a word
                raise end.__context__ from None
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        if self._signal or self.stopped:
            raise Interrupted.by_signal(self._signal or signal.SIGINT)

    def _note(self, number: int, _: object) -> None:
        if self._signal:
            self._stop_at_once()
        self._signal = number
        if number == signal.SIGTERM:
            signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
        else:
            # not by print, which may be under way
            os.write(_STDERR, _ASKED)

    def _stop_at_once(self, *_: object) -> None:
        raise Interrupted.by_signal(self._signal)


@contextmanager
def telling_how_to_go_on(folder: Path) -> Iterator[None]:
    """Let whoever interrupts a run, or whose disk is full, read how to go on with it."""
    try:
        with quiet_full_disk():
            yield
    except KeyboardInterrupt as stop:
        if getattr(rank_zero_only, "rank", 0):
            # the first of several processes says it
            raise SystemExit(code_of(stop)) from None
        raise Interrupted(_how_to_go_on(folder), code_of(stop)) from None
    except Exception as error:
        if not is_full_disk(error):
            raise
        free = describe_free_space(folder)
        raise UserError(
            f"The disk of {folder} is full ({free} free); make room, then "
            f"{_how_to_go_on(folder)}"
        ) from error


def _how_to_go_on(folder: Path) -> str:
    here = Path.cwd()
    is_below = folder.is_relative_to(here)
    place = folder.relative_to(here) if is_below else folder
    resume = command_line("train", f"resume={place}")
    if (folder / RESULT).is_file():
        return f"{resume} writes the report of the run, which is finished."
    advice = f"{resume} goes on"
    if (folder / BEST).is_file() and not (folder / DONE).is_file():
        finish = command_line("train", f"finish={place}")
        advice += f", {finish} ends the run with its best epoch so far"
    return f"{advice}."
