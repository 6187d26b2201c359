"""The networks of others with their weights, where these have been fetched before."""

from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import noise, write

from auris.data.folders import list_recordings
from auris.diarization.configuration import build_diarizer
from auris.diarization.recording import RATE, Recording
from auris.features.voice_encoder import load_voice_encoder
from auris.pretrained.card import list_cards, read_card
from auris.pretrained.weights import cached_file


@pytest.fixture(scope="module")
def voices(real: Path) -> list[list[np.ndarray]]:
    """Two recordings each of four speakers, 4 s at most."""
    if not all(cached_file(read_card(name)).is_file() for name in list_cards()):
        pytest.skip("the weights have not been fetched")
    folders = sorted((real / "voices/test-other").iterdir())[:4]
    return [
        [Recording(path).read(0.0, 4.0) for path in list_recordings(folder)[:2]]
        for folder in folders
    ]


def test_recordings_of_one_voice_are_nearest(voices: list[list[np.ndarray]]) -> None:
    encoder = load_voice_encoder()
    waves = torch.from_numpy(np.stack([wave for pair in voices for wave in pair]))
    with torch.inference_mode():
        vectors = encoder(waves)
    cosine = vectors @ vectors.T - 2 * torch.eye(8)
    assert torch.equal(cosine.argmax(1), torch.arange(8) ^ 1)


def test_two_voices_in_turn_are_two(
    voices: list[list[np.ndarray]], tmp_path: Path
) -> None:
    pause = 0.001 * noise(0, 0.6, RATE)
    first, second = voices[0], voices[2]
    turns = [first[0], second[0], first[1], second[1], first[0], second[0]]
    wave = np.concatenate([part for turn in turns for part in (pause, turn)])
    path = write(tmp_path / "two.wav", wave, RATE)
    found = build_diarizer(())(path)
    assert found.evidence.number == 2 and not found.is_plain
    assert {weights["licence"] for weights in found.weights} == {"MIT", "Apache-2.0"}
    for turn in found.turns:
        number = int((turn.start + turn.stop) / 2 / (4.0 + 0.6))
        assert turn.speaker == ("speaker1", "speaker2")[number % 2]
    assert sum(turn.stop - turn.start for turn in found.turns) > 12
