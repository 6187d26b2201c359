"""Scenes: what is drawn, what is heard of it, and from where."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
import torch
from array_files import load
from conftest import noise, write

from auris.acoustics.arrays import Array, unit_vector
from auris.acoustics.doa.grid import circle_grid, peak_direction
from auris.acoustics.doa.srp import srp_phat
from auris.acoustics.doa.stft import band_spectrum
from auris.acoustics.image_source import Rooms, impulse_responses
from auris.acoustics.speech import noise_bursts, speech_like
from auris.core.errors import UserError
from auris.data.folders import list_recordings
from auris.data.simulation.dry_signals import RecordedSignal, load_dry_signals
from auris.data.simulation.rendering import PEAK, draw_source_signal
from auris.data.simulation.scenes import (
    Scene,
    SceneDistribution,
    SceneSimulator,
    draw_scene,
    image_source,
)
from auris.tasks.localization.metrics import great_circle

RATE = 8000
SAMPLES = 1600
ARRAY = load("circular4")
CPU = torch.device("cpu")
DISTRIBUTION = SceneDistribution(
    room=[[3, 4], [3, 4], 2.5],
    rt60=0.2,
    absorption_spread=0.3,
    distance=[0.5, 1.5],
    source_height=[1, 1.6],
    array_height=[0.8, 1.2],
    snr=[0, 20],
    diffuse_snr=[10, 20],
    pre_roll=[0, 0.1],
)
DRY = replace(
    DISTRIBUTION,
    room=[6, 6, 4],
    rt60=0.25,
    absorption_spread=0,
    distance=1,
    source_height=2,
    array_height=2,
    snr=40,
)


class Scened(NamedTuple):
    """Some scenes as they are heard, and as they were drawn."""

    wave: torch.Tensor
    direction: torch.Tensor
    conditions: torch.Tensor
    scenes: list[Scene]


def hear(
    *seeds: int,
    distribution: SceneDistribution = DISTRIBUTION,
    array: Array = ARRAY,
    simulated=image_source,
) -> Scened:
    simulator = SceneSimulator(
        array, RATE, SAMPLES, [speech_like, noise_bursts], simulated
    )
    heard, scenes = simulator(
        [np.random.default_rng(seed) for seed in seeds],
        [distribution] * len(seeds),
        CPU,
    )
    return Scened(*heard, scenes)


def direct(rooms: Rooms, rate: int, length: int) -> torch.Tensor:
    """Responses without a reflection."""
    return impulse_responses(rooms, rate, length, 0)


def test_a_scene_is_the_same_alone_and_in_any_batch() -> None:
    together = hear(1, 2, 3)
    for place, seed in enumerate((1, 2, 3)):
        alone = hear(seed)
        torch.testing.assert_close(
            alone.wave[0], together.wave[place], atol=1e-4, rtol=0
        )
        torch.testing.assert_close(alone.direction[0], together.direction[place])
        torch.testing.assert_close(
            alone.conditions[0], together.conditions[place], atol=1e-3, rtol=1e-3
        )
        assert alone.scenes[0].serialize() == together.scenes[place].serialize()
    assert together.wave.shape == (3, 4, SAMPLES)
    torch.testing.assert_close(together.wave.abs().amax((1, 2)), torch.full((3,), PEAK))


def test_what_is_drawn_lies_within_the_distribution_and_the_room() -> None:
    scenes = [
        draw_scene(np.random.default_rng(seed), DISTRIBUTION, 0.05)
        for seed in range(200)
    ]
    for scene in scenes:
        assert (
            (scene.size[:2] >= 3).all()
            and (scene.size[:2] <= 4).all()
            and scene.size[2] == 2.5
        )
        assert 0.5 <= np.linalg.norm(scene.source - scene.centre) <= 1.5
        assert 1 <= scene.source[2] <= 1.6 and 0.8 <= scene.centre[2] <= 1.2
        for place, margin in ((scene.source, 0.1), (scene.centre, 0.15)):
            assert (place > margin).all() and (place < scene.size - margin).all()
        assert 0 <= scene.snr <= 20 and 0 <= scene.pre_roll <= 0.1 and scene.rt60 == 0.2
    turns = np.array([scene.azimuth for scene in scenes])
    assert (
        turns.min() < -150
        and turns.max() > 150
        and abs(np.exp(1j * np.radians(turns)).mean()) < 0.2
    )


@pytest.mark.parametrize("name", ["circular4", "respeaker4"])
def test_the_direction_is_where_srp_phat_finds_a_source_without_echoes(
    name: str,
) -> None:
    array = load(name)
    heard = hear(
        *range(8),
        distribution=replace(DRY, diffuse_snr=None),
        array=array,
        simulated=direct,
    )
    x, hertz = band_spectrum(heard.wave, RATE, f_min=300, f_max=3500)
    directions = circle_grid(360)
    found = peak_direction(
        srp_phat(x, array.microphones, directions, hertz), directions
    )
    assert great_circle(found, heard.direction).max() < 3


def test_a_turned_array_hears_from_elsewhere_by_as_much() -> None:
    heard = hear(*range(6))
    for scene, seen in zip(heard.scenes, heard.direction, strict=True):
        away = scene.source - scene.centre
        world = np.degrees(np.arctan2(away[1], away[0]))
        elevation = np.degrees(np.arcsin(away[2] / np.linalg.norm(away)))
        expected = unit_vector(
            torch.tensor(world - scene.azimuth), torch.tensor(elevation)
        ).float()
        assert great_circle(seen, expected).item() < 0.01


def test_conditions_are_told_as_they_are() -> None:
    heard = hear(*range(4))
    distances = [np.linalg.norm(scene.source - scene.centre) for scene in heard.scenes]
    assert heard.conditions[:, 2].tolist() == pytest.approx(distances, abs=1e-4)
    assert heard.conditions[:, 1].tolist() == pytest.approx(
        [scene.snr for scene in heard.scenes], abs=1e-4
    )


def test_the_snr_is_that_of_the_sound_in_the_room_to_the_noise() -> None:
    """The same scene at two SNR: what they differ by is noise alone."""
    quiet = replace(DISTRIBUTION, diffuse_snr=None, snr=60)
    clean, noisy = (
        hear(5, distribution=distribution).wave[0]
        for distribution in (quiet, replace(quiet, snr=3))
    )
    share = (
        noisy * clean
    ).sum() / clean.square().sum()  # both are scaled to the same peak
    left = noisy - share * clean
    snr = 10 * torch.log10((share * clean).square().mean() / left.square().mean())
    assert snr.item() == pytest.approx(3, abs=0.3)
    correlation = torch.corrcoef(left)
    assert (
        correlation - torch.eye(4)
    ).abs().max() < 0.15  # each microphone has its own


def test_diffuse_noise_is_common_to_near_microphones() -> None:
    still = replace(DISTRIBUTION, diffuse_snr=0, snr=60)
    near = Array([[0.004, 0, 0], [-0.004, 0, 0]])
    quiet, noisy = (
        hear(5, distribution=distribution, array=near).wave[0]
        for distribution in (replace(still, diffuse_snr=None), still)
    )
    left = noisy - (noisy * quiet).sum() / quiet.square().sum() * quiet
    assert torch.corrcoef(left)[0, 1] > 0.9


@pytest.mark.parametrize("asked", [0.3, 0.6])
def test_the_reverberation_that_is_measured_is_about_what_was_asked_for(
    asked: float,
) -> None:
    distribution = replace(
        DISTRIBUTION, room=[5, 4, 3], rt60=asked, absorption_spread=0.0
    )
    measured = hear(*range(3), distribution=distribution).conditions[:, 0]
    assert (measured > 0.8 * asked).all() and (measured < 1.6 * asked).all()


@pytest.mark.parametrize(
    ("absorption_spread", "least", "most"), [(0.0, 1, 1.001), (1.0, 1.1, 8)]
)
def test_walls_differ_by_as_much_as_they_should(
    absorption_spread: float, least: float, most: float
) -> None:
    seen = []

    def record(rooms: Rooms, rate: int, length: int) -> torch.Tensor:
        seen.append(rooms.absorption)
        return direct(rooms, rate, length)

    hear(
        7,
        distribution=replace(DISTRIBUTION, absorption_spread=absorption_spread),
        simulated=record,
    )
    decay = -torch.log1p(-seen[0][0])  # (6,)
    assert least <= decay.max() / decay.min() <= most


def test_a_sound_that_began_before_reverberates_from_the_start() -> None:
    early, late = (
        hear(
            3,
            distribution=replace(
                DISTRIBUTION, rt60=0.4, pre_roll=before, snr=60, diffuse_snr=None
            ),
        ).wave[0]
        for before in (0.0, 0.3)
    )
    quiet = 30  # samples, of the 40 by which responses are late
    assert early[:, :quiet].abs().max() < 0.01 < late[:, :quiet].abs().max()


@pytest.mark.parametrize(
    "changes", [{"rt60": [0.8, 0.2]}, {"room": [[3, 4], [4, 3], 3]}, {"snr": [0, -1]}]
)
def test_a_range_begins_with_the_smaller(changes: dict) -> None:
    (name,) = changes
    with pytest.raises(
        UserError, match=f"data.{name}=.* should begin with the smaller"
    ):
        replace(DISTRIBUTION, **changes)


@pytest.mark.parametrize(
    "changes", [{"distance": 9}, {"array_height": 3}, {"source_height": 2.49}]
)
def test_what_does_not_fit_the_room_is_refused(changes: dict) -> None:
    with pytest.raises(UserError, match="fits into the rooms"):
        hear(0, distribution=replace(DISTRIBUTION, **changes))


def test_an_array_as_wide_as_the_room_is_refused_and_a_wide_one_is_not() -> None:
    wide, wider = (Array([[reach, 0, 0], [-reach, 0, 0]]) for reach in (1.0, 2.5))
    assert hear(*range(10), array=wide).wave.isfinite().all()
    with pytest.raises(UserError, match="fits into the rooms"):
        hear(0, array=wider)


def test_a_dead_room_that_is_too_large_for_its_reverberation_is_refused() -> None:
    with pytest.raises(UserError, match="ask for an RT60 of"):
        hear(0, distribution=replace(DISTRIBUTION, room=[12, 12, 6], rt60=0.1))


@pytest.mark.parametrize("sound", [speech_like, noise_bursts])
@pytest.mark.parametrize(
    ("seconds", "rate"), [(0.05, 8000), (0.256, 16000), (1.5, 16000), (0.5, 44100)]
)
def test_dry_sounds_have_unit_power_and_the_length_asked_for(
    sound, seconds: float, rate: int
) -> None:
    one, again, other = (
        sound(np.random.default_rng(seed), seconds, rate) for seed in (0, 0, 1)
    )
    assert (
        one.shape == (round(seconds * rate),)
        and np.array_equal(one, again)
        and not np.array_equal(one, other)
    )
    assert (
        np.mean(one**2) == pytest.approx(1, rel=1e-3)
        and np.abs(np.corrcoef(one, other)[0, 1]) < 0.5
    )


def test_bursts_begin_and_end() -> None:
    powers = [
        noise_bursts(np.random.default_rng(seed), 1.0, RATE).reshape(50, -1) ** 2
        for seed in range(10)
    ]
    assert np.mean([(power.mean(1) < 0.01).any() for power in powers]) > 0.5


def test_talk_is_a_voice_and_a_breath() -> None:
    """Of its frames some have a pitch and some have not."""
    sound = speech_like(np.random.default_rng(0), 3.0, RATE).reshape(-1, 400)  # 50 ms
    spectra = [np.fft.irfft(np.abs(np.fft.rfft(frame, 1024)) ** 2) for frame in sound]
    pitched = [
        max(wave[RATE // 400 : RATE // 60]) / wave[0] for wave in spectra if wave[0] > 1
    ]
    assert max(pitched) > 0.6 and min(pitched) < 0.4


@pytest.fixture
def folder(tmp_path):
    for i in range(7):
        write(tmp_path / "dry" / f"{i}.wav", noise(i, 0.5))
    return tmp_path / "dry"


def test_no_recording_sounds_in_two_sets(folder) -> None:
    sounds = load_dry_signals(["talk"], str(folder))
    paths = {name: sound.paths for name, (sound,) in sounds.items()}
    assert sorted(path for part in paths.values() for path in part) == list_recordings(
        folder
    )
    assert all(paths.values()) and set(paths) == {"train", "val", "test"}


def test_a_recording_is_cut_resampled_and_played_again(folder) -> None:
    sound = RecordedSignal(list_recordings(folder))
    for seconds, rate in ((0.2, 8000), (0.2, 16000), (1.3, 8000)):
        wave, again = (sound(np.random.default_rng(0), seconds, rate) for _ in range(2))
        assert wave.shape == (round(seconds * rate),) and np.array_equal(wave, again)
        assert np.mean(wave**2) == pytest.approx(1, rel=1e-3)
    np.testing.assert_array_equal(wave[:4000], wave[4000:8000])


def test_dry_sounds_that_cannot_be_had(folder, tmp_path) -> None:
    for names, sources, sentence in (
        (["talkk"], None, "data.sounds=talkk"),
        ([], None, "data.sounds is empty"),
        (["talk"], str(tmp_path / "nowhere"), "holds 0 recordings"),
    ):
        with pytest.raises(UserError, match=sentence):
            load_dry_signals(names, sources)
    (folder / "0.wav").write_bytes(b"no wave")
    with pytest.raises(UserError, match=r"0\.wav can't be used"):
        RecordedSignal([folder / "0.wav"])(np.random.default_rng(0), 0.2, RATE)


def test_recordings_of_silence_are_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("auris.data.simulation.rendering._MAX_DRAWS", 3)
    silent = RecordedSignal([write(tmp_path / "silence.wav", np.zeros(4000))])
    with pytest.raises(UserError, match="silent"):
        draw_source_signal([silent], np.random.default_rng(0), 0.1, SAMPLES, RATE)
