"""One trial: a run with the parameters that were drawn, which may be stopped early, or fail."""

import math
from contextlib import redirect_stdout
from io import StringIO
from itertools import starmap
from pathlib import Path
from typing import final

from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import ModelCheckpoint
from optuna import Study, Trial, TrialPruned
from optuna.trial import FrozenTrial, TrialState

from auris.core.errors import UserError
from auris.core.explain import explain_error
from auris.core.terminal import say
from auris.runs.compose import compose_run
from auris.sweep.plan import MULTIRUN, SweepPlan
from auris.sweep.space import format_override
from auris.sweep.study import REASON, RUN, best_trial
from auris.training.experiment import Experiment
from auris.training.run import train


@final
class Pruning(Callback):
    """Reports the validation metric of each epoch to a trial, and stops the run when it is told to.

    Args:
        monitor: name of the validation metric.
    """

    def __init__(self, trial: Trial, monitor: str):
        self._trial = trial
        self._monitor = monitor

    def on_fit_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        checkpoint = trainer.checkpoint_callback
        if isinstance(checkpoint, ModelCheckpoint) and checkpoint.dirpath:
            folder = Path(checkpoint.dirpath).parent
            self._trial.set_user_attr(RUN, str(folder))

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        metric = trainer.callback_metrics.get(self._monitor, math.nan)
        value = float(metric)
        if math.isfinite(value):
            self._trial.report(value, trainer.current_epoch)
            if self._trial.should_prune():
                raise TrialPruned


def carry_out(trial: Trial, study: Study, plan: SweepPlan) -> None:
    """Run a trial and record what came of it: a value, an early stop, or why it failed."""
    try:
        known = _value_of_same(trial, study)
        value = _run_trial(trial, plan) if known is None else known
        if not math.isfinite(value):
            raise UserError(f"The validation metric {plan.monitor[0]} is not a number.")
    except TrialPruned:
        study.tell(trial, state=TrialState.PRUNED)
    except Exception as error:
        trial.set_user_attr(REASON, explain_error(error))
        study.tell(trial, state=TrialState.FAIL)
        if plan.debug:
            raise
    else:
        study.tell(trial, value)


def print_trial(number: int, study: Study) -> None:
    """Print one line on a trial that ended."""
    trials = study.get_trials(deepcopy=False)
    trial = trials[number]
    outcome = _describe_outcome(trial)
    words = " ".join(starmap(format_override, trial.params.items()))
    best = best_trial(study)
    so_far = f"  (best {best.value:.4f}, trial {best.number})" if best else ""
    say(f"trial {number}: {outcome}  {words}{so_far}")


def _value_of_same(trial: Trial, study: Study) -> float | None:
    """What an earlier trial with the same parameters came to, as this one would."""
    done = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    for earlier in done:
        if earlier.params == trial.params:
            trial.set_user_attr(RUN, earlier.user_attrs.get(RUN, ""))
            return earlier.value
    return None


def _run_trial(trial: Trial, plan: SweepPlan) -> float:
    """Train with the parameters of a trial, in the folder of the study.

    The test set stays closed.
    """
    words = plan.space.fill_in(trial.params)
    cfg = compose_run([*words, MULTIRUN], plan.configs)
    cfg.test = False
    cfg.refit = False
    cfg.report = False
    cfg.paths.outputs = str(plan.folder / "runs")
    cfg.callbacks = {**(cfg.callbacks or {}), "progress": None}
    experiment = Experiment(cfg, callbacks=[Pruning(trial, plan.monitor[0])])
    with redirect_stdout(StringIO()):  # the run's own log has it all
        return train(experiment).score


def _describe_outcome(trial: FrozenTrial) -> str:
    """What came of a trial, in a few words."""
    if trial.state == TrialState.COMPLETE:
        return f"{trial.value:.4f}"
    if trial.state == TrialState.PRUNED:
        return f"stopped after {(trial.last_step or 0) + 1} epochs"
    return f"failed: {trial.user_attrs.get(REASON, 'its process was killed.')}"
