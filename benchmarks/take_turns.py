"""A callback that makes `python train.py` a contestant: it waits before each epoch."""

from time import perf_counter
from typing import Any

import torch
from lightning import Callback, LightningModule, Trainer
from turns import await_turns, report_seconds


class TakeTurns(Callback):
    """Reports `steps` and `epoch`, in seconds.

    `steps` last from the first batch to the end of the last one's hooks, `epoch` up to the next
    epoch: with validation, checkpoint and logging.
    """

    def __init__(self) -> None:
        self._turns = await_turns()
        self._start = 0.0
        self._steps = 0.0

    def on_train_epoch_start(
        self, trainer: Trainer, pl_module: LightningModule
    ) -> None:
        if trainer.current_epoch > 0:
            self._report_epoch()
        next(self._turns)
        self._start = synchronized_time()

    def on_train_batch_end(self, trainer: Trainer, *_: Any) -> None:
        if trainer.is_last_batch:
            self._steps = synchronized_time() - self._start

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self._report_epoch()

    def _report_epoch(self) -> None:
        epoch = synchronized_time() - self._start
        report_seconds(steps=self._steps, epoch=epoch)


def synchronized_time() -> float:
    """The time in seconds, when all that the GPU was asked for is done."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return perf_counter()
