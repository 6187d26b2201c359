"""Reports of finished runs, alone and side by side."""

from argparse import Namespace

from auris.core.log import silence_libraries
from auris.core.terminal import say
from auris.report.comparison import write_comparison
from auris.report.page import write_report
from auris.report.reopen import open_context


def run(options: Namespace) -> None:
    silence_libraries()
    contexts = [open_context(name, options.plugins) for name in options.runs]
    for context in contexts:
        say(f"Report: {write_report(context)}")
    if len(contexts) > 1:
        say(f"Side by side: {write_comparison(contexts)}")
