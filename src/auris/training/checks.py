"""What is refused before a run begins: choices that don't go together."""

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from lightning import Trainer
from torch import nn
from torch.optim import LBFGS, Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau

from auris.core.errors import UserError, first_line
from auris.core.shapes import Shape
from auris.features.augmentation.pipeline import Augment
from auris.features.standardize import Standardized
from auris.tasks.task import Task
from auris.training.optimizers.base import GradientFree


def check_choices(
    features: Standardized,
    augment: Augment,
    model: nn.Module,
    loss: nn.Module,
    task: Task,
) -> None:
    """Raise `UserError` for parts of a system that don't go together."""
    task.check_parts(model, loss)
    task.check_features(features)
    if augment.log_mixup and not getattr(features.transform, "is_log_power", False):
        raise UserError(
            "augment.log_mixup adds powers and needs features=log_mel; "
            "choose augment=wave, or none."
        )
    _check_shapes(model, augment, features.out_shape, task)
    _check_loss(loss, task.out_shape)


_MIN_PROCESSES = 2  # that may run on any machine, as of trainer=ddp

# settings of Lightning that change which clips train or are evaluated, and what to do instead
_REFUSED_SETTINGS = {
    "limit_train_batches": "the clips that train are those of the data set; make a smaller one",
    "limit_val_batches": "an epoch is chosen on all validation clips",
    "limit_test_batches": "a test is of all test clips; test=false leaves it out",
    "limit_predict_batches": "all clips are predicted",
    "overfit_batches": "training and validation clips are kept apart; augment=none and many "
    "epochs on a small data set show whether a model can learn by heart",
    "fast_dev_run": "trainer.max_epochs=1 is a short run",
    "accumulate_grad_batches": "data.batch_size and data.micro_batch_size say the same",
}


def check_trainer(settings: Mapping[str, Any], fused: bool) -> None:
    """Raise `UserError` for settings that Lightning would take and then fail with.

    Args:
        settings: of the trainer.
        fused: whether the optimizer takes its step in one kernel.
    """
    for name, reason in _REFUSED_SETTINGS.items():
        value = settings.get(name)
        if value is not None and value is not False:  # 0 skips what it limits
            raise UserError(f"trainer.{name} is not taken: {reason}.")
    _check_processes(settings["devices"], settings["accelerator"])
    if (
        settings["gradient_clip_val"]
        and fused
        and "mixed" in str(settings["precision"])
    ):
        raise UserError(
            "A fused optimizer can't clip gradients in mixed precision; "
            "choose optimizer.fused=false."
        )


def _check_processes(devices: Any, accelerator: str) -> None:
    """Raise `UserError` for more processes than the machine has processors for."""
    on_cpu = accelerator == "cpu" or (
        accelerator == "auto" and not torch.accelerator.is_available()
    )
    most = max(_MIN_PROCESSES, os.cpu_count() or 1)
    if on_cpu and isinstance(devices, int) and devices > most:
        raise UserError(
            f"trainer.devices={devices} asks for as many processes, and the most that this "
            f"machine can run is {most}."
        )


def check_keeper(trainer: Trainer) -> None:
    """Raise `UserError` unless a callback keeps the weights that are chosen."""
    keepers = trainer.checkpoint_callbacks
    if "best" not in {getattr(keeper, "filename", None) for keeper in keepers}:
        raise UserError(
            "callbacks.checkpoint keeps the chosen weights; a run can't do without it."
        )


def check_search(optimizer: Optimizer, trainer: Trainer) -> None:
    """Raise `UserError` where an optimizer that looks at the loss can't trust it.

    It must be whole, and not scaled.
    """
    if not isinstance(optimizer, GradientFree | LBFGS):
        return
    name = type(optimizer).__name__
    if trainer.world_size > 1:
        raise UserError(f"{name} works in one process; choose trainer.devices=1.")
    if trainer.precision == "16-mixed":
        raise UserError(
            f"{name} does not go with scaled gradients; choose trainer.precision=32-true."
        )


def check_schedule(schedule: Any, total_steps: int) -> None:
    """Raise `UserError` where a schedule of one's own ends before the training does.

    The schedule is of no use afterwards: it is taken to its end.
    """
    if isinstance(schedule, ReduceLROnPlateau):
        return
    schedule.last_epoch = total_steps - 1
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that no step of the optimizer came first
            schedule.step()
    except ValueError as error:
        raise UserError(
            f"schedule: {type(schedule).__name__} has no rate for all {total_steps} steps of the "
            f"run ({first_line(error).rstrip('.')}); make it longer, or trainer.max_epochs smaller."
        ) from error


@contextmanager
def explaining(what: str, advice: str) -> Iterator[None]:
    """Tell in plain words that tensors do not fit, where torch tells it in its own."""
    try:
        yield
    except (RuntimeError, ValueError, IndexError) as error:
        raise UserError(
            f"{what} ({first_line(error).rstrip('.')}); {advice}."
        ) from error


@torch.no_grad()
def _check_shapes(
    model: nn.Module, augment: Augment, in_shape: Shape, task: Task
) -> None:
    """Raise `UserError` unless `model` maps (B, *in_shape) to the outputs of the task."""
    out_shape = tuple(task.out_shape)
    x = torch.zeros(2, *in_shape)
    target = torch.zeros(2, *out_shape)
    name = type(model).__name__
    with explaining(
        f"augment: it can't change features of shape {in_shape}",
        "choose augment=wave, or none",
    ):
        augment.features(x)
    with explaining(
        f"model: {name} can't read features of shape {in_shape}",
        "choose other features",
    ):
        shape = tuple(task.ask(model.eval(), x, target).shape[1:])
    model.train()
    if shape != out_shape:
        raise UserError(
            f"model: {name} puts out shape {shape} and the task needs {out_shape}."
        )


def _check_loss(loss: nn.Module, shape: Shape) -> None:
    """Raise `UserError` unless `loss` turns outputs and targets (B, *shape) into one number."""
    name = type(loss).__name__
    with explaining(
        f"loss: {name} can't compare outputs of shape {shape}", "choose another loss"
    ):
        if loss(torch.zeros(2, *shape), torch.zeros(2, *shape)).ndim:
            raise ValueError("it gives several numbers")
