"""Two runs on the same clips: exact p values, intervals, and what can't be compared."""

import csv
import json
from pathlib import Path

import pytest
import torch
from conftest import call
from records import finished
from scipy.stats import binomtest

from auris.core.errors import UserError
from auris.runs.significance import (
    PairedDifference,
    bootstrap_p_value,
    compare_pair,
    mcnemar_p_value,
)
from auris.tasks.metric import auroc

Rows = list[dict[str, object]]
TASKS = {  # by a column of their predictions
    "class": "classification.task.Classification",
    "score": "anomaly.task.Anomaly",
    "mean_squared_error": "reconstruction.task.Reconstruction",
    "azimuth": "localization.task.Localization",
    "nothing": "classification.task.Classification",
}


def tried(folder: Path, model: str, rows: Rows, **settings: object) -> str:
    """A run with this table of predictions, the worst first, as runs write it."""
    target = TASKS[next(column for column in TASKS if column in rows[0])]
    task = {"_target_": f"auris.tasks.{target}"}
    finished(folder, 0.5, model=model, data=settings, task=task)
    clips = [
        {"clip": at, "path": f"/{model}/{at}.wav", "group": f"g{at}", **row}
        for at, row in enumerate(rows)
    ]
    with (folder / "predictions_test.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, list(clips[0]))
        table.writeheader()
        table.writerows(reversed(clips))
    return str(folder)


def said(*right: bool) -> Rows:
    return [{"label": "cat", "class": "cat" if one else "dog"} for one in right]


def pair(
    tmp_path: Path, first: Rows, second: Rows, **settings: object
) -> PairedDifference:
    runs = [
        tried(tmp_path / name, name, rows, **settings)
        for name, rows in (("cnn", first), ("mlp", second))
    ]
    return compare_pair(runs, "test")


@pytest.mark.parametrize(
    "won, lost", [(7, 2), (2, 7), (0, 0), (5, 5), (30, 11), (1, 0)]
)
def test_mcnemar_is_an_exact_sign_test(won: int, lost: int) -> None:
    known = binomtest(won, won + lost).pvalue if won + lost else 1.0
    assert mcnemar_p_value(won, lost) == pytest.approx(known)


def test_right_and_wrong_are_told_in_plain_words(tmp_path: Path) -> None:
    first, second = [True] * 7 + [False] * 2 + [True] * 11, [False] * 7 + [True] * 13
    found = pair(tmp_path, said(*first), said(*second))
    assert (found.metric, found.clips, found.groups) == ("accuracy", 20, 20)
    assert found.difference == pytest.approx(5 / 20) and found.p == pytest.approx(
        binomtest(2, 9).pvalue
    )
    assert found.sentence == (
        "cnn is right on 7 clips where mlp is wrong, wrong on 2 where it is right: p = 0.18, "
        "no significant difference."
    )
    half = 1.96 * ((9 - 25 / 20) / 20**2) ** 0.5  # Wald's, of paired proportions
    assert (found.low, found.high) == pytest.approx(
        (0.25 - half, 0.25 + half), abs=0.06
    )


def test_clips_of_one_group_are_drawn_together(tmp_path: Path) -> None:
    alone = [True] * 8 + [False] * 8
    together: Rows = [
        {**row, "group": f"g{at % 2}"} for at, row in enumerate(said(*alone))
    ]
    wrong: Rows = [
        {**row, "group": f"g{at % 2}"} for at, row in enumerate(said(*[False] * 16))
    ]
    found = pair(tmp_path, together, wrong)
    assert found.groups == 2 and (found.low, found.high) == (
        0.5,
        0.5,
    )  # each group has half of the difference


def test_scores_are_compared_by_the_area_under_the_curve(tmp_path: Path) -> None:
    label = ["ok"] * 10 + ["leak"] * 10
    good: Rows = [{"label": name, "score": at} for at, name in enumerate(label)]
    poor: Rows = [
        {"label": name, "score": at * 7 % 20} for at, name in enumerate(label)
    ]
    found = pair(tmp_path, good, poor, normal="ok")
    score = torch.tensor([float(row["score"]) for row in poor])
    known = auroc(
        score, torch.tensor([name == "leak" for name in label]), torch.ones(1, 20)
    ).item()
    assert found.metric == "auroc" and found.difference == pytest.approx(1 - known)
    assert 0 < found.low < found.difference < found.high and found.p < 0.01
    assert (
        found.sentence.startswith(f"auroc of cnn is 1.000, of mlp {known:.3f}: p = ")
        and "a significant" in found.sentence
    )


def test_errors_are_compared_by_the_variance_that_is_explained(tmp_path: Path) -> None:
    first: Rows = [
        {"label": "a", "mean_squared_error": 1.0, "explained_variance": 0.5}
        for _ in range(4)
    ]
    second: Rows = [
        {"label": "a", "mean_squared_error": 1.5, "explained_variance": 0.25}
        for _ in range(4)
    ]
    assert pair(tmp_path, first, second).difference == pytest.approx(0.25)


def test_resamples_without_a_change_of_sign_are_significant() -> None:
    assert (
        bootstrap_p_value(torch.ones(999)) == pytest.approx(2 / 1000)
        and bootstrap_p_value(torch.zeros(10)) == 1.0
    )
    assert bootstrap_p_value(torch.linspace(-1, 1, 1001)) == pytest.approx(
        1.0, abs=0.01
    )


def test_what_can_not_be_compared_is_told(tmp_path: Path) -> None:
    run = tried(tmp_path / "a", "mlp", said(True, False))
    others = {
        "b": [*said(True, False), *said(True)],
        "c": [{"label": "cat", "mean_squared_error": 1, "explained_variance": 0}] * 2,
    }
    other, task = (tried(tmp_path / name, "cnn", rows) for name, rows in others.items())
    with pytest.raises(
        UserError,
        match=r"not tried on the same clips \(2 are shared, of 2 and 3\); compare runs of one",
    ):
        compare_pair([run, other], "test")
    with pytest.raises(
        UserError, match="judged by accuracy, the other by explained_variance"
    ):
        compare_pair([run, task], "test")
    (tmp_path / "b" / "predictions_test.csv").unlink()
    with pytest.raises(UserError, match="b holds no predictions of its test clips"):
        compare_pair([run, other], "test")
    (tmp_path / "a" / "result.json").unlink()
    with pytest.raises(UserError, match="is not finished"):
        compare_pair([run, other], "test")


def test_the_command_line_compares_two_runs(tmp_path: Path) -> None:
    runs = [
        tried(tmp_path / name, name, said(*right))
        for name, right in (("a", [True, True]), ("b", [True, False]))
    ]
    words = ("--paired", *runs, "--json")
    done = call("scripts/compare.py", *words, "--set", "test", cwd=tmp_path)
    assert json.loads(done.stdout)["difference"] == 0.5, done.stderr
    done = call("scripts/compare.py", *words, cwd=tmp_path)
    assert done.returncode == 1 and "no predictions of its val clips" in done.stderr


def test_directions_are_compared_by_their_errors(tmp_path: Path) -> None:
    near: Rows = [
        {"label": "", "azimuth": 0.0, "error": 2.0 + at % 3} for at in range(30)
    ]
    far: Rows = [
        {"label": "", "azimuth": 0.0, "error": 5.0 + at % 3} for at in range(30)
    ]
    found = pair(tmp_path, near, far)
    assert (found.metric, found.low, found.high) == (
        "mean_error",
        pytest.approx(-3.0),
        pytest.approx(-3.0),
    )
    assert (
        found.sentence.startswith("mean_error of cnn is 3.000, of mlp 6.000")
        and found.p < 0.05
    )
