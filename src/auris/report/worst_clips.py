"""The clips that are most wrong: how they sound and look, what was said, what is true, and why."""

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from auris.core.figures import Heatmap, draw_heatmap, new_figure
from auris.core.html import Html, join, tag
from auris.core.player import Players
from auris.report.context import Section, Subject
from auris.report.saliency import Bands, saliency
from auris.report.svg import picture, themed
from auris.training.evaluation import most_wrong, peak_normalize

MOST = 0.99  # of the map is below the strongest colour


AGAINST, FOR = (255, 120, 20), (60, 170, 255)


LOUDNESS = "Each clip as the model heard it, made equally loud."


WHY = (
    "The lower picture says why: louder sound would make the answer worse where it is orange, and better where it is "
    "blue (gradient of the error with respect to the gain of each band and moment; SmoothGrad: Smilkov et al., 2017)."
)


NOT_WHY = "This model has no gradient that could say why."


def worst(subject: Subject) -> Section:
    """Players and pictures; nothing where there are no answers."""
    title = "What was most wrong?"
    if subject.answers is None:
        return Section(title, Html())
    order = most_wrong(subject.system.task, subject.answers)
    waves = torch.stack([subject.clip(at)[1] for at in order]).float()  # (n, C, T)
    bands, players = Bands(subject.data.spec.sample_rate), Players()
    maps = saliency(subject.system, waves, subject.answers.target[order].clone(), bands)
    reasons = [None] * len(order) if maps is None else list(maps)
    seconds = subject.data.spec.duration
    cards = [
        card(
            subject,
            at,
            f"{place}. ",
            wave,
            drawing(bands, wave, reason, seconds),
            players,
        )
        for place, (at, wave, reason) in enumerate(
            zip(order, map(peak_normalize, waves), reasons, strict=True), start=1
        )
    ]
    lead = tag("p", LOUDNESS, " ", NOT_WHY if maps is None else WHY, class_="soft")
    return Section(title, join(lead, tag("div", *cards, class_="grid")))


def card(
    subject: Subject, at: int, place: str, wave: Tensor, drawn: Figure, players: Players
) -> Html:
    """One clip, (T,)."""
    assert subject.answers is not None
    clip, _ = subject.clip(at)
    task, target = subject.system.task, subject.answers.target[at]
    view = task.view
    said = view.describe_prediction(subject.answers.decoded[at], target)
    true = view.describe_target(clip.label, target)
    reason = ", and what in it made the answer wrong" if len(drawn.axes) > 1 else ""
    return tag(
        "article",
        tag("h3", f"{place}Said: {said}. True: {true}"),
        players.play(
            wave.numpy(),
            subject.data.spec.sample_rate,
            f"{clip.name}, {true}, said {said}",
        ),
        picture(drawn, f"Spectrogram of {clip.name}{reason}"),
        tag("p", clip.name, class_="small soft"),
        class_="card",
    )


def drawing(
    bands: Bands, wave: Tensor, reason: Tensor | None, seconds: float
) -> Figure:
    """The spectrogram of a wave (T,), and below it what matters (BANDS, T'), if that is known."""
    count, level = 1 if reason is None else 2, bands.level(wave)
    height, above, below = 1.35 * count + 0.5, 0.05, 0.45  # inches
    with themed():
        figure = new_figure(4.4, height)
        panels = figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
        figure.subplots_adjust(
            left=0.12,
            right=0.96,
            top=1 - above / height,
            bottom=below / height,
            hspace=0.1,
        )
        draw_heatmap(panels[0], Heatmap("", level, (-80.0, 0.0), bands.hertz), seconds)
        if reason is not None:
            faint = draw_heatmap(
                panels[1],
                Heatmap("", level, (-80.0, 30.0), bands.hertz, "gray"),
                seconds,
            )
            panels[1].imshow(
                overlay(reason),
                extent=faint.get_extent(),
                origin="lower",
                aspect="auto",
            )
        panels[-1].set_xlabel("time (s)")
    return figure


def overlay(reason: Tensor) -> np.ndarray:
    """(BANDS, T') -> colours (BANDS, T', 4), clear where nothing matters."""
    strength = reason.abs() / reason.abs().quantile(MOST).clamp_min(1e-30)
    colour = (
        torch.where(reason[..., None] > 0, torch.tensor(AGAINST), torch.tensor(FOR))
        / 255
    )
    return torch.cat([colour, 0.9 * strength.clamp(max=1)[..., None]], dim=-1).numpy()
