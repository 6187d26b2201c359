"""The table of many runs: known means, deviations and intervals, and which runs belong together."""

import json
from pathlib import Path

import pytest
from records import finished

from auris.core.errors import UserError
from auris.runs.compare import mean_interval, summarize_runs
from auris.runs.find import filter_runs, find_runs
from auris.runs.naming import group_runs
from auris.runs.tables import all_metrics_table, to_markdown


def test_means_over_folds_and_deviations_over_seeds(tmp_path: Path) -> None:
    for fold, seed, accuracy in [
        (1, 1, 0.6),
        (2, 1, 0.8),
        (3, 1, 1.0),
        (1, 2, 0.8),
        (2, 2, 1.0),
        (3, 2, 1.0),
    ]:
        finished(tmp_path / f"{fold}{seed}", accuracy, fold, seed)
    (row,) = summarize_runs(find_runs([str(tmp_path)]), "accuracy", "test")
    assert (row.folds, row.seeds, row.constant_baseline, row.minutes) == (
        3,
        2,
        0.5,
        1.0,
    )
    assert row.mean == pytest.approx((0.7 + 0.9 + 1.0) / 3)
    assert row.std == pytest.approx(0.0942809, abs=1e-6)  # of 0.8 and 0.9333
    assert (
        row.low == pytest.approx(0.86667 - 4.302653 * 0.152753 / 3**0.5, abs=1e-4)
        and row.high == 1.0
    )


def test_what_has_no_value_stands_last_without_one(tmp_path: Path) -> None:
    """As the validation AUROC where no anomaly is known."""
    for fold in (1, 2, 3):
        finished(tmp_path / f"knn{fold}", None, fold, model="knn")
    for fold in (1, 2):
        finished(tmp_path / f"svm{fold}", None, fold, seed=fold, model="svm")
        finished(tmp_path / f"mlp{fold}", 0.1, fold)
    rows = summarize_runs(find_runs([str(tmp_path)]), None, "test")
    assert [row.mean != row.mean for row in rows] == [False, True, True]
    line = "| birds knn | 3 x 1 | - | - | - | 0.500 | 1.0 |"
    assert line in to_markdown(rows, "test")


def test_classes_that_are_normal_in_turn_are_averaged(tmp_path: Path) -> None:
    """As experiment=one_class has it."""
    for fold, normal, value in [
        (1, "rain", 0.6),
        (1, "dog", 0.8),
        (2, "rain", 1.0),
        (2, "dog", 0.8),
    ]:
        finished(tmp_path / f"{fold}{normal}", value, fold, data={"normal": normal})
    (row,) = summarize_runs(find_runs([str(tmp_path)]), None, "test")
    assert (row.name, row.folds, row.seeds, row.mean) == (
        "birds mlp",
        2,
        1,
        pytest.approx((0.7 + 0.9) / 2),
    )


def test_an_interval_against_students_table() -> None:
    low, high = mean_interval(
        [1.0, 2.0, 3.0, 4.0]
    )  # t of 3 degrees of freedom is 3.182
    assert (low, high) == pytest.approx(
        (2.5 - 3.182446 * 1.290994 / 2, 2.5 + 3.182446 * 1.290994 / 2), abs=1e-4
    )
    assert all(value != value for value in mean_interval([1.0, 2.0]))


def test_the_newest_run_of_the_same_configuration_counts(tmp_path: Path) -> None:
    finished(tmp_path / "2026-01-01", 0.1)
    finished(tmp_path / "2026-01-02", 0.9)
    (row,) = summarize_runs(find_runs([str(tmp_path)]), "accuracy", "test")
    assert row.mean == 0.9


def test_configurations_are_told_apart_by_what_differs(tmp_path: Path) -> None:
    finished(tmp_path / "a", 0.6, width=8)
    finished(tmp_path / "b", 0.7, width=16)
    finished(tmp_path / "c", 0.8, model="cnn")
    rows = summarize_runs(find_runs([str(tmp_path)]), "accuracy", "test")
    assert [row.name for row in rows] == [
        "birds cnn",
        "birds mlp width=16",
        "birds mlp width=8",
    ]
    line = "| birds mlp width=16 | 1 x 1 | 0.700 | 0.600 to 0.900 (n = 7) | - | 0.500 | 1.0 |"
    assert line in to_markdown(rows, "val")


def test_what_most_share_goes_without_saying(tmp_path: Path) -> None:
    for name, width in (("a", 8), ("b", 8), ("c", 16)):
        optimizer = f"{{lr: 0.{name}}}"
        finished(tmp_path / name, 0.5, width=width, optimizer=optimizer)
    names = [name for name, _ in group_runs(find_runs([str(tmp_path)]))]
    assert names == [
        "birds mlp optimizer.lr=0.a",
        "birds mlp optimizer.lr=0.b",
        "birds mlp width=16 optimizer.lr=0.c",
    ]


def test_each_interval_says_what_it_is_over(tmp_path: Path) -> None:
    """Of one fold that over clips; seeds make it no narrower. Of three folds Student's."""
    for seed, value in ((1, 0.5), (2, 0.7)):
        finished(tmp_path / f"knn{seed}", value, seed=seed, model="knn")
    for fold, value in ((1, 0.6), (2, 0.7), (3, 0.8)):
        finished(tmp_path / f"svm{fold}", value, fold, model="svm")
    svm, knn = summarize_runs(find_runs([str(tmp_path)]), None, "val")
    assert (knn.low, knn.high, knn.n) == pytest.approx((0.5, 0.8, 7))
    assert (knn.std, knn.std_over) == (pytest.approx(0.02**0.5), "seeds")
    assert (svm.std, svm.std_over) == (pytest.approx(0.1), "folds")
    text = to_markdown([svm, knn], "val")
    assert "| 0.700 | 0.452 to 0.948 (3 folds) | 0.100 (folds) |" in text
    assert "| 0.600 | 0.500 to 0.800 (n = 7) | 0.141 (seeds) |" in text


def test_too_few_clips_say_how_many_they_are(tmp_path: Path) -> None:
    finished(tmp_path / "a", 2.359, metric="mean_error")
    path = tmp_path / "a" / "result.json"
    result = json.loads(path.read_text())
    result["val"]["metrics"]["mean_error"].update(low=None, high=None, n=1)
    path.write_text(json.dumps(result))
    runs = find_runs([str(tmp_path)])
    text = to_markdown(summarize_runs(runs, None, "val"), "val")
    assert "| birds mlp | 1 x 1 | 2.359 | - (n = 1) | - |" in text
    assert "| mean_error | 2.359 (n = 1) |" in all_metrics_table(runs, "val")


def test_what_looks_on_is_no_part_of_a_configuration(tmp_path: Path) -> None:
    finished(tmp_path / "a", 0.5)
    watched = {
        "logger": "{wandb: {_target_: WandbLogger, offline: true}}",
        "callbacks": "{rich: {_target_: RichProgressBar}}",
        "plugins": "[mine]",
        "report": "false",
        "paths": "{outputs: elsewhere}",
    }
    finished(tmp_path / "b", 0.6, seed=2, **watched)
    (row,) = summarize_runs(find_runs([str(tmp_path)]), None, "val")
    assert (row.name, row.seeds) == ("birds mlp", 2)
    finished(tmp_path / "c", 0.7, callbacks="{ema: {decay: 0.5}}")
    names = [name for name, _ in group_runs(find_runs([str(tmp_path)]))]
    assert names == [
        "birds mlp",
        "birds mlp callbacks.ema.decay=0.5",
    ]


def test_a_name_is_no_markup(tmp_path: Path) -> None:
    finished(tmp_path / "a", 0.5, choices={"model": "a|b*<img>[x](y)"})
    (line,) = to_markdown(
        summarize_runs(find_runs([str(tmp_path)]), None, "val"), "val"
    ).splitlines()[2:]
    assert line.startswith("| birds a\\|b\\*\\<img>\\[x](y) | 1 x 1 |")


def test_choices_stand_for_the_settings_that_follow_from_them(tmp_path: Path) -> None:
    solver = {
        "loss": "{_target_: Mse}",
        "trainer": "{max_epochs: 1}",
        "features": "{_target_: Mel}",
    }
    search = {
        "loss": "{_target_: Ce}",
        "trainer": "{max_epochs: 100}",
        "features": "{_target_: Mel}",
    }
    closed, adam = (
        {"optimizer": "closed_form", "loss": "mse"},
        {"optimizer": "adamw", "loss": "cross_entropy"},
    )
    finished(tmp_path / "a", 0.9, choices=closed, **solver)
    finished(tmp_path / "b", 0.8, choices=adam, optimizer="{lr: 0.1}", **search)
    finished(tmp_path / "c", 0.7, choices=adam, optimizer="{lr: 0.2}", **search)
    names = [
        row.name for row in summarize_runs(find_runs([str(tmp_path)]), None, "test")
    ]
    assert names == [
        "birds mlp optimizer=closed_form",
        "birds mlp optimizer=adamw optimizer.lr=0.1",
        "birds mlp optimizer=adamw optimizer.lr=0.2",
    ]


def test_what_does_not_follow_from_a_choice_is_told_beside_it(tmp_path: Path) -> None:
    finished(
        tmp_path / "a",
        0.9,
        choices={"optimizer": "lbfgs", "features": "mfcc"},
        features="{_target_: Mfcc}",
    )
    finished(
        tmp_path / "b",
        0.8,
        choices={"optimizer": "adamw", "features": "mel"},
        features="{_target_: Mel}",
    )
    names = [name for name, _ in group_runs(find_runs([str(tmp_path)]))]
    assert names == [
        "birds mlp optimizer=lbfgs features=mfcc",
        "birds mlp optimizer=adamw features=mel",
    ]


def test_seeds_of_a_search_are_of_one_configuration(tmp_path: Path) -> None:
    finished(tmp_path / "a", 0.6, seed=1, optimizer="{seed: 1}")
    finished(tmp_path / "b", 0.8, seed=2, optimizer="{seed: 2}")
    (row,) = summarize_runs(find_runs([str(tmp_path)]), None, "test")
    assert row.seeds == 2


def test_each_task_is_judged_by_its_main_metric(tmp_path: Path) -> None:
    finished(tmp_path / "a", 0.6)
    finished(tmp_path / "b", 0.7, model="autoencoder", metric="explained_variance")
    runs = find_runs([str(tmp_path)])
    rows = summarize_runs(runs, None, "test")
    assert [(row.name, row.metric) for row in rows] == [
        ("birds autoencoder", "explained_variance"),
        ("birds mlp", "accuracy"),
    ]
    first, second = to_markdown(rows, "test").split("\n\n")
    assert "| test explained_variance |" in first and "| test accuracy |" in second


def test_runs_are_picked_by_choices_and_settings(tmp_path: Path) -> None:
    finished(tmp_path / "a", 0.6, fold=1, optimizer="{lr: 0.001}")
    finished(tmp_path / "b", 0.7, fold=2, optimizer="{lr: 0.002}")
    runs = find_runs([str(tmp_path)])
    assert [
        run.result["fold"] for run in filter_runs(runs, ["data=birds", "data.fold=2"])
    ] == [2]
    assert [run.result["fold"] for run in filter_runs(runs, ["optimizer.lr=1e-3"])] == [
        1
    ]
    assert len(filter_runs(runs, [])) == 2


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("dta=birds", "No run has a setting dta; did you mean data?"),
        (
            "optimizer.lrr=1",
            "No run has a setting optimizer.lrr; in optimizer: did you mean lr?",
        ),
        ("data=brds", "No run has data=brds; did you mean birds? Choices: birds."),
        ("data", "--same data should be name=value, as in data=cats_babies."),
    ],
)
def test_a_wrong_word_is_told(word: str, sentence: str, tmp_path: Path) -> None:
    finished(tmp_path / "a", 0.6, optimizer="{lr: 0.001}")
    with pytest.raises(UserError) as mistake:
        filter_runs(find_runs([str(tmp_path)]), [word])
    assert str(mistake.value).startswith(sentence)


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no finished run"):
        find_runs([str(tmp_path)])
    finished(tmp_path / "a", 0.6)
    runs = find_runs([str(tmp_path)])
    with pytest.raises(UserError, match="did you mean accuracy"):
        summarize_runs(runs, "acuracy", "test")
    path = tmp_path / "a" / "result.json"
    result = json.loads(path.read_text())
    del result["val"]
    path.write_text(json.dumps(result))
    words = "None of these runs has looked at its val set; --set test compares them"
    with pytest.raises(UserError, match=words):
        summarize_runs(find_runs([str(tmp_path)]), "accuracy", "val")


def test_details_show_all_metrics_side_by_side_with_intervals(tmp_path: Path) -> None:
    finished(tmp_path / "a", 3.0, metric="mean_error", model="music")
    finished(tmp_path / "b", 2.0, metric="mean_error")
    lines = all_metrics_table(find_runs([str(tmp_path)]), "test").splitlines()
    assert lines[0] == "| test | birds music | birds mlp |"
    assert lines[2:] == ["| mean_error | 3.000 [2.900, 3.200] | 2.000 [1.900, 2.200] |"]


def test_details_leave_out_what_has_no_value(tmp_path: Path) -> None:
    finished(tmp_path / "a", None)
    assert len(all_metrics_table(find_runs([str(tmp_path)]), "test").splitlines()) == 2


def test_of_errors_the_smallest_is_the_best(tmp_path: Path) -> None:
    for model, error in (("music", 12.0), ("masked_srp", 4.0)):
        finished(tmp_path / model, error, model=model, metric="mean_error")
        path = tmp_path / model / "result.json"
        result = json.loads(path.read_text())
        result["test"]["best"] = {"mean_error": "min"}
        path.write_text(json.dumps(result))
    rows = summarize_runs(find_runs([str(tmp_path)]), "mean_error", "test")
    assert [row.mean for row in rows] == [4.0, 12.0]
