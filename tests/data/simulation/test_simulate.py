"""The simulated cats and babies: reproducible, bounded, grouped, and true to a few physical
facts."""

from collections import Counter

import numpy as np
import pytest

from auris.acoustics.voice import apply_formants, glottal_source, tract_formants
from auris.data.simulation.cats_babies import (
    CLASSES,
    CatsBabiesSimulator,
    draw_recording,
    draw_room_response,
    locate_clip,
    mix_at_snr,
)

RATE = 16000


def simulate(
    index: int, rate: int = RATE, duration: float = 5.0, **changes
) -> np.ndarray:
    simulator = CatsBabiesSimulator(sample_rate=rate, duration=duration, **changes)
    return simulator.simulate(index)


def table(clips: int) -> list[tuple]:
    return CatsBabiesSimulator(clips=clips).rows


@pytest.fixture(scope="module")
def clips() -> list[np.ndarray]:
    return [simulate(i, RATE, 2.0) for i in range(8)]


def test_same_index_same_samples(clips: list[np.ndarray]) -> None:
    assert np.array_equal(simulate(3, RATE, 2.0), clips[3])


def test_index_and_seed_change_the_samples(clips: list[np.ndarray]) -> None:
    assert all(not np.array_equal(a, b) for i, a in enumerate(clips) for b in clips[:i])
    assert not np.array_equal(simulate(3, RATE, 2.0, seed=1), clips[3])


def test_clips_are_finite_bounded_and_audible(clips: list[np.ndarray]) -> None:
    for clip in clips:
        assert clip.shape == (2 * RATE,) and clip.dtype == np.float32
        assert np.isfinite(clip).all() and 0.03 < np.abs(clip).max() <= 1


@pytest.mark.parametrize(
    ("rate", "duration"), [(44100, 0.5), (8000, 1.0), (22050, 0.1)]
)
def test_any_rate_and_duration(rate: int, duration: float) -> None:
    assert simulate(0, rate, duration).shape == (int(rate * duration),)


@pytest.mark.parametrize("count", [20, 200, 203])
def test_folds_keep_groups_whole_and_classes_balanced(count: int) -> None:
    rows = table(count)
    assert len({name for name, *_ in rows}) == count
    assert len({(fold, group) for _, _, fold, group in rows}) == len(
        {group for *_, group in rows}
    )
    assert {fold for _, _, fold, _ in rows} == {1, 2, 3, 4, 5}
    labels = Counter(label for _, label, _, _ in rows)
    assert abs(labels[CLASSES[0]] - labels[CLASSES[1]]) <= 1
    sizes = Counter((label, fold) for _, label, fold, _ in rows).values()
    assert max(sizes) - min(sizes) <= 2


def test_rows_do_not_depend_on_how_many_are_asked_for() -> None:
    for few, many in zip(table(20), table(200), strict=False):
        assert (few[1], few[3]) == (many[1], many[3])


def test_takes_share_their_recording() -> None:
    groups: dict[int, list[int]] = {}
    for index in range(24):
        groups.setdefault(locate_clip(index)[1], []).append(index)
    assert sorted({len(takes) for takes in groups.values()}) == [1, 2, 3]
    assert draw_recording(5, seed=2) == draw_recording(5, seed=2)
    assert draw_recording(5, seed=2) != draw_recording(7, seed=2)


def test_confounders_do_not_know_the_class() -> None:
    cats, babies = (
        [draw_recording(group) for group in range(first, 2000, 2)] for first in (0, 1)
    )
    for name in ("snr", "rt60", "slope", "tilt", "closing"):
        a, b = ([getattr(who, name) for who in side] for side in (cats, babies))
        assert abs(np.mean(a) - np.mean(b)) < 0.2 * np.std(a)


@pytest.mark.parametrize("pitch", [310.0, 700.0])
def test_pitch_is_found_in_the_spectrum(pitch: float) -> None:
    # 1 s: bins of 1 Hz
    spectrum = np.abs(np.fft.rfft(glottal_source(np.full(RATE, pitch), 0.4, 0.1, RATE)))
    lines = np.flatnonzero(spectrum > 0.01 * spectrum.max())
    assert np.array_equal(lines, pitch * np.arange(1, len(lines) + 1))


def test_tract_rings_at_its_formants() -> None:
    click = np.zeros(RATE)
    click[RATE // 2] = 1
    # at rest: a uniform tube
    peaks = tract_formants(0.0875, np.full(2, 0.6 / 0.65), np.full(2, 0.7), RATE)
    assert peaks[:2, 0] == pytest.approx([1000, 3000])
    spectrum = np.abs(np.fft.rfft(apply_formants(click, peaks, RATE)))
    assert 500 + int(np.argmax(spectrum[500:1500])) == pytest.approx(1000, abs=60)
    assert 2500 + int(np.argmax(spectrum[2500:3500])) == pytest.approx(3000, abs=60)


def test_resonator_without_peaks_changes_nothing() -> None:
    noise = np.random.default_rng(0).standard_normal(RATE)
    assert np.allclose(apply_formants(noise, np.zeros((0, 2)), RATE), noise, atol=1e-5)


@pytest.mark.parametrize("snr", [0.0, 12.0, 30.0])
def test_noise_lies_at_the_ratio_asked_for(snr: float) -> None:
    rng = np.random.default_rng(0)
    sound, noise = np.sin(np.arange(RATE) / 5), rng.standard_normal(RATE)
    left = mix_at_snr(sound, noise, snr) - sound
    assert 10 * np.log10(np.mean(sound**2) / np.mean(left**2)) == pytest.approx(
        snr, abs=0.01
    )


def test_room_decays_by_its_reverberation_time() -> None:
    who = draw_recording(0)
    taps = draw_room_response(who, RATE, np.random.default_rng(0))[1:]
    energy = 10 * np.log10(np.cumsum(taps[::-1] ** 2)[::-1])  # Schroeder 1965
    begin, end = len(taps) // 4, len(taps) // 2
    slope = (energy[end] - energy[begin]) / ((end - begin) / RATE)
    assert -60 / slope == pytest.approx(who.rt60, rel=0.15)
