"""The shapes that modules live between."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


Shape = tuple[int, ...]
