"""Pictures have all their words on the paper, whatever the number of classes and clips."""

import pytest
import torch
from paper import words_on_paper

from auris.core import figures as pictures
from auris.tasks.classification.plots import plot_confusion


def counts(classes: int) -> torch.Tensor:
    draw = torch.Generator().manual_seed(0)
    return torch.randint(0, 5, (classes, classes), generator=draw) + 40 * torch.eye(
        classes, dtype=torch.long
    )


@pytest.mark.parametrize(
    ("classes", "inches"), [(2, (1.5, 5)), (10, (4, 9)), (50, (10, 30))]
)
def test_confusion_grows_with_the_classes(
    classes: int, inches: tuple[float, float]
) -> None:
    figure = plot_confusion(
        counts(classes), [f"class_number_{k}" for k in range(classes)]
    )
    assert all(inches[0] <= side <= inches[1] for side in figure.get_size_inches())
    axes = figure.axes[0]
    assert [len(axis.get_ticklabels()) for axis in (axes.xaxis, axes.yaxis)] == [
        classes,
        classes,
    ]
    assert words_on_paper(figure)


def test_confusion_has_true_classes_down_and_counts_clips() -> None:
    figure = plot_confusion(
        torch.tensor([[3.0, 1.0], [0.0, 0.0]]), ["cat", "crying_baby"]
    )
    axes = figure.axes[0]
    assert {(text.get_position(), text.get_text()) for text in axes.texts} == {
        ((0, 0), "3"),
        ((1, 0), "1"),
    }
    assert axes.get_images()[0].get_array().tolist() == [
        [0.75, 0.25],
        [0, 0],
    ]  # a class without clips is blank
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted", "true")


def test_long_names_are_not_cut_off() -> None:
    assert words_on_paper(
        plot_confusion(counts(2), ["a_very_long_name_of_a_class_of_sounds", "b"])
    )


@pytest.mark.parametrize("clips", [1, 4])
def test_spectrograms_stand_under_each_other(clips: int) -> None:
    waves = [torch.randn(2, 8000 * (1 + k % 2)) for k in range(clips)]
    figure = pictures.plot_spectrograms(
        waves,
        16000,
        [f"clip {k}: cat, predicted crying_baby (0.97)" for k in range(clips)],
    )
    assert len(figure.axes) == clips and figure.axes[0].get_title(
        loc="left"
    ).startswith("clip 0")
    assert 2 <= figure.get_size_inches()[1] <= 20
    assert words_on_paper(figure)


def test_a_tone_lies_at_its_frequency_and_80_db_are_shown() -> None:
    tone = torch.sin(2 * torch.pi * 4000 * torch.arange(16000) / 16000)
    image = (
        pictures.plot_spectrograms([tone[None]], 16000, ["tone"])
        .axes[0]
        .get_images()[0]
    )
    level = torch.as_tensor(image.get_array())
    assert level[
        :, 10
    ].argmax() == 4000 / 16000 * 1024 and level.max() == pytest.approx(0, abs=1e-3)
    assert image.get_extent() == [0, 1, 0, 8] and image.get_clim() == (-80, 0)


def test_silence_can_be_shown() -> None:
    assert pictures.spectrogram_below_peak(torch.zeros(4000)).isfinite().all()


def test_a_very_short_clip_can_be_shown() -> None:
    pictures.plot_spectrograms([torch.randn(1, 400)], 16000, ["click"])
