"""More clips out of the same ones: before and after, and what it is worth."""

from typing import Annotated, final

import torch
from matplotlib.axes import Axes

from auris.core.figures import COLOURS
from auris.core.ranges import Range
from auris.lecture.bench import Bench
from auris.lecture.drawing import draw_picture
from auris.lecture.study import Law, Shown, Sound, Study, law_of_bound
from auris.look.views import ClipViews, Looked, View, view_clips
from auris.tasks.metric import Estimate
from auris.training.evaluation import peak_normalize, predict_split

_ROUNDING = 1e-5  # of samples
_MIXUP = "auris.features.augmentation.mixup.WaveMixup"
# nothing but mixtures, two clips each
_MIXED = ("augment=none", f"augment.wave_mixup={{_target_:{_MIXUP},probability:1.0}}")


@final
class Augmentation(Study):
    """Some training clips as they are and changed, and the test figures with and without.

    Args:
        clips: to hear.
        augment: an option of `auris train` that changes waves.
    """

    def __init__(self, clips: Annotated[int, Range(2, 10)], augment: str):
        self.clips = clips
        self.augment = augment

    def show(self, bench: Bench) -> Shown:
        chosen = f"augment={self.augment}"
        experiment = bench.make(chosen)
        looked = view_clips(experiment, self.clips, draws=1)
        rate = experiment.dataset.spec.sample_rate
        sounds = []
        for views in looked.clips:
            sounds.append(_play(views.clean, f"{views.clip.label}, as it is", rate))
            sounds.append(_play(views.drawn[0], f"{views.clip.label}, changed", rate))
        mixed = view_clips(bench.make(*_MIXED), self.clips, draws=1)
        worth = {name: _estimate(bench, name) for name in ("augment=none", chosen)}
        return Shown(
            [_law_of_mixtures(mixed)],
            [
                draw_picture(
                    lambda axes: _draw_worth(axes, worth),
                    "What the test clips say, with 95 % intervals",
                )
            ],
            sounds=sounds,
            numbers=[
                ("training with", "on the test clips"),
                *((name, str(estimate)) for name, estimate in worth.items()),
            ],
        )


def _play(view: View, label: str, rate: int) -> Sound:
    return Sound(label, peak_normalize(view.wave), rate)


def _law_of_mixtures(mixed: Looked) -> Law:
    clean = {views.clip: views.clean for views in mixed.clips}
    differences = [_miss_of(views, clean) for views in mixed.clips]
    what = "largest difference of a mixture from √p of one clip and √(1 - p) of another"
    return law_of_bound(what, max(differences), _ROUNDING)


def _miss_of(views: ClipViews, clean: dict) -> float:
    """How far a mixture is from the sum of its clips, so that their powers add up to one."""
    (view,) = views.drawn
    if len(view.shares) < 2:
        return 0.0
    parts = [share.fraction**0.5 * clean[share.clip].wave for share in view.shares]
    return float((view.wave - torch.stack(parts).sum(0)).abs().max())


def _estimate(bench: Bench, augment: str) -> Estimate:
    """The main metric on the test clips, trained with this augmentation."""
    experiment = bench.make(augment)
    fitted = bench.fit(experiment)
    predictions = predict_split(fitted, "test")
    metric, *_ = fitted.system.task.metrics().values()
    group = experiment.dataset.groups_of(predictions.index)
    return metric.estimate(predictions.decoded, predictions.target, group=group)


def _draw_worth(axes: Axes, worth: dict[str, Estimate]) -> None:
    for place, (name, estimate) in enumerate(worth.items()):
        below, above = estimate.value - estimate.low, estimate.high - estimate.value
        axes.errorbar(
            place,
            estimate.value,
            [[max(below, 0)], [max(above, 0)]],
            fmt="o",
            color=COLOURS[place],
            label=name,
        )
    axes.set_xticks(range(len(worth)), list(worth))
    axes.set(ylim=(0, 1.05), xlim=(-0.5, len(worth) - 0.5))
