"""What a sweep leaves behind: a table of its trials, a plot, and the command line of the best."""

import csv
import math
from collections.abc import Sequence
from io import StringIO
from itertools import accumulate
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from optuna import Study
from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.trial import FrozenTrial, TrialState

from auris.core.commands import command_line
from auris.core.errors import UserError
from auris.core.figures import axis_scale, new_figure
from auris.core.files import write_atomically
from auris.core.terminal import say
from auris.core.words import unquote_word
from auris.sweep.plan import SweepPlan
from auris.sweep.space import format_value
from auris.sweep.study import REASON, RUN, best_trial, is_counted, was_killed
from auris.training.evaluation import simulated_note

_PANELS_IN_ROW = 3
_PANEL_WIDTH, _PANEL_HEIGHT = 3.2, 2.72  # inches


def report_study(study: Study, plan: SweepPlan) -> None:
    """Write a plot and the command line of the best trial, and print what a person wants to know.

    Raises `UserError` where no trial came to an end.
    """
    trials = _begun_trials(study)
    best = best_trial(study)
    if best is None:
        reason = _first_reason(trials) or "the same command goes on."
        raise UserError(f"None of {len(trials)} trials came to an end: {reason}")
    words = plan.space.fill_in(best.params)
    command = command_line("train", *map(unquote_word, words))
    write_atomically(plan.folder / "best.txt", command + "\n")
    _plot_study(plan.folder / "sweep.png", trials, plan)
    say(f"{_count_trials(trials)} in {plan.folder}: trials.csv, sweep.png, best.txt")
    asked = plan.settings.trials
    counted = [trial for trial in trials if is_counted(trial)]
    left = asked - len(counted)
    if left > 0:
        say(f"{left} of {asked} trials are left; the same command goes on.")
    note = simulated_note(plan.origin)
    say(f"Best {plan.monitor[0]} {best.value:.4f}, trial {best.number}{note}:")
    print(command, flush=True)


def write_trials(study: Study, plan: SweepPlan) -> None:
    """Write a row for each trial, with its parameters and its run."""
    parameters = list(plan.distributions)
    head = ("trial", "state", plan.monitor[0], *parameters, "seconds", RUN, REASON)
    text = StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(head)
    for trial in _begun_trials(study):
        cells = _trial_cells(trial, parameters)
        table.writerow(cells)
    write_atomically(plan.folder / "trials.csv", text.getvalue())


def _begun_trials(study: Study) -> list[FrozenTrial]:
    """All trials but those in the queue."""
    trials = study.get_trials(deepcopy=False)
    return [trial for trial in trials if trial.state != TrialState.WAITING]


def _count_trials(trials: Sequence[FrozenTrial]) -> str:
    """How many trials there were, as in '40 trials (3 failed, 12 stopped early)'."""
    states = {
        "failed": TrialState.FAIL,
        "stopped early": TrialState.PRUNED,
        "still running": TrialState.RUNNING,
    }
    parts = []
    for word, state in states.items():
        count = sum(trial.state == state for trial in trials)
        if count:
            parts.append(f"{count} {word}")
    words = f"{len(trials)} trials"
    return f"{words} ({', '.join(parts)})" if parts else words


def _first_reason(trials: Sequence[FrozenTrial]) -> str | None:
    """For which a trial failed, if one did."""
    for trial in trials:
        if REASON in trial.user_attrs:
            return trial.user_attrs[REASON]
    return None


def _trial_cells(trial: FrozenTrial, parameters: Sequence[str]) -> list[object]:
    value = ""
    if trial.value is not None:
        value = format_value(trial.value)
    seconds = ""
    if trial.duration:
        seconds = f"{trial.duration.total_seconds():.1f}"
    drawn = [trial.params.get(name, "") for name in parameters]
    return [
        trial.number,
        "killed" if was_killed(trial) else trial.state.name.lower(),
        value,
        *map(format_value, drawn),
        seconds,
        trial.user_attrs.get(RUN, ""),
        trial.user_attrs.get(REASON, ""),
    ]


def _plot_study(path: Path, trials: Sequence[FrozenTrial], plan: SweepPlan) -> None:
    """The validation metric over the trials, with the best so far, and over each parameter."""
    shown = [trial for trial in trials if trial.value is not None]
    count = 1 + len(plan.distributions)
    columns = min(_PANELS_IN_ROW, count)
    rows = math.ceil(count / _PANELS_IN_ROW)
    figure = new_figure(_PANEL_WIDTH * columns, _PANEL_HEIGHT * rows)
    panels = [figure.add_subplot(rows, columns, place + 1) for place in range(count)]
    _plot_progress(panels[0], shown, plan.monitor[1])
    for axes, (name, distribution) in zip(
        panels[1:], plan.distributions.items(), strict=True
    ):
        _plot_parameter(axes, shown, name, distribution)
    values = np.array(_metric_values(shown))
    yscale = axis_scale([values])
    for axes in panels:
        axes.set(ylabel=plan.monitor[0], yscale=yscale)
    figure.tight_layout()
    figure.savefig(path)


def _plot_progress(axes: Axes, trials: Sequence[FrozenTrial], mode: str) -> None:
    """The values over the trials, and the best so far: the smallest where `mode` is "min"."""
    numbers = [trial.number for trial in trials]
    _scatter_trials(axes, numbers, trials)
    done = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    numbers = [trial.number for trial in done]
    better = min if mode == "min" else max
    best = list(accumulate(_metric_values(done), better))
    axes.step(numbers, best, where="post", label="best so far")
    axes.set_xlabel("trial")
    axes.locator_params(axis="x", integer=True)
    axes.legend(fontsize=7)


def _plot_parameter(
    axes: Axes, trials: Sequence[FrozenTrial], name: str, distribution: BaseDistribution
) -> None:
    axes.set_xlabel(name)
    drawn = [trial.params[name] for trial in trials]
    if isinstance(distribution, CategoricalDistribution):
        choices = list(distribution.choices)
        places = [choices.index(choice) for choice in drawn]
        _scatter_trials(axes, places, trials)
        axes.set_xticks(range(len(choices)), list(map(str, choices)))
        return
    _scatter_trials(axes, drawn, trials)
    if distribution.log:  # type: ignore[attr-defined]
        low, high = distribution.low, distribution.high  # type: ignore[attr-defined]
        ticks = [low, math.sqrt(low * high), high]
        labels = [f"{tick:.2g}" for tick in ticks]
        axes.set_xscale("log")
        axes.set_xticks(ticks, labels)
        axes.minorticks_off()


def _scatter_trials(
    axes: Axes, places: Sequence[float], trials: Sequence[FrozenTrial]
) -> None:
    """Points of trials, in grey where they were stopped early."""
    states = (
        (TrialState.COMPLETE, "finished", "tab:blue"),
        (TrialState.PRUNED, "stopped", "silver"),
    )
    for state, label, colour in states:
        x = []
        y = []
        for place, trial in zip(places, trials, strict=True):
            if trial.state == state and trial.value is not None:
                x.append(place)
                y.append(trial.value)
        axes.scatter(x, y, c=colour, s=16, label=label)


def _metric_values(trials: Sequence[FrozenTrial]) -> list[float]:
    """The validation metric of trials that have one."""
    values = [trial.value for trial in trials]
    return [value for value in values if value is not None]
