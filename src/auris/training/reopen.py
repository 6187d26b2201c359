"""A finished run, looked at again."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from omegaconf import DictConfig

from auris.core.errors import UserError
from auris.data.module import AudioData
from auris.data.spec import Spec
from auris.inference.torch_model import load_system
from auris.runs.folder import SPEC, check_same_data, finished_run, load_config
from auris.training.evaluation import Scores, answer, evaluate, test
from auris.training.fit import Fitted, make_trainer
from auris.training.setup import open_data


class Reopened(NamedTuple):
    """A finished run that can answer again."""

    folder: Path
    cfg: DictConfig
    data: AudioData
    fitted: Fitted


def evaluate_run(run: str, name: str = "test", plugins: Sequence[str] = ()) -> Scores:
    """The scores of a run on its "test", "val" or "train" clips. Opening the test set is written down.

    Raises `UserError` where the run is not finished, or the data is no longer what it was.
    """
    folder, _, data, fitted = reopen(run, plugins)
    if name == "test":
        return test(load_config(folder), data, fitted, folder)
    return evaluate(data, fitted, name, answer(data, fitted, name))


def reopen(run: str, plugins: Sequence[str] = ()) -> Reopened:
    """A run with its data and its weights. Raises `UserError` as `evaluate_run` does."""
    folder = finished_run(run)
    cfg = load_config(folder)
    cfg.plugins, cfg.callbacks, cfg.logger = list(plugins), None, None
    cfg.trainer.update(
        accelerator="auto", devices=1, num_nodes=1, strategy="auto", precision="32-true"
    )
    data, spec = open_data(cfg), Spec.load(folder / SPEC)
    check_same_data(folder, data)
    if data.spec != spec:
        raise UserError(
            f"The data of {run} has changed since ({data.spec} was {spec}); train anew."
        )
    system = load_system(folder, spec)
    return Reopened(
        folder,
        cfg,
        data,
        Fitted(system, make_trainer(cfg, system, folder, validate=False), 0, math.nan),
    )
