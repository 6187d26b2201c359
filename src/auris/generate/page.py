"""New clips on one page, with players and pictures, each beside the nearest training clip."""

from typing import NamedTuple

from torch import Tensor

from auris.core.figures import Heatmap, draw_heatmap, new_figure
from auris.core.html import render
from auris.core.player import Player, Players
from auris.core.svg import Picture, embed_figure, page_theme
from auris.generate.draw import Drawn, NewClip
from auris.runs.folder import RESULT
from auris.runs.result import load_result
from auris.tasks.generation.sets import SETS
from auris.tasks.generation.words import describe_measures
from auris.training.evaluation import peak_normalize

_LEVELS = (-3.0, 3.0)  # standard deviations, of the colours
_SIZE = (4.4, 1.85)  # inches of a picture
_SPLITS = ("test", "val")  # whose measures are told, the first that there is
_MEASURES = ("kernel_distance", "precision", "density", "recall", "coverage", "copies")


class _Card(NamedTuple):
    """A sound."""

    title: str
    player: Player | None
    picture: Picture


class _Pair(NamedTuple):
    """A new clip and the training clip that is most like it."""

    title: str
    remark: str
    is_near: bool
    cards: list[_Card]


def render_generated(drawn: Drawn) -> str:
    """The page."""
    painter = _Painter(drawn)
    experiment = drawn.experiment
    result = load_result(drawn.run.folder / RESULT)
    split = next((split for split in _SPLITS if split in result), None)
    metrics = result[split]["metrics"] if split else {}
    return render(
        "auris.generate",
        "generated.html.j2",
        data=experiment.data_name,
        model=experiment.choices["model"],
        run=drawn.run.folder.name,
        seed=drawn.seed,
        about=experiment.dataset.collection.about,
        simulated=experiment.dataset.collection.origin == "simulated",
        split=split,
        sentences=list(describe_measures(metrics)) if split else [],
        rows=_list_measures(metrics),
        near=sum(clip.is_near for clip in drawn.clips),
        pairs=[painter.draw_pair(*pair) for pair in enumerate(drawn.clips, start=1)],
    )


def _list_measures(metrics: dict) -> list[list[str]]:
    """A row of each measure, with the values of all sets."""
    rows = []
    for name in _MEASURES if metrics else ():
        names = [name, *(f"{name}_of_{other}" for other in SETS[1:])]
        values = [metrics.get(own, {}).get("value") for own in names]
        cells = ["" if value is None else f"{value:.3f}" for value in values]
        rows.append([name.replace("_", " "), *cells])
    return rows


class _Painter:
    """Draws clips as long as there is room for players."""

    def __init__(self, drawn: Drawn):
        self.spec = drawn.experiment.dataset.spec
        self.features = drawn.run.fitted.system.features
        self.hertz = self.features.band_centers()
        self.players = Players()

    def draw_pair(self, number: int, clip: NewClip) -> _Pair:
        new = self._draw_card(clip.wave, "new")
        nearest = clip.nearest
        known = self._draw_card(clip.nearest_wave, f"nearest: {nearest.name}")
        remark = f"{clip.distance:.2f} standard deviations from the nearest"
        title = f"{number}: {clip.label}"
        return _Pair(title, remark, clip.is_near, [new, known])

    def _draw_card(self, wave: Tensor, title: str) -> _Card:
        """A sound (C, T)."""
        loud = peak_normalize(wave).numpy()
        player = self.players.make_player(loud, self.spec.sample_rate, title)
        features = self.features(wave[None])[0, 0]  # (F, T')
        with page_theme():
            figure = new_figure(*_SIZE)
            axes = figure.subplots()
            figure.subplots_adjust(left=0.165, right=0.96, top=0.96, bottom=0.27)
            heatmap = Heatmap("", features, _LEVELS, self.hertz)
            draw_heatmap(axes, heatmap, self.spec.duration)
            axes.set_xlabel("time (s)")
        return _Card(title, player, embed_figure(figure, f"Spectrogram: {title}"))
