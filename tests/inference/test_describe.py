"""The table of features: a row a clip, a named column a number, in the features' own units."""

import csv
from pathlib import Path

import pytest
from conftest import call
from running import TINY, experiment

from auris.core.errors import UserError
from auris.inference.features_table import feature_rows


def test_rows_hold_what_the_names_say(folder: Path, tmp_path: Path) -> None:
    words = (
        f"data.root={folder}",
        f"paths.store={tmp_path}/store",
        "features=statistics",
        "features.n_fft=512",
    )
    header, *table = feature_rows(experiment("data=folder", *words, *TINY))
    assert len(table) == 20 and {row[1] for row in table} == {"tone", "hiss"}
    centroid = {
        Path(row[0]).name + row[1]: float(row[header.index("centroid_mean")])
        for row in table
    }
    # Hz: a tone of 300 Hz, white noise to 4 kHz
    assert centroid["0.wavtone"] < 500 < 1000 < centroid["0.wavhiss"]


def test_features_without_names_are_refused(folder: Path, tmp_path: Path) -> None:
    choice = experiment(
        "data=folder", f"data.root={folder}", f"paths.store={tmp_path}/store", *TINY
    )
    with pytest.raises(UserError, match="features=statistics"):
        list(feature_rows(choice))


def test_a_bar_shows_how_far_it_is(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bars = []

    def track(items, title, total):
        bars.append((title, total))
        return items

    monkeypatch.setattr("auris.inference.features_table.track_progress", track)
    words = (f"data.root={folder}", f"paths.store={tmp_path}/store", *TINY)
    small = ("features=statistics", "features.n_fft=512", "data.micro_batch_size=8")
    rows = list(feature_rows(experiment("data=folder", *words, *small)))
    assert len(rows) == 21 and bars == [("Computing features", 3)]


def test_the_script_writes_a_table(folder: Path, tmp_path: Path) -> None:
    words = (
        "data=folder",
        f"data.root={folder}",
        "data.duration=0.5",
        "features=piczak",
        "features.n_mels=40",
    )
    done = call("scripts/features.py", *words, cwd=tmp_path)
    header, *table = csv.reader(done.stdout.splitlines())
    assert done.returncode == 0 and len(header) == 3 + 26 and len(table) == 20
