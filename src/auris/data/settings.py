"""The settings that every data set has, and what each may be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal, final

from auris.acoustics.arrays import Array
from auris.acoustics.quantities import Channels, SampleRate
from auris.core.errors import UserError
from auris.core.ranges import Count, Length, Range, Seed
from auris.data.audio import MIN_DURATION, count_channels

Duration = Annotated[float, Range(MIN_DURATION, 600)]  # s
ChannelNumbers = Annotated[Sequence[Annotated[int, Range(0, 255)]], Length(1, 256)]


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
        target: the column of a table, or several, whose numbers are to be told; null: the labels.
        separator: what stands between the labels of a recording that has several.
    """

    sample_rate: SampleRate | None
    channels: Channels | ChannelNumbers | None
    duration: Duration
    padding: Literal["repeat", "zeros"]
    fold: Annotated[int, Range(1, 10_000)]
    folds: Annotated[int, Range(3, 1000)]
    split_seed: Seed
    batch_size: Count | None
    micro_batch_size: Count
    normal: str | None = None
    known_anomalies: Sequence[str] = ()
    target: str | Sequence[str] | None = None
    separator: str = "|"
    labelled: Count | None = None

    def __post_init__(self) -> None:
        self._check_channels()
        if self.known_anomalies and self.normal is None:
            raise UserError(
                "data.known_anomalies says nothing without data.normal, "
                "the label of what is normal."
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

    def refuse_normal(self, asked: str) -> None:
        """Raise `UserError` where a label is said to be normal.

        Args:
            asked: what a task does that takes none for that, as in "task=tagging tells labels".
        """
        if self.normal is not None:
            raise UserError(
                f"data.normal says what is normal, and {asked}; "
                "choose task=anomaly, or leave data.normal away."
            )

    def _check_channels(self) -> None:
        if isinstance(self.channels, Sequence) and _has_copies(self.channels):
            raise UserError(
                f"data.channels={self.channels} should list different channels, counted from 0, "
                "as in [1,2,3,4]."
            )


def _has_copies(numbers: Sequence[int]) -> bool:
    return len(set(numbers)) < len(numbers)
