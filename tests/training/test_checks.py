"""What is refused before a run begins."""

import os
from pathlib import Path

import pytest
from conftest import fill
from running import TINY, experiment, here

from auris.core.errors import UserError
from auris.training.run import train


@pytest.mark.parametrize(
    "word",
    [
        "limit_test_batches=0",
        "limit_test_batches=1",
        "limit_val_batches=0",
        "limit_val_batches=0.5",
        "limit_train_batches=2",
        "limit_predict_batches=0",
        "overfit_batches=1",
        "fast_dev_run=true",
        "fast_dev_run=3",
        "accumulate_grad_batches=2",
    ],
)
def test_nothing_changes_which_clips_train_validate_and_test(
    word: str, tmp_path
) -> None:
    fill(tmp_path / "recordings")
    words = ("data=folder", *here(tmp_path), *TINY, "model=linear", f"+trainer.{word}")
    with pytest.raises(UserError, match=f"trainer.{word.split('=')[0]} is not taken: "):
        train(experiment(*words))
    assert not (tmp_path / "out").exists()


def test_a_setting_that_changes_nothing_is_taken(tmp_path) -> None:
    fill(tmp_path / "recordings")
    words = ("data=folder", *here(tmp_path), *TINY, "model=linear")
    train(
        experiment(
            *words, "+trainer.fast_dev_run=false", "+trainer.limit_val_batches=null"
        )
    )


def test_more_processes_than_a_machine_can_run_are_refused(tmp_path: Path) -> None:
    most = max(2, os.cpu_count() or 1)
    words = ("data=folder", *here(tmp_path), *TINY)
    experiment(*words, f"trainer.devices={most}").check_settings()
    said = f"trainer.devices={most + 1} .* can run is {most}"
    with pytest.raises(UserError, match=said):
        experiment(*words, f"trainer.devices={most + 1}").check_settings()
