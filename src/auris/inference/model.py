"""A trained model, whatever computes it: waves in, decoded answers out."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from auris.core.errors import UserError
from auris.data.spec import Spec
from auris.tasks.output import OutputFormat

ONNX = ".onnx"


_NO_EMBEDDING = (
    "This model has no embedding: formulas and exported files only answer. "
    "The folder of a run whose model learns has one."
)

# of known recordings that are marked as novel: the price of marking most of those that are
NOVEL_RATE = 0.1


class InferenceModel(ABC):
    """A model, what it was trained to hear and how its answers are read."""

    def __init__(self, spec: Spec, output: OutputFormat):
        self.spec = spec
        self.output = output

    @abstractmethod
    def decode(self, wave: np.ndarray) -> np.ndarray:
        """What the model says of clips (B, C, T) float32, as people read it, (B, ...)."""

    def embed(self, wave: np.ndarray) -> np.ndarray:
        """What the model makes of clips (B, C, T) before it answers, (B, W).

        Raises `UserError` where it makes nothing of them.
        """
        raise UserError(_NO_EMBEDDING)

    def novelty_of(self, wave: np.ndarray) -> Sequence[float | None]:
        """How unlike all known clips each of (B, C, T) is, from 0 to 1; None where that is not
        known.
        """
        return [None] * len(wave)
