"""A picture of one clip: maps over time and frequency, and below them how surprising each moment is."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from torch import Tensor

ROWS = 10  # of words that the height of a map has room for


class Map(NamedTuple):
    """Something that has a value at each time and in each band."""

    title: str
    values: Tensor  # (D, T')
    limits: tuple[float, float]  # of the colours
    hertz: Tensor | None  # (D,) the frequency of each band, where it has one
    colours: str = "magma"


def draw(axes: Axes, shown: Map, duration: float) -> AxesImage:
    """A map; the vertical axis counts bands, and is labelled in kHz where they have any."""
    extent, (low, high) = (0.0, duration, 0.0, float(len(shown.values))), shown.limits
    form: dict[str, Any] = {
        "origin": "lower",
        "aspect": "auto",
        "interpolation": "nearest",
        "cmap": shown.colours,
    }
    image = axes.imshow(
        shown.values.numpy(), extent=extent, vmin=low, vmax=high, **form
    )
    axes.set_title(shown.title, fontsize=10, loc="left", y=1.0)
    axes.set_ylabel("band" if shown.hertz is None else "kHz")
    if shown.hertz is not None:
        rows = octaves(shown.hertz)
        axes.set_yticks(list(rows), [f"{kilohertz:g}" for kilohertz in rows.values()])
    return image


def octaves(hertz: Tensor) -> dict[float, float]:
    """Heights in bands (D,) and their frequencies in kHz, an octave apart as far as there is room for words."""
    rows: dict[float, float] = {}
    for kilohertz in (16, 8, 4, 2, 1, 0.5, 0.25):
        row = 0.5 + float(
            np.interp(
                1000 * kilohertz, hertz.numpy(), np.arange(len(hertz)), np.nan, np.nan
            )
        )
        if row > min(rows, default=np.inf) - len(hertz) / ROWS:
            break
        if np.isfinite(row):
            rows[row] = kilohertz
    return rows
