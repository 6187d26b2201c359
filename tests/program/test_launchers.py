"""Launchers of Hydra carry out `-m` sweeps: each run in a process of its own, and a failure is
not lost there.
"""

import json
from pathlib import Path

from conftest import cli, fill


def test_joblib_runs_at_once_and_hands_back_failures(tmp_path: Path) -> None:
    fill(tmp_path / "recordings")
    words = (
        "data=folder",
        "data.root=recordings",
        "data.duration=0.5",
        "trainer.max_epochs=1",
        "model=linear",
        "logger=csv",
    )
    joblib = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2")
    done = cli("train.py", "-m", *joblib, *words, "data.fold=9,1,2", cwd=tmp_path)
    assert done.returncode == 1
    results = [
        json.loads(path.read_text())
        for path in tmp_path.glob("outputs/recordings/linear/2*/result.json")
    ]
    assert sorted(result["fold"] for result in results) == [1, 2]
    assert "| recordings linear | 2 x 1 |" in done.stdout
    last = done.stderr.splitlines()[-1]
    assert (
        last.startswith("auris: data=folder")
        and "data.fold=9 failed: data.fold=9 does not exist;" in last
    )
    assert not list(tmp_path.rglob("test_ledger.jsonl"))
