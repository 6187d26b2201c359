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
from auris.core.log import silence_libraries
from auris.core.terminal import say
from auris.core.validation import describe_expected, fits_type
from auris.data.summary import describe_data
from auris.runs.compose import compose_run
from auris.sweep.space import SearchSpace, parse_overrides, read_space
from auris.training.experiment import Experiment

MULTIRUN = "hydra.mode=MULTIRUN"  # each run is one of several

_NEVER = {  # what a sweep never does, and why
    "test": "A sweep never opens the test set",
    "refit": "A sweep never trains on validation clips",
    "finish": "A sweep has no run to finish",
    "resume": "A sweep goes on when the same command is run again",
}
_OTHER_CRITERION = (
    "Some choices bring a loss or a task of their own, and their validation metrics can't be "
    "compared; give loss=... and task=... to all of them."
)


@dataclass(frozen=True)
class SweepSettings:
    """The words of the sweep itself."""

    trials: int = 20
    study: str | None = None  # its name; null: of the data and the model
    timeout: float | None = None  # minutes after which no trial is begun
    processes: int = 1  # on this machine
    # what stops a trial worse than others were then
    pruner: Literal["median", "none"] = "median"


@dataclass(frozen=True)
class SweepPlan:
    """All that a process needs to work on a sweep."""

    space: SearchSpace
    settings: SweepSettings
    configs: Path
    folder: Path  # of the study
    distributions: Mapping[str, BaseDistribution]
    monitor: tuple[str, str]  # the validation metric, and "min" or "max"
    seed: int
    epochs: int  # of a run
    debug: bool  # whether a trial that fails ends the sweep, with a traceback
    words: tuple[str, ...]  # that all trials of the study have in common
    origin: str  # of the data, "real" or "simulated"
    fingerprint: str  # of the data


def make_plan(words: Sequence[str], configs: Path) -> SweepPlan:
    """What a command line asks for, checked by composing it and by opening the data.

    Raises `UserError`.
    """
    settings, overrides = _split_overrides(words)
    space = read_space(overrides)
    cfg = _compose_options(space, configs)
    silence_libraries()
    experiment = Experiment(cfg)
    dataset = experiment.dataset
    say(describe_data(dataset))
    distributions = space.make_distributions(cfg)
    study = settings.study or _name_study(experiment, distributions)
    return SweepPlan(
        space=space,
        settings=settings,
        configs=configs,
        folder=experiment.outputs / "sweeps" / study,
        distributions=distributions,
        monitor=experiment.build_system(dataset.spec).task.monitor,
        seed=experiment.seed,
        epochs=experiment.max_epochs if isinstance(experiment.max_epochs, int) else 1,
        debug=experiment.debug,
        words=tuple(sorted(word for key, word in space.words if key != "debug")),
        origin=dataset.collection.origin,
        fingerprint=dataset.fingerprint,
    )


def _split_overrides(words: Sequence[str]) -> tuple[SweepSettings, list[Override]]:
    """The settings of the sweep, and the overrides of its runs."""
    own, others = [], []
    for override in parse_overrides(words):
        if override.key_or_group in SweepSettings.__dataclass_fields__:
            own.append(override)
        elif not _is_redundant(override):
            others.append(override)
    return _read_settings(own), others


def _is_redundant(override: Override) -> bool:
    """Whether a word only says what holds for every sweep.

    Raises `UserError` where it says the opposite.
    """
    key = override.key_or_group
    if key not in _NEVER:
        return False
    if override.value() not in (False, None):
        raise UserError(f"{_NEVER[key]}; leave out {override.input_line}.")
    return True


def _read_settings(overrides: Sequence[Override]) -> SweepSettings:
    """The settings of a sweep. Raises `UserError` for a value that is none."""
    values: dict[str, Any] = {}
    for override in overrides:
        name = override.key_or_group
        if name in values:
            raise UserError(f"{name} is given twice.")
        values[name] = _check_setting(override)
    study = values.get("study")
    if study and not re.fullmatch(r"[\w.+-]+", study):
        raise UserError(
            f"study={study} should be a name of letters and digits; a folder is called so."
        )
    return SweepSettings(**values)


def _check_setting(override: Override) -> Any:
    """The value of a setting of the sweep."""
    value = override.value()
    hint = get_type_hints(SweepSettings)[override.key_or_group]
    if not fits_type(value, hint):
        raise UserError(
            f"{override.input_line} should be {describe_expected(value, hint)}"
        )
    if isinstance(value, int | float) and not value > 0:
        raise UserError(f"{override.input_line} should be above 0.")
    return value


def _compose_options(space: SearchSpace, configs: Path) -> DictConfig:
    """The configuration of a run, after each option of each searched group was composed once."""
    try:
        cfgs = [
            compose_run([*sample, MULTIRUN], configs)
            for sample in space.sample_options(configs)
        ]
    except ConfigCompositionException:
        _explain_misspelt(space)
        raise
    first = cfgs[0]
    if any((cfg.loss, cfg.task) != (first.loss, first.task) for cfg in cfgs):
        raise UserError(_OTHER_CRITERION)
    return first


def _explain_misspelt(space: SearchSpace) -> None:
    """Raise `UserError` where a word is almost a setting of the sweep."""
    own = [field.name for field in fields(SweepSettings)]
    for key, _ in space.words:
        close = difflib.get_close_matches(key, own, n=1, cutoff=0.8)
        if close:
            raise UserError(
                f"There is no setting {key}; did you mean {close[0]}?"
            ) from None


def _name_study(
    experiment: Experiment, distributions: Mapping[str, BaseDistribution]
) -> str:
    """The data and the model or models, as in cats_babies_cnn."""
    searched = distributions.get("model")
    models = [experiment.choices["model"]]
    if isinstance(searched, CategoricalDistribution):
        models = list(searched.choices)
    return re.sub(r"[^\w.+-]", "_", f"{experiment.data_name}_{'+'.join(models)}")
