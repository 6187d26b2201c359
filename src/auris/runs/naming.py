"""Which runs are of one configuration, and short names that tell configurations apart."""

from collections import defaultdict
from collections.abc import Sequence

from auris.runs.find import Run, identity, listed, varies

CHOICES = (
    "optimizer",
    "features",
    "augment",
    "loss",
    "schedule",
)  # that tell configurations of one model apart


FOLLOWS = (  # what a choice of the optimizer may bring along, which is told within one such choice only
    "loss",
    "loss.",
    "schedule",
    "schedule.",
    "callbacks.",
    "trainer.max_epochs",
    "data.batch_size",
    "refit",
)


def configurations(runs: Sequence[Run]) -> list[tuple[str, list[Run]]]:
    """The runs of each configuration, with a name for it."""
    groups = defaultdict(list)
    for run in runs:
        groups[run.result["data"], run.result["about"], identity(run.settings)].append(
            run
        )
    return list(zip(name_groups(list(groups.values())), groups.values(), strict=True))


def name_groups(groups: Sequence[Sequence[Run]]) -> list[str]:
    """The data and model of each configuration, with the choices and settings in which those of one name differ."""
    names = [
        f"{group[0].result['data']} {group[0].result['model']}" for group in groups
    ]
    return [
        " ".join(
            [
                label,
                *differences(
                    group[0],
                    [g[0] for g, n in zip(groups, names, strict=True) if n == label],
                ),
            ]
        )
        for label, group in zip(names, groups, strict=True)
    ]


def differences(run: Run, others: Sequence[Run]) -> list[str]:
    """The choices and settings of a run that are not the same in all others of its name.

    Where choices differ they stand for the settings that follow from them.
    """
    words = {key: run.result[key] for key in CHOICES if key in run.result}
    words |= {key: value for key, value in run.settings.items() if not varies(key)}
    told = []
    for key, value in words.items():
        alike = [
            other
            for other in others
            if all(same(run, other, choice) for choice in causes(key))
        ]
        if (
            len(
                {
                    str(other.result.get(key, other.settings.get(key, "-")))
                    for other in alike
                }
            )
            > 1
        ):
            told.append(f"{key}={value}")
    return told


def causes(key: str) -> set[str]:
    """The choices that a setting follows from."""
    group, _, rest = key.partition(".")
    own = {group} if rest and group in CHOICES else set()
    return own | ({"optimizer"} if listed(key, FOLLOWS) else set())


def same(run: Run, other: Run, choice: str) -> bool:
    return run.result.get(choice) == other.result.get(choice)
