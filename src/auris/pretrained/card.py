"""What is known of weights: where they are from, what they must be, and on which terms."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, final

import yaml

from auris.core.errors import UserError, suggest_choice

_FOLDER = Path(__file__).parent


@final
@dataclass(frozen=True)
class Card:
    """The YAML of some weights.

    Args:
        name: of the YAML.
        package: with its version, as pip wants it.
        member: the file within the package.
        sha256: of the member.
        licence: of the weights, by its SPDX identifier.
        sample_rate: of what the network hears, in Hz.
        shape: of an answer.
        within: the entry of the member that holds the tensors; "" where it is them.
        left_out: tensors that the network does not need.
    """

    name: str
    package: str
    member: str
    sha256: str
    licence: str
    sample_rate: int
    shape: tuple[int, ...]
    within: str = ""
    left_out: tuple[str, ...] = ()

    def to_record(self) -> dict[str, Any]:
        """What a record keeps, as JSON can."""
        kept = ("name", "package", "member", "sha256", "licence")
        return {key: value for key, value in asdict(self).items() if key in kept}


def list_cards() -> list[str]:
    """The names of all weights."""
    return sorted(path.stem for path in _FOLDER.glob("*.yaml"))


def read_card(name: str) -> Card:
    """The card of a name. Raises `UserError` where there is none."""
    if name not in list_cards():
        choices = suggest_choice(name, list_cards())
        raise UserError(f"There are no weights {name}; {choices}")
    text = (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    values = yaml.safe_load(text)
    values["shape"] = tuple(values["shape"])
    values["left_out"] = tuple(values.get("left_out", ()))
    return Card(name, **values)
