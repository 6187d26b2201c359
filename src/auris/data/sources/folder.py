"""Recordings on disk: in folders, or listed in a table."""

from pathlib import Path

from auris.data.clips import read_folder
from auris.data.grouping import group_by_path
from auris.data.sources.base import Collection, Source, full_path
from auris.data.tables import read_table


class Folder(Source):
    """A folder with a sub-folder of recordings for each class.

    Args:
        root: the folder.
        group: what belongs together, a rule of `group_by_path`; null: each file alone.
    """

    def __init__(self, root: str, group: str | None = None):
        self.root = Path(root).expanduser()
        self.group = group

    @property
    def place(self) -> str:
        return full_path(self.root)

    def collect(self) -> Collection:
        clips = read_folder(self.root)
        if self.group is not None:
            clips = group_by_path(clips, self.group, self.root)
        return Collection(clips, "real", f"recordings in {self.root}")


class Table(Source):
    """A CSV file `path,label[,fold][,group][,split][,start,stop]` and columns of a task.

    Args:
        table: the file.
        group: what belongs together: a column, or a rule of `group_by_path`; null: the column
            group.
    """

    def __init__(self, table: str, group: str | None = None):
        self.table = Path(table).expanduser()
        self.group = group

    @property
    def place(self) -> str:
        return full_path(self.table)

    def collect(self) -> Collection:
        clips = read_table(self.table, self.group)
        return Collection(clips, "real", f"recordings of {self.table}")
