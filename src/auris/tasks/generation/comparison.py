"""Clips are drawn, and compared with what was held out and with what trained.

N held-out clips, n training clips, K classes.
"""

from collections.abc import Iterable, Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from auris.core.progress import track_progress
from auris.data.spec import Spec
from auris.features.descriptors import ClipDescriptors
from auris.features.standardize import Standardized
from auris.models.codec import Codec
from auris.models.generator import GaussianComponents, Generator
from auris.models.instance_based import EXACT_DISTANCES
from auris.tasks.generation.sets import EMBEDDED, HELD_OUT, SETS, TRAINING, Compared
from auris.tasks.inspection import Inspection

_MAX_TRAINED = 1000  # training clips that are looked at
_CHUNK = 16  # clips at a time
_MIN_STD = 1e-4
_MAX_DEVIATIONS = (
    5.0  # of a number of an embedding: what is far out does not decide alone
)


@torch.inference_mode()
def compare_sets(inspection: Inspection, task: Codec) -> Compared:
    """Draw a clip of the class of each held-out clip, and compare them."""
    ears = Ears(inspection.spec, inspection.features)
    known = choose_known(len(inspection.train_target))
    condition = ears.condition(inspection.predictions.target)  # (N, K)
    known_condition = ears.condition(inspection.train_target[known])  # (n, K)
    clips = range(len(condition))

    def wave(at: int) -> Tensor:
        return inspection.clip(at)[1]

    def known_wave(at: int) -> Tensor:
        return inspection.train_clip(at)[1]

    trained = ears.features_of(map(known_wave, known))  # (n, *in_shape)
    held_out = ears.features_of(map(wave, clips))  # (N, *in_shape)
    plain = GaussianComponents(trained.shape[1:], condition.shape[1:], task)
    plain.store_clips([(trained, known_condition)])
    replayed = _draw_same_class(condition, known_condition)  # (N,)
    model = inspection.model.eval()
    assert isinstance(model, Generator)
    features = {
        HELD_OUT: held_out,
        "drawn": draw_clips(model, condition, held_out.shape[1:], ears.device),
        "replay": trained[replayed],
        "gaussian": draw_clips(plain, condition, held_out.shape[1:]),
        "vocoder": held_out,
    }
    waves: dict[str, Iterable[Tensor]] = {
        HELD_OUT: map(wave, clips),
        "replay": (known_wave(known[at]) for at in replayed.tolist()),
        **{name: ears.sounds_of(features[name]) for name in SETS if name != "replay"},
    }
    embed = Embedding(ears.sample_rate, map(known_wave, known))
    distance = {name: nearest_clips(x, trained)[0] for name, x in features.items()}
    distance[TRAINING] = nearest_others(trained)[replayed]
    return Compared(
        inspection.predictions.decoded[:, 0],
        distance,
        {name: embed(own) for name, own in waves.items()},
    )


class Ears:
    """Clips as a model hears them, and as people hear its features."""

    def __init__(self, spec: Spec, features: Standardized):
        self.sample_rate = spec.sample_rate
        self.samples = spec.samples
        self.classes = len(spec.classes)
        self.features = features
        self.device = features.mean.device

    def condition(self, target: Tensor) -> Tensor:
        """The classes of clips (n,), (n, K)."""
        return F.one_hot(target.cpu(), self.classes).float()

    def features_of(self, waves: Iterable[Tensor]) -> Tensor:
        """Of waves (C, T), (n, *in_shape)."""
        parts = _stack_chunks(waves)
        return torch.cat([self.features(part.to(self.device)).cpu() for part in parts])

    def sounds_of(self, x: Tensor) -> Iterator[Tensor]:
        """The waves (C, T) of features (n, *in_shape)."""
        parts = x.split(_CHUNK)
        for part in track_progress(parts, "Making sound of features", len(parts)):
            yield from self.features.invert(part.to(self.device), self.samples).cpu()


class Embedding:
    """Waves (C, T) -> (n, EMBEDDED): what they are like, as training clips differ in it.

    Numbers on texture, pitch and timbre (`ClipDescriptors`) on their principal components over the
    training clips, scaled so that the squared length of one is EMBEDDED in the mean.
    """

    def __init__(self, sample_rate: int, trained: Iterable[Tensor]):
        self.describe = ClipDescriptors(sample_rate)
        known = self._describe_all(trained)  # (n, D)
        self.mean = known.mean(0)
        std = known.std(0, correction=0)
        self.std = torch.where(std > _MIN_STD, std, 1.0)
        scaled = self._scale(known)
        *_, axes = torch.linalg.svd(scaled, full_matrices=False)
        self.axes = axes[:EMBEDDED]
        length = (scaled @ self.axes.T).square().sum(1).mean().sqrt()
        self.gain = EMBEDDED**0.5 / float(length.clamp_min(_MIN_STD))

    def __call__(self, waves: Iterable[Tensor]) -> Tensor:
        known = self._scale(self._describe_all(waves)) @ self.axes.T
        missing = EMBEDDED - len(self.axes)
        return F.pad(self.gain * known, (0, missing))

    def _describe_all(self, waves: Iterable[Tensor]) -> Tensor:
        parts = _stack_chunks(waves)
        return torch.cat([self.describe(part.float()) for part in parts])

    def _scale(self, known: Tensor) -> Tensor:
        scaled = (known - self.mean) / self.std
        return scaled.clamp(-_MAX_DEVIATIONS, _MAX_DEVIATIONS)


def draw_clips(
    model: Generator,
    condition: Tensor,
    in_shape: Sequence[int],
    device: torch.device | str = "cpu",
    seed: int = 0,
) -> Tensor:
    """A new clip of each condition (n, K), (n, *in_shape): the same for the same seed."""
    noise = torch.stack([_noise_of(seed, at, in_shape) for at in range(len(condition))])
    pairs = list(zip(noise.split(_CHUNK), condition.split(_CHUNK), strict=True))
    drawn = [
        model.draw(own.to(device), wanted.to(device)).cpu()
        for own, wanted in track_progress(pairs, "Drawing new clips", len(pairs))
    ]
    return torch.cat(drawn)


def choose_known(count: int) -> list[int]:
    """Which of training clips are looked at: all, or as many as there is time for."""
    return torch.linspace(0, count - 1, min(count, _MAX_TRAINED)).long().tolist()


def nearest_clips(x: Tensor, trained: Tensor) -> tuple[Tensor, Tensor]:
    """How far the nearest of training clips (n, ...) is from clips (N, ...), and which it is.

    The distance is the root of the mean squared difference.
    """
    distance = _distances(x, trained)
    nearest = distance.min(1)
    return nearest.values, nearest.indices


def nearest_others(trained: Tensor) -> Tensor:
    """(n,) how far the nearest other one is from each training clip."""
    distance = _distances(trained, trained)
    return distance.fill_diagonal_(torch.inf).amin(1)


def _distances(x: Tensor, y: Tensor) -> Tensor:
    """(N, ...), (n, ...) -> (N, n) the roots of mean squared differences."""
    apart = torch.cdist(x.flatten(1), y.flatten(1), compute_mode=EXACT_DISTANCES)
    return apart / x[0].numel() ** 0.5


def _noise_of(seed: int, number: int, shape: Sequence[int]) -> Tensor:
    """The noise of one clip, whichever others are drawn."""
    generator = torch.Generator().manual_seed(seed * 1_000_003 + number)
    return torch.randn(tuple(shape), generator=generator)


def _draw_same_class(condition: Tensor, known: Tensor) -> Tensor:
    """(N,) a training clip (n, K) of the class of each clip (N, K); any where there is none."""
    is_same = condition @ known.T  # (N, n)
    weight = torch.where(is_same.sum(1, keepdim=True) > 0, is_same, 1.0)
    generator = torch.Generator().manual_seed(0)
    return torch.multinomial(weight, 1, generator=generator)[:, 0]


def _stack_chunks(waves: Iterable[Tensor]) -> Iterator[Tensor]:
    """Waves (C, T) some at a time, (B, C, T)."""
    chunk: list[Tensor] = []
    for wave in waves:
        chunk.append(wave)
        if len(chunk) == _CHUNK:
            yield torch.stack(chunk)
            chunk = []
    if chunk:
        yield torch.stack(chunk)
