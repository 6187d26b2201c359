"""A search for good settings."""

from argparse import Namespace

from auris.core.places import config_folder
from auris.core.stopping import Interrupted, code_of
from auris.core.words import quote_words
from auris.sweep.run import run_sweep


def run(options: Namespace) -> None:
    try:
        run_sweep(quote_words(options.words), config_folder())
    except KeyboardInterrupt as stop:
        raise Interrupted("The same command goes on.", code_of(stop)) from None
