"""Curves as a table, `metrics.csv`, one row an epoch, which a resumed run continues."""

import csv
from io import StringIO
from pathlib import Path
from typing import Any

from lightning.pytorch.loggers import Logger
from lightning.pytorch.utilities import rank_zero_only

from auris.core.files import write_atomically


class Curves(Logger):
    """Writes each epoch's figures to `metrics.csv`. (Lightning's CSVLogger starts anew when a
    run is resumed.)
    """

    def __init__(self, save_dir: str):
        super().__init__()
        self.path = Path(save_dir) / "metrics.csv"
        self.rows: dict[int, dict[str, Any]] = {}
        if self.path.is_file():
            with self.path.open(newline="", encoding="utf-8") as file:
                self.rows = {
                    int(row["epoch"]): {k: v for k, v in row.items() if v}
                    for row in csv.DictReader(file)
                }

    @property
    def name(self) -> str:
        return ""

    @property
    def version(self) -> str:
        return ""

    @property
    def save_dir(self) -> str:
        return str(self.path.parent)

    @rank_zero_only
    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        figures = {
            name: f"{value:.6g}" for name, value in metrics.items() if name != "epoch"
        }
        self.rows.setdefault(int(step or 0), {"epoch": int(step or 0)}).update(figures)

    @rank_zero_only
    def log_hyperparams(self, params: Any, *args: Any, **kwargs: Any) -> None:
        """The configuration is a file of its own."""

    @rank_zero_only
    def save(self) -> None:
        names = dict.fromkeys(name for row in self.rows.values() for name in row)
        text = StringIO()
        table = csv.DictWriter(text, list(names), restval="", lineterminator="\n")
        table.writeheader()
        table.writerows(self.rows[epoch] for epoch in sorted(self.rows))
        write_atomically(self.path, text.getvalue())

    @rank_zero_only
    def finalize(self, status: str) -> None:
        self.save()
