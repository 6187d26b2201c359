"""Anomaly scores in words, pictures and sounds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, final

from torch import Tensor

from auris.tasks.anomaly.closeup import plot_closeup
from auris.tasks.anomaly.inspection import inspect_clip
from auris.tasks.anomaly.metrics import own_score
from auris.tasks.anomaly.output import ScoreOutput
from auris.tasks.anomaly.plots import plot_roc, plot_scores
from auris.tasks.inspection import Inspection
from auris.tasks.view import Plot, Sound, TaskView, format_interval, format_percent

_SHOWN = 4  # clips with the highest scores


class Scale(NamedTuple):
    """What scores mean."""

    # the anomaly scores of a model, as people see
    scaled: Callable[[Tensor, list[int]], Tensor]
    threshold: float | None  # of alarms, where there is one


@final
class ScoreView(TaskView):
    """How unlike normal sound each clip is, and which ones raise an alarm."""

    def __init__(self, output: ScoreOutput, domains: Sequence[str], scale: Scale):
        self.output = output
        self.parts = len(output.sections) * len(domains)
        self.scale = scale

    def question(self) -> str:
        return "Does it sound as it should?"

    def describe_prediction(self, decoded: Tensor, target: Tensor | None = None) -> str:
        return f"score {self.output.to_row(decoded, target)['score']:.2f}"

    def right_answers(self, decoded: Tensor, target: Tensor) -> Tensor | None:
        """An alarm at an anomaly, none at what is normal."""
        threshold = self.scale.threshold
        if threshold is None:
            return None
        alarm = own_score(decoded, target) > threshold
        return alarm == (target[:, 0] == 1)

    def format_value(self, value: float) -> str:
        return format_percent(value)

    def result_sentence(
        self, scores: Mapping[str, Any], clips: str, constant: Mapping[str, str | float]
    ) -> str:
        ranking = self._ranking_sentence(scores, clips)
        return " ".join([ranking, *self._alarm_sentences(scores["metrics"])])

    def plots(self, inspection: Inspection) -> Iterator[Plot]:
        decoded, target, *_ = inspection.predictions
        score = own_score(decoded, target)
        anomalous = target[:, 0]
        yield Plot(
            "scores",
            plot_scores(score, anomalous, self.scale.threshold),
            "Scores of normal and anomalous clips: the less they overlap, the better; "
            "beyond the threshold there is an alarm.",
        )
        if 0 < anomalous.sum() < len(anomalous):
            yield Plot(
                "roc",
                plot_roc(score, anomalous, self.scale.threshold, inspection.group),
                "What each threshold would give: alarms at anomalies against alarms at normal "
                "clips. Far up on the left is good.",
            )

    def closeups(self, inspection: Inspection) -> Iterator[Plot]:
        """Where in time and frequency the most anomalous clips are unlike normal sound."""
        for rank, at in enumerate(_most_anomalous(inspection), start=1):
            clip, wave = inspection.clip(at)
            section = int(inspection.predictions.target[at, 1])
            score, *seconds = inspection.predictions.decoded[at, :, section].tolist()
            heatmaps, anomaly_score = inspect_clip(inspection, wave)
            frames = self.scale.scaled(anomaly_score.mT, [1])[
                0, :, section
            ].cpu()  # (T',)
            title = f"{rank}. {clip.name} is {clip.label}; score {score:.2f}"
            duration = inspection.spec.duration
            threshold = self.scale.threshold
            figure = plot_closeup(heatmaps, frames, seconds, threshold, duration, title)
            yield Plot(f"unusual_{rank}", figure, "Where it is unlike normal sound.")

    def sounds(self, inspection: Inspection) -> Iterator[Sound]:
        for rank, at in enumerate(_most_anomalous(inspection), start=1):
            yield Sound(f"unusual/{rank}", inspection.clip(at)[1])

    def _ranking_sentence(self, scores: Mapping[str, Any], clips: str) -> str:
        """How well anomalies are ranked."""
        area = scores["metrics"]["auroc"]
        count = scores["clips"]
        if area["value"] is None:
            return (
                f"{count} {clips}, and no anomaly among them: "
                "how well one would be told is not known yet."
            )
        mean = f", harmonic mean of {self.parts} parts" if self.parts > 1 else ""
        constant = self.format_value(scores["constant_baseline"]["auroc"])
        return (
            f"Of {count} {clips}, an anomalous one scores above a normal one in "
            f"{self.format_value(area['value'])} of all pairs (AUROC{mean}), "
            f"{format_interval(self, area)}; the constant baseline gives {constant}."
        )

    def _alarm_sentences(self, metrics: Mapping[str, Any]) -> list[str]:
        """What happens at the threshold, as far as it is known."""
        kinds = {"anomalies": "true_alarm_rate", "normal clips": "false_alarm_rate"}
        rates = {
            kind: metrics[key]["value"] for kind, key in kinds.items() if key in metrics
        }
        known = {kind: rate for kind, rate in rates.items() if rate is not None}
        if not known:
            return []
        alarms = " and ".join(
            f"{self.format_value(known[kind])} of {kind}" for kind in known
        )
        return [
            f"The threshold, fixed beforehand on validation clips, alarms at {alarms}."
        ]


def _most_anomalous(inspection: Inspection) -> list[int]:
    """The predictions with the highest scores, the highest first."""
    decoded, target, *_ = inspection.predictions
    return own_score(decoded, target).argsort(descending=True)[:_SHOWN].tolist()
