"""A finished run: its metrics, predictions, curves, report and model."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, final

from auris.api.model import TrainedModel, load
from auris.api.page import Page
from auris.api.table import Table
from auris.core.commands import command_line
from auris.core.errors import UserError
from auris.core.places import shorten_path
from auris.runs.find import read_run
from auris.runs.folder import find_run, read_curves
from auris.runs.predictions import read_predictions

_SETS = ("test", "val")  # the first that was looked at counts
_TEXTS = (
    "path",
    "group",
    "label",
    "class",
    "section",
    "alarm",
)  # which stay as they are
_REPORT = "report.html"


def open_run(run: str | Path) -> "OpenedRun":
    """A finished run, by its folder. Raises `UserError` where it is not there, or not finished."""
    return OpenedRun(find_run(str(run)))


@final
class Metrics(Mapping[str, float]):
    """The metrics of a set by name, shown with their 95 % intervals and the constant baseline."""

    def __init__(self, scores: Mapping[str, Any], split: str):
        self.split = split
        self.clips: int = scores["clips"]
        self._estimates = scores["metrics"]
        constant = scores["constant_baseline"]
        self.table = Table(
            [
                {"metric": name, **estimate, "constant": constant[name]}
                for name, estimate in self._estimates.items()
            ]
        )

    def __getitem__(self, name: str) -> float:
        return _or_nan(self._estimates[name]["value"])

    def __iter__(self) -> Iterator[str]:
        return iter(self._estimates)

    def __len__(self) -> int:
        return len(self._estimates)

    def interval(self, name: str) -> tuple[float, float]:
        """The 95 % interval of a metric; NaN where there is none, as of too few groups."""
        estimate = self._estimates[name]
        return _or_nan(estimate["low"]), _or_nan(estimate["high"])

    def __repr__(self) -> str:
        return f"{self.split}: {self.clips} clips\n{self.table!r}"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return f"<p>{self.split}: {self.clips} clips</p>{self.table._repr_html_()}"


@final
class OpenedRun:
    """A finished run in its folder."""

    def __init__(self, folder: Path):
        run = read_run(folder)
        self.folder = folder
        self.result = run.result
        self.settings = run.settings

    @property
    def metrics(self) -> Metrics:
        """Those of the test set, or where it was not opened of the validation set.

        Raises `UserError` for a run that looked at neither.
        """
        return Metrics(self.result[self._split], self._split)

    @property
    def predictions(self) -> Table:
        """What was said of each clip of that set, the worst first."""
        rows = read_predictions(self.folder, self._split)
        numbers = _numeric_columns(rows)
        table = []
        for row in rows:
            table.append(
                {
                    name: float(value) if name in numbers else value
                    for name, value in row.items()
                }
            )
        return Table(sorted(table, key=lambda row: -row["error"]))

    @property
    def curves(self) -> Table:
        """What was measured after each epoch."""
        rows = []
        for row in read_curves(self.folder):
            rows.append({name: _to_number(value) for name, value in row.items()})
        return Table(rows)

    @property
    def report(self) -> Page:
        """Its report. Raises `UserError` where it has none."""
        path = self.folder / _REPORT
        if not path.is_file():
            writes = command_line("report", str(self.folder))
            raise UserError(f"{self.folder} has no report; {writes} writes one.")
        return Page(path)

    @cached_property
    def model(self) -> TrainedModel:
        """Its model, to be asked."""
        return load(self.folder)

    def __repr__(self) -> str:
        return f"{self._title}\n{self.metrics!r}\n{shorten_path(self.folder)}"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        words = escape(f"{self._title}: {shorten_path(self.folder)}")
        return f"<p>{words}</p>{self.metrics._repr_html_()}"

    @property
    def _title(self) -> str:
        note = " (simulated data)" if self.result.get("origin") == "simulated" else ""
        return f"{self.result['data']} {self.result['model']}{note}"

    @property
    def _split(self) -> str:
        """The set that counts."""
        for split in _SETS:
            if self.result.get(split):
                return split
        raise UserError(f"The run in {self.folder} looked at no set of clips.")


def _or_nan(value: float | None) -> float:
    """A number of a file in JSON, which knows no NaN."""
    return math.nan if value is None else value


def _numeric_columns(rows: Sequence[Mapping[str, str]]) -> set[str]:
    """The columns that hold numbers alone."""
    names = set(rows[0]).difference(_TEXTS)
    return {
        name
        for name in names
        if all(isinstance(_to_number(row[name]), float) for row in rows)
    }


def _to_number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
