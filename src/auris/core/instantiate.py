"""From a configuration node to an object. The only file that knows what a `_target_` may name.

This is Hydra's `instantiate`, but for the classes of a few kinds only, so that a configuration from a stranger
can't run code, and with *facts*: values such as shapes that the program knows and a constructor may ask for.
"""

import inspect
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from omegaconf import DictConfig, OmegaConf

from auris.core.errors import UserError, first_line, nearest
from auris.core.validation import check_types

PACKAGES = ("auris", "torch", "torchaudio", "torchmetrics", "lightning", "sklearn")


KINDS = (  # a class must be one of these; functions are never called from a configuration
    "torch.nn.Module",
    "torch.optim.Optimizer",
    "torch.optim.lr_scheduler.LRScheduler",
    "torchmetrics.Metric",
    "lightning.pytorch.Trainer",
    "lightning.pytorch.callbacks.Callback",
    "lightning.pytorch.loggers.Logger",
    "lightning.pytorch.strategies.Strategy",
    "auris.data.sources.base.Source",
)


MISTAKES = (
    TypeError,
    ValueError,
    AssertionError,
    LookupError,
    RuntimeError,
)  # what constructors raise for wrong arguments


plugins: list[
    str
] = []  # packages that this process trusts besides, set once from the configuration


def make(node: Any, **facts: Any) -> Any:
    """Build what `node` names, handing it those `facts` that its constructor asks for by name.

    A value that stands in the configuration wins over a fact; nodes within are built first. Raises `UserError`
    for a target that is not allowed and for arguments that the constructor refuses.
    """
    where = node._get_full_key("") if isinstance(node, DictConfig) else "configuration"
    settings = plain(node)
    if not isinstance(settings, dict) or "_target_" not in settings:
        raise UserError(f"{where} must have a _target_ that names a class.")
    return construct(settings, where, facts)


def construct(settings: Any, where: str, facts: Mapping[str, Any]) -> Any:
    """A plain value with every node in it built."""
    if isinstance(settings, list):
        return [construct(item, where, {}) for item in settings]
    if not isinstance(settings, dict):
        return settings
    if "_target_" not in settings:
        return {key: construct(value, where, {}) for key, value in settings.items()}
    cls = allowed(str(settings["_target_"]), where)
    given = {key: value for key, value in settings.items() if key not in ("_target_", "_args_")}
    check_types(cls, given, where)
    positions = construct(settings.get("_args_", []), where, {})
    arguments = {key: construct(value, f"{where}.{key}", {}) for key, value in given.items()}
    asked = inspect.signature(cls).parameters
    arguments |= {name: fact for name, fact in facts.items() if name in asked and name not in given}
    try:
        return cls(*positions, **arguments)
    except MISTAKES as error:
        raise UserError(f"{where}: {cls.__name__} can't be built: {first_line(error)}") from error


def make_each(nodes: Mapping[str, Any] | None, **facts: Any) -> dict[str, Any]:
    """The parts of a group that holds several, by name. A part that is set to null is left out."""
    return {
        str(name): make(node, **facts) for name, node in (nodes or {}).items() if node is not None
    }


def plain(node: Any) -> Any:
    """A configuration node as plain dicts and lists, its references resolved."""
    return OmegaConf.to_container(node, resolve=True) if OmegaConf.is_config(node) else node


def allowed(target: str, where: str) -> type:
    """The class behind `target`. Raises `UserError` unless it is of a known kind from a known package or plugin."""
    if target.split(".")[0] not in (*PACKAGES, *plugins):
        raise UserError(
            f"{where}: _target_ may not name {target}; allowed are classes of {', '.join(PACKAGES)} "
            "and of packages that the command line lists as plugins=[...]."
        )
    cls = locate(target, where)
    if not (isinstance(cls, type) and any(issubclass(cls, kind) for kind in kinds(cls))):
        raise UserError(
            f"{where}: _target_ may not name {target}; it is not a module, optimizer, schedule, metric, "
            "callback, logger, trainer, strategy, estimator or source."
        )
    return cls


def kinds(cls: type) -> Iterator[type]:
    """The classes that may be built, and those derived from them."""
    names = KINDS + (
        ("sklearn.base.BaseEstimator",) if cls.__module__.startswith("sklearn") else ()
    )
    return (locate(name, "") for name in names)


def locate(path: str, where: str) -> Any:
    """The object behind a dotted path."""
    module, _, name = path.rpartition(".")
    try:
        found = import_module(module or name)
    except (ImportError, ValueError) as error:
        raise UserError(f"{where}: there is no {path} ({first_line(error)}).") from error
    if not hasattr(found, name):
        classes = [key for key, value in vars(found).items() if isinstance(value, type)]
        raise UserError(f"{where}: there is no {path}; {nearest(name, classes)}")
    return getattr(found, name)
