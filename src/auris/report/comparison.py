"""Several runs side by side."""

import os
from collections.abc import Sequence
from contextlib import suppress
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from auris.core.errors import UserError
from auris.core.files import write_atomically
from auris.core.html import render
from auris.report.context import ReportContext
from auris.report.cost import format_duration
from auris.report.plots import PlotsSection, plots_section
from auris.report.summary import format_bounds, format_metric, sentences
from auris.report.training_curves import (
    Losses,
    TrainingSection,
    read_losses,
    training_section,
)
from auris.report.worst_clips import WorstClipsSection, worst_clips_section
from auris.runs.configuration import is_part_of_configuration
from auris.runs.find import Run, flatten
from auris.runs.folder import REPORT
from auris.runs.naming import name_groups
from auris.runs.significance import PairedDifference, compare_pair

# runs, beyond which the page would grow too large with the sound of each
_MAX_PLAYED = 3
_COMPARED = ("seed", "data.fold")  # though they vary within a configuration


class _Column(NamedTuple):
    """One run."""

    name: str
    sentences: list[str]
    training: TrainingSection
    plots: PlotsSection
    worst_clips: WorstClipsSection | None  # None where the page has no room for it


def write_comparison(contexts: Sequence[ReportContext]) -> Path:
    """Write report.html in the folder that holds all of these runs."""
    path = Path(os.path.commonpath([context.folder for context in contexts])) / REPORT
    write_atomically(path, render_comparison(contexts))
    return path


def render_comparison(contexts: Sequence[ReportContext]) -> str:
    names = _names(contexts)
    plays = len(contexts) <= _MAX_PLAYED
    losses = _comparable_losses(contexts)
    runs = [
        _column(context, name, losses, plays)
        for context, name in zip(contexts, names, strict=True)
    ]
    overview = [
        _overview_row(context, run) for context, run in zip(contexts, runs, strict=True)
    ]
    questions = dict.fromkeys(
        context.system.task.view.question() for context in contexts
    )
    return render(
        "auris.report",
        "comparison.html.j2",
        names=names,
        questions=list(questions),
        is_simulated=any(context.is_simulated for context in contexts),
        is_comparable=_share_clips(contexts),
        pairs=_paired_verdicts(contexts) if plays else [],
        overview=overview,
        differences=_differing_settings(contexts),
        runs=runs,
        plots_titles=list(dict.fromkeys(run.plots.title for run in runs)),
        plays=plays,
    )


def _names(contexts: Sequence[ReportContext]) -> list[str]:
    """A name for each run by which it can be told from the others."""
    runs = [
        Run(_flat_settings(context), context.result, context.folder)
        for context in contexts
    ]
    names = name_groups([[run] for run in runs])
    unique = []
    for name, run in zip(names, runs, strict=True):
        is_shared = names.count(name) > 1
        unique.append(f"{name} {run.folder.name}" if is_shared else name)
    return unique


def _flat_settings(context: ReportContext) -> dict[str, object]:
    return flatten(context.experiment.settings)


def _share_clips(contexts: Sequence[ReportContext]) -> bool:
    """Whether all runs were scored on the same clips."""
    clips = {(context.result["fingerprint"], context.split) for context in contexts}
    return len(clips) == 1


def _comparable_losses(contexts: Sequence[ReportContext]) -> list[Losses]:
    """The curves of all runs, where these make the same loss small."""
    kinds = {str(context.experiment.settings["loss"]) for context in contexts}
    if len(kinds) > 1:
        return []
    return [read_losses(context.folder) for context in contexts]


def _paired_verdicts(contexts: Sequence[ReportContext]) -> list[str]:
    """Of each two runs whether one is better on the same clips, where that can be told."""
    if not _share_clips(contexts) or not contexts[0].split:
        return []
    sentences = []
    for one, other in combinations(contexts, 2):
        folders = [str(one.folder), str(other.folder)]
        with suppress(UserError):  # one of them kept no predictions
            pair = compare_pair(folders, one.split, one.experiment.plugins)
            sentences.append(_describe_pair(pair))
    return sentences


def _describe_pair(pair: PairedDifference) -> str:
    metric = pair.metric.replace("_", " ")
    difference = f"{pair.difference:+.3f} [{pair.low:+.3f}, {pair.high:+.3f}]"
    return f"{pair.sentence} Difference in {metric}: {difference}."


def _column(
    context: ReportContext, name: str, losses: Sequence[Losses], plays: bool
) -> _Column:
    return _Column(
        name,
        sentences(context),
        training_section(context, losses),
        plots_section(context),
        worst_clips_section(context) if plays else None,
    )


def _overview_row(context: ReportContext, run: _Column) -> tuple[str, ...]:
    return (
        run.name,
        *_main_cells(context),
        f"{context.result['parameters']:,}",
        format_duration(context.result["seconds"]),
        run.training.verdict.words,
    )


def _main_cells(context: ReportContext) -> tuple[str, str, str]:
    """The main metric, its interval, and what the constant baseline has."""
    if not context.split:
        return "-", "-", "-"
    name, estimate = context.main_metric
    value = (
        f"{format_metric(estimate['value'])} {name.replace('_', ' ')} ({context.split})"
    )
    constant = context.scores["constant_baseline"][name]
    return value, format_bounds(estimate), format_metric(constant)


def _differing_settings(contexts: Sequence[ReportContext]) -> list[list[str]]:
    """A row for each setting in which the runs differ."""
    settings = [_flat_settings(context) for context in contexts]
    rows = []
    for key in dict.fromkeys(key for own in settings for key in own):
        values = [str(own.get(key, "-")) for own in settings]
        is_compared = key in _COMPARED or is_part_of_configuration(key)
        if is_compared and len(set(values)) > 1:
            rows.append([key, *values])
    return rows
