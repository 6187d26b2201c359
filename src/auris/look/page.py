"""What a model is given, as one page with pictures and players."""

from typing import NamedTuple

from matplotlib.axes import Axes
from torch import Tensor

from auris.core.figures import COLOURS, Heatmap, draw_heatmap, new_figure
from auris.core.html import render
from auris.core.player import Player, Players
from auris.core.svg import Picture, embed_figure, page_theme
from auris.look.views import ClipViews, Looked, View
from auris.training.evaluation import peak_normalize
from auris.training.experiment import Experiment

_LEVELS = (-3.0, 3.0)  # standard deviations, of the colours
_SIZE = (4.4, 1.85)  # inches of a picture


class _Card(NamedTuple):
    """One view of a clip."""

    title: str
    player: Player | None
    picture: Picture


class _Row(NamedTuple):
    """All views of a clip."""

    name: str
    label: str
    cards: list[_Card]


def render_look(looked: Looked, experiment: Experiment) -> str:
    """The page."""
    painter = _Painter(looked, experiment.dataset.spec.sample_rate)
    choices = experiment.choices
    return render(
        "auris.look",
        "look.html.j2",
        data=experiment.data_name,
        features=choices["features"],
        augment=choices["augment"],
        about=experiment.dataset.collection.about,
        simulated=experiment.dataset.collection.origin == "simulated",
        changes_waves=looked.changes_waves,
        rows=[painter.draw_row(views) for views in looked.clips],
    )


class _Painter:
    """Draws the views of clips at one sample rate, in Hz, as long as there is room for players."""

    def __init__(self, looked: Looked, sample_rate: int) -> None:
        self.hertz = looked.hertz
        self.changes_waves = looked.changes_waves
        self.sample_rate = sample_rate
        self.players = Players()

    def draw_row(self, views: ClipViews) -> _Row:
        clip = views.clip
        cards = [self._draw_card(views.clean, "as it is", is_heard=True)]
        for view in views.drawn:
            title = _describe_shares(view)
            cards.append(self._draw_card(view, title, self.changes_waves))
        return _Row(clip.name, clip.label, cards)

    def _draw_card(self, view: View, title: str, is_heard: bool) -> _Card:
        picture = self._draw_features(view, title)
        if not is_heard:
            return _Card(title, None, picture)
        wave = peak_normalize(view.wave)  # (T,)
        player = self.players.make_player(wave.numpy(), self.sample_rate, title)
        return _Card(title, player, picture)

    def _draw_features(self, view: View, title: str) -> Picture:
        duration = view.wave.shape[-1] / self.sample_rate
        with page_theme():
            figure = new_figure(*_SIZE)
            axes = figure.subplots()
            figure.subplots_adjust(left=0.12, right=0.96, top=0.96, bottom=0.27)
            _draw_features(axes, view.features, self.hertz, duration)
        return embed_figure(figure, f"Features: {title}")


def _draw_features(
    axes: Axes, features: Tensor, hertz: Tensor | None, duration: float
) -> None:
    """The first channel of (C', F, T') over time and bands, or (C', T') as lines."""
    if features.shape[-1] == 1:
        axes.plot(features.flatten(), ".", markersize=3, color=COLOURS[0])
        axes.set(xlabel="feature", ylabel="std")
        return
    axes.set_xlabel("time (s)")
    if features.ndim == 3:
        draw_heatmap(axes, Heatmap("", features[0], _LEVELS, hertz), duration)
        return
    frames = features.shape[-1]
    for channel, colour in zip(features, COLOURS, strict=False):
        seconds = [duration * (frame + 0.5) / frames for frame in range(frames)]
        axes.plot(seconds, channel, linewidth=0.6, color=colour)
    axes.set_ylabel("std")


def _describe_shares(view: View) -> str:
    """What a view was made of."""
    if len(view.shares) == 1:
        return "changed"
    by_weight = sorted(view.shares, key=lambda share: -share.fraction)
    parts = [
        f"{100 * share.fraction:.0f} % {share.clip.label} ({share.clip.name})"
        for share in by_weight
    ]
    return f"mixed: {', '.join(parts)}"
