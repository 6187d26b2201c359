"""Who speaks, as a vector: a network of another project, with its weights."""

from torch import Tensor, nn
from torch.nn import functional as F
from torchaudio.transforms import MelSpectrogram

from auris.pretrained.weights import fill_module

_RATE = 16000  # Hz
_WINDOW = 400  # samples of a spectrum
_HOP = 160
_BANDS = 40
_HIDDEN = 256
_LAYERS = 3
_LEVEL = -30.0  # dB of full scale, to which quieter sound is raised
_MIN_POWER = 1e-12


class VoiceEncoder(nn.Module):
    """Waves (B, T) at 16 kHz to vectors (B, 256) of length 1, near each other for one speaker.

    A long short-term memory over mel bands: Wan et al. (2018), Generalized end-to-end loss for
    speaker verification, with the weights of Resemblyzer. It was trained on windows of 1.6 s.
    """

    def __init__(self) -> None:
        super().__init__()
        self.mel = MelSpectrogram(
            _RATE,
            _WINDOW,
            hop_length=_HOP,
            n_mels=_BANDS,
            pad_mode="constant",
            norm="slaney",
            mel_scale="slaney",
        )
        self.lstm = nn.LSTM(_BANDS, _HIDDEN, _LAYERS, batch_first=True)
        self.linear = nn.Linear(_HIDDEN, _HIDDEN)

    def forward(self, wave: Tensor) -> Tensor:  # (B, T) -> (B, 256)
        bands = self.mel(raise_level(wave))  # (B, F, T')
        _, (hidden, _) = self.lstm(bands.mT)  # (layers, B, 256)
        return F.normalize(self.linear(hidden[-1]).relu())


def raise_level(wave: Tensor, level: float = _LEVEL) -> Tensor:
    """Waves (B, T), those below `level` in dB of full scale brought up to it."""
    power = wave.square().mean(-1, keepdim=True).clamp_min(_MIN_POWER)
    wanted = 10 ** (level / 10)
    return wave * (wanted / power).sqrt().clamp_min(1)


def load_voice_encoder() -> VoiceEncoder:
    """The encoder with its weights, fetched where they are not here yet.

    Raises `Unavailable` where they can't be.
    """
    encoder = VoiceEncoder()
    fill_module(encoder, "voice")
    return encoder.eval()
