"""What models are that can say how unlike normal a sound is."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable

from torch import Tensor, nn

from auris.tasks import Task


class Detector(nn.Module, ABC):
    """A model that task=anomaly can ask. It puts out (B, K, T') how surprising each frame is, for each section."""

    def settle(self, examples: Callable[[], Iterable[tuple[Tensor, Tensor]]]) -> None:
        """Take from all training clips (x, target) what is needed besides the parameters that were found."""


class Autoencoder(Detector):
    """A model that says again what it hears, through a bottleneck that only what it has learnt fits through."""

    def __init__(self, task: Task):
        super().__init__()
        self.compare = task.compare

    @abstractmethod
    def copy(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, *in_shape)
        """The same features, as far as they are like what trained."""

    def forward(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, *out_shape)
        return self.compare(x, self.copy(x))
