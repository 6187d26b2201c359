"""The main job, whose words Hydra reads: auris train model=mlp data=cats_babies"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from auris.cli.flags import read_flags
from auris.cli.help import find_help
from auris.core.errors import UserError
from auris.core.explain import explain_error, plain_errors
from auris.core.locate import locate_object
from auris.core.places import config_folder
from auris.core.stopping import Interrupted, code_of
from auris.core.words import quote_words, unquote_word
from auris.core.wrong_words import check_words
from auris.runs.compose import prepare

_MULTIRUN = "hydra.mode=MULTIRUN"


@plain_errors()
def train(words: Sequence[str]) -> None:
    """Train as the words of a command line say: one run, or with -m several."""
    flags = read_flags(words)
    if flags.help:
        print(find_help(flags.words, flags.config_dir))
        return
    several = flags.multirun or _MULTIRUN in flags.words
    sys.argv[1:] = quote_words(words, several)
    check_words(quote_words(flags.words, several))
    _run_hydra()


@hydra.main(config_path=str(config_folder()), config_name="train", version_base="1.3")
def _run_hydra(cfg: DictConfig) -> float:
    with plain_errors() if HydraConfig.get().mode == RunMode.RUN else _one_of_many():
        configuration, folder = prepare(cfg)
        # torch and lightning take seconds; a wrong word on the command line need not
        run = locate_object("auris.cli.training.run", "train")
        return run(configuration, folder)


@contextmanager
def _one_of_many() -> Iterator[None]:
    """Say that a run of a sweep failed, or that it was the last one.

    Hydra goes on with the others, then raises it in the first process.
    """
    try:
        yield
    except KeyboardInterrupt as stop:
        advice = f"{stop} Runs after it were not begun.".lstrip()
        raise Interrupted(advice, code_of(stop)) from None
    except Exception as error:
        words = " ".join(map(unquote_word, HydraConfig.get().overrides.task))
        failure = UserError(f"{words} failed: {explain_error(error)}")
        print(f"auris: {failure}", file=sys.stderr, flush=True)
        raise failure from error
