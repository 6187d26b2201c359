"""The training steps of a run in a bare PyTorch loop: python benchmarks/bare_loop.py model=mlp data=...

The same tensors, batches, loss (that of `System`, which calls nothing of Lightning), optimizer, schedule and
averaged weights as `python train.py` with the same words; nobody else has a say.
"""

import sys

import torch
from auris.training.build import build
from auris.training.setup import open_data
from omegaconf import DictConfig
from running import configured
from take_turns import now
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from turns import report, turns

from auris.core.instantiate import make
from auris.core.malloc import keep_freed_blocks
from auris.data.loader import Loader
from auris.training.optimizers.build import make_optimizer
from auris.training.system import System


class Average:
    """An exponential moving average of all floating-point weights and buffers."""

    def __init__(self, system: System, decay: float):
        self.decay = decay
        self.current: list[Tensor] = [
            t for t in system.model.state_dict().values() if t.is_floating_point()
        ]
        self.average = [tensor.clone() for tensor in self.current]

    def update(self) -> None:
        torch._foreach_lerp_(self.average, self.current, 1 - self.decay)


def train_epoch(
    system: System,
    loader: Loader,
    optimizer: Optimizer,
    schedule: LRScheduler,
    average: Average,
) -> None:
    for step in loader:
        optimizer.zero_grad(set_to_none=True)
        for batch in step:
            (system.loss_of(batch) * (len(batch) / len(step))).backward()
        optimizer.step()
        schedule.step()
        average.update()


def prepare(cfg: DictConfig) -> tuple[System, Loader]:
    """What is trained, and the batches it is trained on, on the device."""
    data = open_data(cfg)
    gpu = torch.cuda.is_available() and cfg.trainer.accelerator != "cpu"
    system = build(cfg, data.spec).to("cuda" if gpu else "cpu")
    loader = data.train_dataloader()
    loader.wave = loader.wave.to(system.device)
    system.learn(data.whole())
    return system, loader


def main(words: list[str]) -> None:
    keep_freed_blocks()
    cfg = configured(*words)
    system, loader = prepare(cfg)
    optimizer = make_optimizer(cfg.optimizer, system)
    rate, steps = optimizer.param_groups[0]["lr"], cfg.trainer.max_epochs * len(loader)
    schedule = make(cfg.schedule, optimizer=optimizer, total_steps=steps, max_lr=rate)
    average = Average(system, cfg.callbacks.ema.decay)
    for epoch in turns():
        loader.set_epoch(epoch)
        start = now()
        train_epoch(system, loader, optimizer, schedule, average)
        report(steps=now() - start)


if __name__ == "__main__":
    main(sys.argv[1:])
