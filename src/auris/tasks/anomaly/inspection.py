"""A closer look at a clip: where in time and frequency it is unlike normal sound."""

import torch
from torch import Tensor

from auris.core.figures import Heatmap, spectrogram_below_peak
from auris.features.spectrogram import LogMel
from auris.features.standardize import Standardized
from auris.features.texture import Texture
from auris.models.detector import Autoencoder
from auris.tasks.inspection import Inspection

_BRIGHTEST = 0.995  # of the squared errors are below the brightest colour


@torch.inference_mode()
def inspect_clip(inspection: Inspection, wave: Tensor) -> tuple[list[Heatmap], Tensor]:
    """What there is to see of a clip (C, T), and the anomaly score of each frame, (1, K, T')."""
    features = inspection.features
    model = inspection.model.eval()
    x = features(wave[None].to(features.mean.device))  # (1, *in_shape)
    anomaly_score = model(x).float()
    if isinstance(model, Autoencoder):
        return _compare_with_copy(features, x, model.reconstruct(x)), anomaly_score
    power = spectrogram_below_peak(wave[0])
    hertz = torch.linspace(0, inspection.spec.sample_rate / 2, len(power))
    return [
        Heatmap("spectrogram (dB below its peak)", power, (-80, 0), hertz)
    ], anomaly_score


def _compare_with_copy(
    features: Standardized, x: Tensor, copy: Tensor
) -> list[Heatmap]:
    """Features (1, *in_shape) and their copy in their own units, and their squared error.

    Where bands have frequencies, that is the log power of the first channel, and the mean error
    of all.
    """
    original = x * features.deviation + features.mean
    reconstruction = copy * features.deviation + features.mean
    error = (x - copy).square()
    hertz = None
    unit = "features"
    if isinstance(features.transform, LogMel | Texture):
        hertz = features.transform.centers()
        unit = "log power"
        original = original[:, :1]
        reconstruction = reconstruction[:, :1]
        error = error.mean(1, keepdim=True)
    original = _stack_bands(original)
    error = _stack_bands(error)
    limits = (float(original.min()), float(original.max()))
    error_limits = (0.0, float(error.quantile(_BRIGHTEST)))
    error_title = "squared error (of standardised features)"
    return [
        Heatmap(f"heard ({unit})", original, limits, hertz),
        Heatmap("reconstruction", _stack_bands(reconstruction), limits, hertz),
        Heatmap(error_title, error, error_limits, hertz, "inferno"),
    ]


def _stack_bands(x: Tensor) -> Tensor:  # (1, ..., T') -> (D, T')
    """All channels and bands on top of each other."""
    return x[0].flatten(0, -2).float().cpu()
