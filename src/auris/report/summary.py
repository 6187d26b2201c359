"""The question and the answer, in a sentence."""

from typing import Any, NamedTuple

from auris.report.context import ReportContext
from auris.runs.folder import RESULT
from auris.runs.result import load_result

_UNKNOWN = "This run has kept no clips from training, so that nothing is known of how good it is."
_CAVEAT = (
    "The interval holds what the constant baseline gives: "
    "these clips can't show that this is better."
)
_WORSE = "That is worse than the constant baseline."
_OF_CHOICES = "Validation clips are those by which one chooses: unseen ones may be told less well."
_MAX_ROWS = 6  # of metrics, beyond which they are folded


class Summary(NamedTuple):
    """The head of the page."""

    question: str
    is_simulated: bool
    sentences: list[str]
    split: str  # "" where there are no metrics
    metrics: list[tuple[str, ...]]  # name, value, interval, constant baseline
    more_metrics: list[
        tuple[str, ...]
    ]  # folded, those of parts of the clips among them
    groups: str  # what intervals count, where that is not clips
    about: str


def summarize_result(context: ReportContext) -> Summary:
    rows, parts = _metric_rows(context) if context.split else ([], [])
    return Summary(
        context.system.task.view.question(),
        context.is_simulated,
        sentences(context),
        context.split,
        rows[:_MAX_ROWS],
        [*rows[_MAX_ROWS:], *parts],
        explain_groups(context) if context.split else "",
        _about(context),
    )


def sentences(context: ReportContext) -> list[str]:
    """The answer."""
    if not context.split:
        return [_UNKNOWN]
    view = context.system.task.view
    main = view.result_sentence(
        context.scores, context.clips_name, context.constant_baseline
    )
    caveat = "" if context.split == "test" else _OF_CHOICES
    every = (main, constant_caveat(context), baseline_sentence(context), caveat)
    return [sentence for sentence in every if sentence]


def constant_caveat(context: ReportContext) -> str:
    """What should be said where the constant baseline may be as good, or is better."""
    name, estimate = context.main_metric
    low = estimate["low"]
    high = estimate["high"]
    constant = context.scores["constant_baseline"][name]
    if low is None or high is None or constant is None:
        return ""
    if low <= constant <= high:
        return _CAVEAT
    is_error = context.scores["best"][name] == "min"
    is_worse = low > constant if is_error else high < constant
    return _WORSE if is_worse else ""


def explain_groups(context: ReportContext) -> str:
    """What a group is, and what it makes of intervals; empty where each clip is one of its own."""
    dataset = context.data
    clips = dataset.indices(context.split)
    groups = len(dataset.groups_of(clips).unique())
    if groups == len(clips):
        return ""
    explained = (
        f"These {len(clips)} clips are of {groups} groups: a group is what belongs together, such "
        "as the clips of one recording, speaker or session. What is said of them is right or "
        "wrong together, so that intervals count groups, not clips"
    )
    independent = context.system.task.view.interval_of_clips(context.scores)
    return f"{explained}{independent}."


def baseline_sentence(context: ReportContext) -> str:
    """What the plain model came to, where it has been trained on the same clips."""
    task = context.system.task
    result = _find_result(context, task.baseline)
    if not result:
        return ""
    estimate = next(iter(result[context.split]["metrics"].values()))
    if estimate["value"] is None:
        return ""
    value = task.view.format_value(estimate["value"])
    return f"The plain model beside it, {task.baseline}, gives {value}."


def format_metric(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def format_bounds(estimate: dict[str, Any]) -> str:
    """The interval of a metric; of too few groups, how many they are."""
    if estimate["low"] is None:
        return f"n = {estimate['n']}"
    return f"{format_metric(estimate['low'])} to {format_metric(estimate['high'])}"


def _find_result(context: ReportContext, model: str) -> dict[str, Any] | None:
    """The result of the newest run of another model on the same data that looked at the split."""
    if context.result["model"] == model:
        return None
    runs = context.folder.resolve().parent.parent / model
    for path in sorted(runs.glob(f"2*/{RESULT}"), reverse=True):
        result = load_result(path)
        is_of_same_data = result["fingerprint"] == context.result["fingerprint"]
        if is_of_same_data and context.split in result:
            return result
    return None


def _metric_rows(
    context: ReportContext,
) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """All metrics with their intervals; apart from them those of parts of the clips."""
    of_parts = context.system.task.breakdown()
    rows: list[tuple[str, ...]] = []
    parts: list[tuple[str, ...]] = []
    for name, estimate in context.scores["metrics"].items():
        if estimate["value"] is None:
            continue
        value = format_metric(estimate["value"])
        constant = format_metric(context.scores["constant_baseline"][name])
        row = (name.replace("_", " "), value, format_bounds(estimate), constant)
        (parts if name in of_parts else rows).append(row)
    return rows, parts


def _about(context: ReportContext) -> str:
    result = context.result
    spec = context.data.spec
    return (
        f"{result['data']} with {result['model']}; {result['about']}; "
        f"clips of {spec.duration:g} s at {spec.sample_rate} Hz."
    )
