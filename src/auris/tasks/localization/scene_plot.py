"""A picture of one scene from above: the room, the array, the source, and where it was heard."""

from typing import Any, NamedTuple

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from auris.acoustics.arrays import Array, turned
from auris.core.figures import COLOURS, new_figure

SAID, TRUE = COLOURS[1], COLOURS[2]


Rays = dict[
    str, list[np.ndarray]
]  # directions (2,) as from above, those that sound the same together


MIRRORED = ", mirrored"  # what the array can't tell from it


SHORTEST = 0.15  # of the length of the room, a ray in it


AROUND = 1.9  # times the array's radius: how much of its surroundings is drawn


class Plan(NamedTuple):
    """What `Scene.drawing` tells, in m and degrees."""

    size: np.ndarray  # (3,)
    source: np.ndarray  # (3,)
    centre: np.ndarray  # (3,) of the array
    azimuth: float  # by which it is turned

    @classmethod
    def read(cls, drawing: str) -> "Plan":
        numbers = np.array(drawing.split(), float)
        return cls(numbers[:3], numbers[3:6], numbers[6:9], float(numbers[9]))


def plot_scene(drawing: str, array: Array, said: Tensor, true: Tensor, title: str) -> Figure:
    """The directions (3,) that were said and that are true, both as the array tells them.

    Args:
        drawing: where everything is, as `Scene.drawing` has it; empty: only the array is drawn.
    """
    figure = new_figure(7.2 if drawing else 4.6, 4.6)
    figure.set_layout_engine("constrained")
    plan = Plan.read(drawing) if drawing else None
    panels = figure.subplots(
        1, 2 if plan else 1, width_ratios=(2, 1) if plan else None, squeeze=False
    )[0]
    azimuth = plan.azimuth if plan else 0.0
    ways = {"true": alike(array, true), "said": alike(array, said)}
    rays = {name: [from_above(way, azimuth) for way in each] for name, each in ways.items()}
    if plan:
        draw_room(panels[0], plan, rays)
    draw_array(panels[-1], array, azimuth, rays)
    figure.suptitle(title, fontsize=11)
    figure.legend(
        *panels[0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=3 if plan else 2,
        frameon=False,
        fontsize=9,
    )
    return figure


def alike(array: Array, way: Tensor) -> list[Tensor]:
    """The direction (3,), and its mirror image where the array can't tell the two, and that is to be seen."""
    side = array.side.to(way)
    mirrored = way - 2 * (way @ side) * side
    differ = array.dimensions < 3 and float((mirrored - way)[:2].norm()) > 1e-3
    return [way, mirrored] if differ else [way]


def from_above(way: Tensor, azimuth: float) -> np.ndarray:
    """A place or a direction (..., 3) as seen from above (..., 2), turned by an azimuth in degrees."""
    return turned(way.double(), torch.tensor(azimuth, dtype=torch.float64))[..., :2].numpy()


def draw_room(axes: Axes, plan: Plan, rays: Rays) -> None:
    """The room in m: rays reach as far as the source is, and at least so far that they can be seen."""
    length, width, height = plan.size
    walls = axes.add_patch(Rectangle((0, 0), length, width, fill=False, linewidth=2))
    middle, away = plan.centre[:2], plan.source[:2] - plan.centre[:2]
    draw_rays(axes, middle, max(float(np.hypot(*away)), SHORTEST * length), rays)
    for line in axes.lines:
        line.set_clip_path(walls)
    form: dict[str, Any] = {"linestyle": "", "markeredgecolor": "black", "markeredgewidth": 0.6}
    for name, (x, y, up), marker, size, colour in (
        ("source", plan.source, "*", 14, TRUE),
        ("array", plan.centre, "o", 6, "black"),
    ):
        axes.plot(
            x,
            y,
            marker=marker,
            markersize=size,
            color=colour,
            label=f"{name}, {up:.1f} m high",
            **form,
        )
    axes.set(
        xlabel="m",
        ylabel="m",
        aspect="equal",
        xlim=(-0.15, length + 0.15),
        ylim=(-0.15, width + 0.15),
    )
    axes.set_title(f"room, {height:.1f} m high", fontsize=10)


def draw_array(axes: Axes, array: Array, azimuth: float, rays: Rays) -> None:
    """The microphones in cm, numbered, and where their x axis points."""
    places = 100 * from_above(array.microphones, azimuth)  # (M, 2)
    reach = AROUND * max(np.hypot(*places.T).max(), 1.0)
    draw_rays(axes, np.zeros(2), reach, rays)
    ahead = from_above(torch.tensor([1.0, 0, 0]), azimuth) * 0.8 * reach
    axes.annotate(
        "ahead",
        (0, 0),
        ahead,
        arrowprops={"arrowstyle": "<-", "color": "0.4"},
        color="0.4",
        fontsize=8,
        ha="center",
        va="center",
    )
    axes.plot(*places.T, "o", color="black", markersize=12)
    for number, (x, y) in enumerate(places.tolist(), start=1):
        axes.text(x, y, str(number), color="white", ha="center", va="center", fontsize=8)
    axes.set(xlabel="cm", aspect="equal", xlim=(-reach, reach), ylim=(-reach, reach))
    axes.locator_params(nbins=5)
    axes.set_title("array, enlarged", fontsize=10)


def draw_rays(axes: Axes, start: np.ndarray, reach: float, rays: Rays) -> None:
    """Those of one kind after the first, which sound the same, are faint."""
    for (name, ways), colour, dashes in zip(rays.items(), (TRUE, SAID), ("-", "--"), strict=True):
        for place, way in enumerate(ways):
            end = start + reach * way / max(np.hypot(*way), 1e-9)
            form: dict[str, Any] = {
                "alpha": 0.35 if place else 1,
                "label": f"{name} direction{MIRRORED * place}",
            }
            axes.plot(*zip(start, end, strict=True), dashes, color=colour, linewidth=2, **form)
