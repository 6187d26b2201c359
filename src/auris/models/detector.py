"""What models are that can say how unlike normal a sound is."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable

from torch import Tensor, nn

from auris.core.errors import UserError
from auris.core.shapes import Shape
from auris.models.codec import Codec


class AnomalyDetector(nn.Module, ABC):
    """A model that task=anomaly can ask. It puts out (B, K, T') how surprising each frame is,
    for each section.
    """

    def fit_memory(
        self, examples: Callable[[], Iterable[tuple[Tensor, Tensor]]]
    ) -> None:
        """Take from all training clips (x, target) what is needed besides the parameters that
        were found.
        """


class Autoencoder(AnomalyDetector):
    """A model that says again what it hears, through a bottleneck that only what it has learnt
    fits through.
    """

    @abstractmethod
    def reconstruct(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, *in_shape)
        """The same features, as far as they are like what trained."""

    @abstractmethod
    def embed(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, latent_dim)
        """The mean code of a clip: what passes the bottleneck of it."""


class ReconstructionModel(Autoencoder):
    """An autoencoder whose anomaly score is the error of its copy. It serves task=reconstruction
    too.
    """

    def __init__(self, task: Codec):
        super().__init__()
        self.reconstruction_output = task.reconstruction_output

    def forward(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, *out_shape)
        return self.reconstruction_output(x, self.reconstruct(x))


def require_anomaly_task(task: Codec, model: nn.Module) -> None:
    """Raise `UserError` for a task that does not ask how surprising a clip is."""
    if task.outputs != "anomaly_score":
        raise UserError(
            f"model: {type(model).__name__} tells how unusual a clip is, and nothing else; "
            "choose task=anomaly, or another model."
        )


def over_frames(score: Tensor, out_shape: Shape) -> Tensor:
    """The output (B, K, T') of a model that judges a clip as a whole, (B, K)."""
    return score[..., None].expand(-1, *out_shape)


def count_bands(in_shape: Shape, model: nn.Module) -> int:
    """How many bands F features (C', F, T') have. Raises `UserError` for features of another
    kind.
    """
    if len(in_shape) != 3:
        raise UserError(
            f"model: {type(model).__name__} reads features (C', F, T') and these have "
            f"shape {in_shape}; "
            "choose features=log_mel."
        )
    return in_shape[1]
