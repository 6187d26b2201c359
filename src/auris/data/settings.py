"""The settings that every data set has, and what each may be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

from auris.acoustics.arrays import Array
from auris.core.errors import UserError, suggest_choice
from auris.data.audio import MIN_DURATION, count_channels
from auris.data.spec import PADDINGS

_MIN_SAMPLE_RATE = 1000  # Hz


@final
@dataclass(frozen=True)
class DataSettings:
    """How recordings become clips, splits and batches. Raises `UserError` for what can't be.

    Args:
        sample_rate: in Hz; null takes the rate that most recordings have.
        channels: 1 averages the channels of each recording; a list takes those with these numbers,
            counted from 0; null: 1, or one a microphone.
        duration: of a clip in seconds; a longer recording is cut into several clips.
        padding: what a shorter recording is filled up with: "repeat" or "zeros".
        fold: which fold tests, of the official ones or of `folds` drawn with `split_seed`.
        labelled: training recordings of each class that keep their labels, drawn with
            `split_seed`; null: all.
        batch_size: clips that one optimizer step sees; null: all that train.
        micro_batch_size: clips that go through the model at once; a larger batch goes in several
            passes, whose gradients add up to that of one. (Batch normalisation and mixup know
            the clips of their pass only.)
        normal: the label of what is normal, where anomalies are looked for.
        known_anomalies: names or patterns of anomalous recordings that validate, and never test.
    """

    sample_rate: int | None
    channels: int | Sequence[int] | None
    duration: float
    padding: str
    fold: int
    folds: int
    split_seed: int
    batch_size: int | None
    micro_batch_size: int
    normal: str | None = None
    known_anomalies: Sequence[str] = ()
    labelled: int | None = None

    def __post_init__(self) -> None:
        self._check_padding()
        self._check_least("labelled", self.labelled, 1)
        self._check_least("batch_size", self.batch_size, 1)
        self._check_least("micro_batch_size", self.micro_batch_size, 1)
        self._check_channels()
        self._check_least("duration", self.duration, MIN_DURATION)
        if self.known_anomalies and self.normal is None:
            raise UserError(
                "data.known_anomalies says nothing without data.normal, "
                "the label of what is normal."
            )
        if self.sample_rate is not None and self.sample_rate < _MIN_SAMPLE_RATE:
            raise UserError(
                f"data.sample_rate={self.sample_rate} is too small; it is in Hz, as in 22050."
            )

    def with_channels(self, array: Array | None) -> "DataSettings":
        """The same with as many channels as the array has microphones, or one without an array.

        Raises `UserError` where other channels were asked for than the array has.
        """
        microphones = len(array.microphones) if array else 1
        if self.channels is None:
            return replace(self, channels=microphones)
        if array and count_channels(self.channels) != microphones:
            raise UserError(
                f"data.channels={self.channels}, but the array has {microphones} microphones; "
                "leave data.channels away, or name as many channels, as in [1,2,3,4]."
            )
        return self

    def _check_channels(self) -> None:
        if self.channels is None or isinstance(self.channels, int):
            self._check_least("channels", self.channels, 1)
        elif min(self.channels, default=-1) < 0 or _has_copies(self.channels):
            raise UserError(
                f"data.channels={self.channels} should list different channels, counted from 0, "
                "as in [1,2,3,4]."
            )

    def _check_padding(self) -> None:
        if self.padding not in PADDINGS:
            raise UserError(
                f"There is no data.padding={self.padding}; {suggest_choice(self.padding, PADDINGS)}"
            )

    def _check_least(self, name: str, value: float | None, least: float) -> None:
        if value is not None and value < least:
            raise UserError(f"data.{name}={value} is too small; the least is {least}.")


def _has_copies(numbers: Sequence[int]) -> bool:
    return len(set(numbers)) < len(numbers)
