"""What a training shows while it goes on: losses and the time left, as they are now."""

import math
import sys
import time
from typing import Any, Protocol, final

from lightning import Callback, LightningModule, Trainer

from auris.core.text import format_duration

_REDRAW = 0.2  # s between two drawings of a bar
_BAR_WIDTH = 24  # characters
_FIRST_LINE = 10.0  # s until a first line comes, however long an epoch takes
_NEXT_LINE = 60.0  # s at most between two lines
_LINES = 10  # of a run that takes less


class Display(Protocol):
    """Where it is shown."""

    def is_due(self) -> bool:
        """Whether it is time to show something within an epoch."""

    def is_due_after(self, epoch: int, epochs: int) -> bool:
        """Whether it is time after this many epochs."""

    def show(self, words: str, done: float) -> None:
        """Show words, and which part is done, 0 to 1."""

    def close(self) -> None:
        """Leave the last words where they are."""


@final
class Bar:
    """A bar in a terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._bar = Progress(
            BarColumn(_BAR_WIDTH),
            TextColumn("{task.description}", markup=False),
            console=Console(stderr=True),
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._bar.add_task("", total=1.0)
        self._drawn = -math.inf
        self._bar.start()

    def is_due(self) -> bool:
        return time.monotonic() - self._drawn > _REDRAW

    def is_due_after(self, epoch: int, epochs: int) -> bool:
        return self.is_due() or epoch == epochs

    def show(self, words: str, done: float) -> None:
        self._drawn = time.monotonic()
        self._bar.update(self._task, description=words, completed=done, refresh=True)

    def close(self) -> None:
        self._bar.stop()


@final
class Lines:
    """Lines in a file: an early one, one after each tenth part, and once a minute."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _FIRST_LINE
        self._has_begun = False

    def is_due(self) -> bool:
        return time.monotonic() > self._next

    def is_due_after(self, epoch: int, epochs: int) -> bool:
        is_part = epoch == epochs or epoch % -(-epochs // _LINES) == 0
        return is_part or not self._has_begun or self.is_due()

    def show(self, words: str, done: float) -> None:
        self._next = time.monotonic() + _NEXT_LINE
        self._has_begun = True
        print(words, file=sys.stderr, flush=True)

    def close(self) -> None:
        """There is nothing to leave."""


@final
class Progress(Callback):
    """Shows the losses of both sets, the main metric and the time left: beside a bar in a
    terminal, else in a line now and then.
    """

    def __init__(self) -> None:
        self._display: Display | None = None
        self._started = 0.0
        self._first = 0  # epochs that were done before

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self._started = time.monotonic()
        self._first = trainer.current_epoch
        if trainer.is_global_zero:
            self._display = Bar() if sys.stderr.isatty() else Lines()

    def on_train_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        steps = int(trainer.num_training_batches)
        if self._display and batch_idx + 1 < steps and self._display.is_due():
            self._show(trainer, pl_module, (batch_idx + 1) / steps)

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        epoch = trainer.current_epoch + 1
        last = epoch if trainer.should_stop else trainer.max_epochs or epoch
        if self._display and self._display.is_due_after(epoch, last):
            self._show(trainer, pl_module, 1.0)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self._close()

    def on_exception(self, *_: Any) -> None:
        self._close()

    def _show(self, trainer: Trainer, pl_module: LightningModule, part: float) -> None:
        """What is known now, after this part of the current epoch."""
        assert self._display is not None
        epochs = trainer.max_epochs or 1
        done = trainer.current_epoch + part
        figures = _figures(trainer, pl_module)
        words = [f"epoch {trainer.current_epoch + 1}/{epochs}"]
        words += [f"{name} {value:.3f}" for name, value in figures.items()]
        if done < epochs and not trainer.should_stop:
            words.append(f"{self._time_left(done, epochs)} left")
        self._display.show("  ".join(words), done / epochs)

    def _time_left(self, done: float, epochs: int) -> str:
        taken = time.monotonic() - self._started
        left = taken * (epochs - done) / (done - self._first)
        return format_duration(max(left, 1))

    def _close(self) -> None:
        if self._display:
            self._display.close()
            self._display = None


def _figures(trainer: Trainer, pl_module: Any) -> dict[str, float]:
    """Both losses and the main metric, which is the first that validation logs."""
    known = {
        name.removeprefix("val/"): float(value)
        for name, value in trainer.callback_metrics.items()
        if name.startswith("val/")
    }
    figures = {"train loss": float(pl_module.mean_loss)}
    if "loss" in known:
        figures["val loss"] = known.pop("loss")
    for name in list(known)[:1]:
        figures[name] = known[name]
    return figures
