"""A labelled data set that another source takes its recordings from."""

from typing import Any

from auris.core.errors import UserError, suggest_choice
from auris.core.instantiate import Factory
from auris.data.sources.base import Source


def open_nested(
    dataset: str,
    datasets: dict[str, Any],
    store: str,
    factory: Factory,
    **places: str | None,
) -> Source:
    """The source of the data set with this name.

    Args:
        datasets: the configurations of those that there are.
        places: settings that say where its recordings are, handed on where they are given.

    Raises `UserError` for an unknown name, and where a place is missing.
    """
    if dataset not in datasets:
        raise UserError(
            f"There is no data.dataset={dataset}; {suggest_choice(dataset, datasets)}"
        )
    settings = {**datasets[dataset], "store": store}
    for name, value in places.items():
        if value:
            settings[name] = value
        if settings.get(name) == "":
            raise UserError(
                f"data.dataset={dataset} needs to know where it is; "
                f"name it with data.{name}=..."
            )
    return factory.make(settings.pop("source"), **settings)
