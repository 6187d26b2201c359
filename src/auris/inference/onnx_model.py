"""A model that `auris export` wrote, computed by ONNX Runtime: neither torch nor the run
is needed.
"""

import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, final

import numpy as np

from auris.core.commands import command_line, extra_install
from auris.core.errors import UserError
from auris.core.places import find_output
from auris.data.spec import Spec
from auris.inference.model import InferenceModel
from auris.tasks.output import read_format

_FACTS = (
    "spec",
    "output",
    "run",
)  # what the file holds besides the graph, each as JSON


WAVE = "wave"
ANSWER = "answer"  # what goes in, (B, C, T), and what comes out, (B, ...)


@final
class OnnxModel(InferenceModel):
    """Raises `UserError` for a file that is not there or not an exported model, and where ONNX
    Runtime is not.
    """

    def __init__(self, name: str | Path, plugins: Sequence[str] = ()):
        path = find_output(name)
        require_packages("onnxruntime")
        if not path.is_file():
            raise UserError(
                f"There is no {path}; {command_line('export', 'RUN')} writes one."
            )
        self.session = _open_session(path)
        try:
            facts = _metadata_of(self.session.get_modelmeta().custom_metadata_map)
            spec = Spec.from_plain(facts["spec"])
            super().__init__(spec, read_format(facts["output"], plugins))
        except (LookupError, TypeError, ValueError) as error:
            raise UserError(
                f"{path} does not say what it hears; name a file that auris export wrote."
            ) from error
        # the run: its choices, seed, data and versions
        self.run: dict[str, Any] = facts["run"]

    def decode(self, wave: np.ndarray) -> np.ndarray:
        return self.session.run([ANSWER], {WAVE: wave})[0]


def _metadata_of(properties: Mapping[str, str]) -> dict[str, Any]:
    """The facts of a file. Raises `KeyError` or `ValueError` where it is not ours."""
    return {name: json.loads(properties[name]) for name in _FACTS}


def _open_session(path: Path) -> Any:
    import onnxruntime

    try:
        return onnxruntime.InferenceSession(
            str(path), providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # ONNX Runtime's own, of many kinds
        raise UserError(
            f"{path} is not a model in ONNX ({type(error).__name__})."
        ) from error


def require_packages(*packages: str) -> None:
    """Raise `UserError` unless these packages are there, which Auris does without otherwise."""
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise UserError(
            f"ONNX needs {' and '.join(missing)}; {extra_install('onnx')} brings it."
        )
