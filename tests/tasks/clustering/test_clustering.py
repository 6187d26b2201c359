"""Clusters: scores that are those of scikit-learn, and runs that find what is alike."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from choices import finds_clusters
from conftest import call, fill
from paper import words_on_paper
from running import TINY, experiment, here, options
from sklearn import metrics as theirs
from torch import Tensor

from auris.core.errors import UserError
from auris.models.clusters import Clusters
from auris.tasks.clustering.metrics import (
    AdjustedRandIndex,
    NormalizedMutualInformation,
    Silhouette,
    composition,
)
from auris.tasks.clustering.plots import (
    plot_choice,
    plot_composition,
    plot_silhouettes,
)
from auris.tasks.metric import Metric
from auris.training.reopen import reopen
from auris.training.run import FinishedRun, train

MODELS = [name for name in options("model") if finds_clusters(f"model={name}")]


def draw(clips: int = 40, clusters: int = 4, labels: int = 3) -> tuple[Tensor, Tensor]:
    """Decoded outputs and labels that have something to do with each other."""
    dice = torch.Generator().manual_seed(3)
    label = torch.randint(labels, (clips,), generator=dice)
    noise = torch.randint(clusters, (clips,), generator=dice)
    cluster = torch.where(torch.rand(clips, generator=dice) < 0.6, label, noise)
    vector = cluster[:, None] + torch.randn(clips, 5, generator=dice)
    facts = torch.stack([cluster + 1.0, torch.zeros(clips)], dim=1)
    return torch.cat([facts, vector], dim=1), label


PAIRED = (
    (AdjustedRandIndex(), theirs.adjusted_rand_score),
    (NormalizedMutualInformation(), theirs.normalized_mutual_info_score),
)


@pytest.mark.parametrize("ours, other", PAIRED)
@pytest.mark.parametrize("clusters", [1, 3, 7])
def test_agreement_with_labels_is_that_of_scikit_learn(
    ours: Metric, other: object, clusters: int
) -> None:
    decoded, label = draw(clusters=clusters)
    if clusters == 1:
        decoded[:, 0] = 1
    assert ours.value(decoded, label) == pytest.approx(other(label, decoded[:, 0]))
    assert ours.value(label[:, None] + 1.0, label) == 1
    alone = torch.arange(40)
    assert ours.value(alone[:, None] + 1.0, alone) == 1


def test_the_silhouette_is_that_of_scikit_learn() -> None:
    decoded, label = draw()
    decoded[0, 0] = 9  # a clip alone
    found = Silhouette().value(decoded, label)
    expected = theirs.silhouette_score(decoded[:, 2:].numpy(), decoded[:, 0].numpy())
    assert found == pytest.approx(expected, abs=1e-6)
    decoded[:, 0] = 1
    assert Silhouette().value(decoded, label) == 0


@pytest.mark.parametrize(
    "metric", [AdjustedRandIndex(), NormalizedMutualInformation(), Silhouette()]
)
def test_a_weight_leaves_clips_out_and_a_copy_is_no_evidence(metric: Metric) -> None:
    decoded, label = draw()
    kept = torch.arange(40) % 3 > 0
    weight = torch.stack([kept.float(), 2 * kept.float()])
    some, doubled = metric(decoded, label, weight).tolist()
    assert some == pytest.approx(metric.value(decoded[kept], label[kept]), abs=1e-6)
    assert doubled == pytest.approx(some, abs=0.02)


@pytest.mark.parametrize(
    "metric", [AdjustedRandIndex(), NormalizedMutualInformation(), Silhouette()]
)
def test_an_interval_holds_the_value_and_knows_groups(metric: Metric) -> None:
    decoded, label = draw(clips=200)
    alone = metric.estimate(decoded, label)
    width = alone.high - alone.low
    assert (alone.low + alone.high) / 2 == pytest.approx(alone.value, abs=0.2 * width)
    in_pairs = metric.estimate(
        decoded.repeat_interleave(2, 0),
        label.repeat_interleave(2),
        group=torch.arange(400) // 2,
    )
    assert in_pairs.n == alone.n == 200
    assert in_pairs.high - in_pairs.low == pytest.approx(width, rel=0.25)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("clusters")
    fill(place / "recordings", each=10)
    return place


def run_model(place: Path, *words: str) -> FinishedRun:
    return train(experiment("data=folder", *here(place), *TINY, *words))


@pytest.fixture(scope="module")
def run(place: Path) -> FinishedRun:
    """k-means that looked for the number of clusters itself, tested."""
    return run_model(place, "model=kmeans", "model.max_clusters=4", "test=true")


def test_the_number_is_that_of_the_largest_silhouette(run: FinishedRun) -> None:
    model = run.fitted.system.model
    assert isinstance(model, Clusters)
    h = model.seen.double().numpy()
    best = max(range(2, 5), key=lambda count: float(model.silhouettes[count]))
    assert int(model.count) == best
    for count in range(2, 5):
        _, found = model._fit_estimator(h, count)
        expected = theirs.silhouette_score(h, found)
        assert float(model.silhouettes[count]) == pytest.approx(expected, abs=1e-5)
    assert model.describe_choice().startswith(f"{best} clusters: of 2 to 4 they have")


def test_the_table_has_clusters_and_the_result_all_scores(run: FinishedRun) -> None:
    rows = list(csv.DictReader((run.folder / "predictions_test.csv").open()))
    clusters = {row["cluster"] for row in rows}
    assert len(rows) == 4 and clusters <= {"1", "2", "3", "4"}
    result = json.loads((run.folder / "result.json").read_text())
    scores = result["test"]["metrics"]
    assert list(scores) == [
        "adjusted_rand_index",
        "normalized_mutual_information",
        "silhouette",
    ]
    labels = [row["label"] for row in rows]
    expected = theirs.adjusted_rand_score(labels, [row["cluster"] for row in rows])
    assert scores["adjusted_rand_index"]["value"] == pytest.approx(expected, abs=1e-6)


def test_a_run_that_is_opened_again_says_the_same(run: FinishedRun) -> None:
    again = reopen(str(run.folder)).fitted.system
    wave = run.experiment.dataset.store.wave[:6]
    torch.testing.assert_close(again.decode(wave), run.fitted.system.decode(wave))


@pytest.mark.parametrize("model", MODELS)
def test_each_method_parts_tones_from_hiss(model: str, place: Path) -> None:
    neighbours = ("model.estimator.n_neighbors=4",) if model == "spectral" else ()
    run = run_model(place, f"model={model}", "model.clusters=2", *neighbours)
    decoded, target, *_ = run.evaluated["val"].predictions
    assert AdjustedRandIndex().value(decoded, target) == 1
    fitted = run.fitted.system.model
    assert isinstance(fitted, Clusters)
    seen = fitted.predict_vectors(fitted.seen)
    of_first = fitted.seen[seen[:, 0] == 1].double()
    assert len(of_first) >= len(fitted.seen) / 2  # the largest is the first
    members = fitted.seen[seen[:, 0] == seen[0, 0]]
    distance = (fitted.seen[0] - members.mean(0)).norm()
    assert float(seen[0, 1]) == pytest.approx(float(distance), rel=1e-3)


def test_predict_tells_the_cluster_of_a_new_recording(
    run: FinishedRun, place: Path
) -> None:
    wave = place / "recordings" / "tone" / "3.wav"
    words = (str(run.folder), str(wave), "--csv")
    done = call("scripts/predict.py", *words, cwd=place)
    assert done.returncode == 0, done.stderr
    (row,) = csv.DictReader(done.stdout.splitlines())
    assert row["cluster"] in {"1", "2"} and float(row["distance"]) > 0


@pytest.mark.parametrize(
    "words, sentence",
    [
        (("model=kmeans", "features=log_mel"), "choose features=statistics"),
        (("model=kmeans", "task=classification"), "choose task=clustering"),
        (("model=mlp", "task=clustering"), "finds no clusters; choose model=kmeans"),
        (("model=kmeans", "loss=mse"), "choose loss=anomaly_score"),
        (
            ("model=kmeans", "model.clusters=0"),
            "model.clusters=0 should be a whole number from 1",
        ),
        (("model=kmeans", "model.clusters=99"), "more than the 12 training clips"),
        (("model=kmeans", "model.max_clusters=1"), "should be a whole number from 2"),
        (("model=kmeans", "data.normal=tone"), "sorts all sound"),
    ],
)
def test_nonsense_is_refused(
    place: Path, words: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        run_model(place, *words)


def test_pictures_show_counts_and_the_choice() -> None:
    decoded, label = draw()
    counts = composition(decoded, label, 3)
    assert counts.sum() == 40 and counts.shape == (3, 4)
    expected = theirs.cluster.contingency_matrix(label, decoded[:, 0])
    assert np.array_equal(counts.numpy(), expected)
    figure = plot_composition(counts, ["a", "b", "c"])
    written = [text.get_text() for text in figure.axes[0].texts]
    assert written == [f"{n}" for n in expected.flatten() if n]
    tried = torch.tensor([torch.nan, torch.nan, 0.1, 0.4, 0.2])
    line = plot_choice(tried, 3).axes[0].lines[0]
    assert line.get_xdata().tolist() == [2, 3, 4]
    bars = plot_silhouettes(torch.linspace(-0.5, 1, 40), decoded[:, 0].long())
    assert len(bars.axes[0].patches) == 40
    assert all(map(words_on_paper, (figure, bars)))
