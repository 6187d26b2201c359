"""All that a configuration decides. Here it ends: others are handed what they need by name."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cached_property, partial
from pathlib import Path
from typing import Any, final

from lightning import Callback, Trainer
from omegaconf import DictConfig, OmegaConf

from auris.acoustics.arrays import Array
from auris.core.errors import UserError
from auris.core.instantiate import Factory, to_plain
from auris.core.text import without_credentials
from auris.core.validation import check_known, check_types, declared_hints
from auris.data.dataset import Dataset
from auris.data.settings import DataSettings
from auris.data.sources.base import Source
from auris.data.spec import Spec
from auris.features.augmentation.pipeline import Augment
from auris.features.standardize import Standardized
from auris.models.novelty import Novelty
from auris.runs.data_names import name_data
from auris.tasks.task import Task
from auris.training.checkpoint_io import RunCheckpointIO
from auris.training.checks import check_choices, check_trainer, explaining
from auris.training.optimizers.build import make_optimizer
from auris.training.system import System

_SYSTEM_SETTINGS = (
    "compile",
    "gradient_clip_val",
)  # of the trainer, which the system carries out
_TRAINER_FACTS = {  # what Auris relies on
    "num_sanity_val_steps": 0,
    "log_every_n_steps": 10**9,  # figures are logged once an epoch
    "enable_progress_bar": False,
    "enable_model_summary": False,
}
_PARTS = ("task", "model", "loss", "optimizer", "schedule")


@final
class Experiment:
    """A resolved configuration as objects and plain values.

    Args:
        cfg: the configuration, without references.
        original: that of the run, where it is opened again on another machine.
        callbacks: more of them, which are no part of the configuration.

    Attributes:
        init: the run whose weights this one starts from.
        finish: whether the training ends where it is.
        continues: the finished run that this one trains longer.

    Raises `UserError`, here or when a part is first asked for, for what can't be.
    """

    def __init__(
        self,
        cfg: DictConfig,
        original: DictConfig | None = None,
        callbacks: Sequence[Callback] = (),
    ):
        self._cfg = cfg
        self._original = original or cfg
        self._callbacks = callbacks
        self.plugins: list[str] = list(cfg.plugins)
        self._factory = Factory(self.plugins)
        self.seed: int = cfg.seed
        self.refit: bool | int = cfg.refit
        self.test: bool = cfg.test
        self.report: bool = cfg.get("report", True)
        self.debug: bool = cfg.debug
        self.choices: dict[str, Any] = to_plain(cfg.choices)
        self.outputs = Path(cfg.paths.outputs)
        self.init: str | None = cfg.get("init")
        self.finish = bool(cfg.get("finish"))
        self.continues: str | None = cfg.get("resume")
        self.max_epochs: int = cfg.trainer.max_epochs
        self.compiles: bool = cfg.trainer.compile

    def check_settings(self) -> None:
        """Look at all settings before anything is read or built.

        Raises `UserError` for one that its constructor would not take.
        """
        self._check_data()
        check_types(Standardized, to_plain(self._cfg.features), "features")
        check_types(Augment, to_plain(self._cfg.augment), "augment")
        check_types(Trainer, to_plain(self._cfg.trainer), "trainer")
        parts = (self._cfg[name] for name in _PARTS)
        for node in (*parts, self._features_node(), self._trainer_node(None)):
            self._factory.check(node)
        for nodes in (self._cfg.augment.waves, self._cfg.augment.features):
            self._factory.check_each(nodes)
        self._factory.check_each(self._cfg.callbacks)
        self._factory.check_each(self._cfg.logger)
        check_trainer(
            to_plain(self._cfg.trainer), bool(self._cfg.optimizer.get("fused"))
        )

    @cached_property
    def data_name(self) -> str:
        """What its data is called in outputs and tables."""
        wanted = self._cfg.data.get("name")
        return name_data(self.outputs, self.place, self.choices["data"], wanted)

    @property
    def place(self) -> str:
        """Where its data is from: a folder, a table, or the name of a data set."""
        return self.dataset.source.place or self.choices["data"]

    @property
    def labels(self) -> dict[str, Any]:
        """The choices by which tables tell runs apart, with the data by its name."""
        return {**self.choices, "data": self.data_name}

    @property
    def settings(self) -> dict[str, Any]:
        """All settings of the run, as plain values."""
        return to_plain(self._original)

    def to_yaml(self) -> str:
        """The configuration, which makes the same experiment again."""
        return without_credentials(OmegaConf.to_yaml(self._cfg, resolve=True))

    @cached_property
    def dataset(self) -> Dataset:
        """The recordings, and what their labels are taken for."""
        self._check_data()
        values = to_plain(self._cfg.data)
        names = [field.name for field in fields(DataSettings)]
        # a run of an earlier version knows fewer
        own = {name: values[name] for name in names if name in values}
        settings = DataSettings(**own)
        if settings.labelled is not None and self.refit is not False:
            raise UserError(
                "refit trains on validation clips too, with all of their labels, which "
                "data.labelled is not to see; choose refit=false."
            )
        array = self._open_array()
        source = self._open_source(values, array)
        task = self._factory.class_of(self._cfg.task, "task")
        if not issubclass(task, Task):
            raise UserError(
                f"task: {task.__name__} is no task; choose one, as task=anomaly."
            )
        targets = task.targets_for(settings, array)
        return Dataset(source, targets, settings, Path(self._cfg.paths.store), array)

    def build_features(self, spec: Spec) -> Standardized:
        """The features of data like `spec`."""
        standardize = self._cfg.features.get("standardize", True)
        array = Array(spec.microphones) if spec.microphones else None
        facts = {
            "sample_rate": spec.sample_rate,
            "channels": spec.channels,
            "array": array,
        }
        transform = self._factory.make(self._features_node(), **facts)
        with explaining(
            f"features: {type(transform).__name__} can't read clips of {spec.samples} samples "
            f"and {spec.channels} channels",
            "try a smaller features.n_fft or a longer data.duration",
        ):
            return Standardized(transform, (spec.channels, spec.samples), standardize)

    def build_system(self, spec: Spec) -> System:
        """An untrained system for data like `spec`."""
        features = self.build_features(spec)
        task = self._factory.make(
            self._cfg.task, spec=spec, in_shape=features.out_shape
        )
        model = self._factory.make(
            self._cfg.model,
            in_shape=features.out_shape,
            out_shape=task.out_shape,
            task=task,
            spec=spec,
            centers=features.band_centers(),
        )
        loss = self._factory.make(self._cfg.loss, spec=spec)
        augment = self._build_augmentation(spec)
        check_choices(features, augment, model, loss, task)
        return System(
            task=task,
            features=features,
            augment=augment,
            model=model,
            loss=loss,
            make_optimizer=partial(make_optimizer, self._factory, self._cfg.optimizer),
            make_schedule=partial(self._factory.make, self._cfg.schedule),
            clip_norm=self._cfg.trainer.gradient_clip_val,
            novelty=Novelty(spec.sample_rate) if task.detects_novelty else None,
        )

    def build_trainer(
        self,
        monitor: tuple[str, str] | None,
        folder: Path,
        epochs: int | None = None,
        callbacks: Sequence[Callback] = (),
    ) -> Trainer:
        """Lightning's trainer with its callbacks and loggers, which write to `folder`.

        Args:
            monitor: the validation metric that chooses the epoch, and "min" or "max"; without
                one the last epoch is chosen.
            epochs: to train for, if not as many as the configuration says.
            callbacks: more of them.
        """
        name, mode = monitor or (None, "min")
        checkpoints = str(folder / "checkpoints")
        facts = {
            "monitor": name,
            "mode": mode,
            "dirpath": checkpoints,
            "save_dir": str(folder),
            "title": os.path.relpath(folder, self.outputs),
        }
        configured = self._factory.make_each(self._cfg.callbacks, **facts)
        loggers = self._factory.make_each(self._cfg.logger, **facts)
        return self._factory.make(
            self._trainer_node(epochs),
            callbacks=[*configured.values(), *self._callbacks, *callbacks],
            logger=list(loggers.values()),
            plugins=[RunCheckpointIO(folder)],
            **_TRAINER_FACTS,
        )

    def hyperparameters(self) -> dict[str, Any]:
        """The settings that runs differ in, flat."""
        flat = {
            f"{group}.{key}": value
            for group in ("model", "loss", "optimizer", "schedule")
            for key, value in to_plain(self._cfg[group]).items()
            if isinstance(value, int | float | str) and key != "_target_"
        }
        return {
            **self.labels,
            "seed": self.seed,
            "refit": str(self.refit),
            "batch_size": self.dataset.settings.batch_size,
            "max_epochs": self.max_epochs,
            **flat,
        }

    def _features_node(self) -> DictConfig:
        """What is built of the features: all but whether they are standardised."""
        node = self._cfg.features.copy()
        node.pop("standardize", None)
        return node

    def _trainer_node(self, epochs: int | None) -> DictConfig:
        """What is built of the trainer: all but what the system carries out."""
        settings = {
            key: value
            for key, value in self._cfg.trainer.items()
            if key not in _SYSTEM_SETTINGS
        }
        settings["max_epochs"] = epochs or self.max_epochs
        return OmegaConf.create({"trainer": settings}).trainer

    def _open_array(self) -> Array | None:
        """The microphones that are named, if any are."""
        if self._cfg.get("array") is None:
            return None
        values = to_plain(self._cfg.array)
        return Array(**values)

    def _check_data(self) -> None:
        """Raise `UserError` for a setting of the data or the array that nothing takes."""
        values = to_plain(self._cfg.data)
        check_types(DataSettings, values, "data")
        source = self._factory.class_of(self._cfg.data.source, "data.source")
        check_types(source, values, "data")
        known = {
            "source",
            "name",
            *declared_hints(DataSettings),
            *declared_hints(source),
        }
        check_known(values, known, "data")
        if self._cfg.get("array") is not None:
            microphones = to_plain(self._cfg.array)
            check_known(microphones, {"microphones"}, "array")
            check_types(Array, microphones, "array")

    def _open_source(self, values: Mapping[str, Any], array: Array | None) -> Source:
        node = self._cfg.data.source
        store = self._cfg.paths.store
        return self._factory.make(
            node, **values, store=store, array=array, factory=self._factory
        )

    def _build_augmentation(self, spec: Spec) -> Augment:
        node = self._cfg.augment
        make = self._factory.make
        return Augment(
            waves=self._factory.make_each(node.waves, sample_rate=spec.sample_rate),
            wave_mixup=node.wave_mixup and make(node.wave_mixup),
            log_mixup=node.log_mixup and make(node.log_mixup),
            features=self._factory.make_each(node.features),
        )


def reopened_configuration(cfg: DictConfig, plugins: Sequence[str]) -> DictConfig:
    """The configuration of a run that is over, for another machine than it was trained on."""
    cfg = cfg.copy()
    cfg.plugins = list(plugins)
    cfg.callbacks = None
    cfg.logger = None
    cfg.trainer.update(
        accelerator="auto", devices=1, num_nodes=1, strategy="auto", precision="32-true"
    )
    return cfg
