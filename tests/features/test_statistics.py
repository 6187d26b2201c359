"""Statistics agree with librosa, stay finite, follow the wave's device, and every number has the
name it deserves."""

from inspect import signature
from pathlib import Path

import librosa
import numpy as np
import pytest
import scipy.fft
import scipy.stats
import soundfile
import torch
from conftest import noise, sine
from running import configured, experiment
from torch import Tensor

from auris.acoustics import spectral
from auris.core.errors import UserError
from auris.data.spec import Spec
from auris.features.functionals import ClipVector, skewness
from auris.features.piczak import Piczak
from auris.features.standardize import Standardized
from auris.features.statistics import Statistics

RATE = 16000  # Hz
FRAMES = {"n_fft": 1024, "hop_length": 256}
BOTH = pytest.mark.parametrize("kind", [Statistics, Piczak])


@pytest.fixture(params=["noise", "tones", "clicks", "recording"])
def wave(request: pytest.FixtureRequest) -> np.ndarray:
    """(T,) 1.5 s of very different sounds."""
    if request.param == "recording":
        folder: Path = request.getfixturevalue("real")
        return soundfile.read(
            folder / "cats_babies" / "cat" / "1-34094-A.ogg",
            frames=24000,
            dtype="float32",
        )[0]
    sounds = {
        "noise": noise(0, 1.5, RATE),
        "tones": sine(440, 1.5, RATE) * sine(3, 1.5, RATE) + noise(1, 1.5, RATE) / 1000,
        "clicks": np.where(np.arange(24000) % 3000 < 5, 0.5, 0)
        + noise(2, 1.5, RATE) / 100,
    }
    return sounds[request.param].astype(np.float32)


@pytest.fixture
def power(wave: np.ndarray) -> np.ndarray:
    """(F, T') of librosa's spectrum."""
    return np.abs(librosa.stft(wave, **FRAMES)) ** 2


@pytest.fixture
def clips() -> Tensor:
    """(3, 2, T) three clips of two channels, the last half silent."""
    clips = torch.tensor(
        np.stack([noise(seed, 1.0, RATE) for seed in range(6)]), dtype=torch.float32
    ).unflatten(0, (3, 2))
    clips[1] += torch.tensor(sine(1000, 1.0, RATE))
    clips[2, :, RATE // 2 :] = 0
    return clips


def tracks(wave: np.ndarray, **settings: float) -> dict[str, np.ndarray]:
    """Our tracks (k, T') of a wave (T,)."""
    module, batch = (
        Statistics(RATE, **FRAMES, **settings),
        torch.from_numpy(wave)[None, None],
    )
    return {
        name: track[0, 0].numpy()
        for name, track in module.frame_tracks(batch, module.spectrum(batch)).items()
    }


def numbers(module: ClipVector, wave: np.ndarray) -> dict[str, float]:
    """Each number of a wave (T,) by its name."""
    values = module(torch.tensor(wave, dtype=torch.float32)[None, None])[
        0, :, 0
    ].tolist()
    return dict(zip(module.names, values, strict=True))


def near(ours: np.ndarray, theirs: np.ndarray, tolerance: float) -> bool:
    return ours.shape == theirs.shape and bool(np.abs(ours - theirs).max() <= tolerance)


def test_the_spectrum_is_librosas(wave: np.ndarray, power: np.ndarray) -> None:
    ours = Statistics(RATE, **FRAMES).spectrum(torch.from_numpy(wave)).numpy()
    assert near(ours, power, 1e-5 * power.max())


def test_centroid_bandwidth_and_roll_off_are_librosas(
    wave: np.ndarray, power: np.ndarray
) -> None:
    ours, given = tracks(wave), {"S": np.sqrt(power), "sr": RATE}
    assert near(ours["centroid"], librosa.feature.spectral_centroid(**given), 0.1)  # Hz
    # Hz
    assert near(ours["bandwidth"], librosa.feature.spectral_bandwidth(**given), 0.1)
    steps = np.abs(ours["roll_off"] - librosa.feature.spectral_rolloff(**given)) / (
        RATE / FRAMES["n_fft"]
    )
    # a bin up or down where rounding decides
    assert steps.max() <= 1 and (steps > 0).mean() < 0.02


@pytest.mark.parametrize(
    ("rate", "n_fft"),
    [(16000, 1024), (22050, 2048), (44100, 2048), (8000, 2048), (48000, 512)],
)
def test_contrast_is_librosas(wave: np.ndarray, rate: int, n_fft: int) -> None:
    power = np.abs(librosa.stft(wave, n_fft=n_fft)) ** 2
    ours = spectral.spectral_contrast(
        torch.from_numpy(power), rate / n_fft, dynamic_range=80
    ).numpy()
    theirs = librosa.feature.spectral_contrast(
        S=power, sr=rate, n_fft=n_fft, n_bands=len(ours) - 1
    )
    assert near(ours, theirs, 1e-3)  # dB


def test_zero_crossings_are_librosas(wave: np.ndarray) -> None:
    theirs = librosa.feature.zero_crossing_rate(
        wave, frame_length=FRAMES["n_fft"], hop_length=FRAMES["hop_length"]
    )
    assert near(tracks(wave)["zero_crossings"], theirs, 1e-6)


def test_levels_and_cepstrum_are_librosas(wave: np.ndarray, power: np.ndarray) -> None:
    ours = tracks(wave, n_mels=40, f_min=60, dynamic_range=70)
    mel = librosa.feature.melspectrogram(
        S=power, sr=RATE, n_mels=40, fmin=60, htk=True, norm=None
    )
    level = librosa.power_to_db(mel, top_db=70)
    assert near(ours["log_mel"], level, 0.01)  # dB
    assert near(ours["mfcc"], librosa.feature.mfcc(S=level, n_mfcc=20), 0.02)  # dB


@pytest.mark.parametrize(
    ("order", "name"), [(1, "first_difference"), (2, "second_difference")]
)
def test_differences_are_librosas(wave: np.ndarray, order: int, name: str) -> None:
    ours = tracks(wave)
    assert near(
        ours[name],
        librosa.feature.delta(ours["mfcc"], order=order, mode="nearest"),
        1e-3,
    )


@pytest.mark.parametrize(
    ("rate", "octave"),
    [(0.7, "0_to_1"), (3.0, "2_to_4"), (12.0, "8_to_16"), (20.0, "above_16")],
)
def test_modulation_finds_how_often_a_level_goes_up_and_down(
    rate: float, octave: str
) -> None:
    swing = 10 * sine(rate, 4.0, RATE)  # dB, 10 from bottom to top
    values = numbers(
        Statistics(RATE, **FRAMES), noise(0, 4.0, RATE) * 10 ** (swing / 20)
    )
    spectrum = {
        name.split("modulation_")[1]: value
        for name, value in values.items()
        if "modulation" in name
    }
    assert max(spectrum, key=spectrum.__getitem__) == f"{octave}_hz"


def test_modulation_is_the_deviation_of_the_level() -> None:
    time = torch.arange(400) / 50  # s
    level = (
        6 * torch.sin(2 * torch.pi * 3 * time)
        + 4 * torch.cos(2 * torch.pi * 10 * time)
        - 30
    )  # dB
    parts = spectral.modulation_spectrum(
        level.expand(1, 1, 8, 400), frame_rate=50, bands=2
    )
    # 0 to 1, 1 to 2, 2 to 4, 4 to 8, 8 to 16 Hz, above
    expected = torch.tensor([0, 0, 6 / 2**0.5, 0, 4 / 2**0.5, 0])
    assert torch.allclose(parts, expected.expand(1, 1, 2, 6), atol=1e-3)


def test_modulation_adds_up_to_the_variance(wave: np.ndarray) -> None:
    level = torch.from_numpy(tracks(wave)["log_mel"])[None, None]
    parts = spectral.modulation_spectrum(level, RATE / 256, bands=64)
    assert torch.allclose(
        parts.square().sum(-1), level.var(-1, correction=0), rtol=1e-3
    )


def test_skewness_is_scipys_and_0_of_a_constant() -> None:
    track = np.random.default_rng(0).gamma(2.0, size=(5, 300))
    assert near(
        skewness(torch.tensor(track)).numpy(), scipy.stats.skew(track, axis=-1), 1e-9
    )
    assert skewness(torch.tensor([[0.0] * 7, [0.1] * 7, [-1e5] * 7])).tolist() == [
        0,
        0,
        0,
    ]
    assert skewness(torch.tensor([1.0, 1.0, 1.0 + 2e-7])) == 0


def test_names_point_at_their_numbers(wave: np.ndarray) -> None:
    values, track = numbers(Statistics(RATE, **FRAMES), wave), tracks(wave)
    assert values["mfcc_3_mean"] == pytest.approx(track["mfcc"][3].mean(), abs=1e-3)
    assert values["mfcc_2_first_difference_maximum"] == pytest.approx(
        track["first_difference"][2].max(), abs=1e-3
    )
    assert values["contrast_400_to_800_hz_minimum"] == pytest.approx(
        track["contrast"][2].min(), abs=1e-3
    )
    assert values["roll_off_deviation"] == pytest.approx(
        track["roll_off"].std(), rel=1e-3
    )
    assert values["zero_crossings_skewness"] == pytest.approx(
        scipy.stats.skew(track["zero_crossings"][0]), abs=1e-3
    )


def test_a_tone_is_loudest_in_the_band_that_is_named_for_it() -> None:
    module = Statistics(RATE)
    levels = [
        name
        for name in module.names
        if name.startswith("log_mel") and name.endswith("_hz_mean")
    ]
    for name in levels[2::10]:
        values = numbers(module, sine(float(name.split("_")[2]), 0.5, RATE))
        assert max(levels, key=values.__getitem__) == name


@BOTH
@pytest.mark.parametrize("rate", [8000, 22050, 44100])
@pytest.mark.parametrize("channels", [1, 2])
def test_each_number_has_one_name(
    kind: type[ClipVector], rate: int, channels: int
) -> None:
    module = kind(rate, channels)
    assert module(torch.zeros(2, channels, rate)).shape == (2, len(module.names), 1)
    assert len(set(module.names)) == len(module.names)


def test_a_channel_is_described_as_if_it_were_alone(clips: Tensor) -> None:
    both, alone = Statistics(RATE, 2), Statistics(RATE)
    assert both.names == [f"channel_{i}_{name}" for i in (1, 2) for name in alone.names]
    second = both(clips)[:, len(alone.names) :]
    assert torch.allclose(second, alone(clips[:, 1:]), rtol=1e-4, atol=1e-3)


@BOTH
def test_a_clip_does_not_depend_on_its_batch(
    kind: type[ClipVector], clips: Tensor
) -> None:
    module = kind(RATE, 2)
    single = torch.cat([module(clip[None]) for clip in clips])
    assert torch.allclose(module(clips), single, rtol=1e-4, atol=1e-3)


@BOTH
@pytest.mark.parametrize("value", [0.0, 1e-12, 0.5, -0.5])
def test_silence_and_constants_give_finite_numbers(
    kind: type[ClipVector], value: float
) -> None:
    assert kind(RATE)(torch.full((1, 1, RATE), value)).isfinite().all()


def test_silence_has_no_frequency_no_contrast_and_no_skewness() -> None:
    values = numbers(Statistics(RATE), np.zeros(RATE))
    kinds = (
        "centroid",
        "bandwidth",
        "contrast",
        "crossings",
        "skewness",
        "deviation",
        "modulation",
        "difference",
    )
    assert (
        max(
            abs(value)
            for name, value in values.items()
            if any(kind in name for kind in kinds)
        )
        < 1e-4
    )


@BOTH
def test_softer_sound_changes_only_what_is_a_level(
    kind: type[ClipVector], clips: Tensor
) -> None:
    module = kind(RATE, 2)
    change = (module(clips / 10) - module(clips))[..., 0]  # (3, D)
    names = [name.partition("channel_")[2][2:] for name in module.names]
    level = torch.tensor(
        [name.startswith("log_mel") and name.endswith("hz_mean") for name in names]
    )
    first = torch.tensor(
        [name in ("mfcc_0_mean", "mfcc_0_minimum", "mfcc_0_maximum") for name in names]
    )
    assert torch.allclose(change[:, level], torch.tensor(-20.0), atol=0.01)  # dB
    assert torch.allclose(change[:, first], torch.tensor(-20.0 * 64**0.5), atol=0.1)
    assert change[:, ~(level | first)].abs().max() < 0.05


def test_piczak_is_what_his_notebook_computes(wave: np.ndarray) -> None:
    mel = librosa.feature.melspectrogram(
        y=wave, sr=RATE, n_fft=2048, hop_length=512, n_mels=128
    )
    mfcc = librosa.feature.mfcc(S=librosa.power_to_db(mel), n_mfcc=13)[1:]
    crossings = [
        np.mean(np.diff(frame >= 0))
        for frame in wave[: len(wave) // 512 * 512].reshape(-1, 512)
    ]
    theirs = [
        *mfcc.mean(-1),
        *mfcc.std(-1),
        np.mean(crossings) * 511 / 512,
        np.std(crossings) * 511 / 512,
    ]
    ours = numbers(Piczak(RATE), wave)
    assert list(ours)[::8] == [
        "mfcc_1_mean",
        "mfcc_9_mean",
        "mfcc_5_deviation",
        "zero_crossings_mean",
    ]
    assert near(np.array([*ours.values()]), np.array(theirs), 0.02)  # dB
    assert near(np.array([*ours.values()])[-2:], np.array(theirs)[-2:], 1e-6)


@BOTH
def test_all_is_computed_on_the_device_of_the_wave(kind: type[ClipVector]) -> None:
    module = kind(RATE, 2).to(
        "meta"
    )  # a device that refuses what was made on another or passes through numpy
    assert module(torch.zeros(2, 2, RATE, device="meta")).device.type == "meta"
    assert not [
        value
        for part in module.modules()
        for value in vars(part).values()
        if isinstance(value, Tensor)
    ]
    assert not list(module.parameters())


@pytest.mark.parametrize("name", ["statistics", "piczak"])
def test_the_yaml_says_what_the_constructor_says(name: str) -> None:
    features = experiment(f"features={name}").build_features(
        Spec(RATE, 2, RATE, "label")
    )
    kind = type(features.transform)
    assert features.out_shape == (len(kind(RATE, 2).names), 1)
    settings = configured(f"features={name}").features.items()
    given = {
        key: value for key, value in settings if key not in ("_target_", "standardize")
    }
    assert given == {
        key: p.default
        for key, p in signature(kind).parameters.items()
        if key not in ("sample_rate", "channels")
    }


def test_standardized_learns_each_number(clips: Tensor) -> None:
    features = Standardized(Statistics(RATE, 2), (2, RATE))
    features.learn([features.raw(clips)])
    x = features(clips).double()
    assert x.mean(0).abs().max() < 1e-3 and x.isfinite().all()


@pytest.mark.parametrize("name", ["statistics", "piczak"])
def test_a_clip_that_is_too_short_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(
        UserError,
        match="statistics need 3 frames, 512 samples apart, and there are 2.*longer data.duration",
    ):
        experiment(f"features={name}").build_features(Spec(RATE, 1, 1023, "label"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("statistics", "n_fft=64"),
            "n_fft=64 is too small for spectral contrast at 16000 Hz",
        ),
        (
            ("statistics", "n_mels=16"),
            "20 cepstral coefficients need as many mel bands, and n_mels=16",
        ),
        (
            ("piczak", "n_mels=12"),
            "13 cepstral coefficients need as many mel bands, and n_mels=12",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_refused_in_a_sentence(
    words: tuple[str, str], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        choice = experiment("features=" + words[0], "features." + words[1])
        choice.build_features(Spec(RATE, 1, RATE, "label"))
