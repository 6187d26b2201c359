"""Stretches of a few successive frames, and dense layers that see one at a time."""

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from typing import Annotated, final

from torch import Tensor, nn

from auris.core.errors import UserError
from auris.core.ranges import Range
from auris.core.shapes import Shape

PatchFrames = Annotated[int, Range(1, 1000)]


@final
class Patches:
    """Cuts features (B, *in_shape) into patches of P successive frames, one from each frame on,
    and joins them.

    There are N = T' - P + 1 of them, of D P numbers each, with D numbers a frame.
    """

    def __init__(self, in_shape: Shape, frames: int):
        if frames > in_shape[-1]:
            raise UserError(
                f"model.frames={frames} should be at most {in_shape[-1]}, the frames of a clip; "
                "choose fewer, or a longer data.duration."
            )
        self.frames = frames
        self.size = prod(in_shape[:-1]) * frames

    def cut_patches(self, x: Tensor) -> Tensor:  # (B, *in_shape) -> (B, N, D P)
        return x.flatten(1, -2).unfold(-1, self.frames, 1).transpose(1, 2).flatten(2)

    def join_patches(self, patches: Tensor) -> Tensor:  # (B, N, D P) -> (B, D, T')
        """The mean of what the patches that a frame is in say of it."""
        parts = patches.unflatten(2, (-1, self.frames)).transpose(1, 2)  # (B, D, N, P)
        clips, numbers, count, _ = parts.shape
        size = count + self.frames - 1  # T'
        total = parts.new_zeros(clips, numbers, size)
        times = parts.new_zeros(size)
        for place in range(self.frames):
            covered = slice(place, place + count)
            total[..., covered] += parts[..., place]
            times[covered] += 1
        return total / times


def build_encoder(size: int, widths: Sequence[int], code: int) -> nn.Sequential:
    """An encoder from `size` numbers to `code`, with hidden layers of these widths."""
    return dense_layers([size, *widths, code])


def dense_layers(sizes: Sequence[int]) -> nn.Sequential:
    """Dense layers; all but the last are standardised over a batch and rectified."""
    *hidden, last = pairwise(sizes)
    layers = [_hidden_layer(n, m) for n, m in hidden]
    return nn.Sequential(*layers, nn.Linear(*last))


def _hidden_layer(n: int, m: int) -> nn.Sequential:
    rectified = nn.ReLU(inplace=True)
    return nn.Sequential(nn.Linear(n, m), nn.BatchNorm1d(m), rectified)


def map_patches(net: nn.Module, patches: Tensor) -> Tensor:
    """What `net` makes of every patch by itself, (B, N, n) -> (B, N, m)."""
    return net(patches.flatten(0, 1)).unflatten(0, patches.shape[:2])
