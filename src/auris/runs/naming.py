"""Which runs are of one configuration, and short names that tell configurations apart."""

from collections import defaultdict
from collections.abc import Sequence

from auris.runs.find import Run, configuration_key, is_replicate_setting, matches

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
    return [
        " ".join([name, *_differing_settings(run, namesakes[name])])
        for run, name in zip(runs, names, strict=True)
    ]


def _differing_settings(run: Run, others: Sequence[Run]) -> list[str]:
    """The choices and settings of a run that are not the same in all others of its name.

    Where choices differ they stand for the settings that follow from them.
    """
    words = {key: run.result[key] for key in _CHOICES if key in run.result}
    words |= {key: value for key, value in run.settings.items() if not is_replicate_setting(key)}
    differing = []
    for key, value in words.items():
        choices = _choices_behind(key)
        comparable = [other for other in others if _same_choices(run, other, choices)]
        values = {str(_value_of(other, key)) for other in comparable}
        if len(values) > 1:
            differing.append(f"{key}={value}")
    return differing


def _choices_behind(key: str) -> set[str]:
    """The choices that a setting follows from."""
    group, _, rest = key.partition(".")
    own = {group} if rest and group in _CHOICES else set()
    return own | ({"optimizer"} if matches(key, _OPTIMIZER_BRINGS) else set())


def _same_choices(run: Run, other: Run, choices: set[str]) -> bool:
    return all(run.result.get(choice) == other.result.get(choice) for choice in choices)


def _value_of(run: Run, key: str) -> object:
    return run.result.get(key, run.settings.get(key, "-"))
