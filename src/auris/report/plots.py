"""The plots of the task: what was predicted of a whole split, at a glance."""

from typing import NamedTuple

from auris.core.svg import Picture, embed_figure, list_words, page_theme
from auris.report.context import ReportContext


class PlotsSection(NamedTuple):
    """What the task draws; no pictures where there are no predictions."""

    title: str
    pictures: list[Picture]


def plots_section(context: ReportContext) -> PlotsSection:
    if context.predictions is None:
        return PlotsSection("What did it say?", [])
    pictures = []
    with page_theme():
        for plot in context.system.task.view.plots(context.inspection):
            alternative = f"{plot.name}: {list_words(plot.figure)}"
            pictures.append(embed_figure(plot.figure, alternative, plot.caption))
    clips = f"{context.scores['clips']} {context.clips_name}"
    return PlotsSection(f"What did it say of {clips}?", pictures)
