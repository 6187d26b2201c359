"""The simulated rail defects: reproducible, grouped, true to a few physical facts, as hard as
they are said to be."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

from auris.data.simulation.rail_defect import (
    CRACK,
    JOINT,
    SPEED,
    SQUAT,
    DipRow,
    RailDefectSimulator,
    Ride,
    Take,
    contact_filter,
    dip_spectrum,
    draw_dips,
    draw_ride,
    draw_take,
    locate_clip,
    record_take,
    unit_noise,
)

RATE = 16000
SPEED_NOW = 25.0  # m/s
DEFECT = 301  # the first clip with one


def simulate(
    index: int, rate: int = RATE, duration: float = 5.0, **changes
) -> np.ndarray:
    simulator = RailDefectSimulator(sample_rate=rate, duration=duration, **changes)
    return simulator.simulate(index)


def table(train_size: int = 300, test_size: int = 200, seed: int = 0) -> list[tuple]:
    return RailDefectSimulator(
        train_size=train_size, test_size=test_size, seed=seed
    ).rows


def sound(
    who: Ride, speed: float, *rows: DipRow, ripple: float = 0.0, seconds: float = 4.0
) -> np.ndarray:
    """(T,) of a ride at `speed` whose car makes no noise of its own."""
    take = Take(speed, ripple, 0.0, rows)
    return record_take(
        replace(who, hum=-300.0),
        take,
        int(seconds * RATE),
        RATE,
        np.random.default_rng(0),
    )


def decibels(x: np.ndarray) -> float:
    return 10 * np.log10(np.mean(np.square(x, dtype=float)))


def envelope(x: np.ndarray, rate: int = RATE, seconds: float = 0.005) -> np.ndarray:
    """Mean power (N,) of frames of `seconds`."""
    size = int(rate * seconds)
    return np.square(x[: len(x) // size * size], dtype=float).reshape(-1, size).mean(1)


def test_same_index_same_samples_whichever_others_are_made() -> None:
    clip = simulate(DEFECT, RATE, 1.0)
    assert np.array_equal(simulate(DEFECT, RATE, 1.0), clip)
    # the same test clip after fewer normal ones
    assert np.array_equal(simulate(11, RATE, 1.0, train_size=10), clip)
    assert not np.array_equal(simulate(DEFECT, RATE, 1.0, seed=1), clip)
    assert not np.array_equal(simulate(DEFECT + 2, RATE, 1.0), clip)


def test_clips_are_finite_bounded_and_audible() -> None:
    for index in range(296, 304):
        for snr in (-2.0, 30.0):
            clip = simulate(index, RATE, 2.0, snr=snr)
            assert clip.shape == (2 * RATE,) and clip.dtype == np.float32
            assert np.isfinite(clip).all() and 0.01 < np.abs(clip).max() <= 1


@pytest.mark.parametrize(
    ("rate", "duration"), [(44100, 0.5), (8000, 1.0), (22050, 0.1)]
)
def test_any_rate_and_duration(rate: int, duration: float) -> None:
    clip = simulate(DEFECT, rate, duration)
    assert clip.shape == (int(rate * duration),) and np.isfinite(clip).all()


def test_impacts_come_at_the_same_times_at_any_rate() -> None:
    low, high = (
        envelope(simulate(DEFECT, rate, snr=40.0), rate) for rate in (8000, 16000)
    )
    assert np.corrcoef(low, high)[0, 1] > 0.9
    assert np.corrcoef(low, np.roll(high, 10))[0, 1] < 0.5


@pytest.mark.parametrize(("normal", "test"), [(300, 200), (50, 30), (0, 8)])
def test_groups_stay_whole_and_do_not_give_the_label_away(
    normal: int, test: int
) -> None:
    rows = table(normal, test)
    assert len({name for name, *_ in rows}) == len(rows) == normal + test
    assert len({(split, group) for *_, group, split in rows}) == len(
        {group for _, _, group, _ in rows}
    )
    count = Counter((split, label) for _, label, _, split in rows)
    assert count["test", "normal"] == count["test", "defect"] == test / 2
    assert count["train", "defect"] == count["val", "defect"] == 0
    assert count["val", "normal"] == pytest.approx(normal / 5, abs=4)  # whole rides
    tested = Counter(
        (group, label) for _, label, group, split in rows if split == "test"
    )
    assert all(
        tested[group, "normal"] == tested[group, "defect"] for group, _ in tested
    )


def test_table_says_what_is_simulated() -> None:
    for index, (_, label, group, _) in enumerate(table(20, 20)):
        defect, of, number = locate_clip(index, 20)
        assert (label == "defect", group) == (defect, of)
        rng = np.random.default_rng([0, 1, group, number])
        assert len(
            draw_take(draw_ride(group), defect, 5.0, 0.0, rng).rows
        ) == defect + (not draw_ride(group).welded)


def test_seed_chooses_the_rides_that_validate() -> None:
    first, second = (
        {g for _, _, g, split in table(seed=seed) if split == "val"} for seed in (0, 1)
    )
    assert len(first) == len(second) == 15 and first != second


def test_normal_and_defective_clips_differ_in_the_defect_only() -> None:
    for number in range(8):
        sane, ill = (
            draw_take(draw_ride(1), bad, 5.0, 0.0, np.random.default_rng(number))
            for bad in (False, True)
        )
        assert replace(ill, rows=ill.rows[:-1]) == sane
        assert SPEED[0] <= sane.speed <= SPEED[1]


def test_joints_begin_behind_the_second_axle() -> None:
    who = replace(draw_ride(0), welded=False)
    for number in range(8):
        joints = (
            draw_take(who, False, 5.0, 0.0, np.random.default_rng(number)).rows[0].at
        )
        assert joints[0] < -who.wheelbase + 1 and np.diff(joints) == pytest.approx(
            who.joint[0], rel=0.15
        )


def test_dips_that_no_axle_meets_are_silent() -> None:
    ahead = draw_dips(6.0, 0.03, 0.0, (500.0, 600.0), np.random.default_rng(0))
    assert np.array_equal(
        sound(draw_ride(0), SPEED_NOW, ahead), sound(draw_ride(0), SPEED_NOW)
    )


def test_rolling_noise_grows_by_nine_decibels_per_doubling_of_speed() -> None:
    """30 log10 V (Thompson 2009, ch. 2)."""
    gain = [
        decibels(sound(draw_ride(g), 40.0, seconds=1))
        - decibels(sound(draw_ride(g), 20.0, seconds=1))
        for g in range(20)
    ]
    assert np.mean(gain) == pytest.approx(9, abs=1)


def test_sleepers_are_heard_at_the_frequency_of_their_passing() -> None:
    who = draw_ride(0)
    power = envelope(sound(who, SPEED_NOW, ripple=0.3), seconds=0.0025)
    spectrum = np.abs(np.fft.rfft(power - power.mean()))
    f = np.fft.rfftfreq(len(power), 0.0025)
    assert f[np.argmax(spectrum)] == pytest.approx(SPEED_NOW / who.sleeper, abs=0.5)


@pytest.mark.parametrize(
    ("kind", "spacing"), [(JOINT, 15.0), (SQUAT, 6.0), (CRACK, 6.0)]
)
def test_dips_are_heard_at_their_spacing_once_for_each_axle(
    kind: tuple, spacing: float
) -> None:
    who = replace(draw_ride(0), far=1.0, wheelbase=2.5)
    dips = draw_dips(
        spacing, np.mean(kind[1]), 20.0, (-spacing, 100.0), np.random.default_rng(0)
    )
    power = np.minimum(envelope(sound(who, SPEED_NOW, dips)), 0.1)
    power -= power.mean()
    likeness = np.correlate(power, power, "full")[
        len(power) :
    ]  # from a lag of one frame on
    lag = 0.005 * (1 + np.arange(len(likeness)))
    for distance in (2.5, spacing):
        near = np.abs(lag * SPEED_NOW / distance - 1) < 0.4
        assert lag[near][np.argmax(likeness[near])] * SPEED_NOW == pytest.approx(
            distance, rel=0.1
        )


def test_a_dip_reaches_up_to_speed_over_length() -> None:
    """A raised cosine has half its value at zero where the wavelength is its length."""
    who, f = draw_ride(0), np.array([1.0, SPEED_NOW / 0.03])
    gain = (
        np.abs(dip_spectrum(who, 0.03, SPEED_NOW, f))
        / f
        / contact_filter(who, 2 * np.pi * f / SPEED_NOW)
    )
    assert gain[1] / gain[0] == pytest.approx(0.5, abs=0.02)


def test_joints_thud_squats_knock_and_cracks_click() -> None:
    who, middle = draw_ride(0), []
    for kind in (JOINT, SQUAT, CRACK):
        both = sound(
            who,
            SPEED_NOW,
            draw_dips(
                6.0, np.mean(kind[1]), 0.0, (0.0, 100.0), np.random.default_rng(0)
            ),
        )
        power = np.square(np.abs(np.fft.rfft(both - sound(who, SPEED_NOW))))
        middle.append(
            np.sum(power * np.fft.rfftfreq(len(both), 1 / RATE)) / np.sum(power)
        )
    assert 1.3 * middle[0] < middle[1] and 1.3 * middle[1] < middle[2]


def test_level_is_that_of_impacts_to_rolling_noise() -> None:
    who, quiet = draw_ride(0), sound(draw_ride(0), SPEED_NOW)
    dips = draw_dips(6.0, 0.03, -7.0, (0.0, 100.0), np.random.default_rng(0))
    assert decibels(sound(who, SPEED_NOW, dips) - quiet) - decibels(
        quiet
    ) == pytest.approx(-7, abs=0.01)


def test_knob_moves_the_anomaly_by_as_many_decibels() -> None:
    without, low, high = (
        simulate(DEFECT, RATE, 3.0, snr=snr) for snr in (-300.0, -12.0, -2.0)
    )
    assert decibels(high - without) - decibels(low - without) == pytest.approx(
        10, abs=0.01
    )
    assert np.array_equal(
        *(simulate(DEFECT - 1, RATE, 1.0, snr=snr) for snr in (-12.0, 12.0))
    )  # a normal clip


def test_noise_of_its_unit_spectrum_has_rms_one() -> None:
    gain = 1 / (1 + np.arange(8001.0) / 500)
    assert decibels(
        unit_noise(gain, gain, RATE, np.random.default_rng(0))
    ) == pytest.approx(0, abs=0.3)


def statistics(clip: np.ndarray) -> np.ndarray:
    """Deviation over time of the log power (F,) in 32 bands of 250 Hz."""
    frames = np.lib.stride_tricks.sliding_window_view(clip, 512)[::256] * np.hanning(
        512
    )
    power = (
        np.square(np.abs(np.fft.rfft(frames)))[:, 1:].reshape(len(frames), 32, 8).sum(2)
    )
    return np.log(power + 1e-9).std(0)


def test_loudness_tells_little_and_statistics_of_the_spectrum_tell_much() -> None:
    rows = table(100, 100)
    clips = [simulate(i, RATE, 3.0, train_size=100) for i in range(len(rows))]
    loud, x = (
        np.array([decibels(clip) for clip in clips]),
        np.stack([statistics(clip) for clip in clips]),
    )
    train, test = (
        [i for i, row in enumerate(rows) if row[3] == split]
        for split in ("train", "test")
    )
    defect = [rows[i][1] == "defect" for i in test]
    assert roc_auc_score(defect, loud[test]) < 0.65
    assert roc_auc_score(defect, np.abs(loud[test] - loud[train].mean())) < 0.65
    x = (x - x[train].mean(0)) / x[train].std(0)
    assert (
        roc_auc_score(
            defect,
            NearestNeighbors(n_neighbors=3)
            .fit(x[train])
            .kneighbors(x[test])[0]
            .mean(1),
        )
        > 0.9
    )
