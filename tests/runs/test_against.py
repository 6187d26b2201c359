"""A metric drawn over a setting: a line for each configuration, its heights, its intervals."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import call
from matplotlib.figure import Figure
from paper import words_on_paper
from records import finished

from auris.core.errors import UserError
from auris.core.figures import COLOURS
from auris.runs.find import find_runs
from auris.runs.setting_plot import plot_metric_over_setting

KNN, MLP = (
    {-10: 0.5, 0: 0.6, 10: 0.75},
    {-10: 0.4, 0: 0.7, 10: 0.8},
)  # by SNR; the mean of the second is higher


def tried(
    folder: Path, heights: dict[int, float | None], model: str = "mlp", **others: Any
) -> None:
    """Records of runs with each SNR, whose data's description tells it too."""
    for snr, value in heights.items():
        choices = {"about": f"leaks at {snr} dB"}
        name = f"{model}{snr}{'-'.join(map(str, others.values()))}"
        finished(
            folder / name,
            value,
            model=model,
            data={"snr": snr},
            choices=choices,
            **others,
        )


def drawn(folder: Path, setting: str = "data.snr", metric: str | None = None) -> Figure:
    return plot_metric_over_setting(find_runs([str(folder)]), setting, metric, "test")


def test_each_configuration_has_a_line_the_highest_first(tmp_path: Path) -> None:
    tried(tmp_path, KNN, "knn")
    tried(tmp_path, MLP)
    figure = drawn(tmp_path)
    (axes,) = figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("data.snr", "test accuracy")
    assert [line.get_label() for line in axes.lines] == ["mlp", "knn"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "mlp",
        "knn",
    ]
    for line, colour, heights in zip(axes.lines, COLOURS, (MLP, KNN), strict=False):
        assert (
            line.get_xydata().tolist() == [list(pair) for pair in heights.items()]
            and line.get_color() == colour
        )
    assert figure.get_suptitle() == "birds, real recordings"
    assert words_on_paper(figure)


def test_intervals_are_shaded(tmp_path: Path) -> None:
    tried(tmp_path, KNN, "knn")
    (shade,) = drawn(tmp_path).axes[0].collections
    ends = {
        (x, round(y, 6))
        for path in shade.get_paths()
        for x, y in path.vertices.tolist()
    }
    assert ends == {(x, round(y + by, 6)) for x, y in KNN.items() for by in (-0.1, 0.2)}


def test_folds_are_averaged_at_each_value(tmp_path: Path) -> None:
    tried(tmp_path, {0: 0.5, 6: 0.7}, fold=1)
    tried(tmp_path, {0: 0.6, 6: 1.0}, fold=2)
    (line,) = drawn(tmp_path).axes[0].lines
    np.testing.assert_allclose(line.get_xydata(), [[0, 0.55], [6, 0.85]])


def test_other_settings_make_other_lines(tmp_path: Path) -> None:
    tried(tmp_path, KNN, width=8)
    tried(tmp_path, MLP, width=16)
    assert [line.get_label() for line in drawn(tmp_path).axes[0].lines] == [
        "mlp width=16",
        "mlp width=8",
    ]


def test_a_simulation_is_not_averaged_with_recordings(tmp_path: Path) -> None:
    tried(tmp_path, KNN)
    for snr, value in MLP.items():
        record = {"origin": "simulated", "fingerprint": f"other{snr}"}
        finished(tmp_path / f"simulated{snr}", value, data={"snr": snr}, choices=record)
    figure = drawn(tmp_path)
    assert (
        len(figure.axes[0].lines) == 2
        and figure.get_suptitle() == "birds, SIMULATED and real recordings"
    )


def test_what_has_no_value_leaves_a_gap_and_stands_last(tmp_path: Path) -> None:
    """As the validation AUROC where no anomaly is known."""
    tried(tmp_path, {0: None, 6: 0.9}, "knn")
    tried(tmp_path, {0: 0.2, 6: 0.3})
    lower, gap = drawn(tmp_path).axes[0].lines
    assert lower.get_label() == "mlp"
    assert np.isnan(gap.get_ydata()).tolist() == [True, False]


def test_what_can_not_be_drawn_is_told(tmp_path: Path) -> None:
    tried(tmp_path, {0: 0.5})
    with pytest.raises(
        UserError, match="--against data.snr needs runs with two or more numbers for it"
    ):
        drawn(tmp_path)
    tried(tmp_path, {6: 0.5})
    with pytest.raises(
        UserError, match="--against model.kind needs runs with two or more numbers"
    ):
        drawn(tmp_path, "model.kind")
    with pytest.raises(
        UserError, match=r"No run has a setting data.snn; in data: did you mean snr"
    ):
        drawn(tmp_path, "data.snn")
    tried(tmp_path, {12: 0.5}, "vae", metric="auroc")
    with pytest.raises(
        UserError,
        match=r"There is no --metric accuracy in .*vae12auroc; did you mean auroc",
    ):
        drawn(tmp_path, metric="accuracy")
    finished(tmp_path / "without", 0.5, fold=2)
    with pytest.raises(
        UserError, match="--against data.snr needs runs with two or more numbers for it"
    ):
        drawn(tmp_path)
    finished(tmp_path / "bees", 0.8, fold=3, choices={"data": "bees"})
    with pytest.raises(UserError, match="choose one with --same data=: bees, birds"):
        drawn(tmp_path)


def test_the_command_line_draws_it(tmp_path: Path) -> None:
    tried(tmp_path, KNN, "knn")
    done = call(
        "scripts/compare.py",
        ".",
        "--against",
        "data.snr",
        "--picture",
        "snr.png",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "snr.png").read_bytes().startswith(
        b"\x89PNG"
    ) and "snr.png" in done.stderr
    assert "| birds knn data.snr=10 | 1 x 1 | 0.750 |" in done.stdout
