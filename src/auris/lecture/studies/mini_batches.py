"""How far the gradient of some clips is from that of all."""

from collections.abc import Sequence
from time import perf_counter
from typing import Annotated, NamedTuple, final

import torch
from matplotlib.axes import Axes
from torch import Tensor

from auris.core.progress import track_progress
from auris.core.ranges import Count, Length
from auris.data.module import AudioDataModule
from auris.lecture.bench import Bench
from auris.lecture.drawing import draw_picture
from auris.lecture.study import Shown, Study, law_of_value, log_slope
from auris.training.system import System


class _Measured(NamedTuple):
    """What batches of one size are like."""

    size: int
    spread: float  # root mean square distance from the gradient over all clips
    seconds: float  # of a batch


@final
class MiniBatches(Study):
    """Spread of the gradient, and time, against the batch size.

    Args:
        sizes: of batches; their clips are drawn with replacement, so that they are independent.
        draws: batches of each size.
    """

    def __init__(self, sizes: Annotated[Sequence[Count], Length(2, 20)], draws: Count):
        self.sizes = sizes
        self.draws = draws

    def show(self, bench: Bench) -> Shown:
        system, data = bench.prepare(bench.make())
        system.eval()
        whole = _gradient(system, data, data.train_clips)
        sizes = track_progress(self.sizes, "Batches", len(self.sizes))
        measured = [self._measure(system, data, whole, size) for size in sizes]
        batch = torch.tensor([float(row.size) for row in measured])
        spread = torch.tensor([row.spread for row in measured])
        within = 1 / self.draws**0.5
        return Shown(
            [
                law_of_value(
                    "slope of the spread over the batch size, both in logarithms",
                    log_slope(batch, spread),
                    -0.5,
                    within,
                )
            ],
            [
                draw_picture(
                    lambda axes: _draw_spread(axes, measured),
                    "How far a batch's gradient is from that of all clips, and the law",
                ),
                draw_picture(
                    lambda axes: _draw_time(axes, measured),
                    "What a clip costs: large batches are cheaper a clip, not a step",
                ),
            ],
        )

    def _measure(
        self, system: System, data: AudioDataModule, whole: Tensor, size: int
    ) -> _Measured:
        dice = torch.Generator().manual_seed(size)
        clips = data.train_clips
        squares = []
        started = perf_counter()
        for _ in range(self.draws):
            drawn = clips[torch.randint(len(clips), (size,), generator=dice)]
            gradient = _gradient(system, data, drawn)
            squares.append(float((gradient - whole).square().sum()))
        seconds = (perf_counter() - started) / self.draws
        spread = (sum(squares) / self.draws) ** 0.5
        return _Measured(size, spread, seconds)


def _gradient(system: System, data: AudioDataModule, clips: Tensor) -> Tensor:
    """The gradient (p,) of the mean loss over clips (B,)."""
    parameters = list(system.model.parameters())
    total = torch.zeros(sum(p.numel() for p in parameters))
    for batch in data.micro_batches(clips, data.dataset.settings.micro_batch_size):
        loss = system.loss_of(batch) * (len(batch) / len(clips))
        parts = torch.autograd.grad(loss, parameters)
        total += torch.cat([part.flatten() for part in parts])
    return total


def _draw_spread(axes: Axes, measured: Sequence[_Measured]) -> None:
    sizes = [row.size for row in measured]
    law = [measured[0].spread * (size / sizes[0]) ** -0.5 for size in sizes]
    axes.loglog(sizes, [row.spread for row in measured], "o", label="measured")
    axes.loglog(sizes, law, "-", label="slope -1/2")
    axes.set(xlabel="clips in a batch", ylabel="distance of gradients")
    axes.legend()


def _draw_time(axes: Axes, measured: Sequence[_Measured]) -> None:
    micro = [1e6 * row.seconds / row.size for row in measured]
    axes.loglog([row.size for row in measured], micro, "o-")
    axes.set(xlabel="clips in a batch", ylabel="µs a clip")
