"""Which runs are of one configuration, and short names that tell configurations apart."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from auris.runs.configuration import (
    configuration_key,
    is_part_of_configuration,
    matches,
)
from auris.runs.find import Run

_CHOICES = (  # that tell configurations of one model apart
    "optimizer",
    "features",
    "augment",
    "loss",
    "schedule",
)
_OPTIMIZER_BRINGS = (  # settings that are told only within one choice of the optimizer
    "loss",
    "loss.",
    "schedule",
    "schedule.",
    "callbacks.",
    "trainer.max_epochs",
    "data.batch_size",
    "refit",
)


def group_runs(runs: Sequence[Run]) -> list[tuple[str, list[Run]]]:
    """The runs of each configuration, with a name for it."""
    groups = defaultdict(list)
    for run in runs:
        key = configuration_key(run.settings)
        groups[run.result["data"], run.result["about"], key].append(run)
    names = name_groups(list(groups.values()))
    return list(zip(names, groups.values(), strict=True))


def name_groups(groups: Sequence[Sequence[Run]]) -> list[str]:
    """The data and model of each configuration, with what differs within those of one name."""
    runs = [group[0] for group in groups]
    names = [f"{run.result['data']} {run.result['model']}" for run in runs]
    namesakes = defaultdict(list)
    for run, name in zip(runs, names, strict=True):
        namesakes[name].append(run)
    unique = []
    for run, name in zip(runs, names, strict=True):
        differing = _differing_settings(run, namesakes[name])
        unique.append(" ".join([name, *differing]))
    return unique


def drop_data_name(name: str, run: Run) -> str:
    """A name without that of the data, where a picture says that by itself."""
    return name.removeprefix(f"{run.result['data']} ")


def _differing_settings(run: Run, others: Sequence[Run]) -> list[str]:
    """The choices and settings of a run that are not the same in all others of its name.

    Where choices differ they stand for the settings that follow from them. A setting that most
    of the others share goes without saying.
    """
    keys = [key for key in _CHOICES if key in run.result]
    keys += [key for key in run.settings if is_part_of_configuration(key)]
    differing = []
    for key in dict.fromkeys(keys):
        choices = _choices_behind(key)
        alike = [other for other in others if _same_choices(run, other, choices)]
        values = Counter(str(_read_value(other, key)) for other in alike)
        own = str(_read_value(run, key))
        is_usual = key not in _CHOICES and 2 * values[own] > len(alike)
        if len(values) > 1 and not is_usual:
            differing.append(f"{key}={own}")
    return differing


def _choices_behind(key: str) -> set[str]:
    """The choices that a setting follows from."""
    group, _, rest = key.partition(".")
    choices = set()
    if rest and group in _CHOICES:
        choices.add(group)
    if matches(key, _OPTIMIZER_BRINGS):
        choices.add("optimizer")
    return choices


def _same_choices(run: Run, other: Run, choices: set[str]) -> bool:
    mine = [run.result.get(choice) for choice in choices]
    theirs = [other.result.get(choice) for choice in choices]
    return mine == theirs


def _read_value(run: Run, key: str) -> object:
    if key in run.result:
        return run.result[key]
    return run.settings.get(key, "-")
