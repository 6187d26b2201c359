"""The audit's measures of waves whose answer is known, and of those that only look faulty."""

import struct
from pathlib import Path

import numpy as np
import pytest
from conftest import noise, sine, write
from scipy.signal import butter, sosfilt

from auris.audit import measures, running_spectra
from auris.audit.fingerprint import matching_pairs
from auris.audit.recording import Recording, measure_recording
from auris.audit.shortcuts import balanced_accuracies, permuted_labels, to_bins
from auris.data import audio
from auris.data.clips import Clip
from auris.data.headers import is_cut_short

RATE = 44100


def seen(path: Path) -> Recording:
    return measure_recording(Clip(path, "x", str(path)))


def test_a_sine_is_measured(tmp_path: Path) -> None:
    known = seen(write(tmp_path / "a.wav", sine(441, 1, RATE) + 0.01, RATE))
    assert known.level == pytest.approx(10 * np.log10(0.5**2 / 2 + 0.01**2), abs=0.01)
    assert known.offset == pytest.approx(
        0.01, abs=1e-4
    ) and known.peak == pytest.approx(0.51, abs=1e-3)
    assert known.duration == 1 and known.silence == 0 and known.format == "WAV PCM_16"


def test_silence_and_the_floor_are_told_apart(tmp_path: Path) -> None:
    wave = np.concatenate([np.zeros(RATE), 0.01 * noise(0, 1, RATE), noise(1, 2, RATE)])
    known = seen(write(tmp_path / "a.wav", wave, RATE))
    assert known.silence == pytest.approx(
        0.25, abs=0.04
    ) and known.floor == pytest.approx(-60, abs=1)


def test_band_powers_add_up() -> None:
    narrow, _ = measures.band_powers(noise(0, 2, RATE).astype(np.float32), RATE)
    assert narrow.sum(1).mean() == pytest.approx(0.01, rel=0.03)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_U8", "PCM_24"])
def test_a_round_crest_is_not_clipped(subtype: str, tmp_path: Path) -> None:
    wave = 1.9 * sine(20, 1, RATE)
    assert seen(write(tmp_path / "a.wav", wave, RATE, subtype=subtype)).clipped == 0
    assert (
        seen(
            write(
                tmp_path / "b.wav", np.clip(4 * wave, -0.9, 0.9), RATE, subtype="PCM_24"
            )
        ).clipped
        >= 19
    )


def test_an_edge_is_a_filter_and_not_a_falling_spectrum(tmp_path: Path) -> None:
    white = noise(0, 2, RATE)
    steep = sosfilt(butter(30, 8000, fs=RATE, output="sos"), white)
    soft = sosfilt(butter(2, 300, fs=RATE, output="sos"), white)
    edges = [
        seen(write(tmp_path / f"{i}.wav", wave, RATE)).edge
        for i, wave in enumerate([white, soft, steep])
    ]
    assert edges[:2] == [None, None] and edges[2] == pytest.approx(8500, abs=1000)
    assert seen(write(tmp_path / "tone.wav", sine(1000, 1, RATE), RATE)).edge is None


def test_fingerprints_of_tones_and_of_other_noise_do_not_match(tmp_path: Path) -> None:
    waves = [sine(300 + 50 * i, 2) for i in range(5)] + [noise(i, 2) for i in range(20)]
    waves += [
        np.zeros(16000),
        sine(300, 2) + 0.001 * noise(90, 2),
        sine(300, 2) + 0.001 * noise(91, 2),
    ]
    prints = [
        seen(write(tmp_path / f"{i}.wav", wave)).fingerprint
        for i, wave in enumerate(waves)
    ]
    assert list(matching_pairs(prints)) == []


def test_a_fingerprint_survives_a_cut_a_codec_another_rate_and_noise(
    tmp_path: Path,
) -> None:
    import soxr

    long = noise(5, 4, RATE)
    waves = [long, long[31234:], 0.3 * long[:120000], long + 0.02 * noise(9, 4, RATE)]
    paths = [
        write(tmp_path / f"{i}.{end}", wave, RATE)
        for i, (wave, end) in enumerate(
            zip(waves, ("wav", "ogg", "mp3", "wav"), strict=True)
        )
    ]  # noqa: E501
    paths.append(write(tmp_path / "low.wav", soxr.resample(long, RATE, 16000), 16000))
    prints = [seen(path).fingerprint for path in paths]
    assert {pair for pair in matching_pairs(prints) if pair[0] == 0} == {
        (0, i) for i in range(1, 5)
    }


def test_a_length_that_a_pipe_could_not_know_is_no_promise(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", noise(0))
    whole = path.read_bytes()
    place = whole.index(b"data") + 4
    for length, cut in (
        (2**32 - 1, False),
        (0, False),
        (10**6, True),
        (len(whole) - place - 4, False),
    ):
        path.write_bytes(whole[:place] + struct.pack("<I", length) + whole[place + 4 :])
        assert is_cut_short(path) == cut


def test_labels_are_dealt_whole_by_group() -> None:
    labels, groups = np.array([0, 0, 1, 1, 1, 0]), np.array([0, 0, 1, 1, 2, 3])
    deals = permuted_labels(labels, groups)
    assert (
        (deals[0] == labels).all()
        and (deals[:, 0] == deals[:, 1]).all()
        and (deals != labels).any()
    )
    mixed = permuted_labels(labels, np.array([0, 0, 0, 1, 1, 1]))
    assert (mixed[:, :3].sum(1) == 1).all() and (mixed[:, 3:].sum(1) == 2).all()


def test_accuracy_is_one_for_what_tells_and_a_half_for_what_does_not() -> None:
    labels, groups = np.arange(200) % 2, np.arange(200)
    chance = np.random.default_rng(0).random(200)
    telling = to_bins(labels + 0.1 * chance)[:, None]
    mute = to_bins(chance)[:, None]
    tells = balanced_accuracies(telling, labels[None], groups)
    permuted = permuted_labels(labels, groups)
    says_nothing = balanced_accuracies(mute, permuted, groups)
    assert tells == [1.0] and says_nothing.mean() == pytest.approx(0.5, abs=0.02)


def test_blocks_measure_as_the_whole_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wave = np.clip(4 * sine(441, 3, RATE), -0.9, 0.9)
    wave = np.stack([wave, noise(1, 3, RATE)], axis=1)
    path = write(tmp_path / "a.flac", wave, RATE)
    whole = seen(path)
    assert whole.clipped > 100
    monkeypatch.setattr(audio, "_BLOCK_SAMPLES", 2 * 4410)
    parts = seen(path)
    # a run across the border of two blocks may be lost
    assert parts.clipped == pytest.approx(whole.clipped, rel=0.05)
    for name in ("content", "duration", "peak", "silence", "bandwidth", "edge"):
        assert getattr(parts, name) == getattr(whole, name)
    for name in ("level", "floor", "offset"):
        assert getattr(parts, name) == pytest.approx(getattr(whole, name), rel=1e-5)
    assert np.array_equal(parts.fingerprint.codes, whole.fingerprint.codes)
    assert np.array_equal(parts.fingerprint.lively, whole.fingerprint.lively)
    assert np.allclose(parts.vector, whole.vector, rtol=1e-4, atol=1e-4)


def test_a_long_recording_has_the_mean_statistics_of_its_stretches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_spectra, "_STRETCH", 16000)
    first, second = noise(0, 1, 16000), 2 * noise(1, 1, 16000)
    both = seen(write(tmp_path / "c.wav", np.concatenate([first, second]), 16000))
    one = seen(write(tmp_path / "a.wav", first, 16000))
    other = seen(write(tmp_path / "b.wav", second, 16000))
    assert np.allclose(both.vector, (one.vector + other.vector) / 2, rtol=1e-5)
