"""Figures of matplotlib as pictures within a page.

They take its font and the colour of its words, light or dark.
"""

import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import matplotlib
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.text import Text

from auris.core.figures import COLOURS

INK = "#0a0b0c"  # stands for the colour of words

_THEMED = {  # colours that a dark page has others for
    INK: "currentColor",
    COLOURS[0].lower(): "var(--accent)",
}
_INK_SETTINGS = (
    "text.color",
    "axes.edgecolor",
    "axes.labelcolor",
    "xtick.color",
    "ytick.color",
)
_THEME = {
    **dict.fromkeys(_INK_SETTINGS, INK),
    "svg.fonttype": "none",  # words stay words
    "svg.hashsalt": "auris",  # the same figure is the same text
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_START = Markup(
    '<svg viewBox="{}" role="img" aria-label="{}" style="max-width: {:.0f}px">'
)
_POINTS_PER_INCH = 72


class Picture(NamedTuple):
    """A figure of HTML."""

    svg: Markup
    caption: str


@contextmanager
def page_theme() -> Iterator[None]:
    """Figures that are drawn within are fit for `embed_figure`."""
    with matplotlib.rc_context(_THEME):  # type: ignore[arg-type]
        yield


def embed_figure(figure: Figure, alternative: str, caption: str = "") -> Picture:
    """A figure within a page, with a text for those who can't see it."""
    size = figure.get_size_inches() * _POINTS_PER_INCH
    width, height = size.round(1)
    start = _START.format(f"0 0 {width} {height}", alternative, 1.4 * width)
    drawn = _clean_svg(_save_svg(figure))
    body = drawn[drawn.index(">") + 1 :].strip()
    return Picture(start + Markup(body), caption)


def list_words(figure: Figure) -> str:
    """All that is written in a figure but the numbers of its axes."""
    axes_of_numbers = [
        axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)
    ]
    numbers = {id(label) for axis in axes_of_numbers for label in axis.get_ticklabels()}
    words = []
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text() and id(text) not in numbers:
            words.append(text.get_text().replace(r"\$", "$"))
    return "; ".join(dict.fromkeys(words))


def _save_svg(figure: Figure) -> str:
    file = io.StringIO()
    with page_theme():
        figure.savefig(file, format="svg", transparent=True, metadata=_NO_METADATA)
    text = file.getvalue()
    return text[text.index("<svg") :]


def _clean_svg(text: str) -> str:
    """A picture without styles, comments and fonts of its own."""
    head = r"<(defs|metadata)>\s*(<style.*?</style>)?\s*</\1>"
    text = re.sub(head, "", text, count=1, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    font = r"font: ((?:\d+ )?[\d.]+px)[^;\"]*"
    text = re.sub(font, r"font: \1 system-ui, sans-serif", text)
    text = re.sub(r"\s*\n\s*", "\n", text)
    for colour, variable in _THEMED.items():
        text = text.replace(colour, variable)
    return _rename_ids(text)


def _rename_ids(text: str) -> str:
    """Names within a picture that no other picture of the page has."""
    mark = f"p{zlib.crc32(text.encode()):x}-"
    return re.sub(r"(\bid=\"|url\(#|href=\"#)", rf"\g<1>{mark}", text)
