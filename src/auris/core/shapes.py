"""The shapes that modules live between."""

Shape = tuple[int, ...]
