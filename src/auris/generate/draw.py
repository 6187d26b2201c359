"""New clips are drawn from a run, and the training clips that are most like them are found."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from auris.core.errors import UserError, suggest_choice
from auris.data.clips import Clip
from auris.data.spec import Spec
from auris.models.generator import Generator
from auris.runs.folder import SPEC, finished_run
from auris.tasks.generation.comparison import (
    Ears,
    choose_known,
    draw_clips,
    nearest_clips,
    nearest_others,
)
from auris.tasks.generation.metrics import COPY_RATE
from auris.training.experiment import Experiment
from auris.training.reopen import Reopened, load_system, open_experiment, reopen

_FULL_SCALE = 0.999


class NewClip(NamedTuple):
    """A clip that was drawn, beside the training clip that is most like it."""

    label: str
    wave: Tensor  # (C, T)
    nearest: Clip
    nearest_wave: Tensor  # (C, T)
    distance: float  # in standard deviations of a feature
    is_near: bool  # nearer than nearly all training clips are to each other


class Drawn(NamedTuple):
    """New clips of a run."""

    run: Reopened
    seed: int
    clips: list[NewClip]

    @property
    def experiment(self) -> Experiment:
        return self.run.experiment


@torch.inference_mode()
def draw_from_run(
    run: str,
    count: int,
    seed: int,
    label: str | None = None,
    plugins: Sequence[str] = (),
) -> Drawn:
    """Clips of a run, the same for the same seed, and the first of them for a smaller count.

    Without a label they are of all, as often as they were in training. Raises `UserError` where
    the run makes none, knows no such label, or its data is no longer what it was.
    """
    _check_run(run, label, plugins)
    opened = reopen(run, plugins)
    system = opened.fitted.system.eval()
    dataset = opened.experiment.dataset
    ears = Ears(dataset.spec, system.features)
    target = _choose_classes(dataset.spec, count, seed, label)  # (n,)
    model = system.model
    assert isinstance(model, Generator)
    shape = system.features.out_shape
    drawn = draw_clips(model, ears.condition(target), shape, seed=seed)
    trains = dataset.indices("train")
    known: list[int] = trains[choose_known(len(trains))].tolist()
    trained = ears.features_of(map(dataset.wave_of, known))
    distance, place = nearest_clips(drawn, trained)
    usual = nearest_others(trained).quantile(COPY_RATE)
    clips = []
    for at, wave in enumerate(ears.sounds_of(drawn)):
        nearest = known[int(place[at])]
        clip = NewClip(
            label=dataset.spec.classes[int(target[at])],
            wave=_limit_peak(wave),
            nearest=dataset.clips[nearest].clip,
            nearest_wave=dataset.wave_of(nearest).float(),
            distance=float(distance[at]),
            is_near=bool(distance[at] < usual),
        )
        clips.append(clip)
    return Drawn(opened, seed, clips)


def _check_run(run: str, label: str | None, plugins: Sequence[str]) -> None:
    """Raise `UserError` for a run that makes no clips, or none of this label."""
    folder = finished_run(run)
    spec = Spec.load(folder / SPEC)
    system = load_system(open_experiment(folder, plugins), folder, spec)
    if not isinstance(system.model, Generator):
        raise UserError(
            f"The run in {folder} makes no clips; train one that does, "
            "as auris train data=catmeows."
        )
    if label is not None and label not in spec.classes:
        raise UserError(
            f"The run knows no class {label}; {suggest_choice(label, spec.classes)}"
        )


def _choose_classes(spec: Spec, count: int, seed: int, label: str | None) -> Tensor:
    """(n,) the class of each clip."""
    if label is not None:
        return torch.full((count,), spec.classes.index(label))
    weight = torch.tensor(spec.class_counts, dtype=torch.float)
    generator = torch.Generator().manual_seed(seed)
    return torch.multinomial(weight, count, replacement=True, generator=generator)


def _limit_peak(wave: Tensor) -> Tensor:
    """A wave (C, T) that a file can hold: softer where it would be cut."""
    return wave / max(1.0, float(wave.abs().max()) / _FULL_SCALE)
