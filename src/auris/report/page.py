"""The page of one run."""

import json
from pathlib import Path

import torch
from omegaconf import DictConfig

from auris.core.files import write_atomically
from auris.core.html import Html, page, tag
from auris.data.module import AudioData
from auris.report.context import Section, Subject
from auris.report.cost import cost
from auris.report.data import data
from auris.report.plots import pictures
from auris.report.reproduce import repeat
from auris.report.summary import answer
from auris.report.training_curves import learning
from auris.report.worst_clips import worst
from auris.runs.folder import RESULT
from auris.training.system import System

REPORT = "report.html"


SECTIONS = (learning, pictures, worst, data, cost, repeat)


def report_on(folder: Path, cfg: DictConfig, data: AudioData, system: System) -> Path:
    """Write the report of a run that has just ended, with the answers of its system to the set it has seen last."""
    result = json.loads((folder / RESULT).read_text())
    with torch.compiler.set_stance(
        "force_eager"
    ):  # a few clips are not worth compiling for, nor can they be counted
        return write_report(Subject(folder, cfg, result, data, system, system.answers))


def part(section: Section) -> Html:
    return tag("section", tag("h2", section.title), section.body) if section.body else Html()


def write_report(subject: Subject) -> Path:
    """Write report.html in the folder of the run."""
    path = subject.folder / REPORT
    title = f"{subject.result['data']} {subject.result['model']}"
    write_atomically(
        path, page(title, answer(subject), *(part(make(subject)) for make in SECTIONS))
    )
    return path
