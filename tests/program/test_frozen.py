"""Runs that were trained long ago predict what they always predicted."""

import json

import pytest
from conftest import REPOSITORY

from auris.inference.predictor import Predictor

FROZEN = REPOSITORY / "tests/frozen"


@pytest.mark.parametrize("run", ["cnn", "knn", "masked_srp"])
def test_a_frozen_run_predicts_what_it_did(run: str) -> None:
    expected = json.loads((FROZEN / run / "expected.json").read_text(encoding="utf-8"))
    clip = FROZEN / run / "clip.wav"
    (row,) = Predictor(str(FROZEN / run)).rows(clip, windows=False)
    assert row.pop("path") == str(clip)
    assert row.keys() == expected.keys()
    for name, value in expected.items():
        if isinstance(value, float):
            assert row[name] == pytest.approx(value, rel=1e-4), name
        else:
            assert row[name] == value, name
