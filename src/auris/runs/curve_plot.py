"""How the training of many runs went, in one picture: what they reached against time and passes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from auris.core.errors import UserError
from auris.core.figures import COLOURS, axis_scale, new_figure
from auris.runs.compare import main_metric
from auris.runs.find import Run
from auris.runs.folder import read_curves
from auris.runs.naming import drop_data_name, group_runs

LINE_STYLES = ("-", "--", ":", "-.")  # where colours do not suffice
_MARKERS = "osD^vPX"
ORIGINS = {
    "real": "real recordings",
    "simulated": "SIMULATED",
}  # of the data, as plots say it

_LOSS = "train/loss"
_SECONDS = "work/seconds"
_PASSES = "work/passes"
# of points: one that lies upon another is smaller, so that both are seen
_LARGEST_POINT = 14.0
_SMALLEST_POINT = 7.0
_POINT_HEIGHT = 0.9  # inches of a row of panels that holds points alone
_CURVE_HEIGHT = 3.0
# characters of a name in the legend, beyond which it has a line of its own
_WIDE_NAME = 55


class _Curves(NamedTuple):
    """What one run wrote of itself."""

    run: Run
    place: int  # of its configuration in the legend
    bold: bool  # one run of a configuration stands out, the first fold and seed
    values: dict[str, np.ndarray]  # each (epochs,)

    @property
    def is_single_step(self) -> bool:
        """Whether the run took a single step, as closed forms do."""
        known = np.isfinite(self.values[_LOSS])
        return known.sum() == 1


class _Row(NamedTuple):
    """A row of panels."""

    title: str
    value: str  # what is drawn of each run
    runs: list[_Curves]
    is_error: (
        bool  # what may come near zero, rather than a fraction that grows towards one
    )

    @property
    def height(self) -> float:
        """In inches."""
        flat = all(curves.is_single_step for curves in self.runs)
        return _POINT_HEIGHT if flat else _CURVE_HEIGHT

    @property
    def scale(self) -> str:
        """Of its vertical axis."""
        if not self.is_error:
            return "linear"
        return axis_scale(curve.values[self.value] for curve in self.runs)


def plot_training_curves(runs: Sequence[Run], names: Sequence[str]) -> Figure:
    """Training losses of runs on the same data against seconds and passes, in rows of two panels.

    Each loss has a row, as different losses can't be compared; where there are several, validation
    by the main metric of the task, which they share, has another.

    Args:
        names: the configurations in the order of the legend.

    Raises `UserError` for runs on different data, and where none has curves.
    """
    check_same_dataset(runs)
    curves = []
    for name, group in group_runs(runs):
        curves += _load_curves(group, names.index(name))
    if not curves:
        raise UserError(
            f"None of these runs has {_SECONDS} and {_PASSES} in its metrics.csv; train anew."
        )
    rows = _arrange_rows(curves)
    heights = [row.height for row in rows]
    figure = new_figure(10, sum(heights) + 0.12 * len(names) + 1.2)
    figure.set_layout_engine("constrained")
    panels = figure.subplots(
        len(rows), 2, sharex="col", sharey="row", squeeze=False, height_ratios=heights
    )
    for (left, right), row in zip(panels, rows, strict=True):
        _draw_row(left, _SECONDS, row)
        _draw_row(right, _PASSES, row)
        left.set(ylabel=row.title, yscale=row.scale)
    panels[-1, 0].set_xlabel("seconds in optimizer steps")
    panels[-1, 1].set_xlabel("passes over the training set")
    _add_legend(figure, curves, names)
    _add_title(figure, curves)
    return figure


def check_same_dataset(runs: Sequence[Run]) -> None:
    """Raise `UserError` for runs on different data, whose losses can't be compared."""
    names = sorted({run.result["data"] for run in runs})
    if len(names) > 1:
        raise UserError(
            "A picture is of runs on the same data; "
            f"choose one with --same data=: {', '.join(names)}."
        )


def _load_curves(group: Sequence[Run], place: int) -> list[_Curves]:
    """The curves of one configuration, as far as its runs have any."""
    curves: list[_Curves] = []
    for run in sorted(group, key=lambda run: (run.result["fold"], run.result["seed"])):
        values = _read_values(run)
        if values:
            curves.append(_Curves(run, place, bold=not curves, values=values))
    return curves


def _read_values(run: Run) -> dict[str, np.ndarray]:
    """The curves of a run, NaN where an epoch has no value; none where they lack time or passes."""
    rows = read_curves(run.folder)
    names = {name for row in rows for name in row}
    if not names >= {_LOSS, _SECONDS, _PASSES}:
        return {}
    return {name: _column(rows, name) for name in names}


def _column(rows: Sequence[Mapping[str, str]], name: str) -> np.ndarray:
    values = [float(row[name] or "nan") for row in rows]
    return np.array(values)


def _arrange_rows(curves: Sequence[_Curves]) -> list[_Row]:
    """A row of panels for each loss, and for each metric of validation where losses differ."""
    by_loss = defaultdict(list)
    by_metric = defaultdict(list)
    for curve in curves:
        by_loss[_loss_label(curve.run)].append(curve)
        metric = main_metric(curve.run, "val" if "val" in curve.run.result else "test")
        if f"val/{metric}" in curve.values:
            by_metric[metric].append(curve)
    rows = []
    for label, runs in by_loss.items():
        rows.append(_Row(f"training loss\n{label}", _LOSS, runs, is_error=True))
    if len(rows) > 1:
        for metric, runs in by_metric.items():
            title = f"validation\n{metric.replace('_', ' ')}"
            is_error = _is_error(runs[0].run, metric)
            rows.append(_Row(title, f"val/{metric}", runs, is_error))
    return rows


def _is_error(run: Run, metric: str) -> bool:
    """Whether a metric is the better the smaller it is."""
    return run.result.get("val", {}).get("best", {}).get(metric) == "min"


def _loss_label(run: Run) -> str:
    """What a run minimises, with the settings that decide how large its values are."""
    words = [run.result["loss"]]
    for key, value in run.settings.items():
        group, _, name = key.partition(".")
        if group == "loss" and name not in ("", "_target_"):
            words.append(f"{name}={value}")
    return " ".join(words)


def _draw_row(axes: Axes, abscissa: str, row: _Row) -> None:
    for curve in row.runs:
        x = curve.values[abscissa]
        y = curve.values[row.value]
        axes.plot(x, y, **_line_style(curve))
    axes.set_xscale("log")
    axes.grid(alpha=0.25)


def marker_at(place: int) -> str:
    """A marker that has, with the colour at this place, no other place below 49."""
    lap, colour = divmod(place, len(COLOURS))
    return _MARKERS[(colour + lap) % len(_MARKERS)]


def _line_style(curve: _Curves) -> dict[str, Any]:
    """A colour for each configuration; a run of a single step is a point."""
    lap, colour = divmod(curve.place, len(COLOURS))
    style: dict[str, Any] = {"color": COLOURS[colour]}
    if curve.is_single_step:
        style["linestyle"] = ""
        style["marker"] = marker_at(curve.place)
        style["markersize"] = max(_SMALLEST_POINT, _LARGEST_POINT - curve.place)
        style["markeredgecolor"] = "white"
    else:
        style["linestyle"] = LINE_STYLES[lap % len(LINE_STYLES)]
    if curve.bold:
        style |= {"linewidth": 1.8, "zorder": 3 + curve.place / 100}
    else:
        style |= {"linewidth": 0.7, "alpha": 0.4}
    return style


def _add_legend(
    figure: Figure, curves: Sequence[_Curves], names: Sequence[str]
) -> None:
    """A legend below, with one entry a configuration."""
    shown = [curve for curve in curves if curve.bold]
    shown.sort(key=lambda curve: curve.place)
    lines = [Line2D([], [], **_line_style(curve)) for curve in shown]
    labels = [drop_data_name(names[curve.place], curve.run) for curve in shown]
    widest = max(len(label) for label in labels)
    figure.legend(
        lines,
        labels,
        loc="outside lower center",
        ncols=2 if widest < _WIDE_NAME else 1,
        frameon=False,
    )


def _add_title(figure: Figure, curves: Sequence[_Curves]) -> None:
    """Which data the runs are of, and where that is from."""
    titles = set()
    for curve in curves:
        result = curve.run.result
        origin = ORIGINS[result["origin"]]
        titles.add(f"{result['data']}, {origin}")
    figure.suptitle("; ".join(sorted(titles)))
