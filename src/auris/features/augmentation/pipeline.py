"""More data from the same data: batched, on the training device, active in training only."""

from collections.abc import Mapping

from torch import Tensor, nn

from auris.features.augmentation.mixup import (
    LogMixup,
    TargetTransform,
    WaveMixup,
    identity,
)


class Augment(nn.Module):
    """All augmentation of a run: of waves, of features as computed, and of standardised features.

    Every clip of a batch takes its own draw. Waves are (B, C, T), features (B, C', F, T'); each
    part keeps the shape.
    """

    def __init__(
        self,
        waves: Mapping[str, nn.Module],
        wave_mixup: WaveMixup | None,
        log_mixup: LogMixup | None,
        features: Mapping[str, nn.Module],
    ):
        super().__init__()
        self.waves = nn.Sequential(*waves.values())
        self.wave_mixup = wave_mixup
        self.log_mixup = log_mixup
        self.features = nn.Sequential(*features.values())

    @property
    def keeps_waves(self) -> bool:
        """Whether nothing happens to the waves."""
        return not len(self.waves) and self.wave_mixup is None

    def mixed_waves(self, wave: Tensor) -> tuple[Tensor, TargetTransform]:  # (B, C, T)
        wave = self.waves(wave)
        if self.wave_mixup is None:
            return wave, identity
        return self.wave_mixup(wave)

    def mixed_logs(
        self, raw: Tensor
    ) -> tuple[Tensor, TargetTransform]:  # (B, C', F, T')
        if self.log_mixup is None:
            return raw, identity
        return self.log_mixup(raw)
