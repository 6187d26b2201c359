"""One hidden layer can come as near as one likes to any curve: how near, with N units?"""

from collections.abc import Sequence
from typing import Annotated, final

import torch
from matplotlib.axes import Axes
from torch import Tensor, nn

from auris.core.figures import COLOURS
from auris.core.ranges import Count, Length, Range
from auris.core.svg import Picture
from auris.lecture.bench import Bench
from auris.lecture.drawing import draw_picture
from auris.lecture.layers import layers_of
from auris.lecture.study import Shown, Sound, Study, law_of_value, log_slope
from auris.models.mlp import Mlp

_SPEED = 343.0  # m/s
_BOX = (0.52, 0.41, 0.33)  # m
_BAND = (200.0, 1500.0)  # Hz
_DAMPING = 200.0  # 1/s, of all modes: the box is lined
_PLACE = (0.13, 0.11, 0.07)  # m, of the source
_EAR = (0.41, 0.29, 0.27)  # m
_MODES = 6  # along each edge
_FINE = 20_000  # points at which the error is looked for
_RATE = 16_000  # Hz
_LARGEST = 4  # networks, of which the slope is taken: the law is for many units
_WITHIN = 0.05  # of the slope


@final
class UniversalApproximation(Study):
    """The response of a small box over frequency, by networks with one hidden layer of ReLUs.

    Args:
        units: of the hidden layer of each network.
    """

    def __init__(
        self, units: Annotated[Sequence[Annotated[int, Range(2, 4096)]], Length(2, 12)]
    ):
        self.units = units

    def show(self, bench: Bench) -> Shown:
        place = torch.linspace(0, 1, _FINE).double()
        curve = response_of_box(place)
        networks = [interpolate(count) for count in self.units]
        with torch.no_grad():
            answers = [network(place[:, None, None])[:, 0] for network in networks]
        errors = [float((answer - curve).abs().max()) for answer in answers]
        largest = torch.tensor([self.units, errors])[:, -_LARGEST:]
        return Shown(
            [
                law_of_value(
                    f"slope of the error over the units, in logarithms, from {largest[0, 0]:.0f}",
                    log_slope(*largest),
                    -2.0,
                    _WITHIN,
                )
            ],
            [
                draw_picture(
                    lambda axes: _draw_errors(axes, self.units, errors),
                    "The largest error over the units of the hidden layer, and the law",
                )
            ],
            [
                _draw_answer(count, place, curve, answer)
                for count, answer in zip(self.units, answers, strict=True)
            ],
            [
                _play_through(f"Noise in the box, by {count} units", answer)
                for count, answer in zip(self.units, answers, strict=True)
            ]
            + [_play_through("Noise in the box", curve)],
        )


def response_of_box(place: Tensor) -> Tensor:
    """The level (n,) in dB at places (n,) in [0, 1] of its band, from the modes of a box
    (Kuttruff, Room Acoustics, 2016, eq. 3.20).
    """
    hertz = _BAND[0] + (_BAND[1] - _BAND[0]) * place
    omega = 2 * torch.pi * hertz
    pressure = torch.zeros(len(place), dtype=torch.complex128)
    numbers = torch.arange(_MODES).double()
    for mode in torch.cartesian_prod(numbers, numbers, numbers)[1:]:
        own = torch.pi * _SPEED * (mode / torch.tensor(_BOX)).norm()
        shape = _shape_of(mode, _PLACE) * _shape_of(mode, _EAR)
        pressure += shape / (omega**2 - own**2 - 2j * _DAMPING * own)
    return 20 * (omega * pressure).abs().log10()


def _shape_of(mode: Tensor, place: Sequence[float]) -> Tensor:
    """How strongly a mode is heard at a place of the box."""
    share = torch.tensor(place) / torch.tensor(_BOX)
    return (torch.pi * mode * share).cos().prod()


@torch.no_grad()
def interpolate(units: int) -> Mlp:
    """A network that is right at `units` + 1 places and linear between: each unit bends the line
    by as much as the curve's slope changes there.
    """
    network = Mlp(
        (1, 1), (1,), nn.Identity(), depth=1, width=units, batch_norm=False, dropout=0.0
    ).double()
    network.eval()
    knots = torch.linspace(0, 1, units + 1).double()
    values = response_of_box(knots)
    slopes = values.diff() * units  # (units,)
    hidden, last = layers_of(network).linear
    hidden.weight.fill_(1.0)
    hidden.bias.copy_(-knots[:-1])
    last.weight.copy_(slopes.diff(prepend=slopes.new_zeros(1))[None])
    last.bias.copy_(values[:1])
    return network


def _draw_errors(axes: Axes, units: Sequence[int], errors: Sequence[float]) -> None:
    law = [errors[-1] * (units[-1] / count) ** 2 for count in units]
    axes.loglog(units, errors, "o", label="measured")
    axes.loglog(units, law, "-", label="slope -2")
    axes.set(xlabel="units", ylabel="largest error (dB)")
    axes.legend()


def _draw_answer(count: Count, place: Tensor, curve: Tensor, answer: Tensor) -> Picture:
    hertz = _BAND[0] + (_BAND[1] - _BAND[0]) * place

    def paint(axes: Axes) -> None:
        axes.plot(hertz, curve, color=COLOURS[2], label="the box")
        axes.plot(hertz, answer, color=COLOURS[1], linewidth=1, label="the network")
        axes.set(xlabel="frequency (Hz)", ylabel="dB")
        axes.legend(loc="lower right")

    return draw_picture(paint, f"{count} units")


def _play_through(label: str, decibels: Tensor) -> Sound:
    """Noise of the band with this response (n,), a second long."""
    dice = torch.Generator().manual_seed(0)
    spectrum = torch.zeros(_RATE // 2 + 1, dtype=torch.complex128)  # a line a hertz
    low, high = map(int, _BAND)
    lines = torch.linspace(0, len(decibels) - 1, high - low).long()
    phase = 2 * torch.pi * torch.rand(high - low, generator=dice).double()
    gain = 10 ** ((decibels - decibels.max())[lines] / 20)
    spectrum[low:high] = torch.polar(gain, phase)
    wave = torch.fft.irfft(spectrum, _RATE)
    return Sound(label, (0.9 * wave / wave.abs().max()).float(), _RATE)
