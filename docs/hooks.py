"""What the site makes from the code, so that each fact stands once: options and reference."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from auris.cli.options import describe_groups, find_groups, read_option
from auris.core.places import config_folder
from auris.lecture.items import find_items

REPOSITORY = Path(__file__).resolve().parents[1]
ROOMS = REPOSITORY / "src" / "auris"
ITEMS = "<!-- the items of the lecture -->"
OPTIONS = "<!-- the options of each group -->"
BORROWED = {
    "benchmarks.md": REPOSITORY / "benchmarks" / "README.md",
    "contributing.md": REPOSITORY / "CONTRIBUTING.md",
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages that no one writes."""
    pages = {name: path.read_text() for name, path in BORROWED.items()}
    pages["options.md"] = _write_options()
    pages.update(_write_reference())
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """The same with the tables that a page asks for."""
    return markdown.replace(ITEMS, _write_items()).replace(OPTIONS, _read_options())


def _read_options() -> str:
    """The README's table of options, which a test holds complete."""
    readme = (REPOSITORY / "README.md").read_text()
    return (
        "| group | options |" + readme.split("| group | options |")[1].split("\n\n")[0]
    )


def _write_items() -> str:
    """The items of the lecture, as their YAMLs say them."""
    lines = ["| item | what it shows | about |", "| --- | --- | --- |"]
    for item in find_items():
        lines.append(f"| `{item.name}` | {item.shows} | {item.seconds} s |")
    return "\n".join(lines)


def _write_options() -> str:
    """All groups, their options and the settings of each, as the YAMLs say them."""
    groups = find_groups([config_folder()])
    lines = [
        "# All options",
        "",
        "Made from the YAMLs in `configs/`; `python train.py --help` tells the same.",
    ]
    for group, sentence in describe_groups().items():
        lines += ["", f"## {group}", "", f"What it is for: {sentence}.", ""]
        for name, path in groups[group].items():
            lines += _describe_option(group, name, path)
    return "\n".join(lines)


def _describe_option(group: str, name: str, path: Path) -> list[str]:
    option = read_option(path)
    lines = [f"### {group}={name}", "", _escape(option.comment), ""]
    settings = list(option.settings.values())
    if settings:
        lines += ["| setting | default | meaning |", "| --- | --- | --- |"]
    for setting in settings:
        value = setting.value.replace("|", "\\|")
        comment = _escape(setting.comment)
        lines.append(f"| `{setting.name}` | `{value}` | {comment} |")
    return [*lines, ""]


def _escape(comment: str) -> str:
    """A comment of a YAML in which Markdown sees neither links nor columns."""
    return comment.replace("[", "\\[").replace("|", "\\|")


def _write_reference() -> dict[str, str]:
    """A page for each room, from its docstrings."""
    rooms = sorted(path.parent.name for path in ROOMS.glob("*/__init__.py"))
    links = [f"- [`auris.{room}`]({room}.md)" for room in rooms]
    index = ["# Reference", "", "A page for each room of `src/auris/`.", "", *links]
    pages = {"reference/index.md": "\n".join(index)}
    for room in rooms:
        pages[f"reference/{room}.md"] = f"# auris.{room}\n\n::: auris.{room}\n"
    return pages
