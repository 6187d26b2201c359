"""Recordings with something wrong: what recorders, copies and flipped bits leave."""

from pathlib import Path

import numpy as np
from conftest import RATE, write


def bare_mp3(path: Path, wave: np.ndarray, rate: int) -> Path:
    """An MP3 of variable bit rate without the frame that tells its length."""
    write(path, wave, rate, bitrate_mode="VARIABLE", compression_level=0.3)
    content = path.read_bytes()
    assert b"Xing" in content[:64]
    second = content.index(content[:2], 4)  # where the next frame begins
    path.write_bytes(content[second:])
    return path


def cut_half(path: Path) -> Path:
    """A recording whose copy broke off."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def unclosed_wav(path: Path, wave: np.ndarray, rate: int = RATE) -> Path:
    """A WAV whose recorder lost its power before it wrote how much there is."""
    change_bytes(write(path, wave, rate), 40, 0)
    return change_bytes(path, 4, 0)


def long_flac(path: Path, wave: np.ndarray, rate: int = RATE) -> Path:
    """A FLAC that promises 2^32 samples (the last 36 bits of RFC 9639, section 8.2)."""
    content = bytearray(write(path, wave, rate).read_bytes())
    content[21] |= 0x01
    content[22:26] = bytes(4)
    path.write_bytes(content)
    return path


def change_bytes(path: Path, place: int, number: int) -> Path:
    """Put a number of four bytes into a WAV."""
    content = bytearray(path.read_bytes())
    content[place : place + 4] = number.to_bytes(4, "little")
    path.write_bytes(content)
    return path
