"""A trained model, whatever computes it."""

from collections.abc import Sequence

from auris.core.locate import locate_object
from auris.inference.model import InferenceModel
from auris.runs.latest import resolve_latest

_BACKENDS = {
    ".onnx": "auris.inference.onnx_model.OnnxModel"
}  # by the ending of a file's name
_RUN_BACKEND = "auris.inference.torch_model.RunModel"


def open_trained(path: str, plugins: Sequence[str] = ()) -> InferenceModel:
    """The model in the folder of a finished run, or in a file that was exported from one.

    What computes the model is imported when it is needed: an exported file does without torch.
    Raises `UserError` where there is none.
    """
    found = resolve_latest(path)
    backend = _BACKENDS.get(found.suffix, _RUN_BACKEND)
    return locate_object(backend, "model")(str(found), plugins)
