"""Reports of finished runs, alone and side by side."""

from argparse import Namespace

from auris.core.log import silence_libraries
from auris.report.comparison import write_comparison
from auris.report.page import write_report
from auris.report.reopen import open_subject


def run(options: Namespace) -> None:
    silence_libraries()
    subjects = [open_subject(name, options.plugins) for name in options.runs]
    for subject in subjects:
        print(f"Report: {write_report(subject)}")
    if len(subjects) > 1:
        print(f"Side by side: {write_comparison(subjects)}")
