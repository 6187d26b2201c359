"""What models reach against a setting that makes the task easy or hard, such as an SNR: one plot."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from pathlib import Path
from statistics import mean

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auris.core.errors import UserError
from auris.core.figures import COLOURS, new_figure
from auris.runs.compare import main_metric, read_value
from auris.runs.curve_plot import LINE_STYLES, MARKERS, ORIGINS, check_same_dataset
from auris.runs.find import Run, check_setting_name
from auris.runs.naming import group_runs
from auris.tasks.metric import Estimate

_Point = tuple[float, Estimate]  # the value of the setting, and what a run reached there


def plot_metric_over_setting(
    runs: Sequence[Run], setting: str, metric: str | None, split: str
) -> Figure:
    """A line for each configuration: a metric over the values of a setting, with 95 % intervals.

    Raises `UserError` for runs on different data or of different tasks, and where the setting has
    no two numbers.
    """
    check_same_dataset(runs)
    values = _setting_values(runs, setting)
    metric = metric or main_metric(runs[0], split)
    points: dict[str, list[_Point]] = {}
    for name, group in group_runs([_ignoring(run, setting) for run in runs]):
        points[name] = [(values[run.folder], _estimate(run, metric, split)) for run in group]
    figure = new_figure(7, 4.4)
    figure.set_layout_engine("constrained")
    axes = figure.subplots()
    for place, name in enumerate(sorted(points, key=lambda name: _rank(points[name]))):
        _draw_curve(axes, points[name], name, place)
    axes.set(xlabel=setting, ylabel=f"{split} {metric}")
    axes.grid(alpha=0.25)
    figure.legend(loc="outside right upper", frameon=False, fontsize=8)
    origins = sorted({ORIGINS[run.result["source"]] for run in runs})
    figure.suptitle(f"{runs[0].result['data']}, {' and '.join(origins)}")
    return figure


def _setting_values(runs: Sequence[Run], setting: str) -> dict[Path, float]:
    """The value of the setting in each run, by the run's folder."""
    check_setting_name(setting, {key for run in runs for key in run.settings})
    values = {run.folder: run.settings.get(setting) for run in runs}
    numbers = {key: float(value) for key, value in values.items() if isinstance(value, int | float)}
    if len(numbers) < len(values) or len(set(numbers.values())) < 2:
        raise UserError(f"--against {setting} needs runs with two or more numbers for it.")
    return numbers


def _ignoring(run: Run, setting: str) -> Run:
    """The run as if the setting were no part of its configuration.

    The description of its data, which may tell it as well, gives way to where that is from.
    """
    settings = {key: value for key, value in run.settings.items() if key != setting}
    result = {**run.result, "about": run.result["source"]}
    return replace(run, settings=settings, result=result)


def _estimate(run: Run, metric: str, split: str) -> Estimate:
    """The value of a metric and the ends of its interval, NaN where there were none."""
    metrics = run.result[split]["metrics"]
    if metric not in metrics:
        raise UserError(
            f"There is no {metric} in {run.folder}; "
            "choose one --metric or task, as with --same task=anomaly."
        )
    return Estimate(**{key: read_value(value) for key, value in metrics[metric].items()})


def _rank(points: Sequence[_Point]) -> tuple[bool, float]:
    """Small for what is drawn high, largest for what has no value."""
    height = mean(estimate.value for _, estimate in points)
    return isnan(height), -height


def _draw_curve(axes: Axes, points: Sequence[_Point], name: str, place: int) -> None:
    """The mean over the runs at each value of the setting, and the mean of their intervals."""
    at = defaultdict(list)
    for x, estimate in points:
        at[x].append(estimate)
    abscissa = sorted(at)
    value, low, high = zip(*(_average(at[x]) for x in abscissa), strict=True)
    lap, colour = divmod(place, len(COLOURS))
    form = MARKERS[place % len(MARKERS)] + LINE_STYLES[lap % len(LINE_STYLES)]
    axes.plot(abscissa, value, form, label=name, markersize=4, color=COLOURS[colour])
    axes.fill_between(abscissa, low, high, color=COLOURS[colour], alpha=0.1, linewidth=0)


def _average(estimates: Sequence[Estimate]) -> Estimate:
    return Estimate(*map(mean, zip(*estimates, strict=True)))
