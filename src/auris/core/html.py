"""Pages that are one file: no network, no script. What is not marked as markup is text, and is escaped."""

from collections.abc import Iterable, Sequence
from html import escape

POLICY = "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'"  # nothing leaves the page


VOID = ("br", "meta")  # elements without content


STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --soft: #60646c; --paper: #fff; --card: #f6f7f8; --line: #dfe2e6;
  --accent: #0072b2; --error: #d33; --warning: #d98a00; --note: #3a87c8 }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a0a6ae; --paper: #15181b; --card: #1e2226;
  --line: #343a41; --accent: #56b4e9 } }
* { box-sizing: border-box }
body { font: 1rem/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem;
  margin: auto; padding: 1.5rem 1rem 4rem; overflow-wrap: anywhere }
.broad { max-width: 110rem }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .6rem 0 } h2 { font-size: 1.3rem; margin: 2.6rem 0 .6rem }
h3 { font-size: 1rem; margin: .2rem 0 .4rem }
p { margin: .6rem 0 } a { color: var(--accent) }
.lead { font-size: 1.25rem; line-height: 1.45 } .soft, figcaption, summary { color: var(--soft) }
figcaption, .small { font-size: .875rem }
.flag { display: inline-block; background: var(--warning); color: #000; font-weight: 700; padding: .15rem .7rem;
  border-radius: 1rem }
.mark { border-left: .35rem solid var(--line); padding: .1rem 1rem; margin: 1rem 0 }
.mark h2 { margin: .4rem 0; font-size: 1.05rem }
.error { border-color: var(--error) } .warning { border-color: var(--warning) } .note { border-color: var(--note) }
.good { border-color: #009e73 }
.grid { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)) }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .9rem; min-width: 0 }
.wide + .grid { margin-top: 1.2rem }
figure { margin: 0 }
figure svg { display: block; width: 100%; height: auto; margin: auto }
svg * { stroke-linejoin: round; stroke-linecap: butt }
audio { display: block; width: 100%; height: 2.4rem }
.wide { overflow-x: auto } table { border-collapse: collapse; font-variant-numeric: tabular-nums }
td, th { padding: .25rem 1.1rem .25rem 0; text-align: left; vertical-align: top; overflow-wrap: normal }
th { color: var(--soft); font-weight: 500 } tr + tr > * { border-top: 1px solid var(--line) }
td:last-child { overflow-wrap: anywhere }
pre, code { font: .85rem/1.5 ui-monospace, monospace } pre { overflow-x: auto; background: var(--card);
  border: 1px solid var(--line); border-radius: .4rem; padding: .7rem; margin: .5rem 0 }
summary { cursor: pointer }
@media print { :root { --ink: #000; --soft: #444; --paper: #fff; --card: #fff; --line: #ccc; --accent: #0072b2 }
  body { max-width: none; padding: 0; font-size: 10pt } audio { display: none } pre { white-space: pre-wrap }
  .card, .mark, figure, tr { break-inside: avoid } h2, h3 { break-after: avoid } }
"""


class Html(str):
    """Markup; any other string is text."""


def tag(name: str, /, *inside: object, **attributes: object) -> Html:
    """An element. Attributes that are None or False are left out; class_ is class, aria_label is aria-label."""
    words = [
        f" {key.rstrip('_').replace('_', '-')}"
        + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    ]
    start = f"<{name}{''.join(words)}>"
    return Html(start if name in VOID else f"{start}{join(*inside)}</{name}>")


def join(*parts: object) -> Html:
    """Markup as it is, everything else escaped."""
    return Html(
        "".join(part if isinstance(part, Html) else escape(str(part)) for part in parts)
    )


def page(title: str, *body: object, broad: bool = False) -> str:
    """A whole page; a broad one has room for columns."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("title", title),
        tag("style", Html(STYLE)),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, tag('body', *body, class_=broad and 'broad'), lang='en')}\n"


def table(header: Sequence[object], rows: Iterable[Iterable[object]]) -> Html:
    """A table that scrolls by itself where it is too wide; no header where there are no words for it."""
    head = [tag("tr", *(tag("th", cell) for cell in header))] if any(header) else []
    return wide(*head, *(tag("tr", *(tag("td", cell) for cell in row)) for row in rows))


def facts(pairs: Iterable[tuple[str, object]]) -> Html:
    """A table of names and what they are."""
    return wide(*(tag("tr", tag("th", key), tag("td", value)) for key, value in pairs))


def wide(*rows: Html) -> Html:
    return tag("div", tag("table", *rows), class_="wide")


def details(summary: str, *inside: object) -> Html:
    """Something folded away."""
    return tag("details", tag("summary", summary), *inside)


def lines(parts: Iterable[object]) -> Html:
    """Each part on a line of its own."""
    return Html(tag("br").join(join(part) for part in parts))
