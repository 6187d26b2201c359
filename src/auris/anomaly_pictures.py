"""Pictures of scores: how they spread, and what a threshold makes of them."""

from matplotlib.figure import Figure
from torch import Tensor

from auris.pictures import new_figure


def scores(score: Tensor, anomalous: Tensor, threshold: float | None) -> Figure:
    return new_figure(6, 3)


def roc(score: Tensor, anomalous: Tensor, threshold: float | None) -> Figure:
    return new_figure(4, 4)
