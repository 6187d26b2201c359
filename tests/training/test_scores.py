"""What is printed of the scores of a split."""

from math import nan

import pytest

from auris.core.log import open_terminal
from auris.training.evaluation import print_scores


def test_clips_without_any_metric_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    """As validation clips where no anomaly is among them."""
    nothing = {"value": nan, "low": nan, "high": nan}
    scores = {
        "clips": 4,
        "loss": 0.5,
        "metrics": {"auroc": nothing},
        "constant_baseline": {"auroc": 0.5},
    }
    open_terminal()
    print_scores("val", scores, ["auroc"], "real")
    said = capsys.readouterr().out
    assert said == "val: 4 clips, with a loss of 0.500; no metric has a value\n"
