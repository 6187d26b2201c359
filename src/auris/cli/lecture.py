"""The lecture, one command an item."""

from argparse import Namespace

from auris.core.errors import UserError
from auris.core.progress import track_progress
from auris.lecture.items import Item, find_item, find_items
from auris.lecture.run import carry_out, write_index


def run(options: Namespace) -> None:
    if options.all and options.item:
        raise UserError("--all carries out every item: name none beside it.")
    if options.item:
        lesson = carry_out(find_item(options.item), options.words)
        for law in lesson.shown.laws:
            print(f"{law.what}: {law.measured}, expected {law.expected}")
        print(f"Lecture: {lesson.page}")
    if options.all:
        _carry_out_all(find_items())
    index = write_index()
    if not options.item:
        print(f"Lecture: {index}")


def _carry_out_all(items: list[Item]) -> None:
    for item in track_progress(items, "The lecture", len(items)):
        print(f"Lecture: {carry_out(item).page}", flush=True)
