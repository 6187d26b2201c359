"""The test ledger: who has looked at which test set, when, and what came out. It stands beside the runs."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from lightning.fabric.utilities.rank_zero import rank_zero_only

from auris.core.files import content_digest
from auris.data.dataset import Dataset
from auris.runs.find import flat, identity
from auris.runs.folder import LEDGER
from auris.runs.result import without_nan


@dataclass(frozen=True)
class Look:
    """One opening of a test set."""

    key: str  # of this opening
    time: str
    test_set: str  # fingerprint of its recordings and labels
    data: str
    fold: int
    run: str  # its folder, as seen from the ledger
    configuration: str  # hash of all settings but seeds, folds and places
    metric: str | None = (
        None  # the main one, and its value: None where the run was killed before it was known
    )
    value: float | None = None


def outputs_of(folder: Path, name: Path) -> Path:
    """Where the ledger of a run is: beside the data sets, or in a run that was moved away.

    Args:
        name: of the experiment: the folders between those of the outputs and of the run.
    """
    at_home = folder.parts[-3:-1] == name.parts
    return folder.parents[2] if at_home else folder


def open_test(folder: Path, settings: dict[str, Any], dataset: Dataset) -> Look:
    """Write down that a run looks at its test set, before it does."""
    choices = settings["choices"]
    outputs = outputs_of(folder, Path(choices["data"], choices["model"]))
    look = Look(
        key=uuid4().hex,
        time=datetime.now().astimezone().isoformat(timespec="seconds"),
        test_set=dataset.test_set,
        data=choices["data"],
        fold=dataset.settings.fold,
        run=str(folder.relative_to(outputs)),
        configuration=content_digest(identity(flat(settings)).encode())[:16],
    )
    append(outputs / LEDGER, asdict(look))
    return look


def close_test(outputs: Path, look: Look, metrics: dict[str, Any]) -> None:
    """Write down what came out: the value of the main metric, which is the first."""
    name, estimate = next(iter(metrics.items()))
    append(
        outputs / LEDGER,
        {"key": look.key, "metric": name, "value": without_nan(estimate["value"])},
    )


@rank_zero_only
def append(path: Path, line: dict[str, Any]) -> None:
    """Add a line in a single write, which neither a kill nor another run can divide."""
    with path.open("ab", buffering=0) as file:
        file.write(
            f"\n{json.dumps(line)}\n".encode()
        )  # the first break ends what a full disk may have cut
        os.fsync(file.fileno())


def looks(outputs: Path, test_set: str) -> list[Look]:
    """All openings of the test set with this fingerprint, the first one first."""
    return [look for look in all_looks(outputs) if look.test_set == test_set]


def all_looks(outputs: Path) -> list[Look]:
    """All openings of test sets that are written down beside the runs in `outputs`."""
    found: dict[str, dict[str, Any]] = {}
    for line in (
        (outputs / LEDGER).read_text().splitlines()
        if (outputs / LEDGER).is_file()
        else ()
    ):
        facts = understood(line)
        found.setdefault(facts.get("key", ""), {}).update(facts)
    return [Look(**facts) for facts in found.values() if "test_set" in facts]


def understood(line: str) -> dict[str, Any]:
    """What a line says; nothing where it was cut."""
    try:
        return json.loads(line)
    except ValueError:
        return {}


def sentence(seen: Sequence[Look]) -> str:
    """How often a test set has been looked at, for people; empty where once."""
    if len(seen) < 2:
        return ""
    several = len({look.configuration for look in seen})
    if several == 1:
        return (
            f"This test set has been looked at {len(seen)} times, by one configuration."
        )
    return (
        f"This test set has been looked at {len(seen)} times, by {several} configurations; "
        "the best of several looks better than it is."
    )
