"""One class of a labelled data set taken for normal."""

from typing import Any

from auris.core.errors import UserError
from auris.core.instantiate import Factory
from auris.data.sources.base import Collection, Source
from auris.data.sources.nested import open_nested


class OneClass(Source):
    """Another labelled data set, for a task that takes one of its classes for normal.

    `dataset` is its name, `datasets` the configurations of those that there are; `root`,
    `table` and `group` are handed on. `normal` is the class.
    """

    def __init__(
        self,
        dataset: str,
        datasets: dict[str, Any],
        store: str,
        factory: Factory,
        normal: str | None = None,
        root: str | None = None,
        table: str | None = None,
        group: str | None = None,
    ):
        if normal is None:
            raise UserError(
                "data.normal must be given, as in data.normal=rain: the class that is normal."
            )
        self.dataset = dataset
        self.source = open_nested(
            dataset, datasets, store, factory, root=root, table=table, group=group
        )

    @property
    def place(self) -> str:
        return self.source.place or self.dataset

    def collect(self) -> Collection:
        return self.source.collect()
