"""What models are that new clips can be drawn from."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import final

import torch
from torch import Tensor, nn

from auris.core.errors import UserError
from auris.core.ranges import Count
from auris.core.shapes import Shape
from auris.models.codec import Codec
from auris.models.instance_based import EXACT_DISTANCES, StoresClips, resize_buffers


class Generator(nn.Module, ABC):
    """A distribution of features, for each class. It serves task=generation.

    A condition (B, K) is 1 at the class of a clip and 0 elsewhere, or 0 everywhere: of any class.
    """

    def __init__(self, task: Codec):
        super().__init__()
        if task.outputs != "misfit":
            raise UserError(
                f"model: {type(self).__name__} makes new clips, and nothing else; "
                "choose task=generation, or another model."
            )

    @abstractmethod
    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """How badly clips (B, *in_shape) fit, if they were of each class, (B, K).

        It may be known for the class of the condition alone, and then stands for all.
        """

    @abstractmethod
    def draw(self, noise: Tensor, condition: Tensor) -> Tensor:
        """New clips (B, *in_shape) of normal noise (B, *in_shape): the same for the same noise."""


@final
class GaussianComponents(Generator, StoresClips):
    """A Gaussian on the leading principal components of whole clips, its mean that of the class.

    What a mean and a covariance can tell of clips, and nothing more: the plain model of a
    distribution (Hotelling, 1933).

    Args:
        components: the most of them; there are fewer than training clips, and than numbers of one.
    """

    means: Tensor  # (K, D)
    axes: Tensor  # (components, D), each as long as the deviation along it

    def __init__(
        self, in_shape: Shape, out_shape: Shape, task: Codec, components: Count = 50
    ):
        super().__init__(task)
        size = torch.Size(in_shape).numel()
        self.register_buffer("means", torch.zeros(*out_shape, size))
        self.register_buffer("axes", torch.zeros(min(components, size), size))

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        distance = torch.cdist(x.flatten(1), self.means)  # (B, K)
        return distance.square() / self.means.shape[1]

    def draw(self, noise: Tensor, condition: Tensor) -> Tensor:
        weight = _as_weights(condition)  # (B, K)
        along = noise.flatten(1)[:, : len(self.axes)]  # (B, components)
        clips = weight @ self.means + along @ self.axes
        return clips.view(noise.shape)

    @torch.no_grad()
    def store_clips(self, examples: Iterable[tuple[Tensor, Tensor]]) -> None:
        clips, condition = _gather_clips(examples)  # (n, D), (n, K)
        share = condition / condition.sum(0).clamp_min(1)
        self.means.copy_(share.T @ clips)
        centred = clips - condition @ self.means
        _, spread, axes = torch.linalg.svd(centred, full_matrices=False)
        count = min(len(self.axes), len(clips) - 1)
        deviation = spread[:count] / max(1, len(clips) - 1) ** 0.5
        self.axes.zero_()
        self.axes[:count] = deviation[:, None] * axes[:count]


@final
class Replay(Generator, StoresClips):
    """Plays one of the training clips. It knows, but makes nothing: what a test of copies must
    find.
    """

    clips: Tensor  # (n, D)
    conditions: Tensor  # (n, K)

    def __init__(self, in_shape: Shape, out_shape: Shape, task: Codec):
        super().__init__(task)
        size = torch.Size(in_shape).numel()
        self.register_buffer("clips", torch.zeros(0, size))
        self.register_buffer("conditions", torch.zeros(0, *out_shape))
        self.register_load_state_dict_pre_hook(resize_buffers)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        if not len(self.clips):
            return torch.zeros_like(condition)
        distance = torch.cdist(
            x.flatten(1), self.clips, compute_mode=EXACT_DISTANCES
        )  # (B, n)
        is_other = self.conditions.T[:, None] == 0  # (K, 1, n)
        nearest = distance.masked_fill(is_other, torch.inf).amin(2).T  # (B, K)
        # a class without a clip
        nearest = nearest.clamp_max(float(distance.max()))
        return nearest.square() / self.clips.shape[1]

    def draw(self, noise: Tensor, condition: Tensor) -> Tensor:
        if not len(self.clips):
            return torch.zeros_like(noise)
        place = torch.special.ndtr(noise.flatten(1)[:, 0])  # (B,) of 0 to 1
        drawn = []
        for at, weight in zip(place.tolist(), _as_weights(condition), strict=True):
            own = (self.conditions @ weight).nonzero()[:, 0]
            own = own if len(own) else torch.arange(len(self.clips))
            drawn.append(self.clips[own[min(int(at * len(own)), len(own) - 1)]])
        return torch.stack(drawn).view(noise.shape)

    @torch.no_grad()
    def store_clips(self, examples: Iterable[tuple[Tensor, Tensor]]) -> None:
        self.clips, self.conditions = _gather_clips(examples)


def _as_weights(condition: Tensor) -> Tensor:
    """Conditions (B, K) whose sums are 1: any class is all of them."""
    total = condition.sum(1, keepdim=True)
    uniform = torch.full_like(condition, 1 / condition.shape[1])
    return torch.where(total > 0, condition / total.clamp_min(1e-9), uniform)


def _gather_clips(
    examples: Iterable[tuple[Tensor, Tensor]],
) -> tuple[Tensor, Tensor]:
    """All clips (n, D) and their conditions (n, K)."""
    clips = []
    conditions = []
    for x, condition in examples:
        clips.append(x.flatten(1))
        conditions.append(condition)
    return torch.cat(clips), torch.cat(conditions)
