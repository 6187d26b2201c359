"""Pages that Auris writes, as a notebook shows them."""

from html import escape
from pathlib import Path
from typing import final

from auris.core.places import shorten_path


@final
class Page:
    """A page of one file, which a notebook shows in a frame."""

    def __init__(self, path: Path):
        self.path = path

    def __fspath__(self) -> str:
        return str(self.path)

    def __repr__(self) -> str:
        return str(shorten_path(self.path))

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        page = escape(self.path.read_text(encoding="utf-8"))
        style = "width: 100%; height: 40em; border: 1px solid gray"
        return f'<iframe style="{style}" srcdoc="{page}"></iframe>'
