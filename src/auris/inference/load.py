"""A trained model, whatever computes it: waves in, decoded answers out."""

from collections.abc import Sequence
from pathlib import Path

from auris.inference.model import ONNX, Trained


def open_trained(path: str, plugins: Sequence[str] = ()) -> Trained:
    """The model in the folder of a finished run, or in a file that was exported from one, which needs no torch.

    Raises `UserError` where there is none.
    """
    if Path(path).suffix == ONNX:
        from auris.inference.onnx_model import OnnxModel

        return OnnxModel(Path(path))
    from auris.inference.torch_model import RunModel

    return RunModel(path, plugins)
