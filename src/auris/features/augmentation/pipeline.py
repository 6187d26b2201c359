"""More data from the same data: batched, on the training device, active in training only.

Every clip of a batch takes its own draw. Waves are (B, C, T), features (B, C', F, T'); each part keeps the shape.
"""

from collections.abc import Mapping

from torch import Tensor, nn

from auris.features.augmentation.mixup import (
    LogMixup,
    TargetTransform,
    WaveMixup,
    identity,
)


class Augment(nn.Module):
    """All augmentation of a run: of waves, of features as they are computed, and of standardised features."""

    def __init__(
        self,
        waves: Mapping[str, nn.Module],
        wave_mixup: WaveMixup | None,
        log_mixup: LogMixup | None,
        features: Mapping[str, nn.Module],
    ):
        super().__init__()
        self.waves, self.features = (
            nn.Sequential(*waves.values()),
            nn.Sequential(*features.values()),
        )
        self.wave_mixup, self.log_mixup = wave_mixup, log_mixup

    @property
    def keeps_waves(self) -> bool:
        """Whether nothing happens to the waves."""
        return not len(self.waves) and self.wave_mixup is None

    def mixed_waves(
        self, wave: Tensor
    ) -> tuple[Tensor, TargetTransform]:  # (B, C, T) -> (B, C, T)
        wave = self.waves(wave)
        return self.wave_mixup(wave) if self.wave_mixup else (wave, identity)

    def mixed_logs(
        self, raw: Tensor
    ) -> tuple[Tensor, TargetTransform]:  # (B, C', F, T') -> (B, C', F, T')
        return self.log_mixup(raw) if self.log_mixup else (raw, identity)
