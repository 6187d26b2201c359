"""What models reach against a setting that makes the task easy or hard, such as an SNR."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auris.core.errors import UserError
from auris.core.figures import COLOURS, new_figure
from auris.runs.compare import average_estimates, main_metric, metric_estimate
from auris.runs.curve_plot import LINE_STYLES, ORIGINS, check_same_dataset, marker_at
from auris.runs.find import Run, check_setting_name
from auris.runs.naming import drop_data_name, group_runs
from auris.tasks.metric import Estimate

_NO_NUMBERS = "--against {} needs runs with two or more numbers for it."


class _Line(NamedTuple):
    """What one configuration reached."""

    name: str
    # of each run: the value of the setting, and the metric
    points: list[tuple[float, Estimate]]


def plot_metric_over_setting(
    runs: Sequence[Run], setting: str, metric: str | None, split: str
) -> Figure:
    """A line for each configuration: a metric over the values of a setting, with 95 % intervals.

    Raises `UserError` for runs on different data or of different tasks, and where the setting has
    no two numbers.
    """
    check_same_dataset(runs)
    metric = metric or main_metric(runs[0], split)
    lines = _read_lines(runs, setting, metric, split)
    figure = new_figure(7, 4.4)
    figure.set_layout_engine("constrained")
    axes = figure.subplots()
    for place, line in enumerate(sorted(lines, key=_rank)):
        _draw_line(axes, line, place)
    axes.set(xlabel=setting, ylabel=f"{split} {metric}")
    axes.grid(alpha=0.25)
    figure.legend(loc="outside right upper", frameon=False, fontsize=8)
    dataset = runs[0].result["data"]
    origins = {ORIGINS[run.result["origin"]] for run in runs}
    figure.suptitle(f"{dataset}, {' and '.join(sorted(origins))}")
    return figure


def _read_lines(
    runs: Sequence[Run], setting: str, metric: str, split: str
) -> list[_Line]:
    values = _setting_values(runs, setting)
    lines = []
    for name, group in group_runs([_ignoring(run, setting) for run in runs]):
        label = drop_data_name(name, group[0])
        points = []
        for run in group:
            estimate = metric_estimate(run, metric, split)
            points.append((values[run.folder], estimate))
        lines.append(_Line(label, points))
    return lines


def _setting_values(runs: Sequence[Run], setting: str) -> dict[Path, float]:
    """The value of the setting in each run, by the run's folder."""
    known = {key for run in runs for key in run.settings}
    check_setting_name(setting, known)
    values = {}
    for run in runs:
        value = run.settings.get(setting)
        if not isinstance(value, int | float):
            raise UserError(_NO_NUMBERS.format(setting))
        values[run.folder] = float(value)
    if len(set(values.values())) < 2:
        raise UserError(_NO_NUMBERS.format(setting))
    return values


def _ignoring(run: Run, setting: str) -> Run:
    """The run as if the setting were no part of its configuration.

    The description of its data, which may tell it as well, gives way to where that is from.
    """
    settings = dict(run.settings)
    settings.pop(setting, None)
    result = dict(run.result)
    result["about"] = run.result["origin"]
    return replace(run, settings=settings, result=result)


def _rank(line: _Line) -> tuple[bool, float]:
    """Small for what is drawn high, largest for what has no value."""
    height = mean(estimate.value for _, estimate in line.points)
    return isnan(height), -height


def _draw_line(axes: Axes, line: _Line, place: int) -> None:
    """The mean over the runs at each value of the setting, and the mean of their intervals."""
    runs_at = defaultdict(list)
    for x, estimate in line.points:
        runs_at[x].append(estimate)
    abscissa = sorted(runs_at)
    means = [average_estimates(runs_at[x]) for x in abscissa]
    value = [estimate.value for estimate in means]
    low = [estimate.low for estimate in means]
    high = [estimate.high for estimate in means]
    lap, colour = divmod(place, len(COLOURS))
    marker = marker_at(place)
    dashes = LINE_STYLES[lap % len(LINE_STYLES)]
    axes.plot(
        abscissa,
        value,
        marker + dashes,
        label=line.name,
        markersize=4,
        color=COLOURS[colour],
    )
    axes.fill_between(
        abscissa,
        low,
        high,
        color=COLOURS[colour],
        alpha=0.1,
        linewidth=0,
    )
