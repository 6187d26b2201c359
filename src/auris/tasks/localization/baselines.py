"""Classical methods on the clips of a split: what a trained model is to beat."""

import torch
from torch import Tensor

from auris.core.progress import track_progress
from auris.models.doa import NormMusic, SrpPhat
from auris.tasks.inspection import Inspection
from auris.tasks.localization.hearing import Hearing

_METHODS: dict[str, type] = {"SRP-PHAT": SrpPhat, "NormMUSIC": NormMusic}
_SETTINGS = {"n_fft": 256, "f_min": 300.0, "f_max": 7000.0}  # as their YAMLs have them
_STEPS = {
    1: 1.0,
    2: 1.0,
    3: 4.0,
}  # degrees, by an array's dimensions: a sphere has many directions
_CHUNK_SIZE = 20  # clips


def predict_baselines(
    inspection: Inspection, hearing: Hearing, some: Tensor
) -> dict[str, Tensor]:
    """Directions (n, 3) of some clips (n,) by each method that is not the model itself."""
    spec = inspection.spec
    in_shape = (spec.channels, spec.samples)
    step = _STEPS[hearing.array.dimensions]
    methods = {
        name: method(in_shape, (hearing.dimensions,), spec, **_SETTINGS, step=step)
        for name, method in _METHODS.items()
        if type(inspection.model) is not method
    }
    found: dict[str, list[Tensor]] = {name: [] for name in methods}
    chunks = some.split(_CHUNK_SIZE)
    for chunk in track_progress(chunks, "Asking formulas where it is", len(chunks)):
        # (B, M, T)
        wave = torch.stack([inspection.clip(at)[1] for at in chunk.tolist()])
        for name, method in methods.items():
            found[name].append(hearing.decode(method(wave)))
    return {name: torch.cat(parts) for name, parts in found.items()}
