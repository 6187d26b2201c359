"""A model that `auris export` wrote, computed by ONNX Runtime: neither torch nor the run
is needed.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, final

import numpy as np

from auris.core.commands import command_line
from auris.core.errors import UserError
from auris.core.files import content_digest
from auris.core.packages import require_packages
from auris.core.places import find_output
from auris.data.spec import Spec
from auris.inference.model import InferenceModel
from auris.tasks.output import read_format

_FACTS = (
    "spec",
    "output",
    "run",
)  # what the file holds besides the graph, each as JSON


_METADATA_PROPS = 14  # the field of a model that holds its metadata (onnx.proto)
_BYTES = 2  # the kind of a field that holds bytes

WAVE = "wave"
ANSWER = "answer"  # what goes in, (B, C, T), and what comes out, (B, ...)


@final
class OnnxModel(InferenceModel):
    """Raises `UserError` for a file that is not there or not an exported model, and where ONNX
    Runtime is not.
    """

    def __init__(self, name: str | Path, plugins: Sequence[str] = ()):
        path = find_output(name)
        require_packages("ONNX", "onnx", "onnxruntime")
        if not path.is_file():
            raise UserError(
                f"There is no {path}; {command_line('export', 'RUN')} writes one."
            )
        content = path.read_bytes()
        _verify_seal(content, path)
        self.session = _open_session(content, path)
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


def seal(content: bytes) -> bytes:
    """What goes behind the content of a model in ONNX: its digest, as one more entry of its
    metadata.

    Fields of a protocol buffer may follow each other in any order (protobuf.dev, Encoding), so
    that it can be the last, and what it tells of is all that stands before it.
    """
    key = _field(1, b"digest")
    value = _field(2, content_digest(content).encode())
    return _field(_METADATA_PROPS, key + value)


def _field(number: int, content: bytes) -> bytes:
    """A field of a protocol buffer that holds fewer than 128 bytes."""
    return bytes([number << 3 | _BYTES, len(content)]) + content


def _verify_seal(content: bytes, path: Path) -> None:
    """Raise `UserError` unless a file is as it was written."""
    length = len(seal(b""))
    if content[-length:] != seal(content[:-length]):
        raise UserError(
            f"{path} is damaged, or was not written by this version of Auris; "
            f"{command_line('export', 'RUN')} writes it anew."
        )


def _open_session(content: bytes, path: Path) -> Any:
    import onnxruntime

    try:
        return onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own, of many kinds
        raise UserError(
            f"{path} is not a model in ONNX ({type(error).__name__})."
        ) from error
