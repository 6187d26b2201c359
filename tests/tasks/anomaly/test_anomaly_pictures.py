"""Pictures of scores show what the numbers say, and a closer look at a clip points to where it
is unusual.
"""

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import RATE, noise
from matplotlib.axes import Axes
from paper import words_on_paper
from running import experiment
from sklearn.metrics import roc_curve
from torch import Tensor

from auris.core.figures import Heatmap, octave_ticks
from auris.features.spectrogram import LogMel
from auris.features.standardize import Standardized
from auris.tasks.anomaly import plots as pictures
from auris.tasks.anomaly.closeup import plot_closeup
from auris.tasks.anomaly.inspection import _compare_with_copy
from auris.training.run import train

DRAW = torch.Generator().manual_seed(0)
ANOMALOUS = torch.tensor([0] * 60 + [1] * 40)
SCORE = torch.randn(100, generator=DRAW) + 1.5 * ANOMALOUS


def bars(axes: Axes) -> dict[str, list[float]]:
    """The heights of each histogram, by its name."""
    return {
        shown[0].get_label(): [bar.get_height() for bar in shown]
        for shown in axes.containers
    }


def lines(axes: Axes) -> dict[str, np.ndarray]:
    """The points (n, 2) of each line, by its name."""
    return {line.get_label(): np.asarray(line.get_xydata()) for line in axes.lines}


def test_each_clip_is_in_the_histogram_of_its_kind_and_alarms_are_counted() -> None:
    figure = pictures.plot_scores(SCORE, ANOMALOUS, 1.0)
    (axes,) = figure.axes
    alarms = [int((SCORE[kind == ANOMALOUS] > 1).sum()) for kind in (0, 1)]
    shown = bars(axes)
    assert list(shown) == [
        f"normal: 60 clips, {alarms[0]} alarms",
        f"anomalous: 40 clips, {alarms[1]} alarms",
    ]
    assert [sum(heights) for heights in shown.values()] == [60, 40]
    assert lines(axes)["threshold of alarms (1)"][:, 0].tolist() == [1, 1]
    assert (axes.get_xlabel(), axes.get_xscale()) == ("score", "linear")
    assert words_on_paper(figure)


def test_scores_far_off_leave_room_for_the_others() -> None:
    far = torch.where(ANOMALOUS == 1, 1e5, SCORE)
    (axes,) = pictures.plot_scores(far, ANOMALOUS, 1.0).axes
    most = float(SCORE[:60].abs().max())
    assert (
        axes.get_xlabel() == f"score (logarithmic beyond {most:.2g})"
        and axes.get_xscale() == "symlog"
    )
    assert [sum(heights) for heights in bars(axes).values()] == [60, 40]
    # not all normal clips in a bin or two
    assert sum(height > 0 for height in next(iter(bars(axes).values()))) > 5
    edges = axes.transData.transform([(bar.get_x(), 0) for bar in axes.containers[0]])[
        :, 0
    ]
    assert np.diff(edges) == pytest.approx(
        np.diff(edges).mean(), rel=1e-6
    )  # as wide as each other on paper


@pytest.mark.parametrize("score", [[0.3], [0.3, 0.3], [0.0, 0.0]])
@pytest.mark.parametrize("threshold", [None, 1.0, 0.3])
def test_a_clip_or_two_of_one_kind_have_a_histogram(
    score: list[float], threshold: float | None
) -> None:
    (axes,) = pictures.plot_scores(
        torch.tensor(score), torch.zeros(len(score), dtype=torch.long), threshold
    ).axes
    ((name, heights),) = bars(axes).items()
    assert name.startswith(f"normal: {len(score)} clips") and sum(heights) == len(score)
    assert len(axes.lines) == (threshold is not None)


def test_the_roc_is_that_of_scikit_learn() -> None:
    score = (3 * SCORE).round()  # with ties
    x, y = pictures._roc_curve(score.numpy(), ANOMALOUS.numpy())
    false, true, _ = roc_curve(ANOMALOUS, score, drop_intermediate=False)
    assert np.allclose(x, false) and np.allclose(y, true)


def test_the_roc_shows_the_threshold_the_chance_and_the_areas() -> None:
    figure = pictures.plot_roc(SCORE, ANOMALOUS, 1.0, torch.arange(len(SCORE)))
    (axes,) = figure.axes
    false, true = (
        (SCORE[kind == ANOMALOUS] > 1).float().mean().item() for kind in (0, 1)
    )
    point = lines(axes)[
        f"threshold: {true:.0%} of anomalies, {false:.0%} of normal clips"
    ]
    assert point[0] == pytest.approx([false, true])
    assert any(np.allclose(point[0], place) for place in lines(axes)["all thresholds"])
    x, y = lines(axes)["all thresholds"].T
    assert axes.get_title().startswith(f"AUROC of all clips {np.trapezoid(y, x):.3f} [")
    (shade,) = axes.patches
    assert (shade.get_x(), shade.get_width()) == (0, 0.1)
    strict = x < 0.1 - 1e-9
    area = (
        np.trapezoid(np.append(y[strict], y[strict][-1]), np.append(x[strict], 0.1))
        / 0.1
    )
    assert shade.get_label().startswith(
        f"false alarm rate up to 0.1: pAUC {area:.3f} ["
    )
    assert words_on_paper(figure)


def test_the_band_holds_the_curve_and_narrows_with_more_clips() -> None:
    at, several = np.linspace(0, 1, 21), []
    for times in (1, 16):
        score, anomalous = (
            SCORE.repeat(times).double().numpy(),
            ANOMALOUS.repeat(times).numpy() == 1,
        )
        low, high = pictures._confidence_band(
            score, anomalous, at, np.arange(len(score))
        )
        middle = np.interp(at, *pictures._roc_curve(score, anomalous))
        assert (low <= middle + 1e-9).all() and (middle <= high + 1e-9).all()
        several.append((high - low)[5:15].mean())
    assert several[0] / several[1] == pytest.approx(
        4, rel=0.25
    )  # with the root of their number


def test_the_band_of_perfect_scores_is_not_certain() -> None:
    low, high = pictures._confidence_band(
        np.arange(40.0), np.arange(40) >= 20, np.array([0.0, 0.5]), np.arange(40)
    )
    # 20 of 20: Wilson's 0.839
    assert low == pytest.approx(0.839, abs=1e-3) and (high == 1).all()


def clicked(at: float, band: int) -> tuple[Tensor, Tensor]:
    """A map (F, T') of 5 s with one bright spot at so many seconds, and its frames (T',)."""
    values = torch.zeros(64, 100)
    values[band, round(at * 20)] = 7.0
    return values, values.mean(0)


def test_a_closeup_has_seconds_and_frequencies_where_they_belong() -> None:
    values, frames = clicked(2.5, 40)
    hertz = LogMel(16000).centers()
    maps = [
        Heatmap("heard", values, (0.0, 7.0), hertz),
        Heatmap("other", values, (0.0, 7.0), None),
    ]
    figure = plot_closeup(
        maps,
        frames,
        [0.1, 0.2, 1.4, 0.3, 0.2],
        1.0,
        5.0,
        "1. clip_with_a_long_name_0001.wav is anomalous; score 1.20",
    )
    first, second, score = figure.axes[0], figure.axes[2], figure.axes[4]
    left, right, bottom, top = first.get_images()[0].get_extent()
    assert (left, right, bottom, top) == (0, 5, 0, 64)
    assert lines(score)["frames"][frames.argmax()][0] == pytest.approx(2.525)
    assert lines(score)["threshold"][:, 1].tolist() == [1, 1]
    alarm = next(
        shown for shown in score.patches if shown.get_label() == "alarm"
    ).get_data()
    assert alarm.values.tolist() == [1, 1, 1.4, 1, 1] and alarm.edges.tolist() == [
        0,
        1,
        2,
        3,
        4,
        5,
    ]
    assert (first.get_ylabel(), second.get_ylabel(), score.get_xlabel()) == (
        "kHz",
        "band",
        "time (s)",
    )
    assert words_on_paper(figure)


def test_frequencies_are_labelled_at_their_bands() -> None:
    rows = octave_ticks(torch.linspace(0, 8000, 513))
    assert {kilohertz: row - 0.5 for row, kilohertz in rows.items()} == {
        8: 512,
        4: 256,
        2: 128,
        1: 64,
    }
    assert list(octave_ticks(torch.tensor([600.0, 900.0])).values()) == []


@pytest.mark.parametrize("rate", [8000, 44100])
def test_a_tone_at_the_center_of_a_mel_band_is_loudest_there(rate: int) -> None:
    mel = LogMel(rate, n_fft=4096)
    for band in (20, 40, 60):
        tone = torch.sin(2 * torch.pi * mel.centers()[band] * torch.arange(rate) / rate)
        assert mel(tone[None, None])[0, 0].mean(1).argmax() == band


def test_the_error_map_peaks_where_a_click_was_planted() -> None:
    features = Standardized(LogMel(RATE), (1, 2 * RATE))
    hall = torch.stack(
        [torch.from_numpy(noise(seed, 2.0)).float()[None] for seed in range(8)]
    )  # (B, 1, T)
    features.learn([features.raw(hall)])
    wave = hall[:1].clone()
    wave[..., round(1.2 * RATE)] += 20
    heard, said, error = _compare_with_copy(
        features, features(wave), torch.zeros(1, *features.out_shape)
    )
    assert torch.allclose(heard.values, features.raw(wave)[0, 0], atol=1e-4)
    assert torch.allclose(
        said.values, features.mean[0].expand_as(said.values), atol=1e-4
    )
    assert heard.limits == said.limits == (heard.values.min(), heard.values.max())
    assert int(error.values.mean(0).argmax()) == round(1.2 * RATE / 512)
    assert torch.allclose(error.values, features(wave)[0, 0].square())
    assert heard.hertz is not None and torch.equal(
        heard.hertz, features.transform.centers()
    )


def test_what_few_clips_can_not_tell_is_said_in_words() -> None:
    """A tenth of six normal clips is none: there is no partial area."""
    score, anomalous = torch.arange(8.0), torch.tensor([0] * 6 + [1] * 2)
    figure = pictures.plot_roc(score, anomalous, None, torch.arange(8))
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert words[0] == "false alarm rate up to 0.1: too few normal clips"
    assert figure.axes[0].get_title() == "AUROC of all clips 1.000 (n = 2)"


def test_far_scores_have_ticks_at_powers_of_ten_with_room_between() -> None:
    score = torch.tensor([0.01, 0.012, 0.008, 5.0, 40.0, 900.0])
    anomalous = torch.tensor([0, 0, 0, 1, 1, 1])
    figure = pictures.plot_scores(score, anomalous, None)
    (axes,) = figure.axes
    figure.canvas.draw()
    words = [label.get_text() for label in axes.get_xticklabels()]
    assert words[0] == "0" and len(words) >= 3
    boxes = [label.get_window_extent() for label in axes.get_xticklabels()]
    assert all(one.x1 < two.x0 for one, two in itertools.pairwise(boxes))


@pytest.mark.parametrize("model", ["autoencoder", "knn"])
def test_tensorboard_shows_scores_and_a_closer_look(
    model: str, folder: Path, tmp_path: Path
) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    words = (
        "data=one_class",
        "data.dataset=folder",
        f"data.root={folder}",
        "data.normal=tone",
        "features=log_mel",
        f"model={model}",
        "refit=true",
        "data.known_anomalies=[1.wav,2.wav]",
        "data.duration=0.5",
        "trainer=cpu",
        "trainer.max_epochs=2",
        "test=true",
    )
    finished = train(
        experiment(
            *words, f"paths.outputs={tmp_path}/out", f"paths.store={tmp_path}/store"
        )
    )
    events = EventAccumulator(str(finished.folder))
    events.Reload()
    tags = events.Tags()
    unusual = {f"view_test/unusual_{place}" for place in range(1, 5)}
    assert (
        set(tags["images"])
        == {"view_test/scores", "view_test/roc", "view_test/worst"} | unusual
    )
    assert {f"test_unusual/{place}" for place in range(1, 5)} <= set(tags["audio"])
    assert {"val/loss", "val/auroc", "value/val_auroc", "value/test_auroc"} <= set(
        tags["scalars"]
    )
    assert "value/test_pauc" not in tags["scalars"]  # too few clips for it
    assert "_hparams_/session_start_info" in events.summary_metadata
    of_refit = EventAccumulator(str(finished.folder / "refit"))
    of_refit.Reload()  # curves alone; all else is the run's own
    assert not of_refit.Tags()["images"]
    assert not any(tag.startswith("_hparams_") for tag in of_refit.summary_metadata)
