"""The study of a sweep: what is known of its trials, in a SQLite file that processes share."""

import optuna
from filelock import FileLock
from numpy.random import SeedSequence
from optuna import Study, Trial
from optuna.pruners import BasePruner, MedianPruner, NopPruner
from optuna.samplers import TPESampler
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, TrialState

from auris.core.errors import UserError
from auris.sweep.locks import is_alive
from auris.sweep.plan import SweepPlan

MAX_LIKE_FAILURES = 3  # trials that fail alike from the start end a sweep
PROCESSES = "processes"  # beside the study: the locks of its processes

# what is noted of a trial
REASON = "reason"  # for which it failed
REPEATS = "repeats"  # the trial that it is tried again for
PROCESS = "process"
RUN = "run"

_LOCK = "lock"  # beside the study
_WARM_UP = 5  # no trial is stopped in the first fifth of its epochs
_TIMEOUT = 60  # s to wait for another process that writes
_OTHER_STUDY = (
    "{} is the study of {}; give this one a name of its own, as in study=two."
)
_OTHER_DATA = "The data of {} has changed; give a new study a name, as in study=two."


def open_study(plan: SweepPlan) -> Study:
    """The study of a sweep, new or begun.

    Raises `UserError` where the one of that name is of something else.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    plan.folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{plan.folder / 'study.db'}"
    with FileLock(plan.folder / _LOCK):
        study = optuna.create_study(
            storage=RDBStorage(
                url, engine_kwargs={"connect_args": {"timeout": _TIMEOUT}}
            ),
            study_name=plan.folder.name,
            direction="minimize" if plan.monitor[1] == "min" else "maximize",
            pruner=make_pruner(plan),
            load_if_exists=True,
        )
        _check_same_study(study, plan)
        study.set_user_attr("words", plan.words)
        study.set_user_attr("fingerprint", plan.fingerprint)
    return study


def make_pruner(plan: SweepPlan) -> BasePruner:
    """What stops a trial: being worse than the median of the others at the same epoch, or none."""
    if plan.settings.pruner == "none":
        return NopPruner()
    return MedianPruner(n_warmup_steps=plan.epochs // _WARM_UP)


def next_trial(study: Study, plan: SweepPlan, process: str) -> Trial | None:
    """A new trial, or one that a killed process left, or None when there are enough."""
    with FileLock(plan.folder / _LOCK):
        _requeue_killed(study, plan)
        trials = study.get_trials(deepcopy=False)
        counted = [trial for trial in trials if is_counted(trial)]
        if len(counted) >= plan.settings.trials:
            return None
        # draws follow from the seed and the trials so far:
        # no process draws what another did, or did before a kill
        begun = [trial for trial in trials if trial.state != TrialState.WAITING]
        seed = SeedSequence([plan.seed, len(begun)]).generate_state(1)[0]
        study.sampler = TPESampler(seed=int(seed))
        trial = study.ask(dict(plan.distributions))
        trial.set_user_attr(PROCESS, process)
        return trial


def is_counted(trial: FrozenTrial) -> bool:
    """Whether a trial is one of those that were asked for; one that is tried again is not."""
    if trial.state == TrialState.WAITING:
        return False
    is_repeat = REPEATS in trial.user_attrs
    return is_repeat or not was_killed(trial)


def was_killed(trial: FrozenTrial) -> bool:
    """Whether a trial failed without a word."""
    failed = trial.state == TrialState.FAIL
    return failed and REASON not in trial.user_attrs


def common_failure(study: Study, first: int) -> str:
    """The reason for which the first different trials failed, if all have the same; else empty.

    Args:
        first: number of the trial to begin with.
    """
    trials = study.get_trials(deepcopy=False)
    by_parameters = {}
    for trial in trials[first:]:
        if trial.state.is_finished() and not was_killed(trial):
            by_parameters[str(trial.params)] = trial.user_attrs.get(REASON, "")
    reasons = list(by_parameters.values())[:MAX_LIKE_FAILURES]
    if len(reasons) < MAX_LIKE_FAILURES or len(set(reasons)) > 1:
        return ""
    return reasons[0]


def best_trial(study: Study) -> FrozenTrial | None:
    """The finished trial with the best validation metric, if there is one."""
    done = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return study.best_trial if done else None


def _check_same_study(study: Study, plan: SweepPlan) -> None:
    """Raise `UserError` where a study was begun with other words, or with other data."""
    known = study.user_attrs
    words = known.get("words", list(plan.words))
    if words != list(plan.words):
        was = " ".join(words)
        raise UserError(_OTHER_STUDY.format(plan.folder, was))
    fingerprint = known.get("fingerprint", plan.fingerprint)
    if fingerprint != plan.fingerprint:
        raise UserError(_OTHER_DATA.format(plan.folder))


def _requeue_killed(study: Study, plan: SweepPlan) -> None:
    """Record the trials of dead processes as failed, and put their parameters in the queue again.

    But once: a trial that kills its process would do so again and again.
    """
    running = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
    for trial in running:
        process = trial.user_attrs.get(PROCESS, "")
        if is_alive(plan.folder / PROCESSES, process):
            continue
        study.tell(trial.number, state=TrialState.FAIL)
        if trial.params and REPEATS not in trial.user_attrs:
            study.enqueue_trial(trial.params, user_attrs={REPEATS: trial.number})
