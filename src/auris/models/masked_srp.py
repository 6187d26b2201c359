"""A network that listens into every direction: learnt masks say where in time and frequency,
physics says how.

Where one source is alone and its direct sound outweighs echoes and noise, microphones agree on
its direction; a small network learns to see such places. What is left there is steered by plane
waves, as in SRP-PHAT, and a second network reads the map of directions. Masks before steering:
Wang, Zhang and Wang (2019), Robust speaker localization guided by deep learning-based
time-frequency masking, IEEE/ACM Trans. Audio Speech Lang. Process. 27:178-188.

P pairs of microphones, F frequencies, T' frames, K masks, G groups of frequencies, D
directions.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from auris.acoustics.doa.grid import direction_grid
from auris.acoustics.doa.plane_waves import (
    delay_phases,
    microphone_pairs,
    pair_delays,
    plane_wave_delays,
)
from auris.acoustics.quantities import DirectionStep
from auris.core.errors import UserError
from auris.core.ranges import Length, Range
from auris.core.shapes import Shape
from auris.data.spec import Spec
from auris.models.doa import required_array
from auris.models.network import Network, Width

_REACH = 9  # directions that a convolution over them sees


@final
class MaskedSrp(Network):
    """Features of `phase` (B, 3 P + 1, F, T') to directions (B, 2) or (B, 3), by way of a
    probability for each of D.

    Args:
        centers: the frequencies (F,) in Hz.
        masks: K of them.
        groups: equal parts of the frequencies, whose maps are read side by side.
        step: between the directions, in degrees.
        widths: channels of the network that masks, and of the one that reads maps.
    """

    def __init__(
        self,
        in_shape: Shape,
        out_shape: Shape,
        spec: Spec,
        centers: Tensor | None,
        masks: Annotated[int, Range(1, 64)] = 4,
        groups: Annotated[int, Range(1, 64)] = 4,
        step: DirectionStep = 5.0,
        widths: Annotated[Sequence[Width], Length(2, 2)] = (16, 64),
    ):
        array = required_array(spec, "model: MaskedSrp")
        who = microphone_pairs(spec.channels)
        if centers is None or len(in_shape) != 3 or in_shape[0] != 3 * len(who) + 1:
            raise UserError(
                "model: MaskedSrp compares the phases of microphones; choose features=phase."
            )
        directions = direction_grid(array, step)  # (D, 3)
        # (D, P)
        late = pair_delays(plane_wave_delays(array.microphones, directions), who)
        body = nn.Sequential(
            MaskedCrossSpectra(in_shape[0], len(who), masks, widths[0]),
            SteeredPower(delay_phases(late, centers), groups),
            DirectionClassifier(
                masks * (groups + 1),
                widths[1],
                around=array.level,
                closed=array.dimensions == 2,
            ),
        )
        super().__init__(body, len(directions), out_shape)
        with torch.no_grad():  # so that the answer begins as the mean direction
            self.output_layer.weight.copy_(directions[:, : out_shape[0]].T)
            self.output_layer.bias.zero_()


@final
class MaskedCrossSpectra(nn.Module):
    """Cross-spectra averaged over the frames that each mask lets through: (B, 3 P + 1, F, T')
    -> (B, K, P, 2, F).
    """

    def __init__(self, channels: int, count: int, masks: int, width: int):
        super().__init__()
        self.pairs = count
        self.network = nn.Sequential(
            _conv_block(channels, width, stride=2),
            _conv_block(width, width),
            _conv_block(width, width),
            nn.Conv2d(width, masks, 3, 1, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        mask = F.interpolate(
            self.network(x), size=x.shape[2:], mode="bilinear"
        ).sigmoid()  # (B, K, F, T')
        cross = x[:, : 2 * self.pairs].unflatten(1, (2, self.pairs))  # (B, 2, P, F, T')
        kept = torch.einsum("bkft,bcpft->bkpcf", mask, cross)  # (B, K, P, 2, F)
        share = mask.mean((2, 3)).clamp_min(1e-3)  # (B, K)
        return kept / (share[..., None, None, None] * x.shape[-1])


@final
class SteeredPower(nn.Module):
    """Power from each direction in each group of frequencies, and in all: (B, K, P, 2, F) ->
    (B, K (G + 1), D).
    """

    expected: Tensor  # (P, 2, F, D)

    def __init__(self, waves: Tensor, groups: int):  # (D, P, F), complex
        super().__init__()
        self.groups = groups
        expected = torch.stack([waves.real, waves.imag], -2).permute(
            1, 2, 3, 0
        )  # (P, 2, F, D)
        self.register_buffer("expected", expected.contiguous(), persistent=False)

    def forward(self, cross: Tensor) -> Tensor:
        measured = cross.tensor_split(self.groups, -1)
        expected = self.expected.tensor_split(self.groups, 2)
        parts = zip(measured, expected, strict=True)
        maps = [_steer_group(*part) for part in parts]  # (B, K, D) each
        mean = torch.stack(maps).mean(0)
        return torch.cat([*maps, mean], 1)


def _steer_group(cross: Tensor, expected: Tensor) -> Tensor:
    """Power of cross-spectra (B, K, P, 2, F) by waves (P, 2, F, D): (B, K, D)."""
    power = 2 * torch.einsum("bkpcf,pcfd->bkd", cross, expected)
    return power / expected[..., 0].numel()


@final
class DirectionClassifier(nn.Module):
    """The probability of each direction: (B, K (G + 1), D) -> (B, D).

    Directions that lie `around` the array have neighbours, all of them where these are a
    `closed` circle.
    """

    def __init__(self, channels: int, width: int, around: bool, closed: bool):
        super().__init__()
        self.reach = _REACH if around else 1
        self.closed = closed
        self.read = nn.Sequential(self._build_layer(channels, width), nn.ReLU())
        self.blocks = nn.ModuleList(
            nn.Sequential(
                self._build_layer(width, width),
                nn.ReLU(),
                self._build_layer(width, width),
            )
            for _ in range(2)
        )
        self.answer = nn.Conv1d(width, 1, 1)

    def _build_layer(self, n: int, m: int) -> nn.Module:
        ends: Literal["circular", "zeros"] = "circular" if self.closed else "zeros"
        convolution = nn.Conv1d(
            n, m, self.reach, padding=self.reach // 2, padding_mode=ends, bias=False
        )
        return nn.Sequential(convolution, nn.BatchNorm1d(m))

    def forward(self, x: Tensor) -> Tensor:
        h = self.read(x)  # (B, width, D)
        for block in self.blocks:
            h = torch.relu(h + block(h))
        return self.answer(h)[:, 0].softmax(-1)


def _conv_block(n: int, m: int, stride: int = 1) -> nn.Module:
    """A convolution over frequency, in steps of `stride`, and time: (B, n, F, T') -> (B, m, F /
    stride, T').
    """
    convolution = nn.Conv2d(n, m, 3, (stride, 1), padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(m), nn.ReLU(inplace=True))
