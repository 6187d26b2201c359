"""What a model that keeps or copies targets may ask of its task; every `Task` has it."""

from typing import ClassVar, Protocol

from torch import Tensor


class Codec(Protocol):
    """The part of a task that models see."""

    has_classes: ClassVar[bool]  # whether targets are one class a clip
    # "target": what `encode` makes; "anomaly_score": how surprising each frame is;
    # "clusters": the cluster of a clip, its distance from the centre, and its vector;
    # "misfit": how badly a clip fits
    outputs: ClassVar[str]

    def output_of_mean(self, average: Tensor) -> Tensor: ...
    def stored_target(self, target: Tensor) -> Tensor: ...
    def knn_output(self, distance: Tensor, stored: Tensor, k: int) -> Tensor: ...
    def reconstruction_output(self, x: Tensor, copy: Tensor) -> Tensor: ...
