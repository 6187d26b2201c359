"""A flow from noise to clips."""

import math
from typing import Annotated, final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from auris.core.ranges import Range, Share
from auris.core.shapes import Shape
from auris.models.codec import Codec
from auris.models.generator import Generator
from auris.models.network import Dropout, Width
from auris.models.patches import PatchFrames

_KERNEL = 5  # patches that a convolution sees
_MAX_DILATION = 8
_WAVES = 16  # that tell the time, and as many that tell the place
_JUDGED_TIMES = (0.2, 0.5, 0.8)  # at which clips are judged outside of training


@final
class Flow(Generator):
    """Straight paths from noise to clips, learnt as a velocity (Lipman et al., 2023; Liu et al.,
    2023, rectified flow).

    On the way from noise e to a clip x the place is z = (1 - t) e + t x and the velocity x - e; a
    network v(z, t, class) learns its mean, and following v from t = 0 to 1 makes clips of noise.
    Classes are hidden from it at times, so that it learns all of them as well; drawing may then
    leave what is common behind: v = v(any) + guidance (v(class) - v(any)) (Ho and Salimans, 2022).

    The network convolves over time and treats the bands of `frames` frames as channels. It knows
    the place in the clip, so that it learns when clips begin and end.

    Args:
        frames: that go through it as one.
        width: channels.
        depth: residual blocks.
        steps: from noise to a clip.
        guidance: 1 draws what was learnt; more, what is typical of the class.
        hidden: the share of training clips whose class is hidden.
        dropout: the share of channels that a block goes without in training.
    """

    def __init__(
        self,
        in_shape: Shape,
        out_shape: Shape,
        task: Codec,
        frames: PatchFrames = 2,
        width: Width = 160,
        depth: Annotated[int, Range(1, 100)] = 8,
        steps: Annotated[int, Range(1, 1000)] = 32,
        guidance: Annotated[float, Range(0, 100)] = 1.0,
        hidden: Share = 0.1,
        dropout: Dropout = 0.1,
    ):
        super().__init__(task)
        self.steps = steps
        self.guidance = guidance
        self.hidden = hidden
        classes = out_shape[0]
        self.velocity = _Velocity(in_shape, classes, frames, width, depth, dropout)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        if not self.training:
            return self._judge(x, condition)
        is_shown = torch.rand(len(x), 1, device=x.device) >= self.hidden
        # a time from each of B equal parts, so that every batch has early and late ones
        start = torch.randperm(len(x), device=x.device)
        time = (start + torch.rand(len(x), device=x.device)) / len(x)  # (B,)
        noise = torch.randn_like(x)
        return self._error(x, noise, time, condition * is_shown)

    def draw(self, noise: Tensor, condition: Tensor) -> Tensor:
        place = noise
        for step in range(self.steps):
            time = noise.new_full((len(noise),), step / self.steps)
            place = place + self._guided(place, time, condition) / self.steps
        return place

    def _judge(self, x: Tensor, condition: Tensor) -> Tensor:
        """The mean error at some times, with noise that is the same for all clips."""
        draw = torch.Generator().manual_seed(0)
        noise = torch.randn(x.shape[1:], generator=draw).to(x).expand_as(x)
        times = (x.new_full((len(x),), time) for time in _JUDGED_TIMES)
        errors = [self._error(x, noise, time, condition) for time in times]
        return torch.stack(errors).mean(0)

    def _error(
        self, x: Tensor, noise: Tensor, time: Tensor, condition: Tensor
    ) -> Tensor:
        """The mean squared error of the velocity on the way to each clip, (B, K)."""
        late = time.view(-1, *[1] * (x.ndim - 1))
        place = (1 - late) * noise + late * x
        error = self.velocity(place, time, condition) - (x - noise)
        squared = error.square().flatten(1).mean(1, keepdim=True)  # (B, 1)
        return squared.expand_as(condition)

    def _guided(self, place: Tensor, time: Tensor, condition: Tensor) -> Tensor:
        own = self.velocity(place, time, condition)
        if self.guidance == 1:
            return own
        common = self.velocity(place, time, torch.zeros_like(condition))
        return common + self.guidance * (own - common)


class _Velocity(nn.Module):
    """Places (B, *in_shape), times (B,) and conditions (B, K) -> velocities (B, *in_shape)."""

    where: Tensor  # (1, 2 x _WAVES, P) the place of each patch in the clip

    def __init__(
        self,
        in_shape: Shape,
        classes: int,
        frames: int,
        width: int,
        depth: int,
        dropout: float,
    ):
        super().__init__()
        *bands, length = in_shape
        self.frames = frames
        self.patches = math.ceil(length / frames)
        size = frames * torch.Size(bands).numel()  # of a patch
        self.time = nn.Sequential(
            nn.Linear(2 * _WAVES, width), nn.SiLU(), nn.Linear(width, width)
        )
        self.condition = nn.Linear(classes, width, bias=False)
        self.first = nn.Conv1d(size + 2 * _WAVES, width, 1)
        self.blocks = nn.ModuleList(
            _Block(width, min(2 ** (at % 4), _MAX_DILATION), dropout)
            for at in range(depth)
        )
        self.last = nn.Sequential(
            nn.GroupNorm(1, width), nn.SiLU(), nn.Conv1d(width, size, 1)
        )
        where = torch.linspace(0, 1, self.patches)
        self.register_buffer("where", _waves_of(where).T[None], persistent=False)

    def forward(self, place: Tensor, time: Tensor, condition: Tensor) -> Tensor:
        h = self.first(self._cut_patches(place))  # (B, width, P)
        told = self.time(_waves_of(time)) + self.condition(condition)  # (B, width)
        for block in self.blocks:
            h = block(h, told)
        return self._join_patches(self.last(h), place.shape)

    def _cut_patches(self, place: Tensor) -> Tensor:
        """(B, ..., T') -> (B, D, P), with where each patch is."""
        flat = place.flatten(1, -2)  # (B, D', T')
        missing = self.patches * self.frames - flat.shape[-1]
        padded = F.pad(flat, (0, missing))
        patches = padded.unflatten(-1, (self.patches, self.frames))
        patches = patches.transpose(2, 3).flatten(1, 2)
        where = self.where.expand(len(place), -1, -1)
        return torch.cat([patches, where], dim=1)

    def _join_patches(self, patches: Tensor, shape: torch.Size) -> Tensor:
        """(B, D, P) -> (B, ..., T')."""
        apart = patches.unflatten(1, (-1, self.frames)).transpose(2, 3)
        flat = apart.flatten(2)[..., : shape[-1]]  # (B, D', T')
        return flat.reshape(shape)


class _Block(nn.Module):
    """A residual block (B, W, P) -> (B, W, P) that is told (B, W) of the time and the class."""

    def __init__(self, width: int, dilation: int, dropout: float):
        super().__init__()
        padding = dilation * (_KERNEL // 2)
        self.norm = nn.GroupNorm(1, width, affine=False)
        self.told = nn.Linear(width, 2 * width)
        self.conv = nn.Conv1d(width, width, _KERNEL, padding=padding, dilation=dilation)
        self.drop = nn.Dropout1d(dropout)
        self.out = nn.Conv1d(width, width, 1)
        # at first it changes nothing
        nn.init.zeros_(self.out.weight)

    def forward(self, h: Tensor, told: Tensor) -> Tensor:
        scale, shift = self.told(F.silu(told))[..., None].chunk(2, dim=1)
        changed = F.silu(self.norm(h) * (1 + scale) + shift)
        changed = F.silu(self.conv(changed))
        return h + self.out(self.drop(changed))


def _waves_of(position: Tensor) -> Tensor:
    """Positions (N,) from 0 to 1 as sines and cosines (N, 2 x _WAVES), from slow to quick."""
    cycles = 2 ** torch.linspace(-2, 6, _WAVES, device=position.device)
    angle = 2 * math.pi * position[:, None] * cycles
    return torch.cat([angle.sin(), angle.cos()], dim=1)
