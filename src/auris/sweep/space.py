"""The search space of a sweep, written as overrides: optimizer.lr=log(1e-5,1e-1) model=mlp,cnn"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import (
    OverridesParser,
    create_functions,
)
from hydra.core.override_parser.types import (
    ChoiceSweep,
    IntervalSweep,
    Override,
    RangeSweep,
    Sweep,
    Transformer,
)
from hydra.errors import OverrideParseException
from omegaconf import DictConfig, OmegaConf
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from auris.core.errors import UserError

FORMS = "log(a,b), uniform(a,b), int(a,b), range(a,b) or choice(x,y)"


FREE = "batch_size|duration|sample_rate|channels|padding"  # settings of the data that leave its clips the same


OTHER_QUESTIONS = re.compile(rf"seed|(task|loss)(\..+)?|data(\.(?!({FREE})$).+)?")


def log(low: int | float, high: int | float) -> IntervalSweep:
    return IntervalSweep(start=low, end=high, tags={"log"})


def uniform(low: int | float, high: int | float) -> IntervalSweep:
    return IntervalSweep(start=low, end=high)


def whole(low: int, high: int) -> RangeSweep:
    return RangeSweep(start=low, stop=high + 1)


NOTATION = {
    "log": log,
    "uniform": uniform,
    "interval": uniform,
    "int": whole,
}  # besides Hydra's choice and range


def parse(words: Sequence[str]) -> list[Override]:
    """Hydra's reading of some overrides, where log, uniform, interval and int are search spaces."""
    functions = create_functions()
    for name, function in NOTATION.items():
        functions.definitions.pop(name, None)
        functions.register(name, function)
    try:
        return OverridesParser(functions).parse_overrides(list(words))
    except OverrideParseException as error:
        if "(" in error.override:
            raise UserError(
                f"'{error.override}' can't be read; a search space is {FORMS}."
            ) from error
        raise


@dataclass(frozen=True)
class Space:
    """The overrides of a sweep in their order, and those of them that are searched."""

    words: tuple[tuple[str, str], ...]  # the key of each, and the word as it was given
    searched: Mapping[str, Sweep]

    def fill(self, values: Mapping[str, Any]) -> list[str]:
        """The overrides of one run, with values for what is searched."""
        return [assign(key, values[key]) if key in values else word for key, word in self.words]

    def samples(self, configs: Path) -> Iterator[list[str]]:
        """A few overrides of one run that name each option of each searched group at least once."""
        first = {key: examples(sweep)[0] for key, sweep in self.searched.items()}
        yield self.fill(first)
        for key, sweep in self.searched.items():
            for option in examples(sweep)[1:] if (configs / key).is_dir() else []:
                yield self.fill({**first, key: option})

    def distributions(self, cfg: DictConfig) -> dict[str, BaseDistribution]:
        """What Optuna draws from, given the configuration of one run."""
        return {
            key: distribution(sweep, OmegaConf.select(cfg, key))
            for key, sweep in self.searched.items()
        }


def read_space(overrides: Sequence[Override]) -> Space:
    """The space that some overrides describe. Raises `UserError` for one that can't be searched."""
    words = tuple((override.get_key_element(), str(override.input_line)) for override in overrides)
    searched = {o.get_key_element(): check(o) for o in overrides if o.is_sweep_override()}
    if not searched:
        raise UserError(
            f"Nothing is searched; give a setting as {FORMS}, as in optimizer.lr=log(1e-5,1e-1)."
        )
    for key in searched:
        if [other for other, _ in words].count(key) > 1:
            raise UserError(f"{key} is given twice.")
    return Space(words, searched)


def check(override: Override) -> Sweep:
    """The sweep of an override. Raises `UserError` where it is empty, or where its trials could not be compared."""
    word, sweep = override.input_line, override.value()
    if OTHER_QUESTIONS.fullmatch(override.key_or_group):
        raise UserError(
            f"{override.key_or_group} can't be searched, as a better validation figure would not mean a better model; "
            "python train.py -m runs each of its values, and scripts/compare.py --set val shows all."
        )
    if isinstance(sweep, RangeSweep):
        if (
            not all(type(number) is int for number in (sweep.start, sweep.stop, sweep.step))
            or sweep.step < 1
        ):
            raise UserError(f"{word} should go up in whole numbers; uniform(a,b) draws any number.")
        if not sweep.range():
            raise UserError(f"{word} is empty; the smaller number comes first.")
    elif isinstance(sweep, IntervalSweep):
        if not sweep.start < sweep.end:  # type: ignore[operator]
            raise UserError(f"{word} is empty; the smaller number comes first.")
        if "log" in sweep.tags and not sweep.start > 0:  # type: ignore[operator]
            raise UserError(f"{word} should begin above 0, as it draws logarithms.")
    elif not isinstance(sweep, ChoiceSweep):
        raise UserError(f"{word} can't be searched; a search space is {FORMS}.")
    return sweep


def examples(sweep: Sweep) -> list[Any]:
    """Values of a sweep: all that there are to choose from, else one."""
    if isinstance(sweep, ChoiceSweep):
        return [str(Transformer.str(value)) for value in sweep.list]
    return [sweep.start]  # type: ignore[attr-defined]


def distribution(sweep: Sweep, setting: Any) -> BaseDistribution:
    """What Optuna draws from. Between whole numbers, a setting that is a whole number stays one."""
    if isinstance(sweep, ChoiceSweep):
        return CategoricalDistribution(examples(sweep))
    if isinstance(sweep, RangeSweep):
        numbers = sweep.range()
        return IntDistribution(numbers[0], numbers[-1], step=numbers.step)  # type: ignore[index, union-attr, arg-type]
    assert isinstance(sweep, IntervalSweep)
    counts = all(type(number) is int for number in (sweep.start, sweep.end, setting))
    kind: Any = IntDistribution if counts else FloatDistribution
    return kind(sweep.start, sweep.end, log="log" in sweep.tags)


def assign(key: str, value: Any) -> str:
    """An override of one run."""
    return f"{key}={show(value)}"


def show(value: Any) -> str:
    """A value on a command line. Six digits are enough, and a run is given what it shows."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
