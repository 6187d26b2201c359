"""One class of a labelled data set is normal: from the command line to scores, for folders and
tables.
"""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from conftest import fill
from omegaconf import DictConfig
from running import TINY, configured

from auris.core.errors import UserError
from auris.runs.compare import summarize_runs
from auris.runs.find import find_runs
from auris.training.experiment import Experiment
from auris.training.run import train

KNN = (
    "model=knn",
    "data.folds=3",
    *(word for word in TINY if not word.startswith(("data.batch", "test"))),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recordings of two classes, in folders and in a table with sections."""
    place = fill(tmp_path_factory.mktemp("one_class"))
    rows = [
        f"{label}/{i}.wav,{label},{'ab'[i % 2]}"
        for label in ("tone", "hiss")
        for i in range(10)
    ]
    (place / "clips.csv").write_text("\n".join(["path,label,section", *rows]))
    return place


def config(place: Path, *words: str) -> DictConfig:
    here = (f"paths.outputs={place}/out", f"paths.store={place}/store")
    return configured(*KNN, *here, "test=true", *words)


def run(place: Path, *words: str) -> tuple[dict[str, Any], Counter]:
    """The result of a run, and how many recordings of each label it scored on validation and
    test.
    """
    cfg = config(place, *words)
    folder = train(Experiment(cfg)).folder
    scored = Counter(
        (name, row["label"])
        for name in ("val", "test")
        for row in csv.DictReader((folder / f"predictions_{name}.csv").open())
    )
    return json.loads((folder / "result.json").read_text()), scored


@pytest.mark.parametrize("normal", ["tone", "hiss"])
@pytest.mark.parametrize(
    "words",
    [
        ("data=one_class", "data.dataset=folder", "data.root={}"),
        ("data=one_class", "data.dataset=csv", "data.table={}/clips.csv"),
        ("data=folder", "data.root={}", "task=anomaly"),
        ("data=csv", "data.table={}/clips.csv", "task=anomaly"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_the_other_class_is_found_and_never_validates(
    place: Path, words: tuple[str, ...], normal: str
) -> None:
    result, scored = run(
        place, *(word.format(place) for word in words), f"data.normal={normal}"
    )
    other = {"tone": "hiss", "hiss": "tone"}[normal]
    assert set(scored) == {("val", normal), ("test", normal), ("test", other)}
    assert scored["test", other] == 10
    assert result["test"]["metrics"]["auroc"]["value"] == 1
    assert result["val"]["metrics"]["auroc"]["value"] is None
    assert ("auroc_a" in result["test"]["metrics"]) == any(
        word.startswith("data.table") for word in words
    )


def test_known_anomalies_show_how_well_they_are_found_in_validation(
    place: Path,
) -> None:
    words = (
        "data=one_class",
        "data.dataset=folder",
        f"data.root={place}",
        "data.normal=tone",
    )
    result, scored = run(
        place, *words, "data.known_anomalies=[hiss/0.wav,'hiss/[1-3].wav']"
    )
    assert (scored["val", "hiss"], scored["test", "hiss"]) == (4, 6)
    assert result["val"]["metrics"]["auroc"]["value"] == 1


def test_classes_that_are_normal_in_turn_are_one_row(
    place: Path, tmp_path: Path
) -> None:
    for normal in ("tone", "hiss"):
        words = (
            "data=one_class",
            "data.dataset=folder",
            f"data.root={place}",
            f"data.normal={normal}",
        )
        train(Experiment(config(place, *words, f"paths.outputs={tmp_path}")))
    runs = find_runs([str(tmp_path)])
    assert {run.settings["data.normal"] for run in runs} == {"tone", "hiss"}
    (row,) = summarize_runs(runs, None, "test")
    assert (row.name, row.folds, row.mean) == (f"{place.name} knn", 1, 1)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ("data.dataset=fsdd",),
            "There is no data.dataset=fsdd; Choices: cats_babies, csv, esc10, esc50, folder",
        ),
        (
            ("data.dataset=folder",),
            "data.dataset=folder needs to know where it is; name it with data.root=",
        ),
        (
            ("data.dataset=csv",),
            "data.dataset=csv needs to know where it is; name it with data.table=",
        ),
        (
            ("data.dataset=folder", "data.root={}", "data.normal=tune"),
            "No recording is labelled tune, .* did you mean tone",
        ),
        (
            ("data.dataset=folder", "data.root={}", "data.known_anomalies=[x]"),
            "data.known_anomalies names x, and no",
        ),
        (
            (
                "data.dataset=folder",
                "data.root={}",
                "model=autoencoder",
                "model.frames=999",
            ),
            "model.frames=999 should be at most",
        ),
    ],
)
def test_mistakes_are_told(place: Path, words: tuple[str, ...], says: str) -> None:
    with pytest.raises(UserError, match=says):
        run(
            place,
            "data=one_class",
            "data.normal=tone",
            *(word.format(place) for word in words),
        )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("task=anomaly",), "data.normal=LABEL looks for what is not LABEL"),
        (
            ("task=classification", "model=mlp", "data.normal=tone"),
            "choose task=anomaly, or leave data.normal away",
        ),
    ],
)
def test_task_and_data_must_agree_on_what_labels_are(
    place: Path, words: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        train(Experiment(config(place, "data=folder", f"data.root={place}", *words)))
