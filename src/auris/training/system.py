"""The one LightningModule, and `build`, the one place where a configuration becomes objects."""

import math
import time
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from lightning import LightningModule
from torch import Tensor, nn
from torch.optim import Optimizer

from auris.core.errors import UserError
from auris.core.instantiate import make
from auris.data.loader import Batch, Step
from auris.data.module import AudioData
from auris.features.augmentation.mixup import Follow, unmixed
from auris.features.augmentation.pipeline import Augment
from auris.features.standardize import Standardized
from auris.models.detector import Detector
from auris.models.novelty import Novelty
from auris.tasks.task import Task
from auris.training.closure import Closure
from auris.training.feature_cache import Once
from auris.training.optimizers.build import make_optimizer
from auris.training.predictions import Answers
from auris.training.schedules import step_on, watch


class System(LightningModule):
    """Augmentation, features, model and loss in a row; everything runs on the training device, in batches."""

    automatic_optimization = (
        False  # an optimizer may ask for the loss as often as it likes, or never for a gradient
    )

    def __init__(
        self,
        task: Task,
        features: Standardized,
        augment: Augment,
        model: nn.Module,
        loss: nn.Module,
        optimizer: Any,
        schedule: Any,
        clip: float | None = None,
        novelty: Novelty | None = None,
    ):
        super().__init__()
        self.task, self.features, self.augment, self.model, self.loss = (
            task,
            features,
            augment,
            model,
            loss,
        )
        self.optimizer, self.schedule = (
            optimizer,
            schedule,
        )  # nodes, made when the trainer knows how many steps
        self.clip = clip  # the norm that gradients are cut to
        self.novelty = novelty  # None where the task tells itself what is unusual
        self.once = Once(features.raw, features.out_shape)  # the features of clips as they are
        self.losses: list[Tensor] = []  # of this epoch's steps
        self.spent = {"passes": 0.0, "seconds": 0.0}  # over the training set so far, and in steps
        self.seen: list[Answers] = []  # of this evaluation's batches
        self.answers: Answers | None = None  # of the set that was evaluated last

    def forward(self, wave: Tensor) -> Tensor:  # (B, C, T) -> (B, *out_shape)
        return self.model(self.features(wave))

    def decode(self, wave: Tensor) -> Tensor:
        """What the model says of clips (B, C, T), as people read it, (B, ...)."""
        x = self.features(wave)  # (B, C', F, T')
        return self.task.decode(self.model(x), x)

    def unlike(self, wave: Tensor) -> Sequence[float | None]:
        """How unlike all known clips each of (B, C, T) is, from 0 to 1; None where that is not known."""
        if self.novelty is None or not self.novelty.fitted:
            return [None] * len(wave)
        return self.novelty(wave).tolist()

    def example(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """What the model is given, (B, C', F, T'), and what it should answer, (B, *out_shape)."""
        raw, follow_waves = self.heard(batch)  # (B, C', F, T')
        raw, follow_logs = self.augment.mixed_logs(raw)  # (B, C', F, T')
        x = self.augment.features(self.features.standardize(raw))  # (B, C', F, T')
        return x, follow_logs(follow_waves(self.task.encode(batch.target, x)))

    def examples(self) -> Iterator[tuple[Tensor, Tensor]]:
        """All training clips as they are, pass by pass: for solvers, which see the set as a whole."""
        return self.pairs(self.data.whole())

    def pairs(self, whole: Step) -> Iterator[tuple[Tensor, Tensor]]:
        for batch in whole:
            batch = batch.to(self.device)
            x = self.unchanged(batch)  # (B, C', F, T')
            yield x, self.task.encode(batch.target, x)

    def unchanged(self, batch: Batch) -> Tensor:
        """Features (B, C', F, T') of clips as they are, as the model sees them."""
        return self.features.standardize(self.once(batch))

    def loss_of(self, batch: Batch) -> Tensor:
        x, target = self.example(batch.to(self.device))
        return self.loss(self.model(x), target)  # ()

    def training_step(self, step: Step, _: int) -> None:
        started = time.monotonic()
        optimizer = self.optimizers()
        closure = Closure(step, self.loss_of, optimizer, self.manual_backward)
        told = optimizer.step(closure)  # type: ignore[union-attr, arg-type]
        self.losses.append(
            closure.last if told is None else told
        )  # a scaler of gradients does not tell
        step_on(self.lr_schedulers())
        self.spent["passes"] += (
            closure.calls * len(step) * self.trainer.world_size / len(self.data.train_clips)
        )
        self.spent["seconds"] += time.monotonic() - started

    def on_before_optimizer_step(self, optimizer: Optimizer) -> None:
        self.clip_gradients(optimizer, gradient_clip_val=self.clip, gradient_clip_algorithm="norm")

    def validation_step(self, step: Step, _: int) -> None:
        for batch in step:
            self.seen.append(self.answer(batch.to(self.device)))

    test_step = validation_step

    def answer(self, batch: Batch) -> Answers:
        x = self.unchanged(batch)  # (B, C', F, T')
        output, target = self.model(x), self.task.encode(batch.target, x)  # (B, *out_shape)
        pairs = zip(output.split(1), target.split(1), strict=True)
        loss = torch.stack([self.loss(*pair) for pair in pairs])  # (B,)
        return Answers(self.task.decode(output, x), batch.target, batch.index, loss)

    @torch.no_grad()
    def learn(self, whole: Step) -> None:
        """Take from the training set what is fixed before the search: means and deviations."""
        self.features.learn(self.once(batch.to(self.device)) for batch in whole)
        for part in self.model.modules():
            if isinstance(part, Standardized):
                part.learn(part.raw(self.unchanged(batch.to(self.device))) for batch in whole)

    @torch.no_grad()
    def settle(self, whole: Step) -> None:
        """Let a model that keeps more than parameters take it from the training set, now that those are found."""
        if isinstance(self.model, Detector):
            self.model.eval().settle(lambda: self.pairs(whole))

    @property
    def data(self) -> AudioData:
        """The data set that the trainer was given."""
        return self.trainer.datamodule  # type: ignore[attr-defined]

    def heard(self, batch: Batch) -> tuple[Tensor, Follow]:
        """Features (B, C', F, T') of clips whose waves are augmented, and what makes the targets follow."""
        if self.augment.keeps_waves:
            return self.once(batch), unmixed
        wave, follow = self.augment.mixed_waves(batch.wave)  # (B, C, T)
        return self.features.raw(wave), follow

    def on_train_epoch_start(self) -> None:
        # all draws of an epoch follow from (seed, epoch, process): a resumed run draws what it would have drawn
        torch.manual_seed((self.data.seed * 100_003 + self.current_epoch) * 1009 + self.global_rank)

    def on_train_epoch_end(self) -> None:
        loss = torch.stack(self.losses).mean()
        self.losses.clear()
        if not loss.isfinite():
            epoch = self.current_epoch
            raise UserError(
                f"The training loss became {loss:g} in epoch {epoch}; try a smaller optimizer.lr."
            )
        figures = {"train/loss": loss, "train/lr": self.trainer.optimizers[0].param_groups[0]["lr"]}
        figures |= {f"train/{name}": value for name, value in self.spent.items()}
        watch(self.lr_schedulers(), self.trainer.callback_metrics.get(self.task.monitor[0], loss))
        if "val/loss" in self.trainer.callback_metrics:
            figures["train/gap"] = self.trainer.callback_metrics["val/loss"] - loss.cpu()
        self.report(figures)

    def on_validation_epoch_end(self) -> None:
        self.answers = answers = self.collect()
        loss = answers.loss[self.task.settled(answers.target)].mean()
        values = {
            name: metric.value(answers.decoded, answers.target)
            for name, metric in self.task.metrics().items()
        }
        told = {name: value for name, value in values.items() if not math.isnan(value)}
        self.report({f"val/{name}": value for name, value in {"loss": loss, **told}.items()})

    def on_test_epoch_end(self) -> None:
        self.answers = self.collect()

    def collect(self) -> Answers:
        """The answers of all processes together, each clip once and in order."""
        parts = [self.gather(torch.cat(part)).cpu() for part in zip(*self.seen, strict=True)]
        self.seen.clear()
        places = {clip: place for place, clip in enumerate(parts[2].tolist())}
        once = torch.tensor([places[clip] for clip in sorted(places)])
        return Answers(*(part[once] for part in parts))

    def gather(self, part: Tensor) -> Tensor:
        """The parts of all processes, one after the other."""
        if self.trainer.world_size == 1:
            return part
        return self.all_gather(part).flatten(0, 1)  # type: ignore[union-attr]

    def report(self, figures: dict[str, Any]) -> None:
        """Log figures over epochs rather than steps, so that runs with other batch sizes lie over each other."""
        self.log_dict(
            {**figures, "step": float(self.current_epoch)}, sync_dist=self.trainer.world_size > 1
        )

    def configure_optimizers(self) -> Any:
        optimizer = make_optimizer(self.optimizer, self)
        schedule = make(
            self.schedule,
            optimizer=optimizer,
            total_steps=int(self.trainer.estimated_stepping_batches),
            max_lr=optimizer.param_groups[0]["lr"],
        )
        return [optimizer], [schedule]

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["spent"] = self.spent

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.spent = checkpoint["spent"]
