"""The table of many runs: known means, deviations and intervals, and which runs belong together."""

import json
from pathlib import Path
from typing import Any

import pytest

from auris.compare import compare, find_runs, interval, markdown
from auris.errors import UserError


def finished(folder: Path, accuracy: float, fold: int = 1, seed: int = 1, model: str = "mlp", **settings: Any) -> None:
    """The record of a run."""
    folder.mkdir(parents=True)
    scores = {"metrics": {"accuracy": {"value": accuracy}}, "majority": {"accuracy": 0.5}}
    result = {
        "data": "birds",
        "model": model,
        "source": "real",
        "about": "birds",
        "fingerprint": f"f{fold}",
        "fold": fold,
        "seed": seed,
    }
    (folder / "result.json").write_text(json.dumps({**result, "test": scores, "seconds": 60.0}))
    lines = [f"seed: {seed}", f"data: {{fold: {fold}}}", f"model: {{kind: {model}}}"]
    (folder / "config.yaml").write_text("\n".join([*lines, *(f"{k}: {v}" for k, v in settings.items())]))


def test_means_over_folds_and_deviations_over_seeds(tmp_path: Path) -> None:
    for fold, seed, accuracy in [(1, 1, 0.6), (2, 1, 0.8), (3, 1, 1.0), (1, 2, 0.8), (2, 2, 1.0), (3, 2, 1.0)]:
        finished(tmp_path / f"{fold}{seed}", accuracy, fold, seed)
    (row,) = compare(find_runs([str(tmp_path)]), "accuracy", "test")
    assert (row.folds, row.seeds, row.majority, row.minutes) == (3, 2, 0.5, 1.0)
    assert row.mean == pytest.approx((0.7 + 0.9 + 1.0) / 3)
    assert row.deviation == pytest.approx(0.0942809, abs=1e-6)  # of 0.8 and 0.9333
    assert row.low == pytest.approx(0.86667 - 4.302653 * 0.152753 / 3**0.5, abs=1e-4) and row.high == 1.0


def test_an_interval_against_students_table() -> None:
    low, high = interval([1.0, 2.0, 3.0, 4.0])  # t of 3 degrees of freedom is 3.182
    assert (low, high) == pytest.approx((2.5 - 3.182446 * 1.290994 / 2, 2.5 + 3.182446 * 1.290994 / 2), abs=1e-4)
    assert all(value != value for value in interval([1.0, 2.0]))


def test_the_newest_run_of_the_same_configuration_counts(tmp_path: Path) -> None:
    finished(tmp_path / "2026-01-01", 0.1)
    finished(tmp_path / "2026-01-02", 0.9)
    (row,) = compare(find_runs([str(tmp_path)]), "accuracy", "test")
    assert row.mean == 0.9


def test_configurations_are_told_apart_by_what_differs(tmp_path: Path) -> None:
    finished(tmp_path / "a", 0.6, width=8)
    finished(tmp_path / "b", 0.7, width=16)
    finished(tmp_path / "c", 0.8, model="cnn")
    rows = compare(find_runs([str(tmp_path)]), "accuracy", "test")
    assert [row.name for row in rows] == ["birds cnn", "birds mlp width=16", "birds mlp width=8"]
    assert "| birds mlp width=16 | 1 x 1 | 0.700 | - | - | 0.500 | 1.0 |" in markdown(rows, "accuracy", "test")


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no finished run"):
        find_runs([str(tmp_path)])
    finished(tmp_path / "a", 0.6)
    runs = find_runs([str(tmp_path)])
    with pytest.raises(UserError, match="did you mean accuracy"):
        compare(runs, "acuracy", "test")
    with pytest.raises(UserError, match="None of these runs has looked at its val set"):
        compare(runs, "accuracy", "val")
