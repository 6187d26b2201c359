"""A picture of one scene from above: the room, the array, the source, and where it was heard."""

from typing import Any, NamedTuple

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from auris.acoustics.arrays import Array, rotate_azimuth
from auris.core.figures import COLOURS, new_figure

# directions (2,) as from above, those that sound the same together
Rays = dict[str, list[np.ndarray]]

_PREDICTED = COLOURS[1]
_TRUE = COLOURS[2]
_MIRRORED = ", mirrored"  # what the array can't tell from it
_MIN_RAY = 0.15  # of the length of the room
_SURROUNDINGS = 1.9  # times the array's radius is drawn
_TINY = 1e-9


class FloorPlan(NamedTuple):
    """What a scene tells of itself, in m and degrees."""

    size: np.ndarray  # (3,)
    source: np.ndarray  # (3,)
    centre: np.ndarray  # (3,) of the array
    azimuth: float  # by which it is turned

    @classmethod
    def from_text(cls, drawing: str) -> "FloorPlan":
        numbers = np.array(drawing.split(), float)
        size, source, centre = numbers[:9].reshape(3, 3)
        return cls(size, source, centre, float(numbers[9]))


def plot_scene(
    drawing: str, array: Array, predicted: Tensor, true: Tensor, title: str
) -> Figure:
    """The directions (3,) that were predicted and that are true, both as the array tells them.

    Args:
        drawing: where everything is, as simulated scenes have it; empty: only the array is drawn.
    """
    figure = new_figure(7.2 if drawing else 4.6, 4.6)
    figure.set_layout_engine("constrained")
    plan = FloorPlan.from_text(drawing) if drawing else None
    azimuth = plan.azimuth if plan else 0.0
    rays = {
        "true": [_from_above(way, azimuth) for way in alike_directions(array, true)],
        "predicted": [
            _from_above(way, azimuth) for way in alike_directions(array, predicted)
        ],
    }
    if plan:
        left, right = figure.subplots(1, 2, width_ratios=(2, 1))
        _draw_room(left, plan, rays)
    else:
        left = right = figure.subplots()
    _draw_array(right, array, azimuth, rays)
    figure.suptitle(title, fontsize=11)
    handles = left.get_legend_handles_labels()
    columns = 3 if plan else 2
    figure.legend(
        *handles, loc="outside lower center", ncols=columns, frameon=False, fontsize=9
    )
    return figure


def alike_directions(array: Array, way: Tensor) -> list[Tensor]:
    """The direction (3,), and its mirror image where the array can't tell the two."""
    side = array.side.to(way)
    mirrored = way - 2 * (way @ side) * side
    is_visible = float((mirrored - way)[:2].norm()) > 1e-3
    if array.dimensions < 3 and is_visible:
        return [way, mirrored]
    return [way]


def _from_above(way: Tensor, azimuth: float) -> np.ndarray:
    """A place or a direction (..., 3) seen from above (..., 2), turned by an azimuth in degrees."""
    angle = torch.tensor(azimuth, dtype=torch.float64)
    return rotate_azimuth(way.double(), angle)[..., :2].numpy()


def _draw_room(axes: Axes, plan: FloorPlan, rays: Rays) -> None:
    """The room in m: rays reach as far as the source is, or far enough to be seen."""
    length, width, height = plan.size
    walls = axes.add_patch(Rectangle((0, 0), length, width, fill=False, linewidth=2))
    middle = plan.centre[:2]
    distance = float(np.hypot(*(plan.source[:2] - middle)))
    _draw_rays(axes, middle, max(distance, _MIN_RAY * length), rays)
    for line in axes.lines:
        line.set_clip_path(walls)
    _draw_place(axes, "source", plan.source, marker="*", markersize=14, color=_TRUE)
    _draw_place(axes, "array", plan.centre, marker="o", markersize=6, color="black")
    margin = 0.15  # m
    axes.set(xlabel="m", ylabel="m", aspect="equal")
    axes.set(xlim=(-margin, length + margin), ylim=(-margin, width + margin))
    axes.set_title(f"room, {height:.1f} m high", fontsize=10)


def _draw_place(axes: Axes, name: str, place: np.ndarray, **form: Any) -> None:
    x, y, height = place
    label = f"{name}, {height:.1f} m high"
    axes.plot(
        x,
        y,
        linestyle="",
        label=label,
        markeredgecolor="black",
        markeredgewidth=0.6,
        **form,
    )


def _draw_array(axes: Axes, array: Array, azimuth: float, rays: Rays) -> None:
    """The microphones in cm, numbered, and where their x axis points."""
    places = 100 * _from_above(array.microphones, azimuth)  # (M, 2)
    reach = _SURROUNDINGS * max(np.hypot(*places.T).max(), 1.0)
    _draw_rays(axes, np.zeros(2), reach, rays)
    ahead = 0.8 * reach * _from_above(torch.tensor([1.0, 0, 0]), azimuth)
    arrow = {"arrowstyle": "<-", "color": "0.4"}
    axes.annotate(
        "ahead",
        (0, 0),
        ahead,
        arrowprops=arrow,
        color="0.4",
        fontsize=8,
        ha="center",
        va="center",
    )
    axes.plot(*places.T, "o", color="black", markersize=12)
    for number, (x, y) in enumerate(places.tolist(), start=1):
        axes.text(
            x, y, str(number), color="white", ha="center", va="center", fontsize=8
        )
    axes.set(xlabel="cm", aspect="equal", xlim=(-reach, reach), ylim=(-reach, reach))
    axes.locator_params(nbins=5)
    axes.set_title("array, enlarged", fontsize=10)


def _draw_rays(axes: Axes, start: np.ndarray, reach: float, rays: Rays) -> None:
    """Those of one kind after the first, which sound the same, are faint."""
    styles = {"true": (_TRUE, "-"), "predicted": (_PREDICTED, "--")}
    for name, ways in rays.items():
        colour, dashes = styles[name]
        for place, way in enumerate(ways):
            end = start + reach * way / max(np.hypot(*way), _TINY)
            label = f"{name} direction{_MIRRORED * place}"
            x, y = zip(start, end, strict=True)
            alpha = 0.35 if place else 1
            axes.plot(x, y, dashes, color=colour, linewidth=2, alpha=alpha, label=label)
