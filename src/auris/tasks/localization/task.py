"""Source localization: from which direction is it heard?"""

from typing import TYPE_CHECKING

import torch.nn.functional as F
from torch import Tensor

from auris.core.errors import UserError
from auris.data.spec import Spec
from auris.tasks.localization.metrics import BINS, direction_metrics, errors_in_parts, great_circle
from auris.tasks.metric import Metric
from auris.tasks.output import Directions
from auris.tasks.task import Task

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from auris.training.tensorboard import Page


class Localization(Task):
    """From which direction is it heard? Outputs are vectors (B, 2) in the plane or (B, 3) in space, of any length.

    Decoded they are unit vectors (B, 3): x ahead, y to the left, z up. What the array can't tell apart is one
    direction: for a line all that make one angle with it, for microphones in a plane those above and below it.

    Args:
        elevation: whether directions are in space (true) or azimuths (false); null: in space where the microphones are
            not all at one height.
    """

    targets = ("direction",)
    monitor = ("val/mean_error", "min")
    baseline = "srp_phat"
    minds_novelty = False  # where a sound is from does not depend on what it is

    def __init__(self, spec: Spec, elevation: bool | None = None):
        super().__init__()
        if spec.array is None:
            raise UserError(
                "task=localization needs to know the microphones; choose an array, as in array=circular6."
            )
        self.array, self.sections = spec.array, spec.sections
        self.elevation = not self.array.level if elevation is None else elevation
        self.out_shape = (3 if self.elevation else 2,)

    def seen(self, direction: Tensor) -> Tensor:
        """The directions (B, 3) that stand for those which sound the same, unit vectors."""
        told = self.array.fold(direction)
        return told if self.elevation else F.normalize(told * told.new_tensor([1, 1, 0]), dim=-1)

    def encode(self, target: Tensor, x: Tensor) -> Tensor:
        return self.seen(target[:, :3])[:, : self.out_shape[0]].to(x.dtype)

    def decode(self, output: Tensor, x: Tensor) -> Tensor:
        return self.seen(F.normalize(F.pad(output.float(), (0, 3 - self.out_shape[0])), dim=-1))

    def metrics(self) -> dict[str, Metric]:
        return direction_metrics(self.seen)

    def breakdown(self) -> dict[str, Metric]:
        return errors_in_parts(self.seen, BINS, self.sections)

    def error(self, decoded: Tensor, target: Tensor) -> Tensor:
        return great_circle(decoded, self.seen(target[:, :3]))

    def guess(self, known: Tensor, decoded: Tensor) -> Tensor:
        return F.normalize(self.seen(known[:, :3]).mean(0), dim=0).expand_as(decoded)

    def caveat(self) -> str:
        if self.array.dimensions == 1:
            return "Microphones on a line tell the angle to it alone: front and back, and all else on a cone, are one."
        if self.array.dimensions == 2 and self.elevation:
            return "Microphones in a plane can't tell its two sides: directions are those on the one side."
        return ""

    def pictures(self, decoded: Tensor, target: Tensor, group: Tensor) -> "dict[str, Figure]":
        from auris.tasks.localization import plots as pictures

        true = self.seen(target[:, :3])
        return {
            "azimuth": pictures.azimuths(decoded, true),
            "errors": pictures.errors(decoded, true),
        }

    def show(self, page: "Page") -> None:
        from auris.tasks.localization.inspection import show_directions

        show_directions(page, self)

    @property
    def reading(self) -> Directions:
        return Directions(self.elevation)

    def say(self, decoded: Tensor, target: Tensor | None = None) -> str:
        return ", ".join(self.reading.words(self.answer(decoded)))

    def truth(self, label: str, target: Tensor) -> str:
        return self.say(self.seen(target[None, :3])[0])

    def question(self) -> str:
        return "From which direction is it heard?"

    def figure(self, value: float) -> str:
        return f"{value:.1f}°"
