"""Models that are too simple, and models that learn by heart."""

from math import sqrt
from typing import Annotated, NamedTuple, final

import torch
from matplotlib.axes import Axes
from numpy.polynomial.legendre import legvander
from torch import Tensor, nn

from auris.core.figures import COLOURS
from auris.core.ranges import Count, Range
from auris.core.svg import Picture
from auris.lecture.bench import Bench, score_split, shuffle_labels
from auris.lecture.drawing import draw_picture
from auris.lecture.study import Law, Shown, Study, law_of_value
from auris.training.optimizers.ridge import solve_layer

_TRUE = (0.0, -1.0, 0.3, 1.5)  # the curve, a cubic, in Legendre polynomials
_NOISE = 0.4  # deviation
_SIGMAS = 5.0  # how far a mean over draws may be from its expectation


class _Errors(NamedTuple):
    """Mean squared errors over many draws, at the degrees from 0."""

    train: Tensor  # (D + 1,)
    test: Tensor  # (D + 1,) at the same places, with new noise


@final
class Overfitting(Study):
    """Polynomials of more and more parameters, and a network that learns random labels.

    Args:
        degrees: the highest degree.
        points: to fit.
        draws: of noise, over which errors are averaged.
    """

    def __init__(
        self, degrees: Annotated[int, Range(3, 30)], points: Count, draws: Count
    ):
        self.degrees = degrees
        self.points = points
        self.draws = draws

    def show(self, bench: Bench) -> Shown:
        place = torch.linspace(-1, 1, self.points).double()  # (n,)
        train, test = self._draw_noise(place)
        errors = self._measure(place, train, test)
        experiment = bench.make()
        shuffle_labels(experiment.dataset, experiment.seed)
        by_heart = score_split(bench.fit(experiment, validate=False), "train")
        caption = (
            "Errors over the degree; the dashed lines are the law from degree 3 on"
        )
        return Shown(
            [*self._polynomial_laws(errors), _law_of_random_labels(by_heart)],
            [draw_picture(lambda axes: self._draw_errors(axes, errors), caption)],
            [self._draw_fit(place, train[:, :1], d) for d in range(self.degrees + 1)],
        )

    def _draw_noise(self, place: Tensor) -> tuple[Tensor, Tensor]:
        """What is measured at places (n,), twice, (n, draws)."""
        dice = torch.Generator().manual_seed(0)
        curve = _curve(place)[:, None]
        noise = torch.randn(2, len(place), self.draws, generator=dice).double()
        train, test = curve + _NOISE * noise
        return train, test

    def _measure(self, place: Tensor, train: Tensor, test: Tensor) -> _Errors:
        by_degree = []
        for degree in range(self.degrees + 1):
            fit = _fit_polynomials(place, train, degree)(place)
            squares = [(fit - values).square().mean() for values in (train, test)]
            by_degree.append(torch.stack(squares))
        return _Errors(*torch.stack(by_degree, 1))

    def _expected(self, degree: int) -> tuple[float, float]:
        """The errors that theory says, from the degree of the curve on."""
        share = (degree + 1) / self.points
        return _NOISE**2 * (1 - share), _NOISE**2 * (1 + share)

    def _polynomial_laws(self, errors: _Errors) -> list[Law]:
        true = len(_TRUE) - 1
        best = int(errors.test.argmin())
        within = _SIGMAS * _NOISE**2 * sqrt(2 / (self.points * self.draws))
        laws = [
            Law("degree with the lowest test error", str(best), str(true), best == true)
        ]
        for degree in sorted({true, self.degrees}):
            expected = self._expected(degree)
            measured = (errors.train[degree], errors.test[degree])
            named = zip(("training", "test"), measured, expected, strict=True)
            for name, value, law in named:
                what = f"{name} error of degree {degree}"
                laws.append(law_of_value(what, float(value), law, within))
        return laws

    def _draw_errors(self, axes: Axes, errors: _Errors) -> None:
        degrees = range(self.degrees + 1)
        known = range(len(_TRUE) - 1, self.degrees + 1)
        laws = zip(*map(self._expected, known), strict=True)
        named = zip(("training", "test"), errors, laws, COLOURS, strict=False)
        for name, measured, law, colour in named:
            axes.plot(degrees, measured, "o-", color=colour, label=name)
            axes.plot(known, law, "--", color=colour)
        axes.set(xlabel="degree", ylabel="mean squared error")
        axes.set_ylim(0, 3 * _NOISE**2)
        axes.legend()

    def _draw_fit(self, place: Tensor, train: Tensor, degree: int) -> Picture:
        fit = _fit_polynomials(place, train, degree)
        fine = torch.linspace(-1, 1, 300).double()

        def paint(axes: Axes) -> None:
            axes.plot(fine, _curve(fine), color=COLOURS[2], label="the curve")
            axes.plot(fine, fit(fine)[:, 0], color=COLOURS[1], label="the model")
            axes.plot(place, train[:, 0], "o", color=COLOURS[0], label="measured")
            axes.set_ylim(-3, 3)
            axes.legend(loc="lower right", fontsize=8)

        return draw_picture(paint, f"A polynomial of degree {degree}")


class _Polynomials(nn.Module):
    """Polynomials of one degree, fitted to each column of values by Auris' least squares."""

    def __init__(self, degree: int, count: int):
        super().__init__()
        self.degree = degree
        self.layer = nn.Linear(degree + 1, count, dtype=torch.float64)

    @torch.no_grad()
    def forward(self, place: Tensor) -> Tensor:  # (n,) -> (n, count)
        return self.layer(_powers(place, self.degree))


@torch.no_grad()
def _fit_polynomials(place: Tensor, values: Tensor, degree: int) -> _Polynomials:
    """Of values (n, count) at places (n,)."""
    model = _Polynomials(degree, values.shape[1])
    solve_layer(model.layer, [(_powers(place, degree), values)])
    return model


def _powers(place: Tensor, degree: int) -> Tensor:
    """Legendre polynomials (n, degree + 1), which span what powers do."""
    return torch.from_numpy(legvander(place.numpy(), degree))


def _curve(place: Tensor) -> Tensor:
    return _powers(place, len(_TRUE) - 1) @ torch.tensor(_TRUE).double()


def _law_of_random_labels(right: float) -> Law:
    return law_of_value(
        "share of random labels that a network learnt", right, 1.0, 0.02
    )
