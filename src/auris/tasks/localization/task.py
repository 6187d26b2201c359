"""Source localization: from which direction is it heard?"""

from collections.abc import Mapping, Sequence
from typing import Any, final

import torch
from torch import Tensor

from auris.acoustics.arrays import Array
from auris.core.errors import UserError
from auris.data.settings import DataSettings
from auris.data.spec import Spec
from auris.data.targets import Targets
from auris.tasks.comparable import Comparable, Row, read_column
from auris.tasks.localization.hearing import Hearing
from auris.tasks.localization.metrics import (
    BINS,
    MeanOfErrors,
    direction_metrics,
    errors_in_parts,
    great_circle,
)
from auris.tasks.localization.output import DirectionOutput
from auris.tasks.localization.targets import DirectionTargets
from auris.tasks.localization.view import DirectionView
from auris.tasks.metric import Metric
from auris.tasks.task import Task


@final
class Localization(Task):
    """From which direction is it heard? Outputs are vectors of any length.

    They are (B, 2) in the plane or (B, 3) in space. Decoded they are unit vectors (B, 3): x ahead,
    y to the left, z up. What the array can't tell apart is one direction, see `Hearing`.

    Args:
        elevation: whether directions are in space (true) or azimuths (false); null: in space
            where the microphones are not all at one height.
    """

    monitor = ("val/mean_error", "min")
    baseline = "srp_phat"
    has_directions = True
    detects_novelty = False  # where a sound is from does not depend on what it is

    def __init__(self, spec: Spec, elevation: bool | None = None):
        super().__init__()
        if not spec.microphones:
            raise UserError(
                "task=localization needs to know the microphones; "
                "choose an array, as in array=circular6."
            )
        array = Array(spec.microphones)
        self.sections = spec.values_of("section")
        self.hearing = Hearing(
            array, not array.level if elevation is None else elevation
        )
        self.out_shape = (self.hearing.dimensions,)

    @classmethod
    def targets_for(cls, settings: DataSettings, array: Array | None) -> Targets:
        if array is None:
            raise UserError(
                "task=localization needs to know the microphones; "
                "choose an array, as in array=circular6."
            )
        if settings.normal is not None:
            raise UserError(
                "array and data.normal don't go together: one asks where, the other whether; "
                "choose one."
            )
        return DirectionTargets()

    def encode(self, target: Tensor, x: Tensor) -> Tensor:
        return self.hearing.true_directions(target)[:, : self.hearing.dimensions].to(
            x.dtype
        )

    def decode(self, output: Tensor, x: Tensor) -> Tensor:
        return self.hearing.decode(output)

    def metrics(self) -> dict[str, Metric]:
        return direction_metrics(self.hearing.fold)

    def breakdown(self) -> dict[str, Metric]:
        return errors_in_parts(self.hearing.fold, BINS, self.sections)

    def error(self, decoded: Tensor, target: Tensor) -> Tensor:
        return great_circle(decoded, self.hearing.true_directions(target))

    def constant_prediction(self, known: Tensor, decoded: Tensor) -> Tensor:
        return self.hearing.mean_direction(known).expand_as(decoded)

    def limitation(self) -> str:
        dimensions = self.hearing.array.dimensions
        if dimensions == 1:
            return (
                "Microphones on a line tell the angle to it alone: front and back, and all else "
                "on a cone, are one."
            )
        if dimensions == 2 and self.hearing.elevation:
            return (
                "Microphones in a plane can't tell its two sides: directions are those on the "
                "one side."
            )
        return ""

    @property
    def output(self) -> DirectionOutput:
        return DirectionOutput(self.hearing.elevation)

    @property
    def view(self) -> DirectionView:
        return DirectionView(self.output, self.hearing)

    @classmethod
    def comparable(cls, rows: Sequence[Row], settings: Mapping[str, Any]) -> Comparable:
        error = read_column(rows, "error")
        return Comparable("mean_error", MeanOfErrors(), error, torch.zeros(len(rows)))
