"""Models without a gradient: they keep the training set and answer from it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, final

import torch
from torch import Tensor, nn

from auris.core.ranges import Count
from auris.core.shapes import Shape
from auris.models.codec import Codec
from auris.models.detector import AnomalyDetector
from auris.models.mlp import with_summary

_TOLERANCE = 1e-3  # the largest difference between two computations of one feature


# differences of products would drown what is far from zero, such as Hz
EXACT_DISTANCES = "donot_use_mm_for_euclid_dist"


class StoresClips(nn.Module, ABC):
    """A model that is found by looking at all training clips once."""

    @abstractmethod
    def store_clips(self, examples: Iterable[tuple[Tensor, Tensor]]) -> None:
        """Take from all (x, target) there are what is needed of them."""


class InstanceBased(StoresClips):
    """Keeps a vector of each training clip and what the task remembers of its target; both are
    saved, as tensors.
    """

    seen: Tensor  # (n, W)
    told: Tensor  # (n, ...)

    def __init__(
        self, in_shape: Shape, out_shape: Shape, summary: nn.Module, task: Codec
    ):
        super().__init__()
        self.body, width = with_summary(summary, in_shape)
        self.knn_output = task.knn_output
        self.output_of_mean = task.output_of_mean
        self.out_shape = out_shape
        self.stored_target = task.stored_target
        self.register_buffer("seen", torch.empty(0, width))
        self.register_buffer("told", task.stored_target(torch.empty(0, *out_shape)))
        self.register_load_state_dict_pre_hook(resize_buffers)
        self.register_load_state_dict_post_hook(lambda module, _: module.fit_stored())

    def embed(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, W)
        return self.body(x)

    def forward(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, *out_shape)
        if not len(self.seen):
            return x.new_zeros(len(x), *self.out_shape)
        return self.predict_vectors(self.embed(x))

    @torch.no_grad()
    def store_clips(self, examples: Iterable[tuple[Tensor, Tensor]]) -> None:
        """Keep all (x, target) there are."""
        seen = []
        told = []
        for x, target in examples:
            seen.append(self.embed(x))
            told.append(self.stored_target(target))
        self.seen = torch.cat(seen)
        self.told = torch.cat(told)
        self.fit_stored()

    def fit_stored(self) -> None:
        """Think, now that everything is known. Lazy models do not."""

    @abstractmethod
    def predict_vectors(self, h: Tensor) -> Tensor:
        """What vectors (B, W) call to mind, (B, *out_shape)."""


def resize_buffers(
    module: nn.Module, state: dict[str, Tensor], prefix: str, *_: Any
) -> None:
    """Make room in a model for as many clips as were kept: a hook of `load_state_dict`."""
    for name, buffer in module.named_buffers(recurse=False):
        if prefix + name in state:
            kept = state[prefix + name]
            setattr(module, name, torch.empty_like(kept, device=buffer.device))


@final
class NearestNeighbours(InstanceBased, AnomalyDetector):
    """The mean target of the nearest training clips (Fix and Hodges, 1951), or how far they
    are, as the task has it.

    Args:
        k: how many of them.
    """

    def __init__(
        self,
        in_shape: Shape,
        out_shape: Shape,
        summary: nn.Module,
        task: Codec,
        k: Count = 5,
    ):
        super().__init__(in_shape, out_shape, summary, task)
        self.k = k

    def predict_vectors(self, h: Tensor) -> Tensor:
        return self.knn_output(
            torch.cdist(h, self.seen, compute_mode=EXACT_DISTANCES), self.told, self.k
        )


@final
class Lookup(InstanceBased):
    """The target of the very clip that is asked for; for any other the mean of all. It knows,
    but learns nothing.
    """

    def predict_vectors(self, h: Tensor) -> Tensor:
        distance = torch.cdist(h, self.seen, p=torch.inf)  # (B, n)
        same = (distance < _TOLERANCE).to(self.told)
        known = same.sum(1, keepdim=True) > 0
        weight = torch.where(known, same, 1.0)  # (B, n)
        weight = weight / weight.sum(1, keepdim=True)
        average = weight @ self.told.flatten(1)
        return self.output_of_mean(average.view(-1, *self.out_shape))
