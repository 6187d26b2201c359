"""Recordings on disk: in folders, or listed in a table."""

from pathlib import Path

from auris.data.clips import read_folder
from auris.data.sources.base import Collection, Source, full_path
from auris.data.tables import read_table


class Folder(Source):
    """A folder with a sub-folder of recordings for each class."""

    def __init__(self, root: str):
        self.root = Path(root).expanduser()

    @property
    def place(self) -> str:
        return full_path(self.root)

    def collect(self) -> Collection:
        clips = read_folder(self.root)
        return Collection(clips, "real", f"recordings in {self.root}")


class Table(Source):
    """A CSV file `path,label[,fold][,group][,split][,start,stop][,section][,domain]`."""

    def __init__(self, table: str):
        self.table = Path(table).expanduser()

    @property
    def place(self) -> str:
        return full_path(self.table)

    def collect(self) -> Collection:
        clips = read_table(self.table)
        return Collection(clips, "real", f"recordings of {self.table}")
