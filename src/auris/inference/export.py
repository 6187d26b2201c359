"""A trained run as one ONNX file: waves in, answers out, and beside them all that prediction
needs.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from auris import __version__
from auris.core.errors import UserError
from auris.core.packages import require_packages
from auris.core.progress import track_progress
from auris.data.module import AudioDataModule
from auris.inference.model import ONNX, InferenceModel
from auris.inference.onnx_graph import trace_graph
from auris.inference.onnx_model import OnnxModel, seal
from auris.inference.torch_model import require_answers
from auris.runs.folder import finished_run
from auris.runs.result import revision
from auris.training.experiment import Experiment
from auris.training.reopen import reopen
from auris.training.system import System

# from PyTorch's answers, relative where those are above 1; a file that has more is not kept
MAX_DIFFERENCE = 1e-3


class Exported(NamedTuple):
    """A file that was written and checked."""

    path: Path
    clips: int  # that it was checked on, those of the validation set
    difference: float  # the largest from PyTorch's answers


def export_run(
    run: str, to: str | None = None, plugins: Sequence[str] = ()
) -> Exported:
    """Write the model of a finished run to `to`, by default `model.onnx` in its folder, and
    compare it with the run.

    Raises `UserError` where the run is not finished, its data is no longer what it was, ONNX
    lacks what the model does, or the answers differ.
    """
    require_packages("ONNX", "onnx", "onnx", "onnxscript", "onnxruntime")
    folder = finished_run(run)
    path = Path(to).expanduser() if to else folder / f"model{ONNX}"
    if path.suffix != ONNX or not path.parent.is_dir():
        raise UserError(
            f"--to {to} should name a file that ends in {ONNX}, in a folder that is there."
        )
    _, experiment, fitted = reopen(run, plugins)
    system = fitted.system
    require_answers(system)
    spec = experiment.dataset.spec
    facts = {
        "spec": asdict(spec),
        "output": system.task.output.to_plain(),
        "run": _describe_run(experiment),
    }
    program = trace_graph(system, spec)
    draft = path.with_suffix(f".tmp{ONNX}")
    try:
        _write_graph(program, facts, draft)
        clips, difference = compare_answers(
            system, OnnxModel(draft, plugins), fitted.data
        )
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return Exported(path, clips, difference)


def _write_graph(program: Any, facts: dict[str, Any], path: Path) -> None:
    """Write a graph, with facts as JSON beside it."""
    from onnx_ir.passes.common import ClearMetadataAndDocStringPass

    ClearMetadataAndDocStringPass()(
        program.model
    )  # which tell where programs are on this machine
    program.model.metadata_props.update(
        {name: json.dumps(fact, ensure_ascii=False) for name, fact in facts.items()}
    )
    program.save(path)
    with path.open("ab") as file:
        file.write(seal(path.read_bytes()))


def _describe_run(experiment: Experiment) -> dict[str, Any]:
    """Which run it is."""
    dataset = experiment.dataset
    return {
        **experiment.labels,
        "seed": experiment.seed,
        "origin": dataset.collection.origin,
        "fingerprint": dataset.fingerprint,
        "fold": dataset.settings.fold,
        "auris": __version__,
        "torch": torch.__version__,
        "revision": revision(),
    }


@torch.inference_mode()
def compare_answers(
    system: System, model: InferenceModel, data: AudioDataModule
) -> tuple[int, float]:
    """How many validation clips there are, and the largest difference between the answers of
    the two to them.

    Raises `UserError` where that is too large, or not a number.
    """
    clips = data.dataset.indices("val")
    loader = data.split_loader(clips)
    batches = (
        batch.wave
        for step in track_progress(loader, "Comparing", len(loader))
        for batch in step
    )  # (B, C, T) each
    pairs = (
        (system.decode(wave).numpy(), model.decode(wave.numpy())) for wave in batches
    )
    largest = float(
        np.max([np.max(np.abs(a - b) / np.maximum(1, np.abs(a))) for a, b in pairs])
    )
    if not largest <= MAX_DIFFERENCE:
        raise UserError(
            f"The answers in ONNX differ from PyTorch's by {largest:.2g}; nothing was written."
        )
    return len(clips), largest
