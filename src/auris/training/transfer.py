"""The weights of another run, to start from: what fits is taken, and what was not is said."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from auris.core.errors import UserError
from auris.core.files import write_atomically
from auris.core.instantiate import to_plain
from auris.core.log import info
from auris.data.spec import Spec
from auris.models.network import Network
from auris.runs.folder import MODEL, SPEC, find_run, load_config
from auris.training.checkpoint_io import BEST, load_checkpoint
from auris.training.experiment import Experiment
from auris.training.optimizers.base import Solver
from auris.training.system import System

INIT = "init.json"
_SHOWN = 3  # names of what is new
_STATISTICS = ("features.mean", "features.deviation")


@dataclass(frozen=True)
class Transfer:
    """What a run has taken of another, by the names of the tensors."""

    run: str
    taken: list[str]
    new: list[str]  # what the other has not, or of another shape, or for other answers
    statistics: bool  # whether features are standardised as they were there

    def describe(self, system: System) -> str:
        """In a sentence."""
        parameters = dict(system.named_parameters())
        total = sum(parameter.numel() for parameter in parameters.values())
        taken = sum(parameters[n].numel() for n in self.taken if n in parameters)
        said = f"Starts from {self.run}: {taken:,} of {total:,} parameters are taken"
        if self.new:
            more = ", ..." if len(self.new) > _SHOWN else ""
            said += f"; new are {', '.join(self.new[:_SHOWN])}{more}"
        whose = "as they were there" if self.statistics else "anew, by the new clips"
        return f"{said}. Features are standardised {whose}."


def start_from(experiment: Experiment, system: System, home: Path) -> None:
    """Give a system what fits of the weights of the run that the experiment starts from, if any.

    How features are standardised belongs to the weights, and goes with them where the features
    are the same. Raises `UserError` where no weights fit.
    """
    if experiment.init is None:
        return
    source = find_run(experiment.init)
    transfer, weights = match_weights(experiment, system, source)
    system.load_state_dict(weights, strict=False)
    info(transfer.describe(system))
    write_atomically(home / INIT, json.dumps(asdict(transfer), indent=2) + "\n")


def match_weights(
    experiment: Experiment, system: System, source: Path
) -> tuple[Transfer, dict[str, Tensor]]:
    """What a system can take of another run, in names and in tensors.

    Raises `UserError` where no weights fit, or where they would be lost.
    """
    _check_search(system)
    theirs = _read_weights(source)
    spec = Spec.load(source / SPEC)
    others = _answers_otherwise(spec, experiment.dataset.spec)
    left = _output_names(system) if others else set()
    fitting = {}
    new = []
    for name, own in system.state_dict().items():
        if not name.startswith("model."):
            continue
        their = theirs.get(name)
        if their is None or their.shape != own.shape or name in left:
            new.append(name)
        else:
            fitting[name] = their
    # of vectors, such as biases, some always have the same length
    matrices = {name for name, own in system.named_parameters() if own.ndim > 1}
    if matrices.isdisjoint(fitting):
        theirs_is = load_config(source).choices.model
        raise UserError(
            f"init={source}: none of its weights has the name and the shape of one here; it is "
            f"model={theirs_is} and this is model={experiment.choices['model']}."
        )
    statistics = _hears_alike(experiment, source, spec)
    taken = list(fitting)
    if statistics:
        fitting |= {name: theirs[name] for name in _STATISTICS if name in theirs}
    return Transfer(str(source), taken, new, statistics), fitting


def _check_search(system: System) -> None:
    optimizer = system.build_optimizer()
    if isinstance(optimizer, Solver):
        raise UserError(
            f"{type(optimizer).__name__} finds the model in one step, wherever it starts; "
            "leave out init."
        )


def _read_weights(source: Path) -> dict[str, Tensor]:
    """The tensors of a run by name: those that it ended with, else its best so far."""
    if (source / MODEL).is_file():
        weights: Any = load_checkpoint(source / MODEL)
    elif (source / BEST).is_file():
        weights = load_checkpoint(source / BEST).get("state_dict")
    else:
        raise UserError(f"The run in {source} has no weights yet to start from.")
    if not isinstance(weights, dict):
        raise UserError(f"{source} is damaged: it holds no weights.")
    return {str(k): v for k, v in weights.items() if isinstance(v, torch.Tensor)}


def _answers_otherwise(theirs: Spec, own: Spec) -> bool:
    """Whether outputs mean something else there than here."""
    return (theirs.target, theirs.classes) != (own.target, own.classes)


def _output_names(system: System) -> set[str]:
    """The names of the layer that answers, where it is known."""
    if not isinstance(system.model, Network):
        return set()
    layer = {id(tensor) for tensor in system.model.output_layer.parameters()}
    return {name for name, own in system.named_parameters() if id(own) in layer}


def _hears_alike(experiment: Experiment, source: Path, spec: Spec) -> bool:
    """Whether the features of two runs are the same."""
    own = experiment.dataset.spec
    same_clips = (spec.sample_rate, spec.channels, spec.microphones) == (
        own.sample_rate,
        own.channels,
        own.microphones,
    )
    theirs = to_plain(load_config(source).features)
    return same_clips and theirs == experiment.settings["features"]
