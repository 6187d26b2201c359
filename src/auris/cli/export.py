"""A trained model, written as one file."""

from argparse import Namespace

from auris.core.log import silence_libraries
from auris.core.terminal import say
from auris.inference.export import export_run


def run(options: Namespace) -> None:
    silence_libraries()
    print("Writing ...", flush=True)
    path, clips, difference = export_run(options.run, options.to, options.plugins)
    megabytes = path.stat().st_size / 1e6
    say(
        f"{path} ({megabytes:.1f} MB): its answers to the {clips} validation clips differ "
        f"from PyTorch's by {difference:.1g} at most."
    )
