"""The clips that are most wrong: how they sound and look, what was predicted, and why."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from auris.core.figures import Heatmap, draw_heatmap, new_figure
from auris.core.player import Player, Players
from auris.core.svg import Picture, embed_figure, page_theme
from auris.report.context import ReportContext
from auris.report.saliency import MelBands, compute_saliency
from auris.training.evaluation import most_wrong, peak_normalize

_CLIPPED_FRACTION = 0.99  # of the map is below the strongest colour
_WORSE_COLOUR = (255, 120, 20)
_BETTER_COLOUR = (60, 170, 255)
_LEVELS = (-80.0, 0.0)  # dB
_FAINT_LEVELS = (-80.0, 30.0)  # dB


class Card(NamedTuple):
    """One clip."""

    answer: str  # what was said, and what is true
    player: Player | None
    picture: Picture
    name: str


class CardGroup(NamedTuple):
    """Clips under one title."""

    title: str
    cards: list[Card]


class WorstClipsSection(NamedTuple):
    """No groups where there are no predictions."""

    is_explained: bool
    groups: list[CardGroup]


def worst_clips_section(context: ReportContext) -> WorstClipsSection:
    if context.predictions is None:
        return WorstClipsSection(False, [])
    order = most_wrong(context.system.task, context.predictions)
    waves = torch.stack([context.clip_at(at)[1] for at in order]).float()  # (n, C, T)
    target = context.predictions.target[order].clone()
    bands = MelBands(context.data.spec.sample_rate)
    saliency = compute_saliency(context.system, waves, target, bands)
    players = Players()
    cards: list[Card] = []
    for rank, at in enumerate(order):
        wave = peak_normalize(waves[rank])
        reason = None if saliency is None else saliency[rank]
        figure = _draw_clip(bands, wave, reason, context.data.spec.duration)
        cards.append(_make_card(context, at, wave, figure, players))
    return WorstClipsSection(saliency is not None, _group_cards(context, order, cards))


def _group_cards(
    context: ReportContext, order: Sequence[int], cards: Sequence[Card]
) -> list[CardGroup]:
    """Those that are wrong apart from those that are right, where the task can tell."""
    assert context.predictions is not None
    decoded, target, *_ = context.predictions
    right = context.system.task.view.right_answers(decoded, target)
    if right is None:
        return [CardGroup("What was most wrong?", list(cards))]
    is_right = right[order].tolist()
    wrong = [card for card, fine in zip(cards, is_right, strict=True) if not fine]
    unsure = [card for card, fine in zip(cards, is_right, strict=True) if fine]
    nearly = (
        "What was right, but only just?"
        if wrong
        else "Nothing was wrong. What was right only just?"
    )
    groups = [CardGroup("What was most wrong?", wrong), CardGroup(nearly, unsure)]
    return [group for group in groups if group.cards]


def _make_card(
    context: ReportContext, at: int, wave: Tensor, figure: Figure, players: Players
) -> Card:
    """The card of a prediction to a clip (T,)."""
    assert context.predictions is not None
    clip, _ = context.clip_at(at)
    target = context.predictions.target[at]
    view = context.system.task.view
    decoded = context.predictions.decoded[at]
    answer = view.describe_answer(decoded, clip.label, target)
    label = f"{clip.name}, {answer}"
    sample_rate = context.data.spec.sample_rate
    player = players.make_player(wave.numpy(), sample_rate, label)
    reason = ", and what in it made the answer wrong" if len(figure.axes) > 1 else ""
    picture = embed_figure(figure, f"Spectrogram of {clip.name}{reason}")
    return Card(answer, player, picture, clip.name)


def _draw_clip(
    bands: MelBands, wave: Tensor, reason: Tensor | None, seconds: float
) -> Figure:
    """The spectrogram of a wave (T,), and below it what matters (BANDS, T'), if that is known."""
    level = bands.mel_level(wave)
    with page_theme():
        figure, panels = _new_panels(1 if reason is None else 2)
        draw_heatmap(panels[0], Heatmap("", level, _LEVELS, bands.centers), seconds)
        if reason is not None:
            faint = Heatmap("", level, _FAINT_LEVELS, bands.centers, "gray")
            extent = draw_heatmap(panels[1], faint, seconds).get_extent()
            panels[1].imshow(
                _overlay(reason), extent=extent, origin="lower", aspect="auto"
            )
        panels[-1].set_xlabel("time (s)")
    return figure


def _new_panels(count: int) -> tuple[Figure, list[Axes]]:
    """Panels under each other."""
    height = 1.35 * count + 0.5  # inches
    top = 1 - 0.05 / height
    bottom = 0.45 / height
    figure = new_figure(4.4, height)
    panels = figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
    # room for ticks as wide as "0.25" and for "kHz" beside them
    figure.subplots_adjust(left=0.165, right=0.96, top=top, bottom=bottom, hspace=0.1)
    return figure, list(panels)


def _overlay(reason: Tensor) -> np.ndarray:
    """(BANDS, T') -> colours (BANDS, T', 4), clear where nothing matters."""
    strongest = reason.abs().quantile(_CLIPPED_FRACTION).clamp_min(1e-30)
    strength = (reason.abs() / strongest).clamp(max=1)
    opacity = 0.9 * strength[..., None]
    worse = torch.tensor(_WORSE_COLOUR) / 255
    better = torch.tensor(_BETTER_COLOUR) / 255
    is_worse = reason[..., None] > 0
    colour = torch.where(is_worse, worse, better)
    return torch.cat([colour, opacity], dim=-1).numpy()
