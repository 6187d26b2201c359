"""A callback that makes `python train.py` a contestant: it waits before each epoch and reports its times."""

from time import perf_counter
from typing import Any

import torch
from lightning import Callback, LightningModule, Trainer
from turns import report, turns


class TakeTurns(Callback):
    """Reports `steps`, from the first batch to the end of the last one's hooks, and `epoch`, up to the next epoch:
    with validation, checkpoint and logging."""

    def __init__(self) -> None:
        self.turns, self.start, self.steps = turns(), 0.0, 0.0

    def on_train_epoch_start(
        self, trainer: Trainer, pl_module: LightningModule
    ) -> None:
        if trainer.current_epoch > 0:
            self.finish()
        next(self.turns)
        self.start = now()

    def on_train_batch_end(self, trainer: Trainer, *_: Any) -> None:
        if trainer.is_last_batch:
            self.steps = now() - self.start

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.finish()

    def finish(self) -> None:
        report(steps=self.steps, epoch=now() - self.start)


def now() -> float:
    """The time in seconds, when all that the GPU was asked for is done."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return perf_counter()
