"""Where recordings come from. A new source is one class here and one short YAML in configs/data."""

from typing import Any

from auris.core.errors import UserError, suggest_choice
from auris.core.instantiate import Factory
from auris.data.sources.base import Collection, Source


class OneClass(Source):
    """Another labelled data set, for a task that takes one of its classes for normal.

    `of` is its name, `sources` the configurations of those that there are; `root` and `table` are handed on. `normal`
    is the class.
    """

    def __init__(
        self,
        of: str,
        sources: dict[str, Any],
        store: str,
        factory: Factory,
        normal: str | None = None,
        root: str | None = None,
        table: str | None = None,
    ):
        if of not in sources:
            raise UserError(f"There is no data.of={of}; {suggest_choice(of, sources)}")
        if normal is None:
            raise UserError(
                "data.normal must be given, as in data.normal=rain: the class that is normal."
            )
        given = {
            key: value for key, value in {"root": root, "table": table}.items() if value
        }
        facts = {**sources[of], **given, "store": store}
        for name in ("root", "table"):
            if facts.get(name) == "":
                raise UserError(
                    f"data.of={of} needs to know where it is; name it with data.{name}=..."
                )
        self.source: Source = factory.make(sources[of]["recordings"], **facts)

    def collect(self) -> Collection:
        return self.source.collect()
