"""A training run from beginning to end: data, model, fit, refit, one test, a record."""

from pathlib import Path
from typing import Any

from lightning import Trainer
from omegaconf import DictConfig
from torch.optim import LBFGS, Optimizer

from auris.acoustics.arrays import Array
from auris.core import instantiate as making
from auris.core.errors import UserError
from auris.core.instantiate import make, plain
from auris.core.validation import check_types
from auris.data.module import AudioData
from auris.training.build import build
from auris.training.fit import make_trainer
from auris.training.optimizers.base import Gradientless
from auris.training.optimizers.build import make_optimizer


def open_data(cfg: DictConfig) -> AudioData:
    """The data set that `cfg` names."""
    making.plugins[:] = cfg.plugins
    facts: dict[str, Any] = plain(cfg.data)
    check_types(
        making.allowed(str(cfg.data.recordings.get("_target_")), "data.recordings"), facts, "data"
    )
    array = open_array(cfg)
    source = make(cfg.data.recordings, store=cfg.paths.store, array=array, **facts)
    settings = {key: value for key, value in facts.items() if key in AudioData.SETTINGS}
    check_types(AudioData, settings, "data")
    return AudioData(source, store=cfg.paths.store, seed=cfg.seed, array=array, **settings)


def open_array(cfg: DictConfig) -> Array | None:
    """The microphones that `cfg` names, if it names any."""
    if cfg.get("array") is None:
        return None
    facts = plain(cfg.array)
    check_types(Array, facts, "array")
    unknown = set(facts) - {"microphones"}
    if unknown:
        raise UserError(f"There is no array.{min(unknown)}; an array has microphones alone.")
    return Array(**facts)


def rehearse(cfg: DictConfig, data: AudioData) -> None:
    """Build everything once, so that a wrong choice leaves no folder behind."""
    system = build(cfg, data.spec)
    optimizer = make_optimizer(cfg.optimizer, system)
    trainer = make_trainer(cfg, system, Path(cfg.paths.outputs) / "rehearsal", validate=True)
    check_search(optimizer, trainer)


def check_search(optimizer: Optimizer, trainer: Trainer) -> None:
    """Raise `UserError` where an optimizer that looks at the loss can't trust it: it must be whole, and not scaled."""
    if not isinstance(optimizer, Gradientless | LBFGS):
        return
    name = type(optimizer).__name__
    if trainer.world_size > 1:
        raise UserError(f"{name} works in one process; choose trainer.devices=1.")
    if trainer.precision == "16-mixed":
        raise UserError(
            f"{name} does not go with scaled gradients; choose trainer.precision=32-true."
        )
