"""Pictures of directions have points, lines and rays where they must be, and leave out what is
not known.
"""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from paper import words_on_paper
from running import configured
from torch import Tensor, nn

from auris.acoustics.arrays import Array, unit_vector
from auris.data.spec import Spec
from auris.tasks.inspection import Inspection
from auris.tasks.localization import baselines
from auris.tasks.localization import plots as pictures
from auris.tasks.localization.metrics import MeanError
from auris.tasks.localization.scene_plot import alike_directions, plot_scene
from auris.tasks.localization.task import Localization
from auris.tasks.predictions import Predictions

SQUARE = ((0.05, 0.0, 0.0), (0.0, 0.05, 0.0), (-0.05, 0.0, 0.0), (0.0, -0.05, 0.0))
LINE = ((0.0, 0.05, 0.0), (0.0, -0.05, 0.0))
# the source is east of the array
DRAWING = "6.000 4.000 2.500 5.000 3.000 1.500 2.000 3.000 1.000 90.000"


def ways(*azimuth: float) -> Tensor:
    """Level unit vectors (N, 3)."""
    turn = torch.tensor(azimuth)
    return unit_vector(turn, 0 * turn)


def targets(count: int) -> Tensor:
    """(N, 7): half of the reverberation times short, half long, half of the distances unknown
    and no SNR known.
    """
    even = torch.arange(count) % 2
    rest = torch.stack(
        [
            0.2 + 0.2 * even,
            torch.full((count,), math.nan),
            torch.where(even == 0, 1.5, math.nan),
        ],
        1,
    )
    return torch.cat(
        [ways(*torch.linspace(-170, 170, count).tolist()), rest, torch.zeros(count, 1)],
        1,
    )


def test_azimuths_are_points_and_the_band_comes_again_in_the_corners() -> None:
    figure = pictures.plot_azimuths(ways(12, -90, -178), ways(10, 30, 177))
    (axes,) = figure.axes
    points = next(
        np.asarray(line.get_xydata())
        for line in axes.lines
        if line.get_label() == "3 clips"
    )
    assert points == pytest.approx(
        np.array([[10, 12], [30, -90], [177, -178]]), abs=1e-3
    )
    assert axes.collections[0].get_label() == "within 10°: 67%"  # across -180 too
    corner = axes.collections[1].get_paths()[0]
    assert corner.contains_point((177, -178)) and not corner.contains_point((150, -178))
    assert axes.get_xlim() == axes.get_ylim() == (-180, 180) and words_on_paper(figure)


def test_a_line_has_half_a_circle_and_elevations_have_a_picture() -> None:
    (axes,) = pictures.plot_azimuths(ways(80, -10), ways(85, -5)).axes
    assert axes.get_xlim() == (-90, 90)
    up = unit_vector(torch.tensor([0.0, 9.0]), torch.tensor([20.0, -40.0]))
    assert [axes.get_xlabel() for axes in pictures.plot_azimuths(up, up).axes] == [
        "true azimuth (°)",
        "true elevation (°)",
    ]


@pytest.mark.parametrize(
    ("off", "reach"), [((1.0, 1.0, -15.0), 18), ((170.0, 180.0, -180.0), 180)]
)
def test_bars_of_errors_are_to_their_side_and_areas_are_clips(
    off: tuple[float, ...], reach: float
) -> None:
    figure = pictures.plot_errors(ways(*(179 + one for one in off)), ways(*[179] * 3))
    (axes,) = figure.axes
    bars = {
        round(math.degrees(bar.get_x() + bar.get_width() / 2)): bar.get_height() ** 2
        for bar in axes.patches
    }
    assert bars == pytest.approx({1: 2, -15: 1} if reach == 18 else {170: 1, -180: 2})
    median, mean = np.median(np.abs(off)), np.mean(np.abs(off))
    assert (
        axes.get_title() == f"azimuth errors: median {median:.1f}°, mean {mean:.1f}°"
        and words_on_paper(figure)
    )


def test_conditions_that_are_not_known_or_rare_are_left_out() -> None:
    edges = {
        "rt60": (0.0, 0.3, 0.6, 0.9),
        "snr": (-50.0, 50.0),
        "distance": (0.0, 1.0, 2.0, 3.0),
    }
    assert pictures.filled_bins(edges, targets(20), torch.arange(20)) == {
        "rt60": [(0.0, 0.3), (0.3, 0.6)],
        "distance": [(1.0, 2.0)],
    }
    # windows of one recording
    assert pictures.filled_bins(edges, targets(20), torch.zeros(20)) == {}


def test_errors_and_intervals_are_those_of_the_metric() -> None:
    target, group = targets(40), torch.arange(40)
    said = {
        "one": ways(*torch.linspace(-170, 175, 40).tolist()),
        "other": ways(*[0] * 40),
    }
    bins = {"rt60": [(0.0, 0.3), (0.3, 0.6)]}
    figure = pictures.plot_conditions(said, target, torch.Tensor.clone, bins, group)
    (axes,) = figure.axes
    for shown, decoded in zip(axes.containers, said.values(), strict=True):
        line, _, (bars,) = shown
        told = [
            MeanError(torch.Tensor.clone, "rt60", *ends).estimate(decoded, target)
            for ends in bins["rt60"]
        ]
        assert line.get_ydata() == pytest.approx([one.value for one in told])
        assert [bar[:, 1].tolist() for bar in bars.get_segments()] == [
            pytest.approx(one[1:3]) for one in told
        ]
    assert [text.get_text() for text in axes.texts] == [
        "n = 20",
        "n = 20",
    ] and words_on_paper(figure)


def ray(figure: Figure, panel: int, name: str) -> list[list[float]]:
    return next(
        line.get_xydata().tolist()
        for line in figure.axes[panel].lines
        if line.get_label() == name
    )


def test_a_ray_to_the_true_direction_meets_the_source() -> None:
    # the array looks north
    figure = plot_scene(DRAWING, Array(SQUARE), ways(0)[0], ways(-90)[0], "a scene")
    assert ray(figure, 0, "true direction") == [
        pytest.approx([2, 3]),
        pytest.approx([5, 3]),
    ]
    assert ray(figure, 0, "predicted direction") == [
        pytest.approx([2, 3]),
        pytest.approx([2, 6]),
    ]
    assert ray(figure, 0, "source, 1.5 m high") == [[5, 3]]
    first = figure.axes[1].texts[1]
    assert first.get_text() == "1" and first.get_position() == pytest.approx(
        (0, 5), abs=1e-5
    )  # in cm, turned
    assert words_on_paper(figure)


def test_without_a_scene_the_array_alone_is_drawn() -> None:
    figure = plot_scene("", Array(SQUARE), ways(90)[0], ways(0)[0], "no scene")
    (axes,) = figure.axes
    assert axes.get_title() == "array, enlarged" and words_on_paper(figure)
    assert ray(figure, 0, "predicted direction") == [
        [0, 0],
        pytest.approx([0, 9.5], abs=1e-4),
    ]


def test_a_line_has_two_rays() -> None:
    assert torch.allclose(
        torch.stack(alike_directions(Array(LINE), ways(30)[0])),
        ways(30, 150),
        atol=1e-6,
    )
    assert len(alike_directions(Array(SQUARE), ways(30)[0])) == 1
    assert words_on_paper(
        plot_scene(DRAWING, Array(LINE), ways(30)[0], ways(10)[0], "a scene")
    )


def test_formulas_have_the_settings_of_their_yamls() -> None:
    for name in ("srp_phat", "norm_music"):
        node = configured("data=rooms", f"model={name}").model
        assert {key: node[key] for key in baselines._SETTINGS} == baselines._SETTINGS


@pytest.mark.parametrize("drawing", ["", DRAWING])
def test_the_model_and_formulas_are_shown_on_the_same_clips(
    drawing: str,
) -> None:
    target = targets(12)
    wave = torch.randn(12, 4, 1024, generator=torch.Generator().manual_seed(0))
    spec = Spec(16000, 4, 1024, "direction", microphones=SQUARE)
    clip: Any = SimpleNamespace(name="a.wav", cell=lambda _: drawing)
    index = torch.arange(12)
    inspection = Inspection(
        split="test",
        spec=spec,
        features=None,  # type: ignore[arg-type]
        model=nn.Identity(),
        predictions=Predictions(target[:, :3], target, index, torch.zeros(12)),
        group=index,
        train_target=target,
        clip=lambda at: (clip, wave[at]),
        train_clip=lambda at: (clip, wave[at]),
    )
    view = Localization(spec).view
    shown = {
        plot.name: plot.figure
        for plot in (*view.plots(inspection), *view.closeups(inspection))
    }
    assert list(shown)[2:] == ["conditions", "scene_middle", "scene_worst"]
    names = [shown.get_label() for shown in shown["conditions"].axes[0].containers]
    assert names == ["this model", "SRP-PHAT", "NormMUSIC", "constant guess"]
    assert len(shown["scene_worst"].axes) == (2 if drawing else 1)
