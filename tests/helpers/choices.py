"""What the options of a group are, as the classes that their configurations name tell.

An option is written as on the command line, `model=knn`.
"""

from collections.abc import Mapping
from functools import cache
from inspect import signature
from typing import Any

import torch
from conftest import RATE
from omegaconf import DictConfig, OmegaConf
from running import CONFIGS, options
from torch import nn

from auris.core.errors import UserError
from auris.core.instantiate import Factory
from auris.core.shapes import Shape
from auris.data.spec import Spec
from auris.features.pooling import MeanDeviation
from auris.features.standardize import Standardized
from auris.models.clusters import Clusters
from auris.models.detector import AnomalyDetector
from auris.models.generator import Generator
from auris.tasks.anomaly.task import Anomaly
from auris.tasks.classification.task import Classification

_FAST = {  # settings that make any option fast that has them
    "model.widths": [4, 8],
    "model.step": 10,
    "model.width": 8,
    "model.depth": 1,
    "model.steps": 2,
    "model.estimator.n_estimators": 3,
    "features.window": 0.2,
    "features.hop": 0.064,
    "optimizer.population": 4,
    "optimizer.candidates": 2,
    "optimizer.max_iter": 2,
}
_PLAIN = Spec(RATE, 1, RATE // 2, "label", ("hiss", "tone"))  # data without an array
_FACTS = {"model": "spec", "features": "array"}  # where a group learns of microphones


def settings_of(option: str) -> DictConfig:
    """The node of an option, with those that it inherits from and what makes it fast."""
    group = option.partition("=")[0]
    root = OmegaConf.create({"seed": 1, group: _load(option)})
    for path in _fast_paths(option):
        OmegaConf.update(root, path, _FAST[path])
    return root[group]


def fast_words(option: str) -> tuple[str, ...]:
    """What makes an option fast, as words of a command line."""
    return tuple(
        f"{path}={_FAST[path]}".replace(" ", "") for path in _fast_paths(option)
    )


@cache
def class_of(option: str) -> type:
    """The class that an option names."""
    return Factory().allowed_class(settings_of(option)["_target_"], option)


def asks_for(option: str, fact: str) -> bool:
    """Whether the constructor takes a fact."""
    return fact in signature(class_of(option)).parameters


@cache
def shape_of(features: str) -> Shape:
    """The shape of features of plain data."""
    node = settings_of(features)
    node.pop("standardize")
    transform = Factory().make(node, sample_rate=RATE, channels=1, array=None)
    return Standardized(transform, (_PLAIN.channels, _PLAIN.samples)).out_shape


@cache
def needs_array(option: str) -> bool:
    """Whether a model or features compare microphones: they refuse data that has one."""
    group = option.partition("=")[0]
    if group not in _FACTS or not asks_for(option, _FACTS[group]):
        return False
    if group == "model" and makes_clips(option):
        return False
    try:
        _ = shape_of(option) if group == "features" else _build_model(option, False)
    except UserError as error:
        return "array=" in str(error)
    return False


@cache
def finds_only_anomalies(model: str) -> bool:
    """Whether a model is a detector that no other task can ask, neither its own nor that of
    labels.
    """
    own_task = _own_defaults(model).get("override /task", "anomaly")
    if not issubclass(class_of(model), AnomalyDetector) or own_task != "anomaly":
        return False
    try:
        built = _build_model(model, False)
        built(torch.zeros(2, *shape_of("features=log_mel")))
    except UserError as error:
        return "task=anomaly" in str(error)
    return False


def finds_clusters(option: str) -> bool:
    """Whether an option is a model that task=clustering alone can ask."""
    return option.startswith("model=") and class_of(option) is Clusters


def makes_clips(model: str) -> bool:
    """Whether clips can be drawn from a model, which serves no other task."""
    return issubclass(class_of(model), Generator)


def tells_misfit(model: str) -> bool:
    """Whether a model puts out how badly a clip fits, and nothing else."""
    return makes_clips(model) or finds_only_anomalies(model)


@cache
def reads_pictures(model: str) -> bool:
    """Whether a model convolves over frequency and time, and so reads (C', F, T') alone."""
    if makes_clips(model):
        return False
    built = _build_model(model, finds_only_anomalies(model))
    return any(isinstance(part, nn.Conv2d) for part in built.modules())


def _build_model(model: str, anomalies: bool) -> nn.Module:
    """A model of the log-mel features of plain data, which tells anomalies or classes."""
    in_shape = shape_of("features=log_mel")
    task = Anomaly(_PLAIN, in_shape) if anomalies else Classification(_PLAIN)
    return Factory().make(
        settings_of(model),
        in_shape=in_shape,
        out_shape=task.out_shape,
        task=task,
        spec=_PLAIN,
        centers=None,
        summary=MeanDeviation(),
    )


@cache
def _load(option: str) -> DictConfig:
    """The node of an option, with those that it inherits from."""
    group, _, name = option.partition("=")
    loaded = OmegaConf.load(CONFIGS / group / f"{name}.yaml")
    own = loaded.get(group, loaded)
    own.pop("defaults", None)
    parents = [key for key in _own_defaults(option) if key in options(group)]
    nodes = [_load(f"{group}={parent}") for parent in parents]
    return OmegaConf.merge(*nodes, own)


def _own_defaults(option: str) -> dict[str, Any]:
    """The defaults list of an option: names, and what they are set to."""
    group, _, name = option.partition("=")
    loaded = OmegaConf.load(CONFIGS / group / f"{name}.yaml")
    listed: dict[str, Any] = {}
    for item in loaded.get("defaults", []):
        listed |= dict(item) if isinstance(item, Mapping) else {item: None}
    return listed


def _fast_paths(option: str) -> list[str]:
    """Which of the settings that make options fast this one has."""
    root = OmegaConf.create({option.partition("=")[0]: _load(option)})
    return [path for path in _FAST if _holds(root, path)]


def _holds(root: DictConfig, path: str) -> bool:
    """Whether there is a setting at this path, be it null."""
    parent, _, key = path.rpartition(".")
    return key in (OmegaConf.select(root, parent) or {})
