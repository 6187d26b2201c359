"""Keep everything, think when asked."""

from time import perf_counter
from typing import final

import torch
from matplotlib.axes import Axes
from torch import Tensor

from auris.core.errors import UserError
from auris.data.dataset import Dataset
from auris.lecture.bench import Bench
from auris.lecture.drawing import draw_picture
from auris.lecture.study import Law, Shown, Sound, Study
from auris.models.instance_based import NearestNeighbours
from auris.training.evaluation import peak_normalize

_DOUBLINGS = 12  # of the memory, for which the time is measured
_ASKED = 20  # times, of which the quickest counts


@final
class LazyLearning(Study):
    """The nearest training clips, to hear, and what it costs to keep them.

    Args:
        asked: which of the test clips, counted from 0.
    """

    def __init__(self, asked: int):
        self.asked = asked

    @torch.no_grad()
    def show(self, bench: Bench) -> Shown:
        experiment = bench.make()
        dataset = experiment.dataset
        fitted = bench.fit(experiment)
        model = fitted.system.model.eval()
        if not isinstance(model, NearestNeighbours):
            raise UserError("model: this item is about model=knn; leave model= away.")
        tested = dataset.indices("test")
        index = tested[self.asked % len(tested)][None]
        batch = fitted.data.split_loader(index).fetch_batch(index)
        vector = model.embed(fitted.system.clean_features(batch))  # (1, W)
        distance = torch.cdist(vector, model.seen)[0]  # (n,)
        voters = distance.argsort()[: model.k]
        train = fitted.data.train_clips
        clips, width = model.seen.shape
        counts, seconds = _time_memories(model.seen, vector)
        return Shown(
            [
                Law(
                    "bytes that are kept of the training clips",
                    str(model.seen.nbytes),
                    f"clips x numbers x 4 = {clips * width * 4}",
                    model.seen.nbytes == clips * width * 4,
                ),
                Law(
                    "share of the training clips that are their own nearest",
                    f"{_share_of_own(model.seen):g}",
                    "1",
                    _share_of_own(model.seen) == 1,
                ),
            ],
            [
                draw_picture(
                    lambda axes: _draw_time(axes, counts, seconds),
                    "What an answer takes, if more and more clips are kept",
                )
            ],
            sounds=[
                _play(dataset, int(index), "Asked"),
                *(
                    _play(dataset, int(train[at]), f"Voter at a distance of {away:.1f}")
                    for at, away in zip(voters, distance[voters], strict=True)
                ),
            ],
        )


def _share_of_own(seen: Tensor) -> float:
    """Of how many vectors (n, W) none is nearer than the vector itself."""
    nearest = torch.cdist(seen, seen).argmin(1)
    same = (seen[nearest] == seen).all(1)
    return float(same.float().mean())


def _time_memories(seen: Tensor, vector: Tensor) -> tuple[list[int], list[float]]:
    """How many vectors are kept, and the seconds of an answer."""
    counts, seconds = [], []
    for _ in range(_DOUBLINGS):
        counts.append(len(seen))
        seconds.append(min(_time_answer(seen, vector) for _ in range(_ASKED)))
        seen = seen.repeat(2, 1)
    return counts, seconds


def _time_answer(seen: Tensor, vector: Tensor) -> float:
    started = perf_counter()
    torch.cdist(vector, seen).argmin()
    return perf_counter() - started


def _play(dataset: Dataset, index: int, role: str) -> Sound:
    label = f"{role}: {dataset.clips[index].clip.label}"
    wave = peak_normalize(dataset.wave_of(index))
    return Sound(label, wave, dataset.spec.sample_rate)


def _draw_time(axes: Axes, counts: list[int], seconds: list[float]) -> None:
    axes.loglog(counts, [1e3 * value for value in seconds], "o-")
    axes.set(xlabel="clips that are kept", ylabel="ms an answer")
