"""What a run leaves behind: metrics with intervals, predictions, and what is needed to repeat
it.
"""

import json
import math
import os
import platform
import resource
import subprocess
import sys
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from auris.core.errors import UserError
from auris.core.files import load_json_object, write_atomically
from auris.core.text import without_credentials
from auris.runs.compose import repeating_command

PACKAGES = (
    "torch",
    "torchaudio",
    "lightning",
    "numpy",
    "soundfile",
    "soxr",
    "scikit-learn",
    "cmaes",
)


_NEEDED = ("data", "model", "fold", "seed", "fingerprint", "recordings", "test_set")


def write_result(path: Path, **facts: Any) -> None:
    """Write `result.json`: the scores and all that is needed to judge and repeat them."""
    versions = {name: version(name) for name in PACKAGES}
    result = {
        **facts,
        "peak_memory_mib": round(peak_memory(), 1),
        "versions": {"python": platform.python_version(), **versions},
        "revision": revision(),
        "threads": torch.get_num_threads(),
        "command": without_credentials(repeating_command()),
        "finished": datetime.now().astimezone().isoformat(timespec="seconds"),
    }
    write_atomically(
        path, json.dumps(without_nan(result), indent=2, ensure_ascii=False) + "\n"
    )


def load_result(path: Path) -> dict[str, Any]:
    """What `write_result` wrote. Raises `UserError`, which names the file, for anything else."""
    result = load_json_object(path)
    if missing := [key for key in _NEEDED if key not in result]:
        raise UserError(f"{path} is damaged: it lacks {missing[0]}.")
    return result


def without_nan(value: Any) -> Any:
    """JSON knows no NaN."""
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def peak_memory() -> float:
    """The most memory that was in use, in MiB: of the GPU where there is one, else of the
    process.
    """
    if torch.cuda.is_available() and torch.cuda.max_memory_allocated():
        return torch.cuda.max_memory_allocated() / 2**20
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def revision() -> str:
    """The git revision of this program, with a plus where files were changed since; empty
    outside a checkout.
    """

    def git(*words: str) -> str:
        here = os.path.dirname(__file__)
        return subprocess.run(
            ["git", "-C", here, *words], capture_output=True, text=True, timeout=10
        ).stdout.strip()

    try:
        return git("rev-parse", "HEAD") + (
            "+" if git("status", "--porcelain", "--untracked-files=no") else ""
        )
    except (OSError, subprocess.SubprocessError):
        return ""
