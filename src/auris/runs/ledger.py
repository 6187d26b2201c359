"""The test ledger beside the runs: who has looked at which test set, when, and what came out."""

import json
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from lightning.fabric.utilities.rank_zero import rank_zero_only

from auris.core.files import content_digest
from auris.data.dataset import Dataset
from auris.runs.configuration import configuration_key
from auris.runs.data_names import PLACE
from auris.runs.find import flatten
from auris.runs.folder import LEDGER
from auris.runs.result import without_nan


@dataclass(frozen=True)
class TestSetAccess:
    """One opening of a test set."""

    key: str  # of this opening
    time: str
    test_set: str  # fingerprint of its recordings and labels
    data: str
    fold: int
    run: str  # its folder, as seen from the ledger
    configuration: str  # hash of the settings that make one
    # the main one; None where the run was killed before it was known
    metric: str | None = None
    value: float | None = None


def outputs_of(folder: Path) -> Path:
    """Where the ledger of a run is: beside the data sets, or in a run that was moved away."""
    of_data = folder.parent.parent
    return of_data.parent if (of_data / PLACE).is_file() else folder


def record_access(
    folder: Path,
    data: str,
    settings: dict[str, Any],
    dataset: Dataset,
    again: bool = True,
) -> TestSetAccess:
    """Write down that a run opens the test set of its `data`, as this is called, before it does.

    Args:
        again: whether that is one more opening where the same configuration of the run has opened
            it before; else it is what is left of one that was interrupted.
    """
    outputs = outputs_of(folder)
    configuration = configuration_key(flatten(settings))
    access = TestSetAccess(
        key=uuid4().hex,
        time=datetime.now().astimezone().isoformat(timespec="seconds"),
        test_set=dataset.test_set,
        data=data,
        fold=dataset.settings.fold,
        run=str(folder.relative_to(outputs)),
        configuration=content_digest(configuration.encode())[:16],
    )
    for earlier in accesses_to(outputs, dataset.test_set):
        same_run = (earlier.run, earlier.configuration) == (
            access.run,
            access.configuration,
        )
        if same_run and not again:
            return earlier
    _append(outputs / LEDGER, asdict(access))
    return access


def record_result(
    outputs: Path, access: TestSetAccess, metrics: dict[str, Any]
) -> None:
    """Write down what came out: the value of the main metric, which is the first."""
    name, estimate = next(iter(metrics.items()))
    result = {
        "key": access.key,
        "metric": name,
        "value": without_nan(estimate["value"]),
    }
    _append(outputs / LEDGER, result)


def accesses_to(outputs: Path, test_set: str) -> list[TestSetAccess]:
    """All openings of the test set with this fingerprint, the first one first."""
    return [access for access in all_accesses(outputs) if access.test_set == test_set]


def all_accesses(outputs: Path) -> list[TestSetAccess]:
    """All openings of test sets that are written down beside the runs in `outputs`."""
    path = outputs / LEDGER
    if not path.is_file():
        return []
    found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for line in path.read_text(encoding="utf-8").splitlines():
        fields = _parse(line)
        key = fields.get("key", "")
        found[key] |= fields
    return [
        TestSetAccess(**fields) for fields in found.values() if "test_set" in fields
    ]


def summarize_accesses(accesses: Sequence[TestSetAccess]) -> str:
    """How often a test set has been opened, for people; empty where once."""
    if len(accesses) < 2:
        return ""
    configurations = {access.configuration for access in accesses}
    often = f"This test set has been looked at {len(accesses)} times"
    if len(configurations) == 1:
        return f"{often}, by one configuration."
    doubt = "the best of several looks better than it is."
    return f"{often}, by {len(configurations)} configurations; {doubt}"


@rank_zero_only
def _append(path: Path, fields: dict[str, Any]) -> None:
    """Add a line in a single write, which neither a kill nor another run can divide."""
    line = f"\n{json.dumps(fields)}\n"  # the first break ends what a full disk may have cut
    with path.open("ab", buffering=0) as file:
        file.write(line.encode())
        os.fsync(file.fileno())


def _parse(line: str) -> dict[str, Any]:
    """What a line says; nothing where it was cut."""
    try:
        return json.loads(line)
    except ValueError:
        return {}
