"""Auris: training models of sound. `train.py` is the place to start reading."""

from importlib import import_module
from typing import Any

__version__ = "0.2.0"

# what `import auris` offers, found when it is asked for: torch takes seconds
_OFFERED = {
    "audit_data": "auris.api.audit",
    "load": "auris.api.model",
    "open_run": "auris.api.run",
    "train": "auris.api.training",
    "UserError": "auris.core.errors",
}


def __getattr__(name: str) -> Any:
    if name not in _OFFERED:
        raise AttributeError(f"module 'auris' has no attribute '{name}'")
    return getattr(import_module(_OFFERED[name]), name)


def __dir__() -> list[str]:
    return ["__version__", *_OFFERED]
