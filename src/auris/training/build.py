"""The one LightningModule, and `build`, the one place where a configuration becomes objects."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from omegaconf import DictConfig
from torch import nn

from auris.core.errors import UserError, first_line
from auris.core.instantiate import make, make_each
from auris.core.shapes import Shape
from auris.data.spec import Spec
from auris.features.augmentation.pipeline import Augment
from auris.features.standardize import Banded, Standardized
from auris.models.novelty import Novelty
from auris.tasks.task import Task
from auris.training.system import System


def build(cfg: DictConfig, spec: Spec) -> System:
    """The system that `cfg` names for data like `spec`. Raises `UserError` for choices that don't go together."""
    features = make_features(cfg.features, spec)
    task: Task = make(cfg.task, spec=spec, in_shape=features.out_shape)
    if task.targets and spec.target not in task.targets:
        raise UserError(
            f"This task reads targets of kind {' or '.join(task.targets)}, but the data has {spec.target}; "
            "data.normal=LABEL with task=anomaly looks for what is not LABEL, array=NAME with task="
            "localization for directions, neither with task=classification tells labels."
        )
    centers = features.transform.centers() if isinstance(features.transform, Banded) else None
    model = make(
        cfg.model,
        in_shape=features.out_shape,
        out_shape=task.out_shape,
        task=task,
        spec=spec,
        centers=centers,
    )
    loss = make(cfg.loss)
    task.check(model, loss)
    augment = Augment(
        waves=make_each(cfg.augment.waves, sample_rate=spec.sample_rate),
        wave_mixup=cfg.augment.wave_mixup and make(cfg.augment.wave_mixup),
        log_mixup=cfg.augment.log_mixup and make(cfg.augment.log_mixup),
        features=make_each(cfg.augment.features),
    )
    if augment.log_mixup and not getattr(features.transform, "is_log_power", False):
        raise UserError(
            "augment.log_mixup adds powers and needs features=log_mel; choose augment=wave, or none."
        )
    check_shapes(model, augment, features.out_shape, task.out_shape)
    check_loss(loss, task.out_shape)
    clip = cfg.trainer.gradient_clip_val
    novelty = Novelty(spec.sample_rate) if task.minds_novelty else None
    return System(task, features, augment, model, loss, cfg.optimizer, cfg.schedule, clip, novelty)


def make_features(node: DictConfig, spec: Spec) -> Standardized:
    node = node.copy()
    standardize = node.pop("standardize", True)
    transform = make(node, sample_rate=spec.sample_rate, channels=spec.channels, array=spec.array)
    with understood(
        f"features: {type(transform).__name__} can't read clips of {spec.samples} samples and {spec.channels} channels",
        "try a smaller features.n_fft or a longer data.duration",
    ):
        return Standardized(transform, (spec.channels, spec.samples), standardize)


@torch.no_grad()
def check_shapes(model: nn.Module, augment: Augment, in_shape: Shape, out_shape: Shape) -> None:
    """Raise `UserError` unless `augment` keeps (B, *in_shape) and `model` maps it to (B, *out_shape)."""
    x = torch.zeros(2, *in_shape)
    with understood(
        f"augment: it can't change features of shape {in_shape}", "choose augment=wave, or none"
    ):
        augment.features(x)
    with understood(
        f"model: {type(model).__name__} can't read features of shape {in_shape}",
        "choose other features",
    ):
        got = tuple(model.eval()(x).shape[1:])
    model.train()
    if got != tuple(out_shape):
        raise UserError(
            f"model: {type(model).__name__} puts out shape {got} and the task needs {tuple(out_shape)}."
        )


def check_loss(loss: nn.Module, shape: Shape) -> None:
    """Raise `UserError` unless `loss` turns outputs and targets (B, *out_shape) into one number."""
    with understood(
        f"loss: {type(loss).__name__} can't compare outputs of shape {shape}", "choose another loss"
    ):
        if loss(torch.zeros(2, *shape), torch.zeros(2, *shape)).ndim:
            raise ValueError("it gives several numbers")


@contextmanager
def understood(what: str, advice: str) -> Iterator[None]:
    """Tell in plain words that tensors do not fit, where torch tells it in its own."""
    try:
        yield
    except (RuntimeError, ValueError, IndexError) as error:
        raise UserError(f"{what} ({first_line(error).rstrip('.')}); {advice}.") from error
