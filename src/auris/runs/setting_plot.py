"""What models reach against a setting that makes the task easy or hard, such as the SNR of anomalies: one picture."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from statistics import mean

from matplotlib.figure import Figure

from auris.core.errors import UserError
from auris.core.figures import COLOURS, new_figure
from auris.runs.compare import main_metric, number
from auris.runs.curve_plot import DASHES, MARKERS, WORDS, check_data
from auris.runs.find import Run, check_name
from auris.runs.naming import configurations

Point = tuple[float, ...]  # the setting, a value, and the ends of its interval


def draw_against(
    runs: Sequence[Run], setting: str, metric: str | None, name: str
) -> Figure:
    """A line for each configuration: a metric of the set `name` over the values of a setting, with 95 % intervals.

    Raises `UserError` for runs on different data or of different tasks, and where the setting has no two numbers.
    """
    check_data(runs)
    values = check_setting(runs, setting)
    metric = metric or main_metric(runs[0], name)
    figure = new_figure(7, 4.4)
    figure.set_layout_engine("constrained")
    axes = figure.subplots()
    groups = configurations([without(run, setting) for run in runs])
    for place, (label, group) in enumerate(
        sorted(groups, key=lambda pair: rank(pair[1], metric, name))
    ):
        x, y, low, high = zip(*line(group, values, metric, name), strict=True)
        lap, colour = divmod(place, len(COLOURS))
        form = f"{MARKERS[place % len(MARKERS)]}{DASHES[lap % len(DASHES)]}"
        axes.plot(x, y, form, label=label, markersize=4, color=COLOURS[colour])
        axes.fill_between(x, low, high, color=COLOURS[colour], alpha=0.1, linewidth=0)
    axes.set(xlabel=setting, ylabel=f"{name} {metric}")
    axes.grid(alpha=0.25)
    figure.legend(loc="outside right upper", frameon=False, fontsize=8)
    sources = sorted({WORDS[run.result["source"]] for run in runs})
    figure.suptitle(f"{runs[0].result['data']}, {' and '.join(sources)}")
    return figure


def check_setting(runs: Sequence[Run], setting: str) -> dict[str, float]:
    """The value of the setting in each run, by the run's folder."""
    check_name(setting, {key for run in runs for key in run.settings})
    values = {str(run.folder): run.settings.get(setting) for run in runs}
    numbers = {
        key: float(value)
        for key, value in values.items()
        if isinstance(value, int | float)
    }
    if len(numbers) < len(values) or len(set(numbers.values())) < 2:
        raise UserError(
            f"--against {setting} needs runs with two or more numbers for it."
        )
    return numbers


def without(run: Run, setting: str) -> Run:
    """The run as if the setting, which its data's description may tell as well, were no part of its configuration."""
    settings = {key: value for key, value in run.settings.items() if key != setting}
    return replace(
        run, settings=settings, result={**run.result, "about": run.result["source"]}
    )


def line(
    group: Sequence[Run], values: dict[str, float], metric: str, name: str
) -> list[Point]:
    """The mean over the runs at each value of the setting, and the mean of their intervals."""
    at = defaultdict(list)
    for run in group:
        at[values[str(run.folder)]].append(figures(run, metric, name))
    return [
        (x, *(mean(one[key] for one in found) for key in ("value", "low", "high")))
        for x, found in sorted(at.items())
    ]


def rank(group: Sequence[Run], metric: str, name: str) -> tuple[bool, float]:
    """Small for what is drawn high, largest for what has no value."""
    height = mean(figures(run, metric, name)["value"] for run in group)
    return isnan(height), -height


def figures(run: Run, metric: str, name: str) -> dict[str, float]:
    """The value of a metric and the ends of its interval, NaN where there were none."""
    metrics = run.result[name]["metrics"]
    if metric not in metrics:
        raise UserError(
            f"There is no {metric} in {run.folder}; choose one --metric or task, as with --same task=anomaly."
        )
    return {key: number(value) for key, value in metrics[metric].items()}
