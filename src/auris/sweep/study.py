"""The study of a sweep: all that is known of its trials, in a SQLite file that several processes may share."""

import optuna
from numpy.random import SeedSequence
from optuna import Study, Trial
from optuna.pruners import BasePruner, MedianPruner, NopPruner
from optuna.samplers import TPESampler
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, TrialState

from auris.core.errors import UserError
from auris.sweep.locks import is_present, locked
from auris.sweep.plan import Plan

FEW = 3  # trials that fail alike from the start end a sweep


WARM_UP = 5  # no trial is stopped in the first fifth of its epochs


PATIENCE = 60  # s to wait for another process that writes


SAID, REPEATS, PROCESS, RUN = "said", "repeats", "process", "run"  # what is noted of a trial


PROCESSES, LOCK = "processes", "lock"  # beside the study


def open_study(plan: Plan) -> Study:
    """The study of a sweep, new or begun. Raises `UserError` where the one of that name is of something else."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    plan.folder.mkdir(parents=True, exist_ok=True)
    with locked(plan.folder / LOCK):
        url, options = (
            f"sqlite:///{plan.folder / 'study.db'}",
            {"connect_args": {"timeout": PATIENCE}},
        )
        study = optuna.create_study(
            storage=RDBStorage(url, engine_kwargs=options),
            study_name=plan.folder.name,
            direction="minimize" if plan.monitor[1] == "min" else "maximize",
            pruner=make_pruner(plan),
            load_if_exists=True,
        )
        known = study.user_attrs
        if known.get("words", list(plan.words)) != list(plan.words):
            was = " ".join(known["words"])
            raise UserError(
                f"{plan.folder} is the study of {was}; give this one a name of its own, as in study=two."
            )
        if known.get("fingerprint", plan.fingerprint) != plan.fingerprint:
            raise UserError(
                f"The data of {plan.folder} has changed; give a new study a name, as in study=two."
            )
        study.set_user_attr("words", plan.words)
        study.set_user_attr("fingerprint", plan.fingerprint)
    return study


def make_pruner(plan: Plan) -> BasePruner:
    """What stops a trial: one that is worse than the median of the others at the same epoch, or none."""
    median = MedianPruner(n_warmup_steps=plan.epochs // WARM_UP)
    return {"median": median, "none": NopPruner()}[plan.settings.pruner]


def next_trial(study: Study, plan: Plan, process: str) -> Trial | None:
    """A new trial, or one that a killed process left, or None when there are enough."""
    with locked(plan.folder / LOCK):
        recover(study, plan)
        trials = study.get_trials(deepcopy=False)
        if sum(map(counts, trials)) >= plan.settings.trials:
            return None
        # draws follow from the seed and the trials so far: no process draws what another did, or did before a kill
        begun = sum(trial.state != TrialState.WAITING for trial in trials)
        study.sampler = TPESampler(seed=int(SeedSequence([plan.seed, begun]).generate_state(1)[0]))
        trial = study.ask(dict(plan.distributions))
        trial.set_user_attr(PROCESS, process)
        return trial


def recover(study: Study, plan: Plan) -> None:
    """Record the trials of processes that died as failed, and put their parameters in the queue once more."""
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        if not is_present(plan.folder / PROCESSES, trial.user_attrs.get(PROCESS, "")):
            study.tell(trial.number, state=TrialState.FAIL)
            if (
                trial.params and REPEATS not in trial.user_attrs
            ):  # a trial that kills its process would do so again and again
                study.enqueue_trial(trial.params, user_attrs={REPEATS: trial.number})


def counts(trial: FrozenTrial) -> bool:
    """Whether a trial is one of those that were asked for; one that is tried once more is not."""
    return trial.state != TrialState.WAITING and not (
        was_killed(trial) and REPEATS not in trial.user_attrs
    )


def was_killed(trial: FrozenTrial) -> bool:
    """Whether a trial failed without a word."""
    return trial.state == TrialState.FAIL and SAID not in trial.user_attrs


def complaint(study: Study, first: int) -> str:
    """The sentence with which the first few different trials from number `first` on failed, if all said the same."""
    ended = [
        t
        for t in study.get_trials(deepcopy=False)[first:]
        if t.state.is_finished() and not was_killed(t)
    ]
    said = list({str(trial.params): trial.user_attrs.get(SAID, "") for trial in ended}.values())[
        :FEW
    ]
    return said[0] if len(said) == FEW and len(set(said)) == 1 else ""


def best_trial(study: Study) -> FrozenTrial | None:
    """The finished trial with the best validation figure, if there is one."""
    done = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return study.best_trial if done else None
