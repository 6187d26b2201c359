"""What auris train understands: all of it, or of one group, or of one of its options."""

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from auris.cli.options import (
    Setting,
    describe_groups,
    find_groups,
    read_main,
    read_option,
    with_comments,
)
from auris.core.commands import command_line
from auris.core.errors import UserError, suggest_choice
from auris.core.places import config_folder
from auris.core.unknown import explain_unknown_option

_START = """Train a model: auris train model=mlp data=cats_babies optimizer.lr=1e-3
Several, one after the other: auris train -m model=linear,mlp seed=1,2,3

What there is to choose, each with what is chosen where nothing is said:
"""
_SETTINGS = "\nSettings of every run, and of data={}:\n"
_END = """
--help model tells of all models, --help model=cnn of one and its settings, and so on;
--cfg job prints the whole configuration; --hydra-help shows the flags, such as -m."""
_MAX_VALUE = 36  # characters; a longer one is cut
_MAX_COLUMN = 34  # characters of what is on the left
_MAX_WIDTH = 100
_INDENT = "  "

_Groups = Mapping[str, Mapping[str, Path]]


def find_help(words: Sequence[str], own: str | None = None) -> str:
    """The page that words beside --help ask for.

    Args:
        own: a folder of configurations besides those that ship with Auris.

    Raises `UserError` for a group or an option that is not there.
    """
    groups = find_groups([config_folder(), *([Path(own)] if own else [])])
    pages = []
    for word in words:
        group, chooses, option = word.partition("=")
        if group in groups and chooses:
            pages.append(_explain_option(group, option, groups))
        elif group in groups:
            pages.append(_explain_group(group, groups))
        elif not chooses:
            advice = suggest_choice(group, groups)
            raise UserError(f"There is no group {group}; {advice}")
    return "\n\n".join(pages) or _explain_all(groups)


def _explain_all(groups: _Groups) -> str:
    """The groups, and the settings that every run has."""
    main = read_main()
    sentences = describe_groups()
    rows = [(f"{group}={main.choices[group]}", sentences[group]) for group in sentences]
    lines = [_START.replace("auris train", command_line("train"))]
    for group, line in zip(sentences, _table(rows), strict=True):
        others = [name for name in groups[group] if name != main.choices[group]]
        lines += [line, _fill(f"or {', '.join(others)}", 3 * _INDENT)]
    data = main.choices["data"]
    brought = read_option(groups["data"][data]).settings
    settings = {**main.settings, **with_comments(brought, main.settings)}
    shown = [setting for name, setting in settings.items() if name not in groups]
    lines.append(_SETTINGS.format(data))
    return "\n".join([*lines, *_table(_rows_of(shown)), _END])


def _explain_group(group: str, groups: _Groups) -> str:
    """A group: what it is for, and half a line for each of its options."""
    rows = []
    for name, path in groups[group].items():
        first, *_ = read_option(path).comment.split(". ")
        rows.append((name, first.removesuffix(".")))
    title = ": ".join([group, *filter(None, [describe_groups().get(group)])])
    return "\n".join([title, "", *_table(rows)])


def _explain_option(group: str, name: str, groups: _Groups) -> str:
    """One option: what it is, what it brings, and its settings."""
    if name not in groups[group]:
        raise UserError(explain_unknown_option(group, name, list(groups[group])))
    option = read_option(groups[group][name])
    settings = with_comments(option.settings, read_main().settings)
    lines = [_fill(f"{group}={name}: {option.comment}")]
    if option.choices:
        brought = " ".join(f"{key}={value}" for key, value in option.choices.items())
        lines += ["", f"It brings {brought}; what you type wins."]
    return "\n".join([*lines, "", *_table(_rows_of(settings.values()))]).rstrip()


def _rows_of(settings: Iterable[Setting]) -> Iterator[tuple[str, str]]:
    """name=value, and what it means."""
    for setting in settings:
        value = setting.value
        if len(value) > _MAX_VALUE:
            value = f"{value[:_MAX_VALUE]}..."
        yield f"{setting.name}={value}", setting.comment


def _table(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Two columns, of which the second is wrapped."""
    rows = list(rows)
    longest = max((len(left) for left, _ in rows), default=0)
    width = min(longest, _MAX_COLUMN)
    indent = " " * (width + 2 * len(_INDENT))
    lines = []
    for left, right in rows:
        start = f"{_INDENT}{left:<{width}}{_INDENT}"
        lines.append(_fill(right, start, indent) if right else start.rstrip())
    return lines


def _fill(text: str, start: str = "", indent: str | None = None) -> str:
    """A text in lines that a terminal shows whole."""
    return textwrap.fill(
        text,
        width=min(_MAX_WIDTH, shutil.get_terminal_size().columns),
        initial_indent=start,
        subsequent_indent=start if indent is None else indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
