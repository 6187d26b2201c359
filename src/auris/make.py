"""From a configuration node to an object. The only file that knows what a `_target_` may name."""

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hydra.errors import InstantiationException
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from auris.errors import UserError, first_line

PACKAGES = ("auris", "torch", "torchaudio", "torchmetrics", "lightning", "sklearn")
KINDS = (  # a class of these packages must be one of these; functions are never called from a configuration
    "torch.nn.Module",
    "torch.optim.Optimizer",
    "torch.optim.lr_scheduler.LRScheduler",
    "torchmetrics.Metric",
    "lightning.pytorch.Trainer",
    "lightning.pytorch.callbacks.Callback",
    "lightning.pytorch.loggers.Logger",
    "lightning.pytorch.strategies.Strategy",
    "auris.data.sources.Source",
)


def make(node: Any, *args: Any, **facts: Any) -> Any:
    """Build what `node` names, handing it those `facts` that its constructor asks for by name.

    A value that stands in the configuration wins over a fact. Raises `UserError` for a target that is not
    allowed and for arguments that the constructor refuses.
    """
    settings: dict[str, Any] = plain(node)
    where = node._get_full_key("") if isinstance(node, DictConfig) else "configuration"
    for target in targets(settings):
        allowed(target, where)
    cls = locate(settings["_target_"], where)
    asked = inspect.signature(cls).parameters
    check_types(cls, settings, where)
    given = {name: fact for name, fact in facts.items() if name in asked and name not in settings}
    try:
        return instantiate(settings, _partial_=True, _convert_="all")(*args, **given)
    except (InstantiationException, TypeError, ValueError, AssertionError) as error:
        reason = first_line(error.__cause__ or error)
        raise UserError(f"{where}: {cls.__name__} can't be built: {reason}") from error


def check_types(cls: type, settings: Mapping[str, Any], where: str) -> None:
    """Raise `UserError` for a setting that is not of the type that the constructor declares."""
    try:
        hints = get_type_hints(cls.__init__)  # type: ignore[misc]
    except (NameError, TypeError, AttributeError):
        return  # a library's annotations that only a type checker can read
    for name, value in settings.items():
        if name in hints and not fits(value, hints[name]):
            kinds = [NAMES[kind] for kind in (get_args(hints[name]) or (hints[name],)) if kind in NAMES]
            raise UserError(f"{where}.{name}={value} should be {' or '.join(kinds) or 'of another kind'}.")


def fits(value: Any, hint: Any) -> bool:
    """Whether a plain value goes with a declared type; a type that a configuration can't hold fits no plain value."""
    parts = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    return isinstance(value, dict) or any(fits_one(value, part) for part in parts)


def fits_one(value: Any, hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if get_origin(hint) in CONTAINERS or hint in CONTAINERS:
        return isinstance(value, list)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return hint is Any or type(value) is hint


def plain(node: Any) -> Any:
    """A configuration node as plain dicts and lists, its references resolved."""
    return OmegaConf.to_container(node, resolve=True) if OmegaConf.is_config(node) else node


def make_each(nodes: Mapping[str, Any] | None, **facts: Any) -> dict[str, Any]:
    """The parts of a group that holds several, by name. A part that is set to null is left out."""
    return {str(name): make(node, **facts) for name, node in (nodes or {}).items() if node is not None}


def targets(settings: Any) -> Iterator[str]:
    """Every `_target_` in a nested configuration."""
    if isinstance(settings, Mapping):
        if "_target_" in settings:
            yield str(settings["_target_"])
        settings = list(settings.values())
    if isinstance(settings, list):
        for value in settings:
            yield from targets(value)


def allowed(target: str, where: str) -> None:
    """Raise `UserError` unless `target` is a class of a known kind from a known package or plugin."""
    if target.split(".")[0] not in (*PACKAGES, *plugins):
        raise UserError(
            f"{where}: _target_ may not name {target}; allowed are classes of {', '.join(PACKAGES)} "
            "and of packages that the command line lists as plugins=[...]."
        )
    cls = locate(target, where)
    if not (isinstance(cls, type) and is_known_kind(cls)):
        raise UserError(
            f"{where}: _target_ may not name {target}; it is not a module, optimizer, schedule, metric, "
            "callback, logger, trainer, strategy, estimator or source."
        )


def is_known_kind(cls: type) -> bool:
    kinds = KINDS + (("sklearn.base.BaseEstimator",) if cls.__module__.startswith("sklearn") else ())
    return any(issubclass(cls, locate(kind, "")) for kind in kinds)


def locate(path: str, where: str) -> Any:
    """The object behind a dotted path."""
    module, _, name = path.rpartition(".")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise UserError(f"{where}: there is no {path} ({first_line(error)}).") from error


NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "a word", type(None): "null"}
CONTAINERS = (list, tuple, Sequence, Iterable)
plugins: list[str] = []  # packages that this process trusts besides, set once from the configuration
