"""Pictures of errors."""

from matplotlib.figure import Figure
from torch import Tensor

from auris.core.figures import new_figure


def plot_histogram(values: Tensor, what: str) -> Figure:
    """How often each value (N,) of `what` occurs."""
    figure = new_figure(6, 3)
    axes = figure.add_axes((0.1, 0.18, 0.87, 0.76))
    axes.hist(values.numpy(), bins="auto", color="tab:blue")
    axes.set(xlabel=what, ylabel="clips")
    return figure
