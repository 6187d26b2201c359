"""Which recordings stay in one set: those of a folder, or with a common part in their paths."""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from auris.core.errors import UserError, first_line
from auris.core.text import list_examples
from auris.data.clips import Clip, is_split_folder
from auris.data.folders import same_form

_FOLDER = "folder"


def group_by_path(
    clips: Sequence[Clip], rule: str, root: Path, columns: Sequence[str] = ()
) -> list[Clip]:
    """The clips, each in the group that a rule makes of its path below `root`.

    The rule "folder" takes the folder that a recording is in, without the name of its class: a
    session that has recordings of several classes is one. Any other rule is a regular
    expression with one group in brackets, which is what recordings have in common.

    Raises `UserError` for what is no rule, or finds nothing in a path; `columns` are those that a
    table has.
    """
    if rule == _FOLDER:
        return [replace(clip, group=_folder_of(clip, root)) for clip in clips]
    pattern = _compile_rule(rule, columns)
    found = [pattern.search(_path_below(clip, root)) for clip in clips]
    pairs = list(zip(clips, found, strict=True))
    others = [_path_below(clip, root) for clip, match in pairs if not match]
    if others:
        raise UserError(
            f"data.group={rule} is not found in {len(others)} of {len(clips)} paths: "
            f"{list_examples(others)}."
        )
    return [replace(clip, group=match.group(1) or "") for clip, match in pairs if match]


def _folder_of(clip: Clip, root: Path) -> str:
    """The folder of a clip; a recording beside others of its class is a group of its own."""
    parts = _path_below(clip, root).split("/")[:-1]
    named = [
        part
        for part in parts
        if part != clip.label and not (_is_placed(clip) and is_split_folder(part))
    ]
    return "/".join(named) or str(clip.path)


def _is_placed(clip: Clip) -> bool:
    return clip.fold is not None or clip.split is not None


def _path_below(clip: Clip, root: Path) -> str:
    path = os.path.relpath(clip.path, os.path.abspath(root))
    return same_form(Path(path).as_posix())


def _compile_rule(rule: str, columns: Sequence[str]) -> re.Pattern[str]:
    try:
        pattern = re.compile(rule)
    except re.error as error:
        raise UserError(
            f"data.group={rule} is no regular expression ({first_line(error)})."
        ) from error
    if pattern.groups != 1:
        others = f", a column ({', '.join(columns)})" if columns else ""
        raise UserError(
            f"data.group={rule} is not folder{others} or a regular expression with one group in "
            r"brackets, as in session_(\d+)."
        )
    return pattern
