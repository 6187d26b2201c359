"""One trial: a run with the parameters that were drawn, which may be stopped early, and may fail."""

import math
from contextlib import redirect_stdout
from io import StringIO
from itertools import starmap
from pathlib import Path

from lightning import Callback, LightningModule, Trainer
from optuna import Study, Trial, TrialPruned
from optuna.trial import FrozenTrial, TrialState

from auris.core.errors import UserError
from auris.core.explain import explain_error
from auris.runs.compose import compose_run
from auris.sweep.plan import SEVERAL, Plan
from auris.sweep.space import assign
from auris.sweep.study import RUN, SAID, best_trial
from auris.training.experiment import Experiment
from auris.training.run import train


class Pruning(Callback):
    """Reports the validation metric of each epoch to a trial, and stops the run when told to.

    Args:
        trial: of the study.
        monitor: the metric.
    """

    def __init__(self, trial: Trial, monitor: str):
        self.trial = trial
        self.monitor = monitor

    def on_fit_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        checkpoints = getattr(trainer.checkpoint_callback, "dirpath", None)
        if checkpoints:
            self.trial.set_user_attr(RUN, str(Path(checkpoints).parent))

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        value = float(trainer.callback_metrics.get(self.monitor, math.nan))
        if math.isfinite(value):
            self.trial.report(value, trainer.current_epoch)
            if self.trial.should_prune():
                raise TrialPruned


def carry_out(trial: Trial, study: Study, plan: Plan) -> None:
    """Run a trial and record what came of it: a figure, an early stop, or the sentence with which it failed."""
    try:
        known = same_as(trial, study)
        figure = run_trial(trial, plan) if known is None else known
        if not math.isfinite(figure):
            raise UserError(f"The validation figure {plan.monitor[0]} is not a number.")
    except TrialPruned:
        study.tell(trial, state=TrialState.PRUNED)
    except Exception as error:
        trial.set_user_attr(SAID, explain_error(error))
        study.tell(trial, state=TrialState.FAIL)
        if plan.debug:
            raise
    else:
        study.tell(trial, figure)


def same_as(trial: Trial, study: Study) -> float | None:
    """What an earlier trial with the same parameters came to: the same run would come to the same."""
    for earlier in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)):
        if earlier.params == trial.params:
            trial.set_user_attr(RUN, earlier.user_attrs.get(RUN, ""))
            return earlier.value
    return None


def run_trial(trial: Trial, plan: Plan) -> float:
    """Train with the parameters of a trial, in the folder of the study. The test set stays closed."""
    cfg = compose_run([*plan.space.fill(trial.params), SEVERAL], plan.configs)
    cfg.test, cfg.refit, cfg.report = False, False, False
    cfg.paths.outputs = str(plan.folder / "runs")
    cfg.callbacks = {**(cfg.callbacks or {}), "progress": None}
    experiment = Experiment(cfg, callbacks=[Pruning(trial, plan.monitor[0])])
    with redirect_stdout(StringIO()):  # the run's own log has it all
        return train(experiment).score


def tell_trial(number: int, study: Study, plan: Plan) -> None:
    """Print one line on a trial that ended."""
    trial, best = study.get_trials(deepcopy=False)[number], best_trial(study)
    words = " ".join(starmap(assign, trial.params.items()))
    so_far = f"  (best {best.value:.4f}, trial {best.number})" if best else ""
    print(f"trial {number}: {outcome(trial)}  {words}{so_far}", flush=True)


def outcome(trial: FrozenTrial) -> str:
    """What came of a trial, in a few words."""
    if trial.state == TrialState.COMPLETE:
        return f"{trial.value:.4f}"
    if trial.state == TrialState.PRUNED:
        return f"stopped after {(trial.last_step or 0) + 1} epochs"
    return f"failed: {trial.user_attrs.get(SAID, 'its process was killed.')}"
