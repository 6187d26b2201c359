"""Voice activity by the network of another project, with its weights."""

from collections.abc import Iterable
from typing import final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from auris.diarization.recording import RATE
from auris.diarization.speech import SpeechDetector
from auris.pretrained.weights import fill_module

_FRAME = 512  # samples
_CONTEXT = 64  # samples before a frame that it hears too, and mirrored behind it
_WINDOW = 256  # samples of a spectrum
_BINS = 129
_HIDDEN = 128

_State = tuple[Tensor, Tensor]  # of the memory: (1, B, 128) each


class SpeechNetwork(nn.Module):
    """Frames to probabilities of speech: convolutions over spectra within a frame, then a memory.

    After Silero Team (2024), Silero VAD; the names are those of its weights.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stft_conv = nn.Conv1d(1, 2 * _BINS, _WINDOW, _WINDOW // 2, bias=False)
        self.conv1 = nn.Conv1d(_BINS, 128, 3, padding=1)
        self.conv2 = nn.Conv1d(128, 64, 3, stride=2, padding=1)
        self.conv3 = nn.Conv1d(64, 64, 3, stride=2, padding=1)
        self.conv4 = nn.Conv1d(64, _HIDDEN, 3, padding=1)
        self.lstm_cell = nn.LSTMCell(_HIDDEN, _HIDDEN)
        self.final_conv = nn.Conv1d(_HIDDEN, 1, 1)

    def forward(self, frames: Tensor, state: _State) -> tuple[Tensor, _State]:
        """Probabilities (N,) of frames (N, context + 512) that follow each other, and the state."""
        padded = F.pad(frames[:, None], (0, _CONTEXT), mode="reflect")
        real, imaginary = self.stft_conv(padded).split(_BINS, 1)  # (N, F, 4) each
        x = torch.hypot(real, imaginary)
        for convolution in (self.conv1, self.conv2, self.conv3, self.conv4):
            x = convolution(x).relu()
        remembered, state = self._remember(x.mT, state)  # (N, 128)
        said = self.final_conv(remembered.relu()[..., None])  # (N, 1, 1)
        return said.sigmoid().flatten(), state

    def _remember(self, x: Tensor, state: _State) -> tuple[Tensor, _State]:
        """What the memory holds after each frame of x (N, 1, 128): its cell, many steps at once."""
        cell = self.lstm_cell
        weights = [cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh]
        # (input, state, weights, biases, layers, dropout, training, two directions, batch first)
        held, last, carried = torch.lstm(
            x, state, weights, True, 1, 0.0, False, False, False
        )
        return held[:, 0], (last, carried)


@final
class Silero(SpeechDetector):
    """Voice activity by the network of Silero, in steps of 32 ms."""

    frame = _FRAME / RATE
    hangover = 0.1  # the median on 334 ends of speech in simulated meetings
    weights = "silero"

    def __init__(self) -> None:
        self.network = SpeechNetwork()
        fill_module(self.network, self.weights)
        self.network.eval()

    @torch.inference_mode()
    def score_frames(self, blocks: Iterable[np.ndarray]) -> np.ndarray:
        probabilities = []
        state = (torch.zeros(1, 1, _HIDDEN), torch.zeros(1, 1, _HIDDEN))
        rest = np.zeros(_CONTEXT, dtype=np.float32)
        for wave in blocks:
            rest = np.concatenate([rest, wave])
            frames = cut_frames(rest)  # (N, context + 512)
            rest = rest[len(frames) * _FRAME :]
            probability, state = self.network(frames, state)
            probabilities.append(probability)
        last = np.pad(rest, (0, _CONTEXT + _FRAME - len(rest)))
        probabilities.append(self.network(cut_frames(last), state)[0])
        return torch.cat(probabilities).numpy()


def cut_frames(wave: np.ndarray) -> Tensor:
    """The frames (N, context + 512) of a wave that begins with the context of the first one."""
    size = _CONTEXT + _FRAME
    if len(wave) < size:
        return torch.zeros(0, size)
    return torch.from_numpy(wave).unfold(0, size, _FRAME)
