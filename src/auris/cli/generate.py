"""New sounds of a trained model, as files and a page."""

from argparse import Namespace
from pathlib import Path

from auris.core.files import write_atomically
from auris.core.log import silence_libraries
from auris.generate.draw import draw_from_run
from auris.generate.files import open_folder, write_clips
from auris.generate.page import render_generated


def run(options: Namespace) -> None:
    silence_libraries()
    drawn = draw_from_run(
        options.run, options.count, options.seed, options.label, options.plugins
    )
    wanted = options.to or drawn.run.folder / "generated"
    folder = open_folder(Path(wanted).expanduser())
    for path in write_clips(drawn, folder):
        print(path)
    page = folder / "generated.html"
    write_atomically(page, render_generated(drawn))
    print(f"Page: {page}")
