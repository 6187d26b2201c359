"""From the command line of a sweep to all that its processes need to know."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_type_hints

from hydra.core.override_parser.types import Override
from hydra.errors import ConfigCompositionException
from omegaconf import DictConfig
from optuna.distributions import BaseDistribution, CategoricalDistribution

from auris.core.errors import UserError
from auris.core.validation import describe_expected, fits_type
from auris.runs.compose import compose_run
from auris.sweep.space import Space, parse, read_space

SEVERAL = "hydra.mode=MULTIRUN"  # each run is one of several


OFF = {  # what a sweep never does, and why
    "test": "A sweep never opens the test set",
    "refit": "A sweep never trains on validation clips",
    "resume": "A sweep goes on when the same command is run again",
}


@dataclass(frozen=True)
class Settings:
    """The words of the sweep itself."""

    trials: int = 20
    study: str | None = None  # its name; null: of the data and the model
    timeout: float | None = None  # minutes after which no trial is begun
    processes: int = 1  # on this machine
    pruner: Literal["median", "none"] = (
        "median"  # what stops a trial that is worse than others at the same epoch
    )


@dataclass(frozen=True)
class Plan:
    """All that a process needs to work on a sweep."""

    space: Space
    settings: Settings
    configs: Path
    folder: Path  # of the study
    distributions: Mapping[str, BaseDistribution]
    monitor: tuple[str, str]  # the validation figure, and "min" or "max"
    seed: int
    epochs: int  # of a run
    debug: bool  # whether a trial that fails ends the sweep, with a traceback
    words: tuple[str, ...]  # that all trials of the study have in common
    source: str  # of the data, "real" or "simulated"
    fingerprint: str  # of the data


def make_plan(words: Sequence[str], configs: Path) -> Plan:
    """What a command line asks for, checked by composing it and by opening the data. Raises `UserError`."""
    overrides = [override for override in parse(words) if not is_off(override)]
    own = {field.name for field in fields(Settings)}
    settings = read_settings([override for override in overrides if override.key_or_group in own])
    space = read_space([override for override in overrides if override.key_or_group not in own])
    cfg = compose_all(space, configs)
    from auris.core.log import silence_libraries
    from auris.data.summary import describe_data
    from auris.training.experiment import Experiment

    silence_libraries()
    experiment = Experiment(cfg)
    data = experiment.dataset
    print(describe_data(data), flush=True)
    return Plan(
        space=space,
        settings=settings,
        configs=configs,
        folder=Path(cfg.paths.outputs) / "sweeps" / (settings.study or name_study(space, cfg)),
        distributions=space.distributions(cfg),
        monitor=experiment.build_system(data.spec).task.monitor,
        seed=cfg.seed,
        epochs=cfg.trainer.max_epochs if isinstance(cfg.trainer.max_epochs, int) else 1,
        debug=cfg.debug,
        words=tuple(sorted(word for key, word in space.words if key != "debug")),
        source=data.collection.source,
        fingerprint=data.fingerprint,
    )


def is_off(override: Override) -> bool:
    """Whether a word only says what holds for every sweep. Raises `UserError` where it says the opposite."""
    key = override.key_or_group
    if key in OFF and override.value() not in (False, None):
        raise UserError(f"{OFF[key]}; leave out {override.input_line}.")
    return key in OFF


def read_settings(overrides: Sequence[Override]) -> Settings:
    """The settings of a sweep. Raises `UserError` for a value that is none."""
    hints, given = get_type_hints(Settings), dict[str, Any]()
    for override in overrides:
        name, value = override.key_or_group, override.value()
        if name in given:
            raise UserError(f"{name} is given twice.")
        if not fits_type(value, hints[name]):
            raise UserError(f"{override.input_line} should be {describe_expected(value, hints[name])}")
        if isinstance(value, int | float) and not value > 0:
            raise UserError(f"{override.input_line} should be above 0.")
        given[name] = value
    if not re.fullmatch(r"[\w.+-]+", given.get("study") or "x"):
        raise UserError(
            f"study={given['study']} should be a name of letters and digits; a folder is called so."
        )
    return Settings(**given)


def compose_all(space: Space, configs: Path) -> DictConfig:
    """The configuration of a run, after each option of each searched group was composed once."""
    try:
        cfg, *others = [
            compose_run([*sample, SEVERAL], configs) for sample in space.samples(configs)
        ]
    except ConfigCompositionException:
        own = [field.name for field in fields(Settings)]
        for key, _ in space.words:
            if close := difflib.get_close_matches(key, own, n=1, cutoff=0.8):
                raise UserError(f"There is no setting {key}; did you mean {close[0]}?") from None
        raise
    if any((other.loss, other.task) != (cfg.loss, cfg.task) for other in others):
        raise UserError(
            "Some choices bring a loss or a task of their own, and their validation figures can't be compared; "
            "give loss=... and task=... to all of them."
        )
    return cfg


def name_study(space: Space, cfg: DictConfig) -> str:
    """The data and the model or models, as in cats_babies_cnn."""
    models = space.distributions(cfg).get("model", CategoricalDistribution([cfg.choices.model]))
    return re.sub(r"[^\w.+-]", "_", f"{cfg.choices.data}_{'+'.join(models.choices)}")  # type: ignore[attr-defined]
