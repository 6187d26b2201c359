"""One class of a labelled data set taken for normal."""

from typing import Any

from auris.core.errors import UserError, suggest_choice
from auris.core.instantiate import Factory
from auris.data.sources.base import Collection, Source


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
        if dataset not in datasets:
            raise UserError(
                f"There is no data.dataset={dataset}; {suggest_choice(dataset, datasets)}"
            )
        if normal is None:
            raise UserError(
                "data.normal must be given, as in data.normal=rain: the class that is normal."
            )
        settings = {**datasets[dataset], "store": store}
        for name, value in {"root": root, "table": table, "group": group}.items():
            if value:
                settings[name] = value
            if settings.get(name) == "":
                raise UserError(
                    f"data.dataset={dataset} needs to know where it is; "
                    f"name it with data.{name}=..."
                )
        self.dataset = dataset
        node = settings.pop("source")
        self.source: Source = factory.make(node, **settings)

    @property
    def place(self) -> str:
        return self.source.place or self.dataset

    def collect(self) -> Collection:
        return self.source.collect()
