"""A sweep from beginning to end: a plan, a study, the processes that work on it, a report."""

import gc
import math
import multiprocessing
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from auris.core.errors import UserError
from auris.sweep.locks import presence
from auris.sweep.output import report, write_table
from auris.sweep.plan import Plan, make_plan
from auris.sweep.study import FEW, PROCESSES, complaint, next_trial, open_study


def sweep(words: Sequence[str], configs: Path) -> None:
    """Carry out the sweep that a command line describes, or what is left of it, and say what came of it.

    Raises `UserError` for words that can't be understood, and where the first trials all fail alike.
    """
    plan = make_plan(words, configs)
    study = open_study(plan)
    first, minutes = len(study.get_trials(deepcopy=False)), plan.settings.timeout
    deadline = math.inf if minutes is None else time.time() + 60 * minutes
    if plan.settings.processes == 1:
        work(plan, first, deadline)
    else:
        work_together(plan, first, deadline)
    write_table(study, plan)
    if sentence := complaint(study, first):
        raise UserError(f"The first {FEW} trials all failed: {sentence}")
    report(study, plan)


def work(plan: Plan, first: int, deadline: float) -> None:
    """Try one configuration after the other, until there are enough, or no time is left, or all fail alike."""
    from auris.sweep.trial import (  # torch and lightning take seconds
        carry_out,
        tell_trial,
    )

    study, parent = open_study(plan), multiprocessing.parent_process()
    with presence(plan.folder / PROCESSES) as process:
        while (
            time.time() < deadline
            and not complaint(study, first)
            and (parent is None or parent.is_alive())
        ):
            trial = next_trial(study, plan, process)
            if trial is None:
                break
            carry_out(trial, study, plan)
            tell_trial(trial.number, study, plan)
            gc.collect()  # what a run that failed held of the device


def work_together(plan: Plan, first: int, deadline: float) -> None:
    """Work in several processes."""
    context = multiprocessing.get_context("spawn")
    crew = [
        context.Process(target=help_out, args=(plan, first, deadline))
        for _ in range(plan.settings.processes)
    ]
    for process in crew:
        process.start()
    try:
        for process in crew:
            process.join()
    finally:
        for process in crew:
            process.terminate()


def help_out(plan: Plan, first: int, deadline: float) -> None:
    """Work as one of several processes, which share the cores."""
    import torch

    torch.set_num_threads(max(1, torch.get_num_threads() // plan.settings.processes))
    with suppress(KeyboardInterrupt):  # the process that waits says so
        work(plan, first, deadline)
