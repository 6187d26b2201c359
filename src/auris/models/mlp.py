"""Networks that see a clip as one vector."""

from math import prod
from typing import Annotated, final

import torch
from torch import nn

from auris.core.errors import UserError, suggest_choice
from auris.core.ranges import Range
from auris.core.shapes import Shape
from auris.features.pooling import MIN_FRAMES
from auris.features.standardize import Standardized
from auris.models.network import Dropout, Network, Width


@final
class Linear(Network):
    """A linear function of the summary of a clip: logistic regression, with cross entropy."""

    def __init__(self, in_shape: Shape, out_shape: Shape, summary: nn.Module):
        body, width = with_summary(summary, in_shape)
        super().__init__(body, width, out_shape)


@final
class Mlp(Network):
    """A multilayer perceptron on the summary of a clip.

    Args:
        depth: hidden layers; 1 is the classical perceptron with one hidden layer.
        width: units of each.
        activation: the name of any activation of `torch.nn`.
        batch_norm: whether the units of each layer are standardised over a batch.
        dropout: share of the units that training leaves out of each layer.
    """

    def __init__(
        self,
        in_shape: Shape,
        out_shape: Shape,
        summary: nn.Module,
        depth: Annotated[int, Range(1, 100)] = 2,
        width: Width = 128,
        activation: str = "ReLU",
        batch_norm: bool = True,
        dropout: Dropout = 0.5,
    ):
        body, size = with_summary(summary, in_shape)
        sizes = [size] + [width] * depth
        norm = nn.BatchNorm1d if batch_norm else nn.Identity
        layers = [
            nn.Sequential(
                nn.Linear(n, m), norm(m), activation_of(activation), nn.Dropout(dropout)
            )
            for n, m in zip(sizes[:-1], sizes[1:], strict=True)
        ]
        super().__init__(nn.Sequential(body, *layers), width, out_shape)


def with_summary(summary: nn.Module, in_shape: Shape) -> tuple[nn.Module, int]:
    """The summary (B, *in_shape) -> (B, size), standardised by what the training set is like,
    and its size.

    Features of a single frame describe the whole clip already: they stay as they are.
    """
    if in_shape[-1] == 1:
        return nn.Flatten(), prod(in_shape)
    if len(in_shape) < 2 or in_shape[-1] < MIN_FRAMES:
        raise UserError(
            f"model: a summary over time needs {MIN_FRAMES} frames, and these features "
            f"have {in_shape}."
        )
    size = prod(summary(torch.zeros(2, *in_shape)).shape[1:])
    standardized = Standardized(
        nn.Sequential(summary, nn.Unflatten(1, (size, 1))), in_shape
    )
    return nn.Sequential(standardized, nn.Flatten()), size


def activation_of(name: str) -> nn.Module:
    """An activation of `torch.nn` by its name."""
    odd = {
        "GLU",
        "LogSoftmax",
        "MultiheadAttention",
        "Softmax",
        "Softmax2d",
        "Softmin",
        "Threshold",
    }  # mix units
    known = {"Identity", *nn.modules.activation.__all__} - odd  # which bends nothing
    if name not in known:
        raise UserError(
            f"There is no model.activation={name}; {suggest_choice(name, known)}"
        )
    return getattr(nn, name)()
