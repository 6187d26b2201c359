"""The training steps of a run in a bare PyTorch loop.

    python benchmarks/bare_loop.py model=mlp data=...

The same tensors, batches, loss (that of `System`, which calls nothing of Lightning), optimizer,
schedule and averaged weights as `python train.py` with the same words; nobody else has a say.
"""

import sys

import torch
from omegaconf import DictConfig
from running import configured
from take_turns import synchronized_time
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from turns import await_turns, report_seconds

from auris.core.instantiate import Factory
from auris.core.malloc import keep_freed_blocks
from auris.data.loader import Loader
from auris.data.module import AudioDataModule
from auris.training.experiment import Experiment
from auris.training.system import System


class AveragedWeights:
    """An exponential moving average of all floating-point weights and buffers."""

    def __init__(self, system: System, decay: float):
        self.decay = decay
        state = system.model.state_dict().values()
        self.current: list[Tensor] = [t for t in state if t.is_floating_point()]
        self.average = [tensor.clone() for tensor in self.current]

    def update_average(self) -> None:
        torch._foreach_lerp_(self.average, self.current, 1 - self.decay)


def train_epoch(
    system: System,
    loader: Loader,
    optimizer: Optimizer,
    schedule: LRScheduler,
    average: AveragedWeights,
) -> None:
    for step in loader:
        optimizer.zero_grad(set_to_none=True)
        for batch in step:
            fraction = len(batch) / len(step)
            loss = system.loss_of(batch) * fraction
            loss.backward()
        optimizer.step()
        schedule.step()
        average.update_average()


def prepare_training(cfg: DictConfig) -> tuple[System, Loader]:
    """What is trained, and the batches it is trained on, on the device."""
    experiment = Experiment(cfg)
    gpu = torch.cuda.is_available() and cfg.trainer.accelerator != "cpu"
    device = torch.device("cuda" if gpu else "cpu")
    system = experiment.build_system(experiment.dataset.spec).to(device)
    data = AudioDataModule(experiment.dataset, experiment.seed, device)
    system.fit_statistics(data.full_batch())
    return system, data.train_dataloader()


def main(words: list[str]) -> None:
    keep_freed_blocks()
    cfg = configured(*words)
    system, loader = prepare_training(cfg)
    optimizer = system.build_optimizer()
    schedule = Factory(cfg.plugins).make(
        cfg.schedule,
        optimizer=optimizer,
        total_steps=cfg.trainer.max_epochs * len(loader),
        max_lr=optimizer.param_groups[0]["lr"],
    )
    average = AveragedWeights(system, cfg.callbacks.ema.decay)
    for epoch in await_turns():
        loader.set_epoch(epoch)
        start = synchronized_time()
        train_epoch(system, loader, optimizer, schedule, average)
        report_seconds(steps=synchronized_time() - start)


if __name__ == "__main__":
    main(sys.argv[1:])
