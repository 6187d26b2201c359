"""Is a recording unlike everything a model has learnt from? Then its answer means nothing,
however sure it sounds.
"""

from collections.abc import Iterable
from typing import Any, final

import torch
from torch import Tensor, nn

from auris.features.descriptors import ClipDescriptors

NEIGHBOURS = 3  # recordings; one alone may be unusual itself
MAX_CLIPS = 1000  # that are kept
CHUNK_SIZE = 16  # clips that are looked at at once
_EPS = 1e-9  # spread of distances that are all the same


@final
class Novelty(nn.Module):
    """How far clips are from the known ones, in each of their `ClipDescriptors`, beside how far
    known recordings are apart.

    The distance of a clip is the mean over those to the nearest clips of the nearest recordings
    (kNN: Ramaswamy et al., 2000), between numbers that are standardised and then compressed by
    asinh, as a single one far out would drown all others. Its logarithm is standardised too, by
    what it is of each known clip without the recording that it is from; what is above 0 is
    added up over the aspects. The share of known clips that come to less is the novelty. From 1
    - `NOVEL_RATE` on a clip is novel; of those exchangeable with the known ones at most so many
    are (jackknife p values: Barber et al., 2021). All is fixed by the clips and their groups:
    it is the same for every model.
    """

    FITTED = ("center", "spread", "seen", "recording", "usual", "known")
    center: Tensor  # (D,) of the aspects
    spread: Tensor  # (D,)
    seen: Tensor  # (n, D) the known clips
    recording: Tensor  # (n,) that each is from
    usual: Tensor  # (2, V) mean and deviation of the logarithms of distances
    known: Tensor  # (n,) what known clips come to, in order

    def __init__(self, sample_rate: int):
        super().__init__()
        self.aspects = ClipDescriptors(sample_rate)
        for name in self.FITTED:
            self.register_buffer(name, torch.empty(0))
        self.register_load_state_dict_post_hook(_allow_missing)

    @property
    def is_fitted(self) -> bool:
        return len(self.known) > 0

    def forward(self, wave: Tensor) -> Tensor:
        """Waves (B, C, T) -> (B,) novelty, from 0 to 1."""
        h = self._compress(self.aspects(wave))
        below = torch.searchsorted(self.known, self._score(self._distances(h)))
        return below / (len(self.known) + 1)

    @torch.no_grad()
    def fit_clips(self, waves: Iterable[Tensor], recording: Tensor) -> None:
        """Take what is known from waves (B, C, T) of n clips, of which `recording` (n,) says
        which belong together.
        """
        h = torch.cat([self.aspects(wave) for wave in waves])  # (n, D)
        _, recording = recording.unique(return_inverse=True)
        self.recording = recording.to(h.device)
        if self.recording.max() < 1:
            return  # a single recording says nothing of how far others may be
        self.center = h.mean(0)
        self.spread = h.std(0, correction=0).clamp_min(1e-5)
        self.seen = self._compress(h)
        far = self._distances(self.seen, self.recording)  # (V, n)
        far = far.clamp_min(_EPS).log()
        std = far.std(1).clamp_min(_EPS)
        self.usual = torch.stack([far.mean(1), std])
        scores = self._score(far.exp())  # (n,)
        self.known = scores.sort().values

    def _compress(self, h: Tensor) -> Tensor:  # (B, D) -> (B, D)
        return ((h - self.center) / self.spread).asinh()

    def _distances(self, h: Tensor, own: Tensor | None = None) -> Tensor:
        """How far clips (B, D) are from others than those of their `own` recording (B,), in
        each aspect: (V, B).
        """
        return torch.stack(
            [
                self._knn_distance(*pair, own)
                for pair in zip(
                    self._view_parts(h), self._view_parts(self.seen), strict=True
                )
            ]
        )

    def _view_parts(self, h: Tensor) -> Iterable[Tensor]:  # (B, D) -> V times (B, D_v)
        return [
            part / part.shape[1] ** 0.5 for part in h.split(self.aspects.sizes, dim=1)
        ]

    def _knn_distance(
        self, h: Tensor, seen: Tensor, own: Tensor | None
    ) -> Tensor:  # (B, D_v), (n, D_v) -> (B,)
        groups = int(self.recording.max()) + 1
        nearest = h.new_full((len(h), groups), torch.inf)
        recording = self.recording.expand(len(h), -1)  # (B, n)
        nearest.scatter_reduce_(1, recording, torch.cdist(h, seen), "amin")
        if own is not None:
            nearest.scatter_(1, own[:, None], torch.inf)
        k = min(NEIGHBOURS, groups - 1)
        return nearest.topk(k, largest=False).values.mean(1)

    def _score(self, far: Tensor) -> Tensor:  # (V, B) -> (B,)
        mean, deviation = self.usual[..., None]
        z = (far.clamp_min(_EPS).log() - mean) / deviation  # (V, B)
        return z.clamp_min(0).sum(0)

    def _load_from_state_dict(
        self, state: dict[str, Tensor], prefix: str, *others: Any
    ) -> None:
        for name in self.FITTED:  # as many as were kept
            if prefix + name in state:
                setattr(
                    self,
                    name,
                    torch.empty_like(state[prefix + name], device=self.known.device),
                )
        super()._load_from_state_dict(state, prefix, *others)


def _allow_missing(module: nn.Module, keys: Any) -> None:
    """Runs from before there was novelty have none."""
    keys.missing_keys[:] = [
        key for key in keys.missing_keys if not key.startswith("novelty.")
    ]
