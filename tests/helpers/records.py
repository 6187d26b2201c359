"""Records of runs that never ran."""

import json
from pathlib import Path
from typing import Any


def finished(
    folder: Path,
    value: float | None,
    fold: int = 1,
    seed: int = 1,
    model: str = "mlp",
    choices: dict[str, str] | None = None,
    metric: str = "accuracy",
    data: dict[str, Any] | None = None,
    recordings: str = "birds",
    **settings: Any,
) -> None:
    """The record of a run on some recordings that validated and tested alike.

    `data` are settings of it.

    The interval goes from 0.1 below the value to 0.2 above, over 7 groups.
    """
    folder.mkdir(parents=True)
    ends = {
        key: value if value is None else value + by
        for key, by in (("value", 0), ("low", -0.1), ("high", 0.2))
    }
    metrics = {metric: {**ends, "n": 7}}
    scores = {"metrics": metrics, "constant_baseline": {metric: 0.5}}
    result = {
        "data": "birds",
        "model": model,
        "origin": "real",
        "about": "birds",
        "fingerprint": f"{recordings}{fold}{data}",
        "recordings": recordings,
        "test_set": f"{recordings}{fold}{data}",
        "fold": fold,
        "seed": seed,
        **(choices or {}),
    }
    (folder / "result.json").write_text(
        json.dumps({**result, "val": scores, "test": scores, "seconds": 60.0})
    )
    lines = [
        f"seed: {seed}",
        f"data: {json.dumps({'fold': fold, **(data or {})})}",
        f"model: {{kind: {model}}}",
    ]
    (folder / "config.yaml").write_text(
        "\n".join([*lines, *(f"{k}: {v}" for k, v in settings.items())])
    )
