"""A search for good settings."""

from argparse import Namespace

from auris.core.explain import exit_with
from auris.core.places import config_folder
from auris.core.words import quote_words
from auris.sweep.run import run_sweep


def run(options: Namespace) -> None:
    try:
        run_sweep(quote_words(options.words), config_folder())
    except KeyboardInterrupt:
        exit_with("Stopped; the same command goes on.", 130)
