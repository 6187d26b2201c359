"""The layers of a network, which studies look into."""

from typing import NamedTuple

from torch import Tensor, nn

from auris.core.errors import UserError


class Layers(NamedTuple):
    """A network as what describes a clip, hidden layers, and the layer that answers."""

    summary: nn.Module  # (B, *in_shape) -> (B, W)
    hidden: (
        nn.Sequential
    )  # (B, W) -> (B, H), each part a linear layer, and what follows it
    last: nn.Linear  # (B, H) -> (B, K)

    @property
    def linear(self) -> list[nn.Linear]:
        """All linear layers, the first first."""
        parts = [*self.hidden.modules(), self.last]
        return [part for part in parts if isinstance(part, nn.Linear)]

    def answer(self, points: Tensor) -> Tensor:
        """What becomes of summaries: (B, W) -> (B, K)."""
        return self.last(self.hidden(points))


def layers_of(model: nn.Module) -> Layers:
    """The layers of a multilayer perceptron. Raises `UserError` for another model."""
    body = getattr(model, "body", None)
    last = getattr(model, "output_layer", None)
    if not isinstance(body, nn.Sequential) or not isinstance(last, nn.Linear):
        raise UserError(
            "model: this item looks into a multilayer perceptron; leave model= away."
        )
    summary, *hidden = body
    return Layers(summary, nn.Sequential(*hidden), last)
