"""A network that learns to tell changed sounds apart, and then finds sounds that it can't place."""

from collections.abc import Callable, Iterable
from typing import final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from auris.core.ranges import Count
from auris.core.shapes import Shape
from auris.models.cnn import Blocks, Cnn, Strides
from auris.models.codec import Codec
from auris.models.detector import (
    AnomalyDetector,
    count_bands,
    over_frames,
    require_anomaly_task,
)
from auris.models.instance_based import NearestNeighbours
from auris.models.network import Dropout, Widths
from auris.models.pretext import TRANSFORMS


@final
class SelfSupervised(AnomalyDetector):
    """A small CNN tells which of G changes was made to a clip, and of which of K sections it
    is.

    While it is trained its anomaly score is -log p of the right change and section k: of one change
    drawn for each clip in training, else the mean over all. (Golan and El-Yaniv, 2018, learn to
    tell geometric changes of pictures apart.) At last it keeps what the network makes of the
    training clips; from then on its anomaly score is the mean distance to the k nearest of each
    section, as with embeddings of machines and their attributes (Wilkinghoff, 2023). Embeddings
    have the length 1, so that the squared distance is twice the cosine distance.

    Args:
        widths: channels of each stage; each but the first halves time and frequency.
        blocks: residual blocks a stage.
        stride: of the first convolution, over (frequency, time).
        dropout: share of the embedding that training leaves out.
        k: neighbours of each section.
    """

    def __init__(
        self,
        in_shape: Shape,
        out_shape: Shape,
        task: Codec,
        widths: Widths = (16, 32, 64, 128),
        blocks: Blocks = 1,
        stride: Strides = (4, 4),
        dropout: Dropout = 0.2,
        k: Count = 1,
    ):
        super().__init__()
        require_anomaly_task(task, self)
        self.out_shape = out_shape
        count_bands(in_shape, self)
        sections = out_shape[0]
        self.network = Cnn(
            in_shape, (len(TRANSFORMS), sections), widths, blocks, stride, dropout
        )
        self.memory = NearestNeighbours(
            (widths[-1], 1), (sections, 1), nn.Identity(), task, k
        )

    def forward(self, x: Tensor) -> Tensor:  # (B, C', F, T') -> (B, K, T')
        if self.training:
            return over_frames(self._score_drawn_transforms(x), self.out_shape)
        if len(self.memory.seen):
            return self.memory(self.embed(x)[..., None])
        mean = torch.stack(
            [self.anomaly_score(change(x), g) for g, change in enumerate(TRANSFORMS)]
        ).mean(0)
        return over_frames(mean, self.out_shape)

    def embed(self, x: Tensor) -> Tensor:  # (B, C', F, T') -> (B, widths[-1])
        """What the network makes of a clip, of length 1."""
        return F.normalize(self.network.embed(x).float(), dim=1)

    def _score_drawn_transforms(self, x: Tensor) -> Tensor:  # (B, C', F, T') -> (B, K)
        """The anomaly score at one change of each clip."""
        chosen = torch.randint(len(TRANSFORMS), (len(x),)).to(x.device)
        changed = torch.empty_like(x)
        for g, change in enumerate(TRANSFORMS):
            changed[chosen == g] = change(x[chosen == g])
        return self.anomaly_score(changed, chosen)

    def anomaly_score(
        self, changed: Tensor, chosen: Tensor | int
    ) -> Tensor:  # (B, C', F, T'), (B,) -> (B, K)
        """-log p of the changes that were made, and of each section."""
        log_p = (
            self.network(changed)
            .flatten(1)
            .log_softmax(1)
            .unflatten(1, (len(TRANSFORMS), -1))
        )  # (B, G, K)
        return -log_p[torch.arange(len(changed), device=changed.device), chosen]

    @torch.no_grad()
    def fit_memory(
        self, examples: Callable[[], Iterable[tuple[Tensor, Tensor]]]
    ) -> None:
        self.memory.store_clips(
            (self.embed(x)[..., None], target) for x, target in examples()
        )
