"""What happens beside the training, besides Lightning's own callbacks."""

from itertools import chain
from typing import Annotated, Any, final

import torch
from lightning import LightningModule, Trainer
from lightning.pytorch import callbacks
from lightning.pytorch.callbacks import ModelCheckpoint, WeightAveraging
from torch import Tensor

from auris.core.ranges import Range


class Ema(WeightAveraging):
    """Validate, test and keep an exponential moving average of the weights (Polyak and
    Juditsky, 1992).

    All tensors are averaged in one call a step; walking through the modules each time took as
    long as a small network's own step.

    Args:
        decay: weight of the past at each step; smaller in the first steps, which the average
            soon forgets.
    """

    def __init__(self, decay: Annotated[float, Range(0, 0.999999)] = 0.995):
        super().__init__()
        self.decay = decay
        # averages, and the tensors that they follow
        self.pairs: list[tuple[Tensor, Tensor]] = []

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        super().setup(trainer, pl_module, stage)
        self.pairs = []

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        assert self._average_model is not None
        # the average was made before the model went to its device
        self._average_model.to(pl_module.device)

    def on_train_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        if trainer.global_step == self._latest_update_step:
            return  # gradients are being accumulated
        self.pairs = self.pairs or self.paired(pl_module)
        assert self._average_model is not None
        self.average(int(self._average_model.n_averaged))
        self._average_model.n_averaged += 1
        self._latest_update_step = trainer.global_step

    def paired(self, module: LightningModule) -> list[tuple[Tensor, Tensor]]:
        assert self._average_model is not None
        averages = chain(
            self._average_model.module.parameters(),
            self._average_model.module.buffers(),
        )
        currents = chain(module.parameters(), module.buffers())
        return [
            (a.detach(), c.detach()) for a, c in zip(averages, currents, strict=True)
        ]

    def average(self, count: int) -> None:
        """Move the averages towards the current tensors, after `count` earlier steps."""
        keep = min(self.decay, (1 + count) / (10 + count)) if count else 0.0
        moving = [(a, c) for a, c in self.pairs if a.is_floating_point()]
        torch._foreach_lerp_([a for a, _ in moving], [c for _, c in moving], 1 - keep)
        for average, current in self.pairs:
            if not average.is_floating_point():
                average.copy_(current)


class Best(ModelCheckpoint):
    """Keeps the weights of the epoch with the best validation metric, or without one the last."""

    def __init__(self, dirpath: str, monitor: str | None, mode: str):
        super().__init__(
            dirpath,
            filename="best",
            monitor=monitor,
            mode=mode,
            auto_insert_metric_name=False,
            enable_version_counter=False,
        )


class Last(ModelCheckpoint):
    """Keeps the last finished epoch, better or not: where a run that was killed goes on.

    (Lightning's `save_last` writes it only in epochs that are the best so far.)
    """

    def __init__(self, dirpath: str):
        super().__init__(dirpath, filename="last", enable_version_counter=False)


@final
class EarlyStopping(callbacks.EarlyStopping):
    """Ends a training whose validation gets no better.

    (In Lightning's, a run that goes on has the patience that it had, whatever is said now.)
    """

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        super().load_state_dict({**state_dict, "patience": self.patience})
