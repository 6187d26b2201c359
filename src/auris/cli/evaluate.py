"""The scores of a finished run, looked at again."""

import json
from argparse import Namespace

from auris.core.log import open_terminal
from auris.core.terminal import say
from auris.runs.result import without_nan
from auris.training.reopen import evaluate_run


def run(options: Namespace) -> None:
    open_terminal(quiet=options.json)
    scores = evaluate_run(options.run, options.set, options.plugins).scores
    if options.json:
        say(json.dumps(without_nan(scores), indent=2))
