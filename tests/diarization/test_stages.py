"""Each stage does what it says, on inputs whose answers are known."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import noise, sine, write
from torch import nn

from auris.diarization.clustering import Spectral, SphericalKMeans
from auris.diarization.embedding import MfccStatistics, split_windows
from auris.diarization.energy import Energy
from auris.diarization.pipeline import average_neighbours, keep_apart
from auris.diarization.recording import RATE, Recording
from auris.diarization.resegmentation import (
    NearestWindow,
    Viterbi,
    WindowScores,
    average_windows,
    best_path,
)
from auris.diarization.silero import SpeechNetwork, cut_frames
from auris.diarization.speaker_count import Eigengap
from auris.diarization.speech import SpanRules, SpeechDetector
from auris.features.voice_encoder import VoiceEncoder, raise_level

RULES = SpanRules(onset=0.5, offset=0.3, min_pause=0.2, min_speech=0.2, padding=0.1)


def voices(number: int, each: int, spread: float = 0.3) -> np.ndarray:
    """Unit vectors (number x each, 64) round as many directions."""
    rng = np.random.default_rng(0)
    middles = np.repeat(np.eye(64)[:number], each, axis=0)
    vectors = middles + spread * rng.standard_normal(middles.shape) / 8
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_a_recording_is_the_same_in_blocks_and_at_once(tmp_path: Path) -> None:
    wave = noise(0, 65.01, RATE).astype(np.float32)
    path = write(tmp_path / "x.wav", wave, RATE, subtype="FLOAT")
    recording = Recording(path)
    blocks = list(recording.blocks())
    assert [len(block) for block in blocks] == [30 * RATE, len(wave) - 30 * RATE]
    assert np.array_equal(np.concatenate(blocks), wave)


def test_what_is_outside_of_a_recording_is_silent(tmp_path: Path) -> None:
    recording = Recording(write(tmp_path / "x.wav", sine(300, 1.0, RATE), RATE))
    wave = recording.read(-0.5, 1.5)
    assert len(wave) == 2 * RATE
    assert not wave[: RATE // 2].any() and not wave[-RATE // 2 :].any()
    assert np.array_equal(wave[RATE // 2 : -RATE // 2], recording.read(0.0, 1.0))


@pytest.mark.parametrize(("scale", "gain"), [(1.0, 1.0), (0.01, 50), (1e-6, 100)])
def test_faint_recordings_are_raised(scale: float, gain: float, tmp_path: Path) -> None:
    wave = scale * noise(0, 4.0, RATE)
    recording = Recording(write(tmp_path / "x.wav", wave, RATE, subtype="FLOAT"))
    assert recording.gain == pytest.approx(gain, rel=0.1)
    assert recording.read(0.0, 4.0).std() == pytest.approx(0.1 * scale * gain, rel=0.1)


class Lagging(SpeechDetector):
    """What says so for a while after speech has ended."""

    frame = 0.1
    hangover = 0.2

    def score_frames(self, blocks: Iterable[np.ndarray]) -> np.ndarray:
        return np.concatenate(list(blocks))


class Prompt(Lagging):
    hangover = 0.0


def test_spans_begin_and_end_at_their_thresholds() -> None:
    probability = np.zeros(100)
    probability[20:40] = 0.4  # below the onset
    probability[50:70] = 0.4
    probability[60] = 0.9
    probability[71:80] = 0.9  # after a pause that is too short
    probability[90] = 0.9  # too short itself
    assert RULES.find_spans(probability, Prompt(), 10.0) == [pytest.approx((4.9, 8.1))]
    late = RULES.find_spans(probability, Lagging(), 10.0)
    assert late == [pytest.approx((4.9, 7.9))]


def test_spans_stay_within_the_recording() -> None:
    assert RULES.find_spans(np.ones(10), Prompt(), 0.95) == [(0.0, 0.95)]
    assert RULES.find_spans(np.zeros(10), Prompt(), 1.0) == []


def test_energy_finds_what_is_loud_and_nothing_in_a_hum() -> None:
    energy = Energy(background=0.1, loud=0.9, position=0.4, min_range=6.0)
    wave = 0.001 * noise(0, 10.0, RATE)
    wave[3 * RATE : 6 * RATE] += noise(1, 3.0, RATE)
    probability = energy.score_frames([wave[:50000], wave[50000:]])
    (start, stop) = np.flatnonzero(np.diff(probability > 0.5)) * energy.frame
    assert (start, stop) == pytest.approx((3.0, 6.0), abs=0.05)
    assert not energy.score_frames([noise(0, 10.0, RATE)]).any()


def test_the_memory_of_the_speech_network_is_its_cell_step_by_step() -> None:
    torch.manual_seed(0)
    network = SpeechNetwork().eval()
    frames = cut_frames(np.random.default_rng(0).normal(size=5184).astype(np.float32))
    start = torch.zeros(1, 1, 128)
    at_once, _ = network(frames, (start, start))
    state = start[0], start[0]
    one_by_one = []
    network._remember = None  # type: ignore[assignment]

    def step(x: torch.Tensor, _: object) -> tuple[torch.Tensor, object]:
        nonlocal state
        state = network.lstm_cell(x[:, 0], state)
        return state[0], None

    network._remember = step  # type: ignore[assignment]
    for frame in frames:
        one_by_one.append(network(frame[None], None)[0])
    assert torch.allclose(at_once, torch.cat(one_by_one), atol=1e-5)


def test_the_voice_encoder_gives_directions() -> None:
    torch.manual_seed(0)
    encoder = VoiceEncoder().eval()
    vectors = encoder(0.1 * torch.randn(2, 25600))
    assert vectors.shape == (2, 256)
    assert torch.allclose(vectors.norm(dim=1), torch.ones(2))
    assert isinstance(encoder.lstm, nn.LSTM)


def test_only_quiet_sound_is_raised() -> None:
    wave = torch.stack([torch.full((100,), 0.5), torch.full((100,), 0.001)])
    raised = raise_level(wave, -20.0)
    assert torch.equal(raised[0], wave[0])
    assert raised[1].square().mean().item() == pytest.approx(0.01)


def test_windows_lie_evenly_in_speech_and_round_what_is_shorter() -> None:
    embedder = MfccStatistics(window=1.0, hop=0.5, n_mfcc=13)
    middles = embedder.place_windows([(0.0, 2.2), (5.0, 5.4)])
    assert middles == pytest.approx([0.5, 0.9, 1.3, 1.7, 5.2])
    assert len(embedder.place_windows([])) == 0


def test_parts_of_windows_are_neither_many_nor_long() -> None:
    middles = np.concatenate([np.arange(0, 40, 0.5), [1000.0]])
    parts = split_windows(middles)
    assert np.array_equal(np.concatenate(parts), middles)
    assert all(len(part) <= 64 and part[-1] - part[0] <= 30 for part in parts)


@pytest.mark.parametrize("number", [1, 2, 3, 5, 8])
def test_the_eigengap_counts_voices(number: int) -> None:
    counter = Eigengap(300, (0.05, 0.1, 0.2), 5)
    count = counter.count_speakers(voices(number, 60), 1, 20)
    assert count.number == number and not count.is_given


def test_a_given_number_is_kept_and_bounds_are_respected() -> None:
    counter = Eigengap(300, (0.05, 0.1, 0.2), 5)
    vectors = voices(3, 40)
    assert counter.count_speakers(vectors, 5, 5).number == 5
    assert counter.count_speakers(vectors, 5, 5).is_given
    assert counter.count_speakers(vectors, 1, 2).number == 2
    assert counter.count_speakers(vectors, 4, 9).number >= 4
    assert counter.count_speakers(vectors[:1], 1, 20).number == 1
    assert counter.count_speakers(vectors[:2], 4, 4).number == 2


@pytest.mark.parametrize(
    "clusterer",
    [SphericalKMeans(restarts=3, seed=0), Spectral(50, neighbours=0.2, seed=0)],
)
def test_clusters_are_the_voices(clusterer: SphericalKMeans | Spectral) -> None:
    labels = clusterer.cluster(voices(3, 40), 3).reshape(3, 40)
    assert (labels == labels[:, :1]).all() and len(set(labels[:, 0])) == 3
    assert not clusterer.cluster(voices(1, 40), 1).any()


def test_the_best_path_is_the_best_of_all_paths() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(6, 3))
    cost = rng.uniform(0, 2, 6)
    paths = np.stack(np.meshgrid(*[range(3)] * 6, indexing="ij"), -1).reshape(-1, 6)
    worth = scores[np.arange(6), paths].sum(1)
    worth -= ((np.diff(paths, axis=1) != 0) * cost[1:]).sum(1)
    assert np.array_equal(best_path(scores, cost), paths[worth.argmax()])


def windows_of(labels: list[int]) -> WindowScores:
    """Windows of 1 s, half a second apart, that are sure of their speakers."""
    middles = 0.5 + 0.5 * np.arange(len(labels))
    scores = np.eye(2)[labels]
    return WindowScores(middles, 1.0, scores, np.array(labels))


def test_scores_of_frames_are_the_mean_in_a_triangle() -> None:
    windows = windows_of([0, 1, 0])  # round 0.5, 1.0 and 1.5 s
    scores = average_windows(windows, np.array([1.0, 0.7, 5.0]))
    assert scores[0] == pytest.approx([0, 1], abs=1e-5)
    weights = np.array([1 - 0.2 / 0.5, 1 - 0.3 / 0.5])  # of the first two
    assert scores[1] == pytest.approx(weights / weights.sum(), abs=1e-5)
    assert scores[2] == pytest.approx([1, 0])  # the nearest


def test_a_lonely_window_is_smoothed_and_a_change_is_found() -> None:
    windows = windows_of([0, 0, 1, 0, 0, 0, 1, 1, 1, 1])
    viterbi = Viterbi(sharpness=20.0, change=8.0, pause=1.0)
    frames = viterbi.assign_frames(windows, [(0.0, 5.5)])
    (change,) = np.flatnonzero(np.diff(frames.speaker))
    assert frames.time[change] == pytest.approx(3.25, abs=0.1)
    nearest = NearestWindow().assign_frames(windows, [(0.0, 5.5)])
    assert np.count_nonzero(np.diff(nearest.speaker)) == 3


def test_neighbours_are_averaged_by_time_and_not_by_number() -> None:
    middles = np.array([0.0, 0.25, 0.5, 9.0])
    vectors = np.eye(4)
    near = average_neighbours(vectors, middles, 0.25)
    assert np.allclose(near[0] * 2**0.5, [1, 1, 0, 0])
    assert np.allclose(near[1] * 3**0.5, [1, 1, 1, 0])
    assert np.allclose(near[3], [0, 0, 0, 1])


def test_windows_that_are_kept_do_not_overlap_much() -> None:
    middles = np.array([0.0, 0.3, 0.8, 0.9, 5.0])
    assert keep_apart(middles, 0.8).tolist() == [0, 2, 4]
    assert len(keep_apart(middles[:0], 0.8)) == 0
