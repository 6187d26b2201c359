"""The simulated gas leaks: reproducible, grouped, hidden from loudness, found by spectra, true to
what jets do."""

from collections import Counter
from dataclasses import fields

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from auris.acoustics import jet_noise as jet
from auris.data.simulation.gas_leak import (
    REVOLUTION,
    GasLeakSimulator,
    Leak,
    background_level,
    draw_leak,
    draw_revolution,
    draw_session,
    leak_level,
    leak_power,
    leak_sound,
    locate_clip,
    mean_leak_level,
    shaped_noise,
    vary_session,
)

RATE = 16000
NORMAL = 300
HOLE = Leak(diameter=2e-3, ratio=4.0, distance=3.0, onset=-np.inf)
SILENT = -300.0  # dB


def simulate(
    index: int, rate: int = RATE, duration: float = 5.0, **changes
) -> np.ndarray:
    simulator = GasLeakSimulator(sample_rate=rate, duration=duration, **changes)
    return simulator.simulate(index)


def table(train_size: int = NORMAL, test_size: int = 200, seed: int = 0) -> list[tuple]:
    return GasLeakSimulator(train_size=train_size, test_size=test_size, seed=seed).rows


def level(wave: np.ndarray) -> float:
    return 10 * float(np.log10(np.mean(np.square(wave, dtype=float))))


def bands(wave: np.ndarray, rate: int = RATE) -> np.ndarray:
    """Mean levels (F,) of frames of 32 ms in bands of 500 Hz below 8 kHz."""
    size = rate * 32 // 1000
    frames = wave[: len(wave) // size * size].reshape(-1, size) * np.hanning(size)
    power = np.abs(np.fft.rfft(frames)[:, 1:257]) ** 2 / size / rate
    return np.log10(power.reshape(len(frames), -1, 16).mean(2)).mean(0) * 10


@pytest.fixture(scope="module")
def clips() -> list[np.ndarray]:
    return [simulate(i, RATE, 2.0) for i in range(NORMAL - 2, NORMAL + 6)]


def test_same_index_same_samples(clips: list[np.ndarray]) -> None:
    assert np.array_equal(simulate(NORMAL + 3, RATE, 2.0), clips[5])


def test_index_and_seed_change_the_samples(clips: list[np.ndarray]) -> None:
    assert all(not np.array_equal(a, b) for i, a in enumerate(clips) for b in clips[:i])
    assert not np.array_equal(simulate(NORMAL + 3, RATE, 2.0, seed=1), clips[5])


def test_clips_are_finite_bounded_and_audible(clips: list[np.ndarray]) -> None:
    for clip in [*clips, simulate(NORMAL + 1, RATE, 1.0, snr=60.0)]:
        assert (
            clip.dtype == np.float32
            and np.isfinite(clip).all()
            and 0.01 < np.abs(clip).max() <= 1
        )


@pytest.mark.parametrize(
    ("rate", "duration"), [(44100, 0.5), (8000, 1.0), (22050, 0.1), (16001, 0.33)]
)
def test_any_rate_and_duration(rate: int, duration: float) -> None:
    assert simulate(NORMAL + 1, rate, duration).shape == (int(rate * duration),)


@pytest.mark.parametrize("index", [0, NORMAL + 1, NORMAL + 5])
def test_sample_rate_leaves_the_sound_as_it_is(index: int) -> None:
    low, high = (bands(simulate(index, rate, 3.0), rate) for rate in (RATE, 2 * RATE))
    # the last band holds the edge of the lower rate
    assert np.abs(low - high)[:-1].max() < 1.5


@pytest.mark.parametrize("index", [NORMAL + 1, NORMAL + 5])
def test_leak_rises_with_the_knob_and_nothing_else_does(index: int) -> None:
    silent, soft, loud = (
        simulate(index, RATE, 2.0, snr=snr).astype(float)
        for snr in (SILENT, -20.0, -10.0)
    )
    assert level(loud - silent) - level(soft - silent) == pytest.approx(10, abs=0.01)


def test_knob_is_the_mean_level_of_leaks_over_the_background() -> None:
    draws = (
        (draw_leak(5.0, np.random.default_rng([9, i])), draw_session(i, seed=9))
        for i in range(300)
    )
    spread = (
        np.array([leak_level(hole, who) for hole, who in draws]) - mean_leak_level()
    )
    assert abs(spread.mean()) < 2 and 5 < spread.std() < 10


def test_leaks_are_from_plain_to_inaudible() -> None:
    leaks = range(NORMAL + 1, NORMAL + 121, 2)
    rises = [
        np.max(
            bands(simulate(i, RATE, 1.0)) - bands(simulate(i, RATE, 1.0, snr=SILENT))
        )
        for i in leaks
    ]
    assert np.min(rises) < 3, (
        "a rise of 3 dB is a leak as strong as the background where it is heard best"
    )
    assert np.median(rises) > 10


@pytest.mark.parametrize("group", [0, 1, 2])
def test_levels_are_as_planned(group: int) -> None:
    who = draw_session(group)
    sound = leak_sound(HOLE, who, 6.0, 2 * RATE, RATE, np.random.default_rng(0))
    planned = background_level(who) + 6 + leak_level(HOLE, who) - mean_leak_level()
    assert level(sound) == pytest.approx(planned, abs=0.3)
    assert level(
        shaped_noise(np.ones_like, -20.0, RATE, RATE, np.random.default_rng(0))
    ) == pytest.approx(-20, abs=0.3)
    cycle = draw_revolution(who, RATE, np.random.default_rng(0))
    assert cycle.shape == (REVOLUTION,) and level(cycle) == pytest.approx(
        who.tone, abs=0.01
    )


def test_leak_begins_at_its_onset_and_fills_the_hall() -> None:
    who, late = (
        draw_session(0),
        Leak(HOLE.diameter, HOLE.ratio, distance=15.0, onset=0.5),
    )
    sound = leak_sound(late, who, 0.0, 4 * RATE, RATE, np.random.default_rng(0))
    assert not sound[: RATE // 2].any() and sound[RATE // 2 + 10 :].all()
    assert level(sound[-RATE:]) - level(sound[RATE // 2 :][: RATE // 50]) > 3


@pytest.fixture(scope="module")
def small() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Spectra (clips, F) and levels (clips,) of half of the training clips, then of all test
    clips."""
    train = [simulate(i, RATE, 2.0) for i in range(0, NORMAL, 2)]
    test = [simulate(i, RATE, 2.0) for i in range(NORMAL, NORMAL + 160)]
    spectra, levels = (
        (lambda waves: np.array([bands(wave) for wave in waves])),
        np.vectorize(level, signature="(t)->()"),
    )
    return spectra(train), levels(train), spectra(test), levels(test)


def test_loudness_says_little_and_spectra_much(small: tuple[np.ndarray, ...]) -> None:
    learnt, usual, spectra, loudness = small
    leaks = [locate_clip(NORMAL + i, NORMAL)[0] == "leak" for i in range(len(spectra))]
    near = np.sort(np.linalg.norm(spectra[:, None] - learnt, axis=2), axis=1)[
        :, :3
    ].mean(1)  # nearest neighbours
    assert roc_auc_score(leaks, loudness) < 0.65
    assert roc_auc_score(leaks, np.abs(loudness - usual.mean())) < 0.65
    assert 0.88 < roc_auc_score(leaks, near) < 1


def test_table_keeps_its_promises() -> None:
    rows = table()
    sets = {
        split: [row for row in rows if row[3] == split]
        for split in ("train", "val", "test")
    }
    assert {split: len(part) for split, part in sets.items()} == {
        "train": 240,
        "val": 60,
        "test": 200,
    }
    assert {label for _, label, _, split in rows if split != "test"} == {"normal"}
    assert Counter(label for _, label, _, _ in sets["test"]) == {
        "normal": 100,
        "leak": 100,
    }
    assert len({name for name, *_ in rows}) == len(rows)
    assert [(label, group) for _, label, group, _ in rows] == [
        locate_clip(i, NORMAL) for i in range(len(rows))
    ]
    assert table(seed=1) != rows == table()


@pytest.mark.parametrize(("normal", "test"), [(300, 200), (20, 8), (41, 30)])
def test_sessions_are_in_one_set_and_do_not_give_the_label_away(
    normal: int, test: int
) -> None:
    rows = table(normal, test)
    assert len({(group, split) for *_, group, split in rows}) == len(
        {group for *_, group, _ in rows}
    )
    counts = Counter(
        (group, label) for _, label, group, split in rows if split == "test"
    )
    assert all(counts[group, "normal"] == counts[group, "leak"] for group, _ in counts)
    assert {split for *_, split in rows} == {"train", "val", "test"}


def test_sessions_of_all_sets_are_drawn_alike() -> None:
    train, test = (
        [draw_session(group) for group in part]
        for part in (range(1500), range(1500, 3000))
    )
    for name in (field.name for field in fields(train[0])):
        a, b = ([getattr(who, name) for who in part] for part in (train, test))
        assert abs(np.mean(a) - np.mean(b)) < 0.15 * np.std(a), name
    assert draw_session(7) == draw_session(7) != draw_session(8)
    assert (
        vary_session(draw_session(7), np.random.default_rng(0)).teeth
        == draw_session(7).teeth
    )


@pytest.mark.parametrize(("ratio", "diameter"), [(1.3, 3e-3), (1.8, 1e-3), (5.0, 2e-3)])
def test_peak_follows_strouhal(ratio: float, diameter: float) -> None:
    f = np.geomspace(100, 1e6, 20000)
    found = f[np.argmax(jet.jet_spectrum(f, jet.peak_frequency(ratio, diameter)))]
    assert found == pytest.approx(0.2 * jet.jet_speed(ratio) / diameter, rel=0.01)
    assert jet.peak_frequency(ratio, diameter / 2) == pytest.approx(
        2 * jet.peak_frequency(ratio, diameter)
    )


def test_flow_is_choked_above_the_critical_pressure() -> None:
    assert jet.mach_number(1.88) < 1 == jet.mach_number(1.9)
    assert (
        jet.jet_speed(3)
        == jet.jet_speed(8)
        == pytest.approx(jet.SOUND_SPEED / np.sqrt(1.2))
    )
    assert jet.sound_power(8, 1e-3) == pytest.approx(
        2 * jet.sound_power(4, 1e-3)
    )  # by the density alone


def test_power_grows_as_the_eighth_power_of_speed() -> None:
    slow, fast = 1.05, 1.1  # hardly cooled, so of one density
    exponent = np.log(
        jet.sound_power(fast, 1e-3) / jet.sound_power(slow, 1e-3)
    ) / np.log(jet.jet_speed(fast) / jet.jet_speed(slow))
    assert exponent == pytest.approx(8, abs=0.1)
    assert jet.sound_power(2, 2e-3) == pytest.approx(4 * jet.sound_power(2, 1e-3))


def test_spectrum_is_the_published_one() -> None:
    x = np.log10([0.02, 0.4, 4.0, 100.0])
    published = (
        9.9 + 14.91126 * x[0],
        (-1.0550362 + 4.9774046 * x[1]) * x[1] ** 2,
        -(8.1476823 + 3.6523177 * x[2]) * x[2] ** 2,
        29.77786 - 38.16739 * x[3],
    )
    assert 10 * np.log10(jet.jet_spectrum(5000 * 10**x, 5000.0)) == pytest.approx(
        published, abs=0.2
    )


def test_air_absorbs_as_tabulated() -> None:
    """ISO 9613-1:1993, table 1, 20 degrees and 50 %, in dB/km."""
    assert 1000 * jet.air_absorption(
        np.array([1000.0, 2000.0, 4000.0, 8000.0])
    ) == pytest.approx([4.66, 9.86, 29.4, 104], rel=0.02)


def test_sound_spreads_over_a_sphere_and_far_away_the_hall_takes_over() -> None:
    f, who = np.array([1000.0]), draw_session(0)
    assert 10 * np.log10(
        jet.direct_power(f, 2) / jet.direct_power(f, 4)
    ) == pytest.approx(6.03, abs=0.02)
    near, far = (
        leak_power(f, Leak(2e-3, 4.0, distance, 0.0), who) for distance in (0.5, 50.0)
    )
    assert near[0] > near[1] == far[1] > far[0]
