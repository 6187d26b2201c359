"""Recordings of every kind become the same samples; what can't be used says why."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from conftest import RATE, noise, sine, write
from odd_files import bare_mp3, change_bytes, cut_half, long_flac, unclosed_wav

from auris.data import audio
from auris.data.audio import Unusable
from auris.data.mending import find_mending


def loudest(wave: np.ndarray, rate: int) -> float:
    """The frequency in Hz of the strongest line of (T,)."""
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave))))
    return float(np.argmax(spectrum)) * rate / len(wave)


@pytest.mark.parametrize(
    ("name", "subtype", "error"),
    [
        ("a.wav", "PCM_U8", 2**-7),
        ("a.wav", "PCM_16", 2**-15),
        ("a.wav", "PCM_24", 2**-23),
        ("a.wav", "FLOAT", 1e-7),
        ("a.flac", "PCM_16", 2**-15),
        ("a.flac", "PCM_24", 2**-23),
        ("a.ogg", "VORBIS", 0.05),
    ],
)
def test_formats_give_the_samples_that_were_written(
    tmp_path: Path, name: str, subtype: str, error: float
) -> None:
    sound = sine(440, 0.5)
    wave = audio.read_samples(write(tmp_path / name, sound, subtype=subtype), RATE)
    assert wave.shape == (1, 4000) and wave.dtype == np.float32
    assert np.abs(wave[0] - sound).max() <= error


def test_channels_come_first(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.wav", np.stack([sine(440), sine(1000), 0 * sine(1)], axis=1)
    )
    wave = audio.read_samples(path, RATE)
    assert wave.shape == (3, 4000) and wave.flags.c_contiguous
    assert [round(loudest(row, RATE)) for row in wave[:2]] == [440, 1000]
    assert not wave[2].any()


@pytest.mark.parametrize(
    ("rate", "wanted"), [(44100, 8000), (48000, 22050), (8000, 16000), (11025, 44100)]
)
def test_resampling_keeps_frequency_length_and_level(
    tmp_path: Path, rate: int, wanted: int
) -> None:
    (wave,) = audio.read_samples(
        write(tmp_path / "a.wav", sine(1000, 1.0, rate), rate), wanted
    )
    assert len(wave) == wanted
    assert loudest(wave, wanted) == pytest.approx(1000, abs=1)
    assert np.abs(wave[wanted // 4 : wanted // 2]).max() == pytest.approx(
        0.5, abs=0.005
    )


def test_resampling_leaves_no_aliases(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", sine(7000, 1.0, 44100), 44100)
    # the file's own 16 bits leave less than that
    assert np.abs(audio.read_samples(path, RATE)[0, 1000:-1000]).max() < 1e-3


def test_start_and_stop_are_seconds_of_the_recording(tmp_path: Path) -> None:
    sound = noise(0, 1.0)
    path = write(tmp_path / "a.wav", sound, subtype="FLOAT")
    assert np.allclose(audio.read_samples(path, RATE, 0.25, 0.5)[0], sound[2000:4000])
    assert np.allclose(audio.read_samples(path, RATE, 0.75)[0], sound[6000:])
    assert np.allclose(audio.read_samples(path, RATE, 0.75, 9.0)[0], sound[6000:])
    assert audio.read_samples(path, 16000, 0.25, 0.5).shape == (1, 4000)


def test_length_is_in_seconds(tmp_path: Path) -> None:
    assert (
        audio.read_duration(write(tmp_path / "a.flac", sine(440, 0.75, 44100), 44100))
        == 0.75
    )


def test_unusable_recordings_say_why(tmp_path: Path) -> None:
    broken = sine(440)
    broken[100] = np.nan
    (tmp_path / "page.wav").write_text("<html>404</html>" * 100)
    (tmp_path / "nothing.wav").touch()
    reasons = {
        tmp_path / "missing.wav": "there is no such file",
        tmp_path: "there is no such file",
        tmp_path / "page.wav": "unreadable",
        tmp_path / "nothing.wav": "unreadable",
        write(tmp_path / "empty.wav", sine(440, 0)): "empty",
        write(
            tmp_path / "nan.wav", broken, subtype="FLOAT"
        ): "holds NaN or infinite samples",
        write(tmp_path / "short.wav", sine(440, 0.04)): r"too short \(40 ms\)",
    }
    for path, reason in reasons.items():
        with pytest.raises(Unusable, match=f"^{reason}"):
            audio.read_samples(path, RATE)


def test_stretch_beyond_the_end_is_empty(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="empty"):
        audio.read_samples(write(tmp_path / "a.wav", sine(440)), RATE, 0.6, 0.9)


def test_truncated_wav_gives_what_is_there(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", sine(440, 1.0))
    path.write_bytes(path.read_bytes()[: 44 + 2 * 6000])
    assert np.abs(audio.read_samples(path, RATE)[0] - sine(440, 0.75)).max() < 1e-4


@pytest.mark.parametrize("name", ["a.flac", "a.ogg"])
def test_truncated_stream_is_unusable_or_shorter(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, noise(0, 1.0))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    try:
        assert 0 < audio.read_samples(path, RATE).shape[1] < RATE
    except Unusable as error:
        assert "unreadable" in str(error) or "empty" in str(
            error
        )  # libsndfile's releases differ


def test_header_without_a_length_is_unusable(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", noise(0))
    content = bytearray(path.read_bytes())
    content[21] &= (
        0xF0  # the 36 bits of STREAMINFO that count the samples (RFC 9639, 8.2); 0: unknown
    )
    content[22:26] = bytes(4)
    path.write_bytes(content)
    with pytest.raises(Unusable, match="does not say how long"):
        audio.read_duration(path)


def test_silence_is_what_nobody_hears() -> None:
    assert audio.is_silent(np.zeros((1, 100))) and audio.is_silent(
        np.full((2, 100), -9e-6)
    )
    assert not audio.is_silent(np.full((1, 100), -2e-5))
    assert audio.is_silent(np.zeros((1, 0)))


def test_one_channel_is_the_mean() -> None:
    assert audio.to_channels(np.array([[1.0, 2.0], [3.0, -2.0]]), 1).tolist() == [
        [2.0, 0.0]
    ]


def test_right_channel_count_passes_and_any_other_is_refused() -> None:
    wave = np.arange(10.0).reshape(2, 5)
    assert audio.to_channels(wave, 2) is wave
    for wrong in (np.ones((1, 5)), np.ones((4, 5))):
        with pytest.raises(
            Unusable, match=f"has {len(wrong)} channels and 2 are needed"
        ):
            audio.to_channels(wrong, 2)


def test_channels_are_taken_by_their_numbers() -> None:
    wave = np.arange(15.0).reshape(3, 5)
    assert audio.to_channels(wave, [2, 0]).tolist() == wave[[2, 0]].tolist()
    assert audio.to_channels(wave, (1,)).tolist() == wave[1:2].tolist()
    with pytest.raises(Unusable, match="has 3 channels, counted from 0, and no .* 3"):
        audio.to_channels(wave, [1, 3])
    with pytest.raises(Unusable, match=r"3 .* and 2 .*; data.channels=\[0,1\] takes"):
        audio.to_channels(wave, 2)


def test_fit_cuts_repeats_or_adds_silence() -> None:
    wave = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert audio.fit_length(wave, 2, "repeat").tolist() == [[1, 2], [4, 5]]
    assert audio.fit_length(wave, 3, "zeros").tolist() == wave.tolist()
    assert audio.fit_length(wave, 7, "repeat").tolist() == [
        [1, 2, 3, 1, 2, 3, 1],
        [4, 5, 6, 4, 5, 6, 4],
    ]
    assert audio.fit_length(wave, 5, "zeros").tolist() == [
        [1, 2, 3, 0, 0],
        [4, 5, 6, 0, 0],
    ]


@pytest.mark.parametrize("rate", [16000, 44100])
def test_mp3_of_variable_rate_without_a_length_is_read_to_its_end(
    tmp_path: Path, rate: int
) -> None:
    soft = 1e-3 * noise(0, 4.0, rate)
    loud = 5 * noise(1, 4.0, rate)
    sound = np.concatenate([soft, loud, sine(1000, 2.0, rate)])
    path = bare_mp3(tmp_path / "a.mp3", sound, rate)
    header = audio.read_header(path)
    assert header.duration == pytest.approx(10.0, abs=0.2) and not header.truncated
    wave = audio.read_samples(path, rate)
    assert wave.shape == (1, header.frames)
    end = audio.read_samples(path, rate, 8.5, 9.5)[0]
    assert loudest(end, rate) == pytest.approx(1000, abs=2)
    assert np.abs(end).max() == pytest.approx(0.5, abs=0.02)
    half = rate // 2  # decoders need some frames after a jump
    whole = wave[0, round(9.0 * rate) : round(9.5 * rate)]
    assert np.allclose(end[half:], whole, atol=1e-4)


@pytest.mark.parametrize("mode", ["CONSTANT", "VARIABLE"])
def test_mp3_with_its_length_is_left_as_it_is(tmp_path: Path, mode: str) -> None:
    path = write(tmp_path / "a.mp3", noise(0, 3.0, 16000), 16000, bitrate_mode=mode)
    header = audio.read_header(path)
    assert header.frames == 48000
    assert not header.recounted and not header.truncated
    assert find_mending(path, "MP3", header.frames) is None


@pytest.mark.parametrize("name", ["a.mp3", "a.flac"])
def test_cut_stream_is_as_long_as_what_can_be_decoded(
    tmp_path: Path, name: str
) -> None:
    path = cut_half(write(tmp_path / name, noise(0, 6.0, 16000), 16000))
    header = audio.read_header(path)
    assert header.truncated
    assert header.duration == pytest.approx(3.0, abs=0.6)  # it ends with a block
    assert audio.read_samples(path, 16000).shape == (1, header.frames)
    assert audio.read_samples(path, 16000, 0.0, 5.0).shape == (1, header.frames)


def test_wav_that_was_not_closed_is_read_to_its_end(tmp_path: Path) -> None:
    path = unclosed_wav(tmp_path / "a.wav", sine(440, 2.0))
    assert audio.read_duration(path) == 2.0
    assert np.abs(audio.read_samples(path, RATE)[0] - sine(440, 2.0)).max() < 2**-15
    assert np.allclose(
        audio.read_samples(path, RATE, 1.0, 1.5)[0],
        audio.read_samples(path, RATE)[0, 8000:12000],
    )


def test_empty_wav_with_notes_behind_is_still_empty(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", sine(440, 0))
    path.write_bytes(path.read_bytes() + b"LIST" + (4).to_bytes(4, "little") + b"abcd")
    with pytest.raises(Unusable, match="^empty$"):
        audio.read_samples(path, RATE)


def test_promise_beyond_memory_gives_what_is_there(tmp_path: Path) -> None:
    path = long_flac(tmp_path / "a.flac", noise(0, 2.0))
    header = audio.read_header(path)
    assert header.truncated and header.frames <= 16000
    assert audio.read_samples(path, RATE).shape[1] == header.frames > 8000


def test_more_than_memory_should_hold_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", noise(0))
    with pytest.raises(Unusable, match="^too long: .* GiB"):
        audio.read_samples(path, 10**13)


@pytest.mark.parametrize("rate", [1, 5, 999, 2**31 - 1])
def test_rates_at_which_nobody_records_are_refused(tmp_path: Path, rate: int) -> None:
    path = change_bytes(write(tmp_path / "a.wav", noise(0)), 24, rate)
    with pytest.raises(Unusable, match=f"rate of {rate} Hz is none"):
        audio.read_header(path)


def test_absurd_channels_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", np.zeros((100, 300)))
    with pytest.raises(Unusable, match="300 channels"):
        audio.read_header(path)


@pytest.mark.parametrize("value", [3e29, -1e19, 1.1e6])
def test_floats_that_are_no_sound_are_refused(tmp_path: Path, value: float) -> None:
    sound = sine(440)
    sound[100] = value
    with pytest.raises(Unusable, match="^holds samples of .* full scale is 1"):
        audio.read_samples(write(tmp_path / "a.wav", sound, subtype="FLOAT"), RATE)


def test_integers_written_as_floats_are_named_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.wav", 32768 * sine(440), subtype="FLOAT")
    said = []
    monkeypatch.setattr(audio, "warn_user", said.append)
    for _ in range(2):
        audio.read_samples(path, RATE)
    (sentence,) = said
    assert str(path) in sentence and "divide them by 32768" in sentence


def test_no_memory_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(*_: object, **__: object) -> None:
        raise MemoryError

    path = write(tmp_path / "a.wav", noise(0))
    monkeypatch.setattr(audio.soxr, "ResampleStream", no_memory)
    with pytest.raises(Unusable, match="memory"):
        audio.read_samples(path, 16000)


def test_link_to_nothing_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.wav").symlink_to(tmp_path / "gone.wav")
    with pytest.raises(Unusable, match="^a link to nothing"):
        audio.read_header(tmp_path / "a.wav")


def test_channels_of_opposite_sign_are_named() -> None:
    left = np.stack([sine(440), -sine(440)]).astype(np.float32)
    with pytest.raises(Unusable, match="^its 2 channels cancel each other"):
        audio.to_channels(left, 1)
    rounding = np.random.default_rng(0).choice([-(2**-15), 2**-15], left.shape)
    with pytest.raises(Unusable, match="opposite sign"):
        audio.to_channels(left + rounding, 1)
    assert audio.to_channels(left, 2) is left
    assert audio.to_channels(np.zeros((2, 100)), 1).shape == (1, 100)


@pytest.mark.skipif("sys.platform == 'win32'")
def test_name_need_not_be_text(tmp_path: Path) -> None:
    source = write(tmp_path / "a.wav", sine(440))
    odd = Path(str(tmp_path / "moder\udce0.wav"))
    try:
        source.rename(odd)
    except (OSError, UnicodeError):
        pytest.skip("this file system takes names in UTF-8 only")
    assert audio.read_samples(odd, RATE).shape == (1, 4000)


@pytest.mark.parametrize("rate", [RATE, 5000, 22050])
@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3"])
def test_blocks_are_the_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, rate: int
) -> None:
    left, right = noise(0, 3.0), noise(1, 3.0)
    path = write(tmp_path / name, np.stack([left, right], axis=1))
    whole = audio.read_samples(path, rate)
    monkeypatch.setattr(audio, "_BLOCK_SAMPLES", 2000)
    blocks = list(audio.read_blocks(path, rate))
    assert len(blocks) > 20 and max(block.size for block in blocks) < 5000
    assert np.array_equal(np.concatenate(blocks, axis=1), whole)
    part = np.concatenate([*audio.read_blocks(path, rate, 0.7, 1.9)], axis=1)
    assert part.shape == (2, round(1.2 * rate))


def test_blocks_of_a_rising_rate_are_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.wav", noise(0, 10.0, 1000), 1000)
    monkeypatch.setattr(audio, "_BLOCK_SAMPLES", 10_000)
    blocks = list(audio.read_blocks(path, 200_000))
    assert sum(block.shape[1] for block in blocks) == 2_000_000
    # the resampler has blocks of its own
    assert max(block.size for block in blocks) < 200_000


def test_a_long_recording_takes_the_memory_of_a_block(tmp_path: Path) -> None:
    minutes = 10
    sound = np.tile(sine(440, 60, 44100), minutes).astype(np.float32)
    path = write(tmp_path / "a.flac", np.stack([sound, sound / 2], axis=1), 44100)
    tracemalloc.start()
    count = sum(block.shape[1] for block in audio.read_blocks(path, 22050))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == minutes * 60 * 22050
    assert peak < 8 * audio._BLOCK_SAMPLES * 4 < 2 * sound.nbytes


def test_what_is_wrong_with_channels_is_found_over_all_blocks() -> None:
    left = noise(0).astype(np.float32)
    quiet = np.zeros((2, 100), np.float32)
    cancelling = [np.stack([left, -left]), quiet]
    with pytest.raises(Unusable, match="cancel"):
        list(audio.mix_blocks(cancelling, 1))
    assert len(list(audio.mix_blocks([*cancelling, np.stack([left, left])], 1))) == 3
    same = np.stack([left, left])
    with pytest.raises(Unusable, match="channels 1 and 2 of 2 are the same"):
        list(audio.mix_blocks([same, same], 2))
    differing = np.stack([left, left[::-1]])
    assert len(list(audio.mix_blocks([same, differing], 2))) == 2
    half = np.stack([left, 0 * left])
    with pytest.raises(Unusable, match="channel 2 of 2 is silent"):
        list(audio.mix_blocks([half, half], 2))
    assert len(list(audio.mix_blocks([half, differing], 2))) == 2
