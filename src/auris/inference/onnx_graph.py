"""Features, model and decoding of a system as one graph in ONNX: waves in, decoded answers out."""

import logging
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any, final

import torch
from torch import Tensor, nn

from auris.core.commands import command_line
from auris.core.errors import UserError, first_line
from auris.data.spec import Spec
from auris.inference.onnx_model import ANSWER, WAVE
from auris.training.system import System

_TRACED_CLIPS = 2  # clips that the graph is traced with; it takes any number


@final
class _Decoder(nn.Module):
    """What a system says of clips, (B, C, T) -> (B, ...)."""

    def __init__(self, system: System):
        super().__init__()
        self.system = system

    def forward(self, wave: Tensor) -> Tensor:
        return self.system.decode(wave)


def trace_graph(system: System, spec: Spec) -> Any:
    """The graph, a `torch.onnx.ONNXProgram`. Raises `UserError` where ONNX lacks what the
    system does.
    """
    for name in ("torch.onnx", "torch.fx"):
        logging.getLogger(name).setLevel(logging.ERROR)
    wave = torch.zeros(_TRACED_CLIPS, spec.channels, spec.samples)
    clips = torch.export.Dim("clips")
    try:
        with (
            torch.no_grad(),
            redirect_stdout(StringIO()),
            redirect_stderr(StringIO()),
        ):  # graphs that it gave up
            program = torch.export.export(
                _Decoder(system), (wave,), dynamic_shapes=({0: clips},)
            )
            program = program.run_decompositions(DECOMPOSITIONS)
            return torch.onnx.export(
                program, input_names=[WAVE], output_names=[ANSWER], verbose=False
            )
    except Exception as error:  # of as many kinds as there are things that it can't do
        parts = (system.model, system.features.transform)
        reason = first_line(_root_cause(error)).rstrip(".")
        names = " on ".join(type(part).__name__ for part in parts)
        raise UserError(
            f"{names} can't be exported, as ONNX can't do all that it does ({reason}); "
            f"{command_line('export', '--help')} names what can be."
        ) from error


def pairwise_distances(
    x: Tensor, y: Tensor, p: float = 2.0, compute_mode: int | None = None
) -> Tensor:
    """`torch.cdist`: (B, W), (n, W) -> (B, n)."""
    return torch.linalg.vector_norm(x[:, None] - y, p, dim=-1)


def fft_frequencies(n: int, d: float = 1.0, **_: Any) -> Tensor:
    """`torch.fft.fftfreq`: (n,)."""
    place = torch.arange(n)
    return torch.where(2 * place < n, place, place - n) / (n * d)


DECOMPOSITIONS = {
    torch.ops.aten.cdist.default: pairwise_distances,
    torch.ops.aten.fft_fftfreq.default: fft_frequencies,
}  # in other words


def _root_cause(error: BaseException) -> BaseException:
    """The error that led to others."""
    return _root_cause(error.__cause__) if error.__cause__ else error
