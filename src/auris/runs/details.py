"""All metrics of some configurations, side by side, each with its interval over clips."""

from collections.abc import Sequence
from math import isnan

from auris.runs.compare import in_markdown, number, scored
from auris.runs.find import Run
from auris.runs.naming import configurations
from auris.tasks.metric import Estimate


def details(runs: Sequence[Run], name: str) -> str:
    """A Markdown table: a row for each metric of the set, "test" or "val", a column for the newest run of each.

    Metrics that have no value in any run, for want of such clips, are left out.
    """
    groups = configurations(scored(runs, name))
    newest = {label: group[-1].result[name]["metrics"] for label, group in groups}
    metrics = dict.fromkeys(metric for scores in newest.values() for metric in scores)
    rows = [
        [metric, *(cell(scores.get(metric)) for scores in newest.values())]
        for metric in metrics
    ]
    return in_markdown([name, *newest], [row for row in rows if any(row[1:])])


def cell(estimate: dict[str, float | None] | None) -> str:
    """A value with its interval; nothing where there is none."""
    if not estimate or isnan(number(estimate["value"])):
        return ""
    return str(Estimate(**{key: number(value) for key, value in estimate.items()}))
