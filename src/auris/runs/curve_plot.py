"""How the training of many runs went, in one picture: what they reached against time, and against passes."""

from collections.abc import Sequence
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
from auris.runs.naming import configurations

DASHES, MARKERS = (
    ("-", "--", ":", "-."),
    "osD^vPX",
)  # where colours do not suffice, and for runs of a single step


WORDS = {"real": "real recordings", "simulated": "SIMULATED"}


NEEDED = {"train/loss", "train/seconds", "train/passes"}


class Curve(NamedTuple):
    """What one run wrote of itself."""

    run: Run
    place: int  # of its configuration in the legend
    bold: bool  # one run of a configuration stands out, the first fold and seed
    figures: dict[str, np.ndarray]  # each (epochs,)


Row = list[tuple[Curve, str]]  # curves with the name of the figure to draw


def draw(runs: Sequence[Run], names: Sequence[str]) -> Figure:
    """Training losses of runs on the same data against seconds and passes over the data, in rows of two panels.

    Each loss has a row, as different losses can't be compared; where there are several, validation by the main metric
    of the task, which they share, has another. `names` are the configurations in the order of the legend. Raises
    `UserError` for runs on different data, and where none has curves.
    """
    check_data(runs)
    curves = [
        curve
        for name, group in configurations(runs)
        for curve in curves_of(group, names.index(name))
    ]
    if not curves:
        raise UserError(
            "None of these runs has train/seconds and train/passes in its metrics.csv; train anew."
        )
    rows = rows_of(curves)
    heights = [
        0.9 if all(single(curve) for curve, _ in row) else 3.0 for row in rows.values()
    ]  # inches
    figure = new_figure(10, sum(heights) + 0.12 * len(names) + 1.2)
    figure.set_layout_engine("constrained")
    panels = figure.subplots(
        len(rows), 2, sharex="col", sharey="row", squeeze=False, height_ratios=heights
    )
    for (left, right), (title, row) in zip(panels, rows.items(), strict=True):
        fill(left, "train/seconds", row)
        fill(right, "train/passes", row)
        left.set(
            ylabel=title, yscale=axis_scale(curve.figures[name] for curve, name in row)
        )
    panels[-1, 0].set_xlabel("seconds in optimizer steps")
    panels[-1, 1].set_xlabel("passes over the training set")
    entitle(figure, curves, names)
    return figure


def check_data(runs: Sequence[Run]) -> None:
    """Raise `UserError` for runs on different data, whose losses can't be compared."""
    known = sorted({run.result["data"] for run in runs})
    if len(known) > 1:
        raise UserError(
            f"A picture is of runs on the same data; choose one with --same data=: {', '.join(known)}."
        )


def curves_of(group: Sequence[Run], place: int) -> list[Curve]:
    """The curves of one configuration, as far as its runs have any."""
    group = sorted(group, key=lambda run: (run.result["fold"], run.result["seed"]))
    read_ones = [(run, figures) for run in group if (figures := read(run))]
    return [
        Curve(run, place, number == 0, figures)
        for number, (run, figures) in enumerate(read_ones)
    ]


def read(run: Run) -> dict[str, np.ndarray]:
    """The curves of a run, NaN where an epoch has no figure; none where they lack time or passes."""
    rows = read_curves(run.folder)
    names = {name for row in rows for name in row}
    return {
        name: np.array([float(row[name] or "nan") for row in rows])
        for name in names
        if names >= NEEDED
    }


def rows_of(curves: Sequence[Curve]) -> dict[str, Row]:
    """What to draw in each row of panels, by its title."""
    rows: dict[str, Row] = {}
    for curve in curves:
        rows.setdefault(f"training loss\n{loss_name(curve.run)}", []).append(
            (curve, "train/loss")
        )
    if len(rows) == 1:
        return rows
    for curve in curves:
        metric = main_metric(curve.run, "val" if "val" in curve.run.result else "test")
        if f"val/{metric}" in curve.figures:
            rows.setdefault(f"validation\n{metric.replace('_', ' ')}", []).append(
                (curve, f"val/{metric}")
            )
    return rows


def loss_name(run: Run) -> str:
    """What a run minimises, with the settings that decide how large its values are."""
    own = {
        key.removeprefix("loss."): value
        for key, value in run.settings.items()
        if key.startswith("loss.")
    }
    return " ".join(
        [
            run.result["loss"],
            *(f"{key}={value}" for key, value in own.items() if key != "_target_"),
        ]
    )


def fill(axes: Axes, abscissa: str, row: Row) -> None:
    for curve, name in row:
        axes.plot(curve.figures[abscissa], curve.figures[name], **style(curve))
    axes.set_xscale("log")
    axes.grid(alpha=0.25)


def style(curve: Curve) -> dict[str, Any]:
    """A colour for each configuration; a run of a single step is a point."""
    lap, colour = divmod(curve.place, len(COLOURS))
    point, line = MARKERS[curve.place % len(MARKERS)], DASHES[lap % len(DASHES)]
    kind = {"marker": point, "linestyle": ""} if single(curve) else {"linestyle": line}
    weight = (
        {"linewidth": 1.8, "zorder": 3}
        if curve.bold
        else {"linewidth": 0.7, "alpha": 0.4}
    )
    return {"color": COLOURS[colour], **weight, **kind}


def single(curve: Curve) -> bool:
    """Whether a run took a single step, as closed forms do."""
    return int(np.isfinite(curve.figures["train/loss"]).sum()) == 1


def entitle(figure: Figure, curves: Sequence[Curve], names: Sequence[str]) -> None:
    """A legend below with one entry a configuration, and a title that says where the data is from."""
    shown = {curve.place: curve for curve in curves if curve.bold}
    samples = [Line2D([], [], **style(shown[place])) for place in sorted(shown)]
    words = [names[place] for place in sorted(shown)]
    columns = 2 if max(map(len, words)) < 55 else 1
    figure.legend(
        samples, words, loc="outside lower center", ncols=columns, frameon=False
    )
    sources = {
        f"{curve.run.result['data']}, {WORDS[curve.run.result['source']]}"
        for curve in curves
    }
    figure.suptitle("; ".join(sorted(sources)))
