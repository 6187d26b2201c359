"""A closer look at the most anomalous clips: where in time and frequency they are unlike normal sound."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from auris.core.figures import level
from auris.core.heatmap import Map
from auris.features.spectrogram import LogMel
from auris.features.standardize import Standardized
from auris.features.texture import Texture
from auris.models.detector import Autoencoder
from auris.tasks.anomaly.closeup import closeup
from auris.tasks.anomaly.metrics import own_score
from auris.training.system import System
from auris.training.tensorboard import Page

if TYPE_CHECKING:
    from auris.tasks.anomaly.task import Anomaly


SHOWN = 4  # clips


MOST = 0.995  # of the squared errors are below the brightest colour


def show_unusual(page: Page, task: "Anomaly") -> None:
    """Pictures and sounds of the clips with the highest scores."""
    order = (
        own_score(page.answers.decoded, page.answers.target)
        .argsort(descending=True)[:SHOWN]
        .tolist()
    )
    for place, at in enumerate(order, start=1):
        clip, wave = page.clip(at)
        section = int(page.answers.target[at, 1])
        score, *seconds = page.answers.decoded[at, :, section].tolist()
        maps, surprise = look(page.system.eval(), wave, page.data.spec.sample_rate)
        frames = task.scaled(surprise.mT, [1])[0, :, section].cpu()  # (T',)
        title = f"{place}. {clip.path.name} is {clip.label}; score {score:.2f}"
        figure = closeup(maps, frames, seconds, task.threshold, page.data.spec.duration, title)
        page.writer.add_figure(f"{page.name}/unusual_{place}", figure)
        page.play(f"unusual/{place}", wave)


@torch.inference_mode()
def look(system: System, wave: Tensor, sample_rate: int) -> tuple[list[Map], Tensor]:
    """What there is to see of a clip (C, T), and how surprising each of its frames is, (1, K, T')."""
    x = system.features(wave[None].to(system.device))  # (1, *in_shape)
    surprise = system.model(x).float()
    if isinstance(system.model, Autoencoder):
        return compared(system.features, x, system.model.copy(x)), surprise
    power = level(wave[0])
    hertz = torch.linspace(0, sample_rate / 2, len(power))
    return [Map("spectrogram (dB below its peak)", power, (-80, 0), hertz)], surprise


def compared(features: Standardized, x: Tensor, copy: Tensor) -> list[Map]:
    """Features (1, *in_shape) and their copy in their own units, and the squared error of standardised ones.

    Where bands have frequencies, that is the log power of the first channel, and the mean error of all.
    """
    heard, said = (part * features.deviation + features.mean for part in (x, copy))
    error, hertz, unit = (x - copy).square(), None, "features"
    if isinstance(features.transform, LogMel | Texture):
        hertz, unit = features.transform.centers(), "log power"
        heard, said, error = heard[:, :1], said[:, :1], error.mean(1, keepdim=True)
    heard, said, error = flat(heard), flat(said), flat(error)
    limits = (float(heard.min()), float(heard.max()))
    return [
        Map(f"heard ({unit})", heard, limits, hertz),
        Map("reconstruction", said, limits, hertz),
        Map(
            "squared error (of standardised features)",
            error,
            (0.0, float(error.quantile(MOST))),
            hertz,
            "inferno",
        ),
    ]


def flat(x: Tensor) -> Tensor:  # (1, ..., T') -> (D, T')
    """All channels and bands on top of each other."""
    return x[0].flatten(0, -2).float().cpu()
