"""The one LightningModule: augmentation, features, model and loss in a row."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, final

import torch
from lightning import LightningModule
from torch import Tensor, nn
from torch.optim import Optimizer

from auris.core.errors import UserError
from auris.data.loader import Batch, MicroBatches, epoch_seed
from auris.data.module import AudioDataModule
from auris.features.augmentation.mixup import TargetTransform, identity
from auris.features.augmentation.pipeline import Augment
from auris.features.standardize import Standardized
from auris.models.detector import AnomalyDetector
from auris.models.novelty import Novelty
from auris.tasks.predictions import Predictions
from auris.tasks.task import Task
from auris.training.closure import Closure
from auris.training.feature_cache import FeatureCache
from auris.training.predictions import gather_predictions
from auris.training.schedules import change_length, step_on, watch


@final
class System(LightningModule):
    """Everything that runs on the training device, in batches.

    Args:
        make_optimizer: the optimizer of a system.
        make_schedule: the schedule of an optimizer, once the number of steps is known.
        clip_norm: the norm that gradients are cut to.
        novelty: None where the task tells itself what is unusual.
    """

    # an optimizer may ask for the loss as often as it likes, or never for a gradient
    automatic_optimization = False

    def __init__(
        self,
        task: Task,
        features: Standardized,
        augment: Augment,
        model: nn.Module,
        loss: nn.Module,
        make_optimizer: Callable[["System"], Optimizer],
        make_schedule: Callable[..., Any],
        clip_norm: float | None = None,
        novelty: Novelty | None = None,
    ):
        super().__init__()
        self.task = task
        self.features = features
        self.augment = augment
        self.model = model
        self.loss = loss
        self.novelty = novelty
        self._make_optimizer = make_optimizer
        self._make_schedule = make_schedule
        self._clip_norm = clip_norm
        self._cached_features = FeatureCache(features.raw, features.out_shape)
        self._losses: list[Tensor] = []  # of this epoch's steps
        self._outputs: list[Predictions] = []  # of this validation's batches
        self._cost = {
            "passes": 0.0,
            "seconds": 0.0,
        }  # over the training clips, and in steps

    def forward(self, wave: Tensor) -> Tensor:  # (B, C, T) -> (B, *out_shape)
        return self._answer(self.features(wave))

    def decode(self, wave: Tensor) -> Tensor:
        """What the model says of clips (B, C, T), as people read it, (B, ...)."""
        return self.decode_features(self.features(wave))

    def decode_features(self, x: Tensor) -> Tensor:
        """The same of their features (B, C', F, T')."""
        return self.task.decode(self._answer(x), x)

    def novelty_of(self, wave: Tensor) -> Sequence[float | None]:
        """How unlike all known clips each of (B, C, T) is, 0 to 1; None where that is unknown."""
        if self.novelty is None or not self.novelty.is_fitted:
            return [None] * len(wave)
        return self.novelty(wave).tolist()

    def loss_of(self, batch: Batch) -> Tensor:
        """The loss (), of augmented clips."""
        x, target = self.training_pair(batch.to(self.device))
        output = self.task.ask(self.model, x, target)  # (B, *out_shape)
        return self.loss(output, target)

    def training_pair(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """What the model is given, (B, C', F, T'), and what to answer, (B, *out_shape)."""
        x, follow = self.augmented_features(batch)  # (B, C', F, T')
        target = self.task.encode(batch.target, x)  # (B, *out_shape)
        return x, follow(target)

    def augmented_features(self, batch: Batch) -> tuple[Tensor, TargetTransform]:
        """Features (B, C', F, T') of changed clips, and what makes their targets follow."""
        raw, follow_waves = self._features_of_waves(batch)  # (B, C', F, T')
        raw, follow_logs = self.augment.mixed_logs(raw)  # (B, C', F, T')
        x = self.features.standardize(raw)  # (B, C', F, T')
        x = self.augment.features(x)  # (B, C', F, T')
        return x, lambda target: follow_logs(follow_waves(target))

    def training_pairs(self) -> Iterator[tuple[Tensor, Tensor]]:
        """All training clips as they are, pass by pass: for solvers, which see them as a whole."""
        return self._pairs(self._data.full_batch())

    def clean_features(self, batch: Batch) -> Tensor:
        """Features (B, C', F, T') of clips as they are, as the model sees them."""
        return self.features.standardize(self._cached_features(batch))

    def predict_batch(self, batch: Batch) -> Predictions:
        """The decoded outputs to clips as they are."""
        x = self.clean_features(batch)  # (B, C', F, T')
        target = self.task.encode(batch.target, x)  # (B, *out_shape)
        output = self.task.ask(self.model, x, target)  # (B, *out_shape)
        pairs = zip(output.split(1), target.split(1), strict=True)
        loss = torch.stack([self.loss(*pair) for pair in pairs])  # (B,)
        return Predictions(self.task.decode(output, x), batch.target, batch.index, loss)

    @torch.no_grad()
    def fit_statistics(self, full_batch: MicroBatches) -> None:
        """Take from the training clips what is fixed before the search: means and deviations."""
        self.task.learn_targets(torch.cat([batch.target for batch in full_batch]))
        self.features.learn(
            self._cached_features(batch.to(self.device)) for batch in full_batch
        )
        for part in self.model.modules():
            if isinstance(part, Standardized):
                clean = (
                    self.clean_features(batch.to(self.device)) for batch in full_batch
                )
                part.learn(part.raw(x) for x in clean)

    @torch.no_grad()
    def fit_memory(self, full_batch: MicroBatches) -> None:
        """Let a model that keeps more than parameters take it from the training clips."""
        if isinstance(self.model, AnomalyDetector):
            self.model.eval().fit_memory(lambda: self._pairs(full_batch))

    def training_step(self, step: MicroBatches, _: int) -> None:
        started = time.monotonic()
        optimizer: Any = self.optimizers()
        closure = Closure(step, self.loss_of, optimizer, self.manual_backward)
        loss = optimizer.step(closure)
        # a gradient scaler has none
        self._losses.append(closure.last if loss is None else loss)
        step_on(self.lr_schedulers())
        share = len(step) * self.trainer.world_size / len(self._data.train_clips)
        self._cost["passes"] += closure.calls * share
        self._cost["seconds"] += time.monotonic() - started

    def validation_step(self, step: MicroBatches, _: int) -> None:
        for batch in step:
            self._outputs.append(self.predict_batch(batch.to(self.device)))

    def build_optimizer(self) -> Optimizer:
        """An optimizer of the model's parameters."""
        return self._make_optimizer(self)

    def build_schedule(self, optimizer: Optimizer, total_steps: int) -> Any:
        """The schedule of an optimizer over so many steps."""
        max_lr = optimizer.param_groups[0]["lr"]
        return self._make_schedule(
            optimizer=optimizer, total_steps=total_steps, max_lr=max_lr
        )

    def configure_optimizers(self) -> Any:
        optimizer = self.build_optimizer()
        return [optimizer], [self.build_schedule(optimizer, self._total_steps)]

    def on_before_optimizer_step(self, optimizer: Optimizer) -> None:
        norm = self._clip_norm
        self.clip_gradients(
            optimizer, gradient_clip_val=norm, gradient_clip_algorithm="norm"
        )

    def on_train_epoch_start(self) -> None:
        # all draws of an epoch follow from (seed, epoch, process), so that a resumed run draws
        # what it would have drawn
        seed = epoch_seed(self._data.seed, self.current_epoch)
        torch.manual_seed(seed * 1009 + self.global_rank)

    def on_train_epoch_end(self) -> None:
        loss = self.mean_loss
        self._losses.clear()
        if not loss.isfinite():
            raise UserError(
                f"The training loss became {loss:g} in epoch {self.current_epoch}; "
                "try a smaller optimizer.lr."
            )
        known = self.trainer.callback_metrics
        watch(self.lr_schedulers(), known.get(self.task.monitor[0], loss))
        values = {"loss": loss}
        if "val/loss" in known:
            values["gap"] = known["val/loss"] - loss.cpu()
        self._log_epoch("train", values)
        lr = self.trainer.optimizers[0].param_groups[0]["lr"]
        self._log_epoch("work", {"lr": lr, **self._cost})

    def on_validation_epoch_end(self) -> None:
        predictions = gather_predictions(self._outputs)
        self._outputs.clear()
        decoded, target, _, loss = predictions
        counted = self.task.loss_mask(target)
        metrics = self.task.metrics().items()
        values = {name: metric.value(decoded, target) for name, metric in metrics}
        known = {name: value for name, value in values.items() if not math.isnan(value)}
        self._log_epoch("val", {"loss": loss[counted].mean(), **known})

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["cost"] = self._cost
        checkpoint["total_steps"] = self._total_steps

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self._cost = checkpoint["cost"]
        before = checkpoint["total_steps"]
        if before != self._total_steps:
            saved = checkpoint["lr_schedulers"]
            checkpoint["lr_schedulers"] = [self._stretch(saved[0], before)]

    def _stretch(self, saved: dict[str, Any], before: int) -> Any:
        """The state of the schedule of a run of `before` steps, for as many as there are now."""
        lengths = (before, self._total_steps)
        old, new = (self.build_schedule(self.build_optimizer(), n) for n in lengths)
        return change_length(saved, old.state_dict(), new.state_dict())

    @property
    def _total_steps(self) -> int:
        """How many optimizer steps the run is to have."""
        return int(self.trainer.estimated_stepping_batches)

    @property
    def mean_loss(self) -> Tensor:
        """The training loss (), so far in this epoch; NaN before its first step."""
        if not self._losses:
            return torch.tensor(math.nan)
        return torch.stack(self._losses).mean()

    @property
    def _data(self) -> AudioDataModule:
        """The batches that the trainer was given."""
        return self.trainer.datamodule  # type: ignore[attr-defined]

    def _answer(self, x: Tensor) -> Tensor:
        """The output (B, *out_shape) to clips of which nothing is known."""
        unknown = x.new_zeros(x.shape[0], *self.task.out_shape)
        return self.task.ask(self.model, x, unknown)

    def _pairs(self, full_batch: MicroBatches) -> Iterator[tuple[Tensor, Tensor]]:
        for batch in full_batch:
            batch = batch.to(self.device)
            x = self.clean_features(batch)  # (B, C', F, T')
            yield x, self.task.encode(batch.target, x)

    def _features_of_waves(self, batch: Batch) -> tuple[Tensor, TargetTransform]:
        """Features (B, C', F, T') of augmented waves, and what makes the targets follow."""
        if self.augment.keeps_waves:
            return self._cached_features(batch), identity
        wave, follow = self.augment.mixed_waves(batch.wave)  # (B, C, T)
        return self.features.raw(wave), follow

    def _log_epoch(self, split: str, values: dict[str, Any]) -> None:
        """Log over epochs, not steps, so that runs with other batch sizes lie over each other."""
        named = {f"{split}/{name}": value for name, value in values.items()}
        several = self.trainer.world_size > 1
        self.log_dict({**named, "step": float(self.current_epoch)}, sync_dist=several)
