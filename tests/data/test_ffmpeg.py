"""What libsndfile can't read goes through FFmpeg where there is one, else it is said how."""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import RATE, noise, sine, write

from auris.data import audio
from auris.data.audio import Unusable
from auris.data.files import inspect_files
from auris.data.folders import list_recordings

WAVE = sine(440, 2.0).astype(np.float32)


@pytest.fixture
def phone(tmp_path: Path) -> Path:
    """A recording that libsndfile can't read."""
    path = tmp_path / "in/memo 1.m4a"
    path.parent.mkdir()
    path.write_bytes(b"\0\0\0\x20ftypM4A " + bytes(1000))
    return path


@pytest.fixture
def no_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a program named ffmpeg where it is found first."""
    program = folder / "bin/ffmpeg"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}/usr/bin{os.pathsep}/bin")


def install_decoder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ffmpeg that decodes whatever it is given to `WAVE`."""
    decoded = write(folder / "wave.au", WAVE, subtype="FLOAT")
    install(folder, monkeypatch, f"cat '{decoded}'")


def test_without_ffmpeg_it_is_said_how_to_convert(phone: Path, no_ffmpeg: None) -> None:
    with pytest.raises(Unusable) as error:
        audio.read_header(phone)
    assert str(error.value) == (
        "unreadable (Format not recognised); install ffmpeg, which reads it, or convert it "
        "elsewhere: ffmpeg -i memo 1.m4a memo 1.flac"
    )


def test_ffmpeg_decodes_what_libsndfile_can_not(
    phone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_decoder(tmp_path, monkeypatch)
    header = audio.read_header(phone)
    assert (header.frames, header.samplerate, header.format) == (16000, RATE, "M4A")
    assert header.recounted and not header.truncated
    assert np.array_equal(audio.read_samples(phone, RATE)[0], WAVE)
    part = audio.read_samples(phone, RATE, 0.5, 1.25)[0]
    assert np.array_equal(part, WAVE[4000:10000])


def test_a_file_is_looked_at_again_once_there_is_ffmpeg(
    phone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    store = tmp_path / "store"
    assert "install ffmpeg" in inspect_files([phone], store)[phone].reason
    install_decoder(tmp_path, monkeypatch)
    info = inspect_files([phone], store)[phone]
    assert (info.reason, info.duration) == ("", 2.0)


def test_what_ffmpeg_can_not_decode_is_told_in_its_words(
    phone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, "echo 'file:x.m4a: It is rotten.' >&2; exit 1")
    with pytest.raises(Unusable, match=r"recognised\); ffmpeg: It is rotten$"):
        audio.read_header(phone)


def test_ffmpeg_is_stopped_when_it_takes_too_long(
    phone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auris.data.ffmpeg._MAX_SECONDS", 0.2)
    install(tmp_path, monkeypatch, "exec sleep 20")
    with pytest.raises(Unusable, match="ffmpeg took more than 0.2 s"):
        audio.read_header(phone)


def test_more_than_there_is_room_for_is_refused(
    phone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auris.data.ffmpeg._MAX_BYTES", 1000)
    install_decoder(tmp_path, monkeypatch)
    with pytest.raises(Unusable, match="too long for ffmpeg"):
        audio.read_header(phone)


def test_noise_in_the_place_of_a_recording_is_refused_as_before(
    tmp_path: Path, no_ffmpeg: None
) -> None:
    for name in ("a.wav", "a.mp3"):
        path = tmp_path / name
        path.write_bytes(np.random.default_rng(0).bytes(5000))
        with pytest.raises(Unusable, match=r"^unreadable \([^;]*\)$"):
            audio.read_header(path)


def test_opus_that_libsndfile_stops_in_goes_through_ffmpeg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.opus"
    tone = sine(440, 2.0, 48000)
    soundfile.write(path, tone, 48000, format="OGG", subtype="OPUS")
    assert audio.read_header(path).format == "OGG"
    again = shutil.copy(path, tmp_path / "b.opus")
    monkeypatch.setattr(audio, "_count_frames", lambda path, mending: 48000)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Unusable, match=r"its decoder stops at 1.0 s; install ffmpeg"):
        audio.read_header(again)
    install_decoder(tmp_path, monkeypatch)
    assert np.array_equal(audio.read_samples(again, RATE)[0], WAVE)


needs_ffmpeg = pytest.mark.skipif(
    shutil.which("ffmpeg") is None, reason="there is no ffmpeg"
)


def convert(source: Path, target: Path, *options: str) -> Path:
    words = ["ffmpeg", "-loglevel", "error", "-i", str(source), *options, str(target)]
    subprocess.run(words, check=True)
    return target


@needs_ffmpeg
@pytest.mark.parametrize(
    ("codec", "suffix"), [("alac", ".m4a"), ("wavpack", ".wv"), ("flac", ".mka")]
)
def test_lossless_formats_of_others_are_read_bit_by_bit(
    tmp_path: Path, codec: str, suffix: str
) -> None:
    wave = np.stack([noise(0, 1.0), noise(1, 1.0)], 1)
    source = write(tmp_path / "-a: ü.wav", wave, subtype="PCM_16")
    path = convert(source, tmp_path / f"-b: ü{suffix}", "-c:a", codec)
    assert list_recordings(tmp_path) == [source, path]
    assert np.array_equal(
        audio.read_samples(path, RATE), audio.read_samples(source, RATE)
    )


@needs_ffmpeg
def test_a_playlist_does_not_lead_to_other_files(tmp_path: Path) -> None:
    secret = convert(write(tmp_path / "a.wav", noise(0)), tmp_path / "secret.m4a")
    lists = {
        "hls.m4a": f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n",
        "concat.aac": f"ffconcat version 1.0\nfile '{secret}'\n",
    }
    for name, text in lists.items():
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(Unusable, match="^unreadable"):
            audio.read_header(path)
