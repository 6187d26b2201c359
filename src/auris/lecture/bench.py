"""Where a study works: configurations of the framework, trained as `auris train` trains them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, final

import numpy as np
import soundfile
import torch
from lightning import Callback, LightningModule, Trainer
from torch import Tensor
from torch.nn.utils import parameters_to_vector

from auris.core.places import config_folder
from auris.data.dataset import Dataset
from auris.data.module import AudioDataModule
from auris.runs.compose import compose_run
from auris.runs.folder import read_curves
from auris.training.evaluation import predict_split
from auris.training.experiment import Experiment
from auris.training.fit import Fitted, fit
from auris.training.system import System

_QUIET = ("logger=csv", "report=false")


class Walk(NamedTuple):
    """A fit, and where it passed."""

    fitted: Fitted
    path: Tensor  # (steps + 1, n) the parameters, before the first step and after each
    passes: list[float]  # over the training clips, after each epoch


@final
class Bench:
    """Makes experiments of settings of `auris train`, and fits them in a folder.

    Args:
        settings: of all experiments of the study.
        typed: what the user typed; it wins.
        folder: an empty one, in which fits leave their files.
        recordings: the folder of recordings that a study makes, which stays.
    """

    def __init__(
        self,
        settings: Sequence[str],
        typed: Sequence[str],
        folder: Path,
        recordings: Path,
    ):
        self.settings = settings
        self.typed = typed
        self.folder = folder
        self.recordings = recordings
        self._fits = 0

    def make(self, *settings: str, callbacks: Sequence[Callback] = ()) -> Experiment:
        """What `auris train` would make of all settings and these."""
        own = _without_replaced([*self.settings, *settings], self.typed)
        words = _last_of_each([*_QUIET, *own, *self.typed])
        experiment = Experiment(
            compose_run(words, config_folder()), callbacks=callbacks
        )
        experiment.check_settings()
        return experiment

    def make_of(
        self, waves: Mapping[str, np.ndarray], rate: int, *settings: str
    ) -> Experiment:
        """The same of recordings that are made up: waves (T,) by their paths `label/name.wav`."""
        for name, wave in waves.items():
            path = self.recordings / name
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, wave, rate)
        return self.make("data=folder", f"data.root={self.recordings}", *settings)

    def prepare(self, experiment: Experiment) -> tuple[System, AudioDataModule]:
        """An untrained system that knows the statistics of the training clips."""
        torch.manual_seed(experiment.seed)
        data = AudioDataModule(experiment.dataset, experiment.seed)
        system = experiment.build_system(experiment.dataset.spec)
        system.fit_statistics(data.full_batch())
        return system, data

    def fit(self, experiment: Experiment, validate: bool = True) -> Fitted:
        """Train, and keep the best epoch; without validation, the last."""
        return fit(experiment, self._next_folder(), validate)

    def walk(self, *settings: str) -> Walk:
        """Train as these settings say, and note the parameters after each step."""
        recorder = _Recorder()
        experiment = self.make(*settings, callbacks=[recorder])
        home = self._next_folder()
        fitted = fit(experiment, home)
        passes = [row["work/passes"] for row in read_curves(home)]
        known = [float(number) for number in passes if number]
        return Walk(fitted, torch.stack(recorder.path), known)

    def _next_folder(self) -> Path:
        self._fits += 1
        return self.folder / str(self._fits)


@final
class _Recorder(Callback):
    """Notes the parameters of the model."""

    def __init__(self) -> None:
        self.path: list[Tensor] = []

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        self._note(module)

    def on_train_batch_end(
        self, trainer: Trainer, module: LightningModule, *others: object
    ) -> None:
        self._note(module)

    def _note(self, module: LightningModule) -> None:
        assert isinstance(module, System)
        vector = parameters_to_vector(module.model.parameters())
        self.path.append(vector.detach().cpu().clone())


def stack_pairs(system: System, data: AudioDataModule) -> tuple[Tensor, Tensor]:
    """All training clips as they are: features (n, C', F, T') and targets (n, *out_shape)."""
    features = []
    targets = []
    with torch.no_grad():
        for batch in data.full_batch():
            x = system.clean_features(batch)
            features.append(x)
            targets.append(system.task.encode(batch.target, x))
    return torch.cat(features), torch.cat(targets)


def shuffle_labels(dataset: Dataset, seed: int) -> None:
    """Deal all labels of a data set out anew: nothing is left that can be learnt."""
    draw = torch.Generator().manual_seed(seed)
    dataset.target = dataset.target[torch.randperm(len(dataset.target), generator=draw)]


def score_split(fitted: Fitted, split: str) -> float:
    """The main metric of the chosen weights on a split."""
    predictions = predict_split(fitted, split)
    metric, *_ = fitted.system.task.metrics().values()
    return metric.value(predictions.decoded, predictions.target)


def _without_replaced(words: Sequence[str], typed: Sequence[str]) -> list[str]:
    """The words without settings of a choice that is typed: another model has no such ones."""
    chosen = tuple(f"{word.partition('=')[0]}." for word in typed)
    return [word for word in words if not word.startswith(chosen)]


def _last_of_each(words: Iterable[str]) -> list[str]:
    """The words without those that a later one contradicts: Hydra takes no name twice."""
    named = {word.partition("=")[0]: word for word in words}
    return list(named.values())
