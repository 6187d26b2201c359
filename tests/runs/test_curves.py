"""The picture of many runs: what is drawn where, and that no word is cut off."""

from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from paper import words_on_paper
from records import finished

from auris.core.errors import UserError
from auris.core.figures import COLOURS
from auris.runs.curve_plot import marker_at, plot_training_curves
from auris.runs.find import find_runs

HEAD = "epoch,train/loss,work/passes,work/seconds,val/accuracy\n"
ADAM, SOLVER = (
    {"optimizer": "adamw", "loss": "cross_entropy"},
    {"optimizer": "closed_form", "loss": "mse"},
)


def trained(
    folder: Path, losses: list[float], choices: dict[str, str], **others: Any
) -> None:
    """The record of a run with its curves."""
    finished(
        folder,
        0.8,
        choices=choices,
        optimizer=f"{{_target_: {choices['optimizer']}}}",
        **others,
    )
    rows = [
        f"{epoch},{loss},{epoch + 1},{0.1 * (epoch + 1)},0.75\n"
        for epoch, loss in enumerate(losses)
    ]
    (folder / "metrics.csv").write_text(
        HEAD + "".join(rows) + f"{len(losses)},,,,0.7\n"
    )  # a last look has no loss


def drawn(folder: Path, *names: str) -> Figure:
    return plot_training_curves(find_runs([str(folder)]), names)


def test_runs_with_one_loss_share_two_panels(tmp_path: Path) -> None:
    trained(tmp_path / "a", [1.0, 0.1, 0.01], {**ADAM, "loss": "mse"})
    trained(tmp_path / "b", [0.02], SOLVER)
    figure = drawn(
        tmp_path, "birds mlp optimizer=closed_form", "birds mlp optimizer=adamw"
    )
    seconds, passes = figure.axes
    assert (seconds.get_xlabel(), passes.get_xlabel()) == (
        "seconds in optimizer steps",
        "passes over the training set",
    )
    assert seconds.get_ylabel() == "training loss\nmse"
    assert (
        {axes.get_xscale() for axes in figure.axes}
        == {axes.get_yscale() for axes in figure.axes}
        == {"log"}
    )
    line, point = passes.lines
    assert list(line.get_xdata()[:3]) == [1, 2, 3] and line.get_linestyle() == "-"
    assert (
        list(point.get_ydata()[:1]) == [0.02]
        and point.get_linestyle() == "None"
        and point.get_marker() != "None"
    )
    assert list(seconds.lines[0].get_xdata()[:3]) == pytest.approx([0.1, 0.2, 0.3])
    (legend,) = figure.legends
    words = [text.get_text() for text in legend.get_texts()]
    assert words == ["mlp optimizer=closed_form", "mlp optimizer=adamw"]
    assert words_on_paper(figure)


def test_each_loss_has_a_row_and_all_share_one_of_validation(tmp_path: Path) -> None:
    trained(tmp_path / "a", [0.9, 0.7], ADAM)
    trained(tmp_path / "b", [0.02], SOLVER)
    figure = drawn(
        tmp_path, "birds mlp optimizer=closed_form", "birds mlp optimizer=adamw"
    )
    titles = [axes.get_ylabel() for axes in figure.axes[::2]]
    assert titles == [
        "training loss\ncross_entropy",
        "training loss\nmse",
        "validation\naccuracy",
    ]
    assert [len(axes.lines) for axes in figure.axes] == [1, 1, 1, 1, 2, 2]
    assert figure.axes[0].get_yscale() == "linear"


def test_a_fraction_has_no_logarithmic_axis(tmp_path: Path) -> None:
    for name, losses, choices in (("a", [1.0, 0.9], ADAM), ("b", [0.02], SOLVER)):
        trained(tmp_path / name, losses, choices)
        text = HEAD + "0,1.0,1,0.1,0.02\n1,0.9,2,0.2,0.9\n"
        (tmp_path / name / "metrics.csv").write_text(text)
    names = ("birds mlp optimizer=closed_form", "birds mlp optimizer=adamw")
    scales = [axes.get_yscale() for axes in drawn(tmp_path, *names).axes[::2]]
    assert scales == ["linear", "linear", "linear"]


def test_no_two_of_49_points_look_alike() -> None:
    looks = {(COLOURS[place % 7], marker_at(place)) for place in range(49)}
    assert len(looks) == 49


def test_folds_are_thin_lines_beside_the_first(tmp_path: Path) -> None:
    for fold in (2, 1, 3):
        trained(tmp_path / str(fold), [1.0, 0.5], ADAM, fold=fold)
    figure = drawn(tmp_path, "birds mlp")
    lines = figure.axes[0].lines
    assert [line.get_linewidth() > 1 for line in lines] == [True, False, False]
    assert (
        len({line.get_color() for line in lines}) == 1
        and len(figure.legends[0].get_texts()) == 1
    )


def test_what_can_not_be_drawn_is_told(tmp_path: Path) -> None:
    finished(tmp_path / "a", 0.8)
    with pytest.raises(UserError, match="None of these runs has work/seconds"):
        drawn(tmp_path, "birds mlp")
    finished(tmp_path / "b", 0.8, fold=2, choices={"data": "bees"})
    with pytest.raises(UserError, match="choose one with --same data=: bees, birds"):
        drawn(tmp_path, "birds mlp", "bees mlp")
