"""The main job: python train.py model=mlp data=cats_babies"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from auris.core.errors import UserError
from auris.core.explain import explain_error, plain_errors
from auris.runs.compose import check_flags, prepare


@hydra.main(config_path="configs", config_name="train", version_base="1.3")
def main(cfg: DictConfig) -> float:
    with plain_errors() if HydraConfig.get().mode == RunMode.RUN else one_of_many():
        configuration, folder = prepare(cfg)
        # torch and lightning take seconds; a wrong word on the command line need not
        from auris.report.page import try_to_report
        from auris.runs.multirun import note_run
        from auris.training.experiment import Experiment
        from auris.training.run import train

        run = train(Experiment(configuration), folder)
        try_to_report(run)
        note_run(run.folder)
        return run.score


@contextmanager
def one_of_many() -> Iterator[None]:
    """Say that a run of a sweep failed.

    Hydra goes on with the others, then raises it in the first process.
    """
    try:
        yield
    except Exception as error:
        words = " ".join(HydraConfig.get().overrides.task)
        failure = UserError(f"{words} failed: {explain_error(error)}")
        print(f"auris: {failure}", file=sys.stderr, flush=True)
        raise failure from error


if __name__ == "__main__":
    with (
        plain_errors()
    ):  # what Hydra says of the command line, and what remains of a sweep
        check_flags(sys.argv[1:])
        main()
