"""What a model says of what it has never heard, and whether it knows that."""

from typing import Annotated, NamedTuple, final

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from auris.core.figures import COLOURS
from auris.core.ranges import Range
from auris.inference.model import NOVEL_RATE
from auris.lecture.bench import Bench
from auris.lecture.drawing import draw_picture
from auris.lecture.study import Law, Shown, Sound, Study
from auris.training.run import learn_novelty
from auris.training.system import System

_RATE = 16_000  # Hz
_SECONDS = 1.0
_CLASSES = ("steady", "wobbling")
_TRAINED = (200.0, 2000.0)  # Hz
_ASKED = (2800.0, 7000.0)  # Hz
_WOBBLE = 0.08  # of the frequency
_WOBBLES = 6.0  # Hz
_TICKS = (200, 500, 1000, 2000, 5000)  # Hz
_MOST = 0.9  # share that must be right, or marked


class _Answers(NamedTuple):
    """To tones that were not trained on."""

    hertz: np.ndarray  # (n,)
    is_wobbling: Tensor  # (n,)
    said: Tensor  # (n,) the probability of wobbling
    novelty: Tensor  # (n,)

    @property
    def right(self) -> float:
        """The share of right answers."""
        return float(((self.said > 0.5) == self.is_wobbling).float().mean())

    @property
    def marked(self) -> float:
        """The share of tones that are marked as unlike all known ones."""
        return float((self.novelty >= 1 - NOVEL_RATE).float().mean())


@final
class Extrapolation(Study):
    """Is a tone steady or wobbling? Trained on low tones, asked about high ones.

    Args:
        tones: to train with; a quarter as many are asked in each range.
    """

    def __init__(self, tones: Annotated[int, Range(40, 10_000)]):
        self.tones = tones

    def show(self, bench: Bench) -> Shown:
        rng = np.random.default_rng(0)
        hertz = _draw_tones(rng, _TRAINED, self.tones)
        waves = {}
        for number, frequency in enumerate(hertz):
            name = f"{_CLASSES[number % 2]}/{number:03d}_{frequency:.0f}Hz.wav"
            waves[name] = _make_tone(rng, frequency, bool(number % 2))
        fitted = bench.fit(bench.make_of(waves, _RATE))
        learn_novelty(fitted.system, fitted.data)
        system = fitted.system.eval()
        inside, outside = (
            _ask(system, rng, _draw_tones(rng, span, self.tones // 4))
            for span in (_TRAINED, _ASKED)
        )
        high = _make_tone(rng, _ASKED[0], True)
        return Shown(
            [
                _law_of_most(
                    "right answers, of tones between 200 and 2000 Hz", inside.right
                ),
                _law_of_most(
                    "tones above 2800 Hz that are marked as novel", outside.marked
                ),
            ],
            [
                draw_picture(
                    lambda axes: _draw_answers(axes, inside, outside),
                    "What the model holds of tones that wobble (orange) and of steady ones; "
                    "rings are marked as novel",
                )
            ],
            sounds=[
                *(
                    Sound(name, torch.from_numpy(waves[name]), _RATE)
                    for name in list(waves)[:2]
                ),
                Sound(
                    f"Never heard: {_ASKED[0]:.0f} Hz", torch.from_numpy(high), _RATE
                ),
            ],
            numbers=[
                ("tones", "right", "marked as novel", "sure of it, on average"),
                _row_of("200 to 2000 Hz", inside),
                _row_of("2800 to 7000 Hz", outside),
            ],
        )


def _draw_tones(
    rng: np.random.Generator, span: tuple[float, float], count: int
) -> np.ndarray:
    """Frequencies (n,), evenly over octaves."""
    return np.geomspace(*span, 10_001)[rng.integers(10_001, size=count)]


def _make_tone(rng: np.random.Generator, hertz: float, wobbles: bool) -> np.ndarray:
    """A tone (T,) in faint noise."""
    time = np.arange(round(_SECONDS * _RATE)) / _RATE
    depth = _WOBBLE * hertz if wobbles else 0.0
    start = rng.uniform(0, 2 * np.pi)
    pitch = hertz + depth * np.sin(2 * np.pi * _WOBBLES * time + start)
    tone = np.sin(2 * np.pi * np.cumsum(pitch) / _RATE)
    wave = 0.5 * tone + 0.005 * rng.standard_normal(len(time))
    return wave.astype(np.float32)


@torch.no_grad()
def _ask(system: System, rng: np.random.Generator, hertz: np.ndarray) -> _Answers:
    wobbles = [bool(number % 2) for number in range(len(hertz))]
    tones = [_make_tone(rng, *pair) for pair in zip(hertz, wobbles, strict=True)]
    wave = torch.from_numpy(np.stack(tones))[:, None]  # (n, 1, T)
    novelty = torch.tensor(system.novelty_of(wave))
    said = system.decode(wave)[:, 1]  # (n,)
    return _Answers(hertz, torch.tensor(wobbles), said, novelty)


def _law_of_most(what: str, share: float) -> Law:
    return Law(f"share of {what}", f"{share:.2f}", f"at least {_MOST}", share >= _MOST)


def _row_of(name: str, answers: _Answers) -> tuple[str, ...]:
    sure = torch.maximum(answers.said, 1 - answers.said).mean()
    shares = (answers.right, answers.marked, float(sure))
    return name, *(f"{100 * share:.0f} %" for share in shares)


def _draw_answers(axes: Axes, *ranges: _Answers) -> None:
    for answers in ranges:
        colours = [COLOURS[int(wobbles)] for wobbles in answers.is_wobbling]
        axes.scatter(answers.hertz, answers.said, s=12, c=colours)
        marked = (answers.novelty >= 1 - NOVEL_RATE).numpy()
        axes.scatter(
            answers.hertz[marked],
            answers.said[marked],
            s=50,
            facecolors="none",
            edgecolors=COLOURS[3],
            linewidths=0.7,
        )
    axes.set_xscale("log")
    axes.set_xticks(_TICKS, map(str, _TICKS))
    axes.minorticks_off()
    axes.axvspan(*_TRAINED, alpha=0.1)
    axes.set(
        xlabel="frequency (Hz)", ylabel="probability of wobbling", ylim=(-0.05, 1.05)
    )
