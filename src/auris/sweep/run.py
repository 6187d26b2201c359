"""A sweep from beginning to end: a plan, a study, the processes that work on it, a report."""

import gc
import math
import multiprocessing
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import torch

from auris.core.errors import UserError
from auris.sweep.locks import process_lock
from auris.sweep.output import report_study, write_trials
from auris.sweep.plan import SweepPlan, make_plan
from auris.sweep.study import (
    MAX_LIKE_FAILURES,
    PROCESSES,
    common_failure,
    next_trial,
    open_study,
)
from auris.sweep.trial import carry_out, print_trial


def run_sweep(words: Sequence[str], configs: Path) -> None:
    """Carry out the sweep of a command line, or what is left of it, and say what came of it.

    Raises `UserError` for words that can't be understood, and where the first trials all fail
    alike.
    """
    plan = make_plan(words, configs)
    study = open_study(plan)
    first = len(study.get_trials(deepcopy=False))
    minutes = plan.settings.timeout
    deadline = math.inf if minutes is None else time.time() + 60 * minutes
    if plan.settings.processes == 1:
        _work(plan, first, deadline)
    else:
        _work_in_processes(plan, first, deadline)
    write_trials(study, plan)
    if reason := common_failure(study, first):
        raise UserError(f"The first {MAX_LIKE_FAILURES} trials all failed: {reason}")
    report_study(study, plan)


def _work(plan: SweepPlan, first: int, deadline: float) -> None:
    """Carry out trials until there are enough, or no time is left, or all fail alike.

    Args:
        first: number of the first trial of this sweep.
        deadline: in seconds of `time.time`.
    """
    study = open_study(plan)
    with process_lock(plan.folder / PROCESSES) as process:
        while (
            time.time() < deadline
            and _is_parent_alive()
            and not common_failure(study, first)
        ):
            trial = next_trial(study, plan, process)
            if trial is None:
                break
            carry_out(trial, study, plan)
            print_trial(trial.number, study)
            gc.collect()  # what a run that failed held of the device


def _is_parent_alive() -> bool:
    parent = multiprocessing.parent_process()
    return parent is None or parent.is_alive()


def _work_in_processes(plan: SweepPlan, first: int, deadline: float) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=_share_work, args=(plan, first, deadline))
        for _ in range(plan.settings.processes)
    ]
    for process in processes:
        process.start()
    try:
        for process in processes:
            process.join()
    finally:
        for process in processes:
            process.terminate()


def _share_work(plan: SweepPlan, first: int, deadline: float) -> None:
    """Work as one of several processes, which share the cores."""
    threads = torch.get_num_threads() // plan.settings.processes
    torch.set_num_threads(max(1, threads))
    with suppress(KeyboardInterrupt):  # the process that waits says so
        _work(plan, first, deadline)
