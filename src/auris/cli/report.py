"""Reports of finished runs, alone and side by side."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from auris.core.log import silence_libraries
from auris.core.terminal import say
from auris.report.comparison import write_comparison
from auris.report.page import write_report
from auris.report.reopen import open_context
from auris.runs.folder import finished_run


def run(options: Namespace) -> None:
    silence_libraries()
    folders = _find_folders(options.runs)
    contexts = [open_context(folder, options.plugins) for folder in folders]
    for context in contexts:
        say(f"Report: {write_report(context)}")
    if len(contexts) > 1:
        say(f"Side by side: {write_comparison(contexts)}")


def _find_folders(names: Sequence[str]) -> list[str]:
    """The folders of runs, each once; files beside them, which outputs/birds/mlp/* names too, are
    passed over.
    """
    named = [name for name in names if not Path(name).is_file()] or names
    return list(dict.fromkeys(str(finished_run(name)) for name in named))
