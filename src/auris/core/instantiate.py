"""From a configuration node to an object. The only file that knows what a `_target_` may name.

This is Hydra's `instantiate`, but for the classes of a few kinds only, so that a configuration
from a stranger can't run code, and with *facts*: values such as shapes that the program knows
and a constructor may ask for.
"""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, final

from omegaconf import OmegaConf

from auris.core.errors import UserError, first_line
from auris.core.locate import check_trusted, locate_object
from auris.core.validation import check_known, check_types

PACKAGES = ("auris", "torch", "torchaudio", "torchmetrics", "lightning", "sklearn")
KINDS = (  # a class must be one of these; functions are never called from a configuration
    "auris.core.instantiate.Buildable",
    "torch.nn.Module",
    "torch.optim.Optimizer",
    "torch.optim.lr_scheduler.LRScheduler",
    "torchmetrics.Metric",
    "lightning.pytorch.Trainer",
    "lightning.pytorch.callbacks.Callback",
    "lightning.pytorch.loggers.Logger",
    "lightning.pytorch.strategies.Strategy",
)
# what constructors raise for wrong arguments
_MISTAKES = (
    TypeError,
    ValueError,
    AssertionError,
    LookupError,
    RuntimeError,
    ImportError,
)


class Buildable:
    """What a configuration may name besides classes of the libraries."""


@final
class Factory:
    """Builds what configurations name, from trusted packages alone.

    Args:
        plugins: packages that are trusted besides Auris and its libraries. Raises `UserError`
            where there is no such package.
    """

    def __init__(self, plugins: Sequence[str] = ()):
        for plugin in plugins:
            if find_spec(plugin.partition(".")[0]) is None:
                raise UserError(
                    f"There is no package {plugin}, which plugins name; it should lie where "
                    "Python finds it, as on PYTHONPATH."
                )
        self.packages = (*PACKAGES, *plugins)

    def make(self, node: Any, **facts: Any) -> Any:
        """Build what `node` names, handing it those `facts` that its constructor asks for by name.

        A value that stands in the configuration wins over a fact; nodes within are built first.
        Raises `UserError` for a target that is not allowed and for arguments that the
        constructor refuses.
        """
        self.check(node)
        return self._construct(to_plain(node), _place_of(node), facts)

    def make_each(
        self, nodes: Mapping[str, Any] | None, **facts: Any
    ) -> dict[str, Any]:
        """The parts of a group that holds several, by name. A part set to null is left out."""
        self.check_each(nodes)
        return {
            str(name): self.make(node, **facts)
            for name, node in (nodes or {}).items()
            if node is not None
        }

    def check(self, node: Any) -> None:
        """Raise `UserError` for what `make` would refuse to begin with, without building it."""
        self.class_of(node, _place_of(node))
        self._check_parts(to_plain(node), _place_of(node))

    def class_of(self, node: Any, where: str) -> type:
        """The class that a node names. Raises `UserError` where it may not."""
        settings = to_plain(node)
        if not isinstance(settings, dict) or "_target_" not in settings:
            raise UserError(f"{where} must have a _target_ that names a class.")
        return self.allowed_class(str(settings["_target_"]), where)

    def check_each(self, nodes: Mapping[str, Any] | None) -> None:
        """`check` of the parts of a group that holds several."""
        for name, node in (nodes or {}).items():
            if node is not None and not isinstance(node, Mapping):
                where = f"{_place_of(nodes)}.{name}"
                raise UserError(
                    f"{where}={node} should be null, or have a _target_ that names a class."
                )
            if node is not None:
                self.check(node)

    def allowed_class(self, target: str, where: str) -> type:
        """The class behind `target`.

        Raises `UserError` unless it is of a known kind from a known package or plugin.
        """
        check_trusted(target, where, self.packages)
        cls = locate_object(target, where)
        if not (
            isinstance(cls, type) and any(issubclass(cls, kind) for kind in _kinds(cls))
        ):
            raise UserError(
                f"{where}: _target_ may not name {target}; it is not a module, optimizer, "
                "schedule, "
                "metric, callback, logger, trainer, strategy, estimator or source."
            )
        return cls

    def _check_parts(self, value: Any, where: str) -> None:
        """Raise `UserError` for a node in a plain value that can't be built as it is set."""
        if isinstance(value, list):
            for item in value:
                self._check_parts(item, where)
        if not isinstance(value, dict):
            return
        cls = None
        if "_target_" in value:
            cls = self.allowed_class(str(value["_target_"]), where)
            _check_arguments(value, where)
        for name, part in value.items():
            self._check_parts(part, where if name == "_args_" else f"{where}.{name}")
        if cls:
            _check_signature(cls, _arguments_of(value), where)

    def _construct(self, settings: Any, where: str, facts: Mapping[str, Any]) -> Any:
        """A plain value with every node in it built."""
        if isinstance(settings, list):
            return [self._construct(item, where, {}) for item in settings]
        if not isinstance(settings, dict):
            return settings
        if "_target_" not in settings:
            return {
                key: self._construct(value, where, {})
                for key, value in settings.items()
            }
        cls = self.allowed_class(str(settings["_target_"]), where)
        given = _arguments_of(settings)
        positions = self._construct(settings.get("_args_", []), where, {})
        arguments = {
            key: self._construct(value, f"{where}.{key}", {})
            for key, value in given.items()
        }
        asked = inspect.signature(cls).parameters
        wanted = {
            name: facts[name] for name in facts if name in asked and name not in given
        }
        try:
            return cls(*positions, **arguments, **wanted)
        except _MISTAKES as error:
            reason = first_line(error)
            raise UserError(
                f"{where}: {cls.__name__} can't be built: {reason}"
            ) from error


def _place_of(node: Any) -> str:
    """The dotted name of a node in its configuration."""
    return node._get_full_key("") if OmegaConf.is_config(node) else "configuration"


def _arguments_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What a node hands to its constructor by name."""
    return {
        name: value
        for name, value in settings.items()
        if name not in ("_target_", "_args_")
    }


def _check_signature(cls: type, settings: Mapping[str, Any], where: str) -> None:
    """Raise `UserError` for settings that a constructor does not take."""
    asked = inspect.signature(cls).parameters
    if not any(name.kind is name.VAR_KEYWORD for name in asked.values()):
        check_known(settings, asked, where)
    check_types(cls, settings, where)


def _check_arguments(settings: Mapping[str, Any], where: str) -> None:
    """Raise `UserError` for arguments with which a class of a library would run what files hold.

    scikit-learn's `memory` names a folder whose pickles are read instead of fitting.
    """
    if settings.get("memory") is not None:
        raise UserError(f"{where}.memory is not allowed: what it names could run code.")


def to_plain(node: Any) -> Any:
    """A configuration node as plain dicts and lists, its references resolved."""
    return (
        OmegaConf.to_container(node, resolve=True)
        if OmegaConf.is_config(node)
        else node
    )


def _kinds(cls: type) -> Iterator[type]:
    """The classes that may be built, and those derived from them."""
    estimators = (
        ("sklearn.base.BaseEstimator",) if cls.__module__.startswith("sklearn") else ()
    )
    return (locate_object(name, "") for name in (*KINDS, *estimators))
