"""The search space of a sweep as overrides: optimizer.lr=log(1e-5,1e-1) model=mlp,cnn"""

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

from auris.core.commands import command_line
from auris.core.errors import UserError

_FORMS = "log(a,b), uniform(a,b), int(a,b), range(a,b) or choice(x,y)"
_NOTHING = f"Nothing is searched; give a setting as {_FORMS}, as in optimizer.lr=log(1e-5,1e-1)."
_UNREADABLE = f"'{{}}' can't be read; a search space is {_FORMS}."
_EMPTY = "{} is empty; the smaller number comes first."
_INCOMPARABLE = (
    "{} can't be searched, as a better validation metric would not mean a better model; "
    "{} runs each of its values, and {} shows all."
)
# of the data: its clips stay
_HARMLESS = "batch_size|duration|sample_rate|channels|padding"
_OTHER_PROBLEM = re.compile(rf"seed|(task|loss)(\..+)?|data(\.(?!({_HARMLESS})$).+)?")


@dataclass(frozen=True)
class SearchSpace:
    """The overrides of a sweep in their order, and those of them that are searched."""

    words: tuple[tuple[str, str], ...]  # the key of each, and the word as it was given
    searched: Mapping[str, Sweep]

    def fill_in(self, values: Mapping[str, Any]) -> list[str]:
        """The overrides of one run, with values for what is searched."""
        return [
            format_override(key, values[key]) if key in values else word
            for key, word in self.words
        ]

    def sample_options(self, configs: Path) -> Iterator[list[str]]:
        """Overrides of a few runs that name each option of each searched group at least once."""
        first = {key: _example_values(sweep)[0] for key, sweep in self.searched.items()}
        yield self.fill_in(first)
        for key, sweep in self.searched.items():
            if (configs / key).is_dir():
                for option in _example_values(sweep)[1:]:
                    yield self.fill_in({**first, key: option})

    def make_distributions(self, cfg: DictConfig) -> dict[str, BaseDistribution]:
        """What Optuna draws from, given the configuration of one run."""
        return {
            key: _make_distribution(sweep, OmegaConf.select(cfg, key))
            for key, sweep in self.searched.items()
        }


def parse_overrides(words: Sequence[str]) -> list[Override]:
    """Hydra's reading of some overrides, where log, uniform, interval and int are searched."""
    functions = create_functions()
    notation = {
        "log": _log,
        "uniform": _uniform,
        "interval": _uniform,
        "int": _whole_numbers,
    }
    for name, function in notation.items():  # besides Hydra's choice and range
        functions.definitions.pop(name, None)
        functions.register(name, function)
    try:
        return OverridesParser(functions).parse_overrides(list(words))
    except OverrideParseException as error:
        if "(" in error.override:
            raise UserError(_UNREADABLE.format(error.override)) from error
        raise


def read_space(overrides: Sequence[Override]) -> SearchSpace:
    """The space that some overrides describe. Raises `UserError` for one that can't be searched."""
    words = []
    searched = {}
    for override in overrides:
        key = override.get_key_element()
        words.append((key, str(override.input_line)))
        if override.is_sweep_override():
            searched[key] = _check_sweep(override)
    if not searched:
        raise UserError(_NOTHING)
    keys = [key for key, _ in words]
    for key in searched:
        if keys.count(key) > 1:
            raise UserError(f"{key} is given twice.")
    return SearchSpace(tuple(words), searched)


def format_override(key: str, value: Any) -> str:
    """An override of one run."""
    return f"{key}={format_value(value)}"


def format_value(value: Any) -> str:
    """A value on a command line.

    Six digits are enough, and a run is given what it shows.
    """
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _log(low: int | float, high: int | float) -> IntervalSweep:
    return IntervalSweep(start=low, end=high, tags={"log"})


def _uniform(low: int | float, high: int | float) -> IntervalSweep:
    return IntervalSweep(start=low, end=high)


def _whole_numbers(low: int, high: int) -> RangeSweep:
    return RangeSweep(start=low, stop=high + 1)


def _check_sweep(override: Override) -> Sweep:
    """The sweep of an override.

    Raises `UserError` where it is empty, or where its trials could not be compared.
    """
    word = str(override.input_line)
    sweep = override.value()
    if _OTHER_PROBLEM.fullmatch(override.key_or_group):
        several = command_line("train", "-m")
        table = command_line("compare", "--set", "val")
        raise UserError(_INCOMPARABLE.format(override.key_or_group, several, table))
    if isinstance(sweep, RangeSweep):
        _check_range(word, sweep)
    elif isinstance(sweep, IntervalSweep):
        _check_interval(word, sweep)
    elif not isinstance(sweep, ChoiceSweep):
        raise UserError(f"{word} can't be searched; a search space is {_FORMS}.")
    return sweep


def _check_range(word: str, sweep: RangeSweep) -> None:
    numbers = (sweep.start, sweep.stop, sweep.step)
    are_whole = all(type(number) is int for number in numbers)
    if not are_whole or sweep.step < 1:
        raise UserError(
            f"{word} should go up in whole numbers; uniform(a,b) draws any number."
        )
    if not sweep.range():
        raise UserError(_EMPTY.format(word))


def _check_interval(word: str, sweep: IntervalSweep) -> None:
    if not sweep.start < sweep.end:  # type: ignore[operator]
        raise UserError(_EMPTY.format(word))
    if "log" in sweep.tags and not sweep.start > 0:  # type: ignore[operator]
        raise UserError(f"{word} should begin above 0, as it draws logarithms.")


def _example_values(sweep: Sweep) -> list[Any]:
    """Values of a sweep: all that there are to choose from, else one."""
    if isinstance(sweep, ChoiceSweep):
        return [str(Transformer.str(value)) for value in sweep.list]
    return [sweep.start]  # type: ignore[attr-defined]


def _make_distribution(sweep: Sweep, setting: Any) -> BaseDistribution:
    """What Optuna draws from.

    Between whole numbers, a setting that is a whole number stays one.
    """
    if isinstance(sweep, ChoiceSweep):
        return CategoricalDistribution(_example_values(sweep))
    if isinstance(sweep, RangeSweep):
        numbers: Any = sweep.range()
        return IntDistribution(numbers[0], numbers[-1], step=numbers.step)
    assert isinstance(sweep, IntervalSweep)
    are_whole = all(type(number) is int for number in (sweep.start, sweep.end, setting))
    kind: Any = IntDistribution if are_whole else FloatDistribution
    return kind(sweep.start, sweep.end, log="log" in sweep.tags)
