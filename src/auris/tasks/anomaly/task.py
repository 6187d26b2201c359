"""Anomaly detection: how unlike normal sound is it?"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, final

import numpy as np
import torch
from torch import Tensor, nn

from auris.acoustics.arrays import Array
from auris.core.errors import UserError
from auris.core.ranges import Range, Share
from auris.core.shapes import Shape
from auris.data.settings import DataSettings
from auris.data.spec import Spec
from auris.data.targets import Targets
from auris.models.detector import AnomalyDetector
from auris.tasks.anomaly.metrics import anomaly_metrics, own_score, own_scores
from auris.tasks.anomaly.output import ScoreOutput
from auris.tasks.anomaly.targets import AnomalyTargets
from auris.tasks.anomaly.threshold import gamma_quantile
from auris.tasks.anomaly.view import Scale, ScoreView
from auris.tasks.classification.metrics import Auroc
from auris.tasks.comparable import Comparable, Row, read_column
from auris.tasks.losses import MeanAnomalyScore
from auris.tasks.metric import Metric
from auris.tasks.task import Task

# normal validation clips that a section needs for a threshold of its own
_MIN_CLIPS = 5
_MIN_SPAN = 1e-9  # from the usual score to the threshold, where all scores are the same
_CLIP = 0
_SECOND = 1  # what a score is of


@final
class Anomaly(Task):
    """How unlike normal sound is it? Outputs (B, K, T') are anomaly scores of frames.

    They say how surprising each frame would be of each of K sections. Decoded they are scores
    (B, 1 + S, K): of the clip, then of each of its S seconds. Once validation clips have shown
    what is usual, the usual score is 0 and the threshold of alarms is 1.

    Args:
        top: fraction of the frames, the most surprising ones, whose mean is the score: 1 is the
            mean over time, 0 the largest, anything between the mean of the top k.
        false_alarm_rate: of normal clips, and of normal seconds, that the threshold lets through.
    """

    outputs = "anomaly_score"
    monitor = ("val/loss", "min")
    baseline = "mahalanobis"
    detects_novelty = False  # it is what the scores say

    center: Tensor
    span: Tensor
    calibrated: Tensor

    def __init__(
        self,
        spec: Spec,
        in_shape: Shape,
        top: Share = 1.0,
        false_alarm_rate: Annotated[float, Range(0, 0.5, above=True)] = 0.01,
    ):
        super().__init__()
        self.top = top
        self.rate = false_alarm_rate
        self.sections = spec.values_of("section")
        self.domains = spec.values_of("domain")
        self.out_shape = (len(self.sections), in_shape[-1])
        self.seconds = max(1, min(round(spec.duration), in_shape[-1]))
        self._kinds = [_CLIP] + [_SECOND] * self.seconds  # of decoded scores
        # of clips, of seconds
        self.register_buffer("center", torch.zeros(2, len(self.sections)))
        self.register_buffer("span", torch.ones(2, len(self.sections)))
        self.register_buffer("calibrated", torch.tensor(False))

    @classmethod
    def targets_for(cls, settings: DataSettings, array: Array | None) -> Targets:
        if settings.normal is None:
            raise UserError(
                "task=anomaly needs to know what is normal: data.normal=LABEL looks for what is "
                "not LABEL."
            )
        if array is not None:
            raise UserError(
                "array and data.normal don't go together: one asks where, the other whether; "
                "choose one."
            )
        return AnomalyTargets(settings.normal, settings.known_anomalies)

    def encode(self, target: Tensor, x: Tensor) -> Tensor:
        own = nn.functional.one_hot(target[:, 1], len(self.sections)).to(
            x.dtype
        )  # (B, K)
        return self._over_frames(own)

    def decode(self, output: Tensor, x: Tensor) -> Tensor:
        parts = [output, *output.tensor_split(self.seconds, dim=-1)]
        # (B, 1 + S, K)
        scores = torch.stack([self._pool(part.float()) for part in parts], dim=1)
        return self.scaled(scores, self._kinds)

    def scaled(self, anomaly_score: Tensor, kinds: list[int]) -> Tensor:
        """Raw scores (B, n, K), n of clips (0) or of seconds (1), so that the threshold is 1."""
        return (anomaly_score - self.center[kinds]) / self.span[kinds]

    def reconstruction_output(self, x: Tensor, copy: Tensor) -> Tensor:
        """The mean squared error of each frame: (B, *in_shape) -> (B, K, T')."""
        error = (x - copy).square().flatten(1, -2).mean(1, keepdim=True)  # (B, 1, T')
        return error.expand(-1, *self.out_shape)

    def stored_target(self, target: Tensor) -> Tensor:  # (n, K, T') -> (n, K)
        """The section, which is the same in all frames."""
        return target[..., 0]

    def knn_output(self, distance: Tensor, stored: Tensor, k: int) -> Tensor:
        """The mean distance to the k nearest of each section (Angiulli and Pizzuti, 2002)."""
        of_section = [_mean_of_nearest(distance[:, own > 0], k) for own in stored.T]
        return self._over_frames(torch.stack(of_section, dim=1))

    def check_parts(self, model: nn.Module, loss: nn.Module) -> None:
        if not isinstance(model, AnomalyDetector):
            raise UserError(
                f"model: {type(model).__name__} can't tell what is unusual; "
                "choose model=autoencoder, model=mahalanobis or another that puts out "
                "anomaly scores."
            )
        if not isinstance(loss, MeanAnomalyScore):
            raise UserError(
                "loss: models of normal sound put out their anomaly score themselves; "
                "choose loss=anomaly_score."
            )

    def calibrate(self, decoded: Tensor, target: Tensor, group: Tensor) -> Tensor:
        """Take the usual score and the threshold from normal clips, section by section."""
        usual = self.loss_mask(target)
        if usual.sum() < _MIN_CLIPS:
            return decoded
        scores = own_scores(decoded, target)  # (N, 1 + S)
        for k in range(len(self.sections)):
            own = usual & (target[:, 1] == k)
            enough = own.sum() >= _MIN_CLIPS
            self._calibrate_section(k, scores[own if enough else usual])
        self.calibrated.fill_(True)
        return self.scaled(decoded, self._kinds)

    def limitation(self) -> str:
        if self.calibrated:
            return ""
        return (
            f"No threshold is known: it takes {_MIN_CLIPS} normal validation clips, "
            "which do not train, as with refit."
        )

    def loss_mask(self, target: Tensor) -> Tensor:
        return target[:, 0] == 0

    def metrics(self) -> dict[str, Metric]:
        return anomaly_metrics(
            self.sections, self.domains, alarms=bool(self.calibrated)
        )

    def error(self, decoded: Tensor, target: Tensor) -> Tensor:
        score = own_score(decoded, target) - 1
        return torch.where(target[:, 0] == 0, score, -score)

    def constant_prediction(self, known: Tensor, decoded: Tensor) -> Tensor:
        return torch.zeros_like(decoded)

    @property
    def output(self) -> ScoreOutput:
        return ScoreOutput(self.sections, bool(self.calibrated))

    @property
    def view(self) -> ScoreView:
        threshold = 1.0 if self.calibrated else None
        return ScoreView(self.output, self.domains, Scale(self.scaled, threshold))

    @classmethod
    def comparable(cls, rows: Sequence[Row], settings: Mapping[str, Any]) -> Comparable:
        score = read_column(rows, "score")
        normal = str(settings["data.normal"])
        anomalous = torch.tensor([int(row["label"] != normal) for row in rows])
        return Comparable(
            "auroc", Auroc(), torch.stack([-score, score], dim=1), anomalous
        )

    def _pool(self, anomaly_score: Tensor) -> Tensor:  # (B, K, T') -> (B, K)
        """The mean of the most surprising frames."""
        count = max(1, round(self.top * anomaly_score.shape[-1]))
        return anomaly_score.topk(count, dim=-1).values.mean(-1)

    def _over_frames(self, score: Tensor) -> Tensor:
        """The output of a clip that is judged as a whole: (B, K) -> (B, K, T')."""
        return score[..., None].expand(-1, *self.out_shape)

    def _calibrate_section(self, k: int, scores: Tensor) -> None:
        """Take the usual score and the threshold of a section from its scores (n, 1 + S)."""
        for kind, values in ((_CLIP, scores[:, 0]), (_SECOND, scores[:, 1:].flatten())):
            median = float(np.median(values.cpu()))  # of two in the middle their mean
            self.center[kind, k] = median
            self.span[kind, k] = max(
                gamma_quantile(values, self.rate) - median, _MIN_SPAN
            )


def _mean_of_nearest(distance: Tensor, k: int) -> Tensor:  # (B, n) -> (B,)
    nearest = distance.topk(min(k, distance.shape[1]), largest=False)
    return nearest.values.mean(1)
