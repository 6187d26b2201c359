"""A finished run, looked at again."""

import math
from collections.abc import Sequence

from auris.data.spec import Spec
from auris.errors import UserError
from auris.fit import Fitted, make_trainer
from auris.folders import SPEC, finished_run, load_config
from auris.predict import load_system
from auris.record import Scores
from auris.run import check_same_data, evaluate, open_data, test


def evaluate_run(run: str, name: str = "test", plugins: Sequence[str] = ()) -> Scores:
    """The scores of a run on its "test", "val" or "train" clips. Opening the test set is written down.

    Raises `UserError` where the run is not finished, or the data is no longer what it was.
    """
    folder = finished_run(run)
    cfg = load_config(folder)
    cfg.plugins, cfg.callbacks, cfg.logger = list(plugins), None, None
    cfg.trainer.update(accelerator="auto", devices=1, num_nodes=1, strategy="auto", precision="32-true")
    data, spec = open_data(cfg), Spec.load(folder / SPEC)
    check_same_data(folder, data)
    if data.spec != spec:
        raise UserError(f"The data of {run} has changed since ({data.spec} was {spec}); train anew.")
    system = load_system(folder, spec)
    fitted = Fitted(system, make_trainer(cfg, system, folder, validate=False), 0, math.nan)
    return test(load_config(folder), data, fitted, folder) if name == "test" else evaluate(data, fitted, name)
