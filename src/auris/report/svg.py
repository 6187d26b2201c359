"""Figures of matplotlib as pictures within a page: they take its font and the colour of its words, light or dark."""

import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib
from matplotlib.figure import Figure
from matplotlib.text import Text

from auris.core.html import Html, tag

INK = "#0a0b0c"  # stands for the colour of words


INKED = (
    "text.color",
    "axes.edgecolor",
    "axes.labelcolor",
    "xtick.color",
    "ytick.color",
)


SETTINGS = {
    **dict.fromkeys(INKED, INK),
    "svg.fonttype": "none",  # words stay words
    "svg.hashsalt": "auris",  # the same figure is the same text
    "axes.spines.top": False,
    "axes.spines.right": False,
}


NOTHING = dict.fromkeys(("Creator", "Date", "Format", "Type"))  # said about a picture


@contextmanager
def themed() -> Iterator[None]:
    """Figures that are drawn within are fit for `picture`."""
    with matplotlib.rc_context(SETTINGS):  # type: ignore[arg-type]
        yield


def picture(figure: Figure, alternative: str, caption: object = "") -> Html:
    """A figure of HTML, with a text for those who can't see it."""
    drawn = tag("figcaption", caption) if caption else ""
    return tag("figure", svg(figure, alternative), drawn)


def svg(figure: Figure, alternative: str) -> Html:
    """The picture itself."""
    file = io.StringIO()
    with themed():
        figure.savefig(file, format="svg", transparent=True, metadata=NOTHING)
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(
        r"<(defs|metadata)>\s*(<style.*?</style>)?\s*</\1>",
        "",
        text,
        count=1,
        flags=re.DOTALL,
    )
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = re.sub(
        r"font: ((?:\d+ )?[\d.]+px)[^;\"]*", r"font: \1 system-ui, sans-serif", text
    )
    text = own_names(re.sub(r"\s*\n\s*", "\n", text).replace(INK, "currentColor"))
    width, height = (round(72 * side, 1) for side in figure.get_size_inches())
    box, most = f"0 0 {width} {height}", f"max-width: {1.4 * width:.0f}px"
    start = tag("svg", viewBox=box, role="img", aria_label=alternative, style=most)
    return Html(start.removesuffix("</svg>") + text[text.index(">") + 1 :].strip())


def own_names(text: str) -> str:
    """Names within a picture that no other picture of the page has."""
    mark = f"p{zlib.crc32(text.encode()):x}-"
    return re.sub(r"(\bid=\"|url\(#|href=\"#)", rf"\g<1>{mark}", text)


def words(figure: Figure) -> str:
    """All that is written in a figure but the numbers of its axes."""
    ticks = {
        id(label)
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for label in axis.get_ticklabels()
    }
    texts = [
        text.get_text()
        for text in figure.findobj(Text)
        if id(text) not in ticks and text.get_visible()
    ]
    return "; ".join(dict.fromkeys(text.replace(r"\$", "$") for text in texts if text))
