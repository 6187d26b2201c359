"""Anomaly detection: how unlike normal sound is it?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from auris.core.errors import UserError
from auris.core.shapes import Shape
from auris.data.spec import Spec
from auris.models.detector import Detector
from auris.tasks.anomaly.metrics import anomaly_metrics, own_score, own_scores
from auris.tasks.anomaly.threshold import upper_end
from auris.tasks.losses import Surprise
from auris.tasks.metric import Metric
from auris.tasks.output import Scores
from auris.tasks.task import Task

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from auris.training.tensorboard import Page


LEAST = 5  # normal validation clips that a section needs for a threshold of its own


TINY = 1e-9  # from the usual score to the threshold, where all scores are the same


class Anomaly(Task):
    """How unlike normal sound is it? Outputs (B, K, T') say how surprising each frame would be of each of K sections.

    Decoded they are scores (B, 1 + S, K): of the clip, then of each of its S seconds. Once validation clips have
    shown what is usual, the usual score is 0 and the threshold of alarms is 1.

    Args:
        top: share of the frames, the most surprising ones, whose mean is the score: 1 is the mean over time, 0 the
            largest, anything between the mean of the top k.
        false_alarm_rate: of normal clips, and of normal seconds, that the threshold lets through.
    """

    targets = ("anomaly",)
    outputs = "surprise"
    monitor = ("val/loss", "min")
    baseline = "mahalanobis"
    minds_novelty = False  # it is what the answers say

    center: Tensor
    span: Tensor
    calibrated: Tensor

    def __init__(
        self, spec: Spec, in_shape: Shape, top: float = 1.0, false_alarm_rate: float = 0.01
    ):
        super().__init__()
        if not 0 <= top <= 1:
            raise UserError(f"task.top={top} should be a share, from 0 to 1.")
        if not 0 < false_alarm_rate < 0.5:
            raise UserError(
                f"task.false_alarm_rate={false_alarm_rate} should be above 0 and below 0.5."
            )
        self.top, self.rate = top, false_alarm_rate
        self.sections, self.domains, self.classes = spec.sections, spec.domains, spec.classes
        self.out_shape = (len(spec.sections), in_shape[-1])
        self.seconds = max(1, min(round(spec.duration), in_shape[-1]))
        self.register_buffer("center", torch.zeros(2, len(spec.sections)))  # of clips, of seconds
        self.register_buffer("span", torch.ones(2, len(spec.sections)))
        self.register_buffer("calibrated", torch.tensor(False))

    def encode(self, target: Tensor, x: Tensor) -> Tensor:
        own = nn.functional.one_hot(target[:, 1], len(self.sections)).to(x.dtype)  # (B, K)
        return own[..., None].expand(-1, *self.out_shape)

    def decode(self, output: Tensor, x: Tensor) -> Tensor:
        parts = [output, *output.tensor_split(self.seconds, dim=-1)]
        scores = torch.stack([self.pool(part.float()) for part in parts], dim=1)  # (B, 1 + S, K)
        return self.scaled(scores, [0] + [1] * self.seconds)

    def scaled(self, surprise: Tensor, kind: list[int]) -> Tensor:
        """Surprise (B, n, K) on the scale of scores, n of clips (0) or of seconds (1): the threshold becomes 1."""
        return (surprise - self.center[kind]) / self.span[kind]

    def pool(self, surprise: Tensor) -> Tensor:  # (B, K, T') -> (B, K)
        """The mean of the most surprising frames."""
        count = max(1, round(self.top * surprise.shape[-1]))
        return surprise.topk(count, dim=-1).values.mean(-1)

    def compare(self, x: Tensor, copy: Tensor) -> Tensor:
        """The mean squared error of each frame: (B, *in_shape) -> (B, K, T')."""
        error = (x - copy).square().flatten(1, -2).mean(1, keepdim=True)  # (B, 1, T')
        return error.expand(-1, *self.out_shape)

    def remembered(self, target: Tensor) -> Tensor:  # (n, K, T') -> (n, K)
        """The section, which is the same in all frames."""
        return target[..., 0]

    def recall(self, distance: Tensor, told: Tensor, k: int) -> Tensor:
        """The mean distance to the k nearest clips of each section (Angiulli and Pizzuti, 2002)."""
        return self.constant(
            torch.stack([self.near(distance[:, own > 0], k) for own in told.T], dim=1)
        )

    def near(self, distance: Tensor, k: int) -> Tensor:  # (B, n) -> (B,)
        return distance.topk(min(k, distance.shape[1]), largest=False).values.mean(1)

    def constant(self, surprise: Tensor) -> Tensor:
        """The output for models that judge a clip as a whole: (B, K) -> (B, K, T')."""
        return surprise[..., None].expand(-1, *self.out_shape)

    def check(self, model: nn.Module, loss: nn.Module) -> None:
        if not isinstance(model, Detector):
            raise UserError(
                f"model: {type(model).__name__} can't tell what is unusual; choose model=autoencoder, "
                "cnn_autoencoder, vae, self_supervised, mahalanobis, gaussian_mixture, one_class_svm, knn "
                "or loudness."
            )
        if not isinstance(loss, Surprise):
            raise UserError(
                "loss: models of normal sound say themselves how surprised they are; choose loss=surprise."
            )

    def calibrate(self, decoded: Tensor, target: Tensor) -> Tensor:
        """Take the usual score and the threshold from normal clips (N, 1 + S, K), section by section."""
        usual, section, scores = self.settled(target), target[:, 1], own_scores(decoded, target)
        if usual.sum() < LEAST:
            return decoded
        for k in range(len(self.sections)):
            own = usual & (section == k)
            seen = scores[own if own.sum() >= LEAST else usual]  # (n, 1 + S)
            for kind, part in enumerate((seen[:, 0], seen[:, 1:].flatten())):
                self.center[kind, k] = part.median()
                self.span[kind, k] = max(upper_end(part, self.rate) - float(part.median()), TINY)
        self.calibrated.fill_(True)
        return self.scaled(decoded, [0] + [1] * self.seconds)

    def caveat(self) -> str:
        if self.calibrated:
            return ""
        return f"No threshold is known: it takes {LEAST} normal validation clips, which do not train, as with refit."

    def settled(self, target: Tensor) -> Tensor:
        return target[:, 0] == 0

    def metrics(self) -> dict[str, Metric]:
        return anomaly_metrics(self.sections, self.domains, alarms=bool(self.calibrated))

    def error(self, decoded: Tensor, target: Tensor) -> Tensor:
        score = own_score(decoded, target) - 1
        return torch.where(target[:, 0] == 0, score, -score)

    def guess(self, known: Tensor, decoded: Tensor) -> Tensor:
        return torch.zeros_like(decoded)

    def pictures(self, decoded: Tensor, target: Tensor, group: Tensor) -> "dict[str, Figure]":
        from auris.tasks.anomaly import plots as pictures

        score, anomalous = own_score(decoded, target), target[:, 0]
        shown = {"scores": pictures.scores(score, anomalous, self.threshold)}
        if 0 < anomalous.sum() < len(anomalous):
            shown["roc"] = pictures.roc(score, anomalous, self.threshold, group)
        return shown

    def show(self, page: "Page") -> None:
        from auris.tasks.anomaly.inspection import show_unusual

        show_unusual(page, self)

    @property
    def threshold(self) -> float | None:
        """The score beyond which there is an alarm; None where no validation clips have decided it."""
        return 1.0 if self.calibrated else None

    @property
    def reading(self) -> Scores:
        return Scores(self.sections, bool(self.calibrated))

    def say(self, decoded: Tensor, target: Tensor | None = None) -> str:
        return f"score {self.answer(decoded, target)['score']:.2f}"

    def question(self) -> str:
        return "Does it sound as it should?"

    def sentence(
        self, scores: Mapping[str, Any], clips: str, constant: Mapping[str, str | float]
    ) -> str:
        area = scores["metrics"]["auroc"]
        several = f", harmonic mean of {len(self.sections) * len(self.domains)} parts"
        parts = several if len(self.sections) * len(self.domains) > 1 else ""
        ranks = (
            f"Of {scores['clips']} {clips}, an anomalous one scores above a normal one in {self.figure(area['value'])} "
            f"of all pairs (AUROC{parts}), {self.interval(area)}; a constant answer gives "
            f"{self.figure(scores['majority']['auroc'])}."
            if area["value"] is not None
            else f"{scores['clips']} {clips}, and no anomaly among them: how well one would be told is not known yet."
        )
        return " ".join([ranks, *self.alarms(scores["metrics"])])

    def alarms(self, metrics: Mapping[str, Any]) -> list[str]:
        """What happens at the threshold, as far as it is known."""
        kinds = {"anomalies": "true_alarm_rate", "normal clips": "false_alarm_rate"}
        rates = {kind: metrics[key]["value"] for kind, key in kinds.items() if key in metrics}
        told = [
            f"{self.figure(rate)} of {kind}" for kind, rate in rates.items() if rate is not None
        ]
        return (
            [
                f"The threshold, fixed beforehand on validation clips, alarms at {' and '.join(told)}."
            ]
            if told
            else []
        )
