"""What happens beside the training, besides Lightning's own callbacks."""

import sys
import time

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import WeightAveraging
from torch import Tensor


class Ema(WeightAveraging):
    """Validate, test and keep an exponential moving average of the weights (Polyak and Juditsky, 1992).

    Args:
        decay: weight of the past at each step; smaller in the first steps, which the average soon forgets.
    """

    def __init__(self, decay: float = 0.995):
        def average(averages: list[Tensor], currents: list[Tensor], count: Tensor) -> None:
            keep = min(decay, (1 + int(count)) / (10 + int(count)))
            if averages[0].is_floating_point():
                torch._foreach_lerp_(averages, currents, 1 - keep)
            else:
                torch._foreach_copy_(averages, currents)

        super().__init__(multi_avg_fn=average)


class Progress(Callback):
    """One line over the epochs: a bar where there is a terminal, else ten lines a run."""

    WIDTH, PAUSE = 24, 0.2  # characters of the bar, seconds between two drawings

    def __init__(self) -> None:
        self.drawn = 0.0

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        done, total = trainer.current_epoch + 1, trainer.max_epochs or 1
        figures = {k: float(v) for k, v in trainer.callback_metrics.items() if k.startswith("val/")}
        text = "  ".join(f"{name} {value:.3f}" for name, value in figures.items())
        if not trainer.is_global_zero:
            return
        if not sys.stderr.isatty():
            if done == total or done % -(-total // 10) == 0:
                print(f"epoch {done}/{total}  {text}", file=sys.stderr)
        elif done == total or time.monotonic() - self.drawn > self.PAUSE:
            self.drawn = time.monotonic()
            bar = ("█" * (self.WIDTH * done // total)).ljust(self.WIDTH, "░")
            print(f"\r{bar} epoch {done}/{total}  {text}\033[K", end="", file=sys.stderr, flush=True)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if trainer.is_global_zero and sys.stderr.isatty():
            print(file=sys.stderr)
