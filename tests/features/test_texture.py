"""Texture windows: answers that are known, and settings that are refused."""

import pytest
import torch
from conftest import RATE, noise, sine
from running import experiment

from auris.core.errors import UserError
from auris.data.spec import Spec
from auris.features.spectrogram import LogMel
from auris.features.texture import Texture


def test_a_window_is_the_mean_the_deviation_and_that_of_the_change() -> None:
    wave = torch.from_numpy(noise(0, 4.0)).float().view(1, 1, -1)
    frames, found = (
        LogMel(RATE)(wave),
        Texture(RATE)(wave),
    )  # frames of 64 ms: a window has 16, a hop 8
    part = frames[..., 8:24]
    expected = torch.cat(
        [part.mean(-1), part.std(-1), part.diff(dim=-1).std(-1)], dim=1
    )
    assert found.shape == (1, 3, 64, (frames.shape[-1] - 16) // 8 + 1)
    assert torch.allclose(found[..., 1], expected, atol=1e-5)


def test_a_tone_has_less_of_a_deviation_than_a_tone_that_comes_and_goes() -> None:
    steady = torch.from_numpy(sine(1000, 4.0)).float()
    pulsed = steady * (torch.arange(len(steady)) // 1600 % 2)
    _, deviation, change = (
        Texture(RATE)(torch.stack([steady, pulsed])[:, None]).mean((2, 3)).unbind(1)
    )
    assert deviation[0] < 0.2 * deviation[1] and change[0] < 0.2 * change[1]


def test_a_clip_shorter_than_a_window_is_one() -> None:
    assert Texture(RATE)(torch.randn(2, 1, RATE // 2)).shape == (2, 3, 64, 1)


@pytest.mark.parametrize("words", ["features.window=0.1", "features.hop=0.01"])
def test_windows_that_hold_no_frame_are_refused(words: str) -> None:
    with pytest.raises(UserError, match="too short for frames of 0.064 s"):
        experiment("features=texture", words).build_features(
            Spec(RATE, 1, RATE, "label")
        )
