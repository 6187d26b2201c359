"""What a sweep leaves behind: a table of its trials, a picture, and the command line of the best."""

import csv
import math
import shlex
from io import StringIO
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from optuna import Study
from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.trial import FrozenTrial, TrialState

from auris.core.errors import UserError
from auris.core.files import write_atomically
from auris.sweep.plan import Plan
from auris.sweep.space import show
from auris.sweep.study import RUN, SAID, best_trial, counts, was_killed

COLUMNS, SIDE = 3, 3.2  # panels a row, inches of a panel


def report(study: Study, plan: Plan) -> None:
    """Write a picture and the command line of the best trial, and print what a person wants to know.

    Raises `UserError` where no trial came to an end.
    """
    from auris.training.evaluation import (
        simulated_note,  # torch and lightning take seconds
    )

    trials, best = begun(study), best_trial(study)
    if best is None:
        said = next(
            (trial.user_attrs[SAID] for trial in trials if SAID in trial.user_attrs),
            "the same command goes on.",
        )
        raise UserError(f"None of {len(trials)} trials came to an end: {said}")
    command = shlex.join(["python", "train.py", *plan.space.fill(best.params)])
    write_atomically(plan.folder / "best.txt", command + "\n")
    draw(plan.folder / "sweep.png", trials, plan)
    print(f"{summary(trials)} in {plan.folder}: trials.csv, sweep.png, best.txt")
    if (rest := plan.settings.trials - sum(map(counts, trials))) > 0:
        print(f"{rest} of {plan.settings.trials} trials are left; the same command goes on.")
    print(
        f"Best {plan.monitor[0]} {best.value:.4f}, trial {best.number}{simulated_note(plan.source)}:\n{command}",
        flush=True,
    )


def begun(study: Study) -> list[FrozenTrial]:
    """All trials but those in the queue."""
    return [
        trial for trial in study.get_trials(deepcopy=False) if trial.state != TrialState.WAITING
    ]


def summary(trials: list[FrozenTrial]) -> str:
    """How many trials there were, as in '40 trials (3 failed, 12 stopped early)'."""
    counted = {
        "failed": TrialState.FAIL,
        "stopped early": TrialState.PRUNED,
        "still running": TrialState.RUNNING,
    }
    numbers = {
        name: sum(trial.state == state for trial in trials) for name, state in counted.items()
    }
    parts = ", ".join(f"{number} {name}" for name, number in numbers.items() if number)
    return f"{len(trials)} trials ({parts})" if parts else f"{len(trials)} trials"


def write_table(study: Study, plan: Plan) -> None:
    """Write a row for each trial, with its parameters and its run."""
    text = StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(
        ["trial", "state", plan.monitor[0], *plan.distributions, "seconds", "run", "said"]
    )
    for trial in begun(study):
        value = "" if trial.value is None else show(trial.value)
        parameters = [
            show(trial.params[name]) if name in trial.params else "" for name in plan.distributions
        ]
        seconds = f"{trial.duration.total_seconds():.1f}" if trial.duration else ""
        state = "killed" if was_killed(trial) else trial.state.name.lower()
        noted = [trial.user_attrs.get(name, "") for name in (RUN, SAID)]
        table.writerow([trial.number, state, value, *parameters, seconds, *noted])
    write_atomically(plan.folder / "trials.csv", text.getvalue())


def draw(path: Path, trials: list[FrozenTrial], plan: Plan) -> None:
    """Draw the validation figure over the trials, with the best so far, and over each parameter."""
    from auris.core.figures import axis_scale, new_figure

    shown = [trial for trial in trials if trial.value is not None]
    figures = [trial.value for trial in shown if trial.value is not None]
    panels = 1 + len(plan.distributions)
    columns, rows = min(COLUMNS, panels), -(-panels // COLUMNS)
    figure = new_figure(SIDE * columns, 0.85 * SIDE * rows)
    first, *others = [figure.add_subplot(rows, columns, place + 1) for place in range(panels)]
    draw_progress(first, shown, min if plan.monitor[1] == "min" else max)
    for axes, (name, distribution) in zip(others, plan.distributions.items(), strict=True):
        draw_parameter(axes, shown, name, distribution)
    for axes in (first, *others):
        axes.set(ylabel=plan.monitor[0], yscale=axis_scale([np.array(figures)]))
    figure.tight_layout()
    figure.savefig(path)


def draw_progress(axes: Any, trials: list[FrozenTrial], better: Any) -> None:
    scatter(axes, [trial.number for trial in trials], trials)
    done = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    best = list(accumulate((trial.value for trial in done), better))
    axes.step([trial.number for trial in done], best, where="post", label="best so far")
    axes.set_xlabel("trial")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend(fontsize=7)


def draw_parameter(
    axes: Any, trials: list[FrozenTrial], name: str, distribution: BaseDistribution
) -> None:
    axes.set_xlabel(name)
    if isinstance(distribution, CategoricalDistribution):
        choices = list(distribution.choices)
        scatter(axes, [choices.index(trial.params[name]) for trial in trials], trials)
        axes.set_xticks(range(len(choices)), choices)
        return
    scatter(axes, [trial.params[name] for trial in trials], trials)
    low, high = distribution.low, distribution.high  # type: ignore[attr-defined]
    if distribution.log:  # type: ignore[attr-defined]
        axes.set_xscale("log")
        axes.set_xticks(
            ticks := [low, math.sqrt(low * high), high], [f"{tick:.2g}" for tick in ticks]
        )
        axes.minorticks_off()


def scatter(axes: Any, places: list[float], trials: list[FrozenTrial]) -> None:
    """Points of trials, in grey where they were stopped early."""
    for state, name, colour in (
        (TrialState.COMPLETE, "finished", "tab:blue"),
        (TrialState.PRUNED, "stopped", "silver"),
    ):
        points = [
            (place, trial.value)
            for place, trial in zip(places, trials, strict=True)
            if trial.state == state
        ]
        axes.scatter([x for x, _ in points], [y for _, y in points], c=colour, s=16, label=name)
