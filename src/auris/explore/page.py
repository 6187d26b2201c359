"""The map as one page: pictures by a script of ours, sounds inside, nothing from elsewhere."""

import base64
import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from markupsafe import Markup

from auris.core.html import render
from auris.core.player import Players
from auris.data.table_writing import table_rows
from auris.explore.maps import Map, draw_maps, find_clusters, find_neighbours
from auris.explore.points import Points, words_of
from auris.training.evaluation import peak_normalize

_MAX_CHARACTERS = 12_000_000  # of all sounds
_CHARACTERS_PER_SECOND = 5500  # of MP3 at this rate, about
_RATE = 16_000  # Hz, of sounds
_SECONDS = (1.0, 5.0)  # of a sound: the least, the most
_LABEL = "label"
_STRIDE = 7  # so that clips without a sound, where room is short, are of all labels


class _Sounds(NamedTuple):
    """An address with the sound inside for each clip, empty where there was no room."""

    sources: list[str]
    seconds: float


def render_map(points: Points, title: str, seeds: int) -> str:
    """The page."""
    maps = [drawn for space in points.spaces for drawn in draw_maps(space, seeds)]
    labels = len(set(points.columns["label"]))
    name, clusters = find_clusters(points.spaces[0], labels)
    sounds = _make_sounds(points)
    data = {
        "names": list(_name_clips(points)),
        "columns": [
            _pack_column(name, values)
            for name, values in {**points.columns, name: clusters}.items()
        ],
        "maps": [_pack_map(drawn) for drawn in maps],
        "neighbours": {
            space.name: find_neighbours(space).tolist() for space in points.spaces
        },
        "sounds": sounds.sources,
        "table": _pack_table(points),
    }
    script = files("auris.explore").joinpath("templates/explore.js").read_text()
    digest = hashlib.sha256(script.encode()).digest()
    dataset = points.dataset
    return render(
        "auris.explore",
        "explore.html.j2",
        title=title,
        about=dataset.collection.about,
        simulated=dataset.collection.origin == "simulated",
        shown=len(points.index),
        total=len(dataset.clips),
        heard=sum(map(bool, sounds.sources)),
        seconds=f"{sounds.seconds:.1f}",
        data=_write_json(data),
        script=Markup(script),
        digest=base64.b64encode(digest).decode(),
    )


def _name_clips(points: Points) -> Iterator[str]:
    """The recording of each clip, with the place in it where it is one of several."""
    dataset = points.dataset
    firsts: dict[int, int] = {}  # rows in which recordings begin
    for clip, _, row in dataset.clips:
        firsts.setdefault(id(clip), row)
    for at in points.index.tolist():
        clip, _, row = dataset.clips[at]
        start = clip.start + (row - firsts[id(clip)]) * dataset.spec.duration
        yield f"{clip.name} at {start:.1f} s" if start else clip.name


def _pack_column(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """A column as places among its words, -1 for nothing, or as numbers."""
    words = words_of(values)
    if words is None:
        return {"name": name, "numbers": [_known_number(value) for value in values]}
    place = {word: at for at, word in enumerate(words)}
    codes = [-1 if value is None else place[str(value)] for value in values]
    return {"name": name, "words": words, "codes": codes}


def _known_number(value: Any) -> float | None:
    """A number that JSON has; None for others."""
    is_known = value is not None and math.isfinite(value)
    return round(value, 5) if is_known else None


def _pack_map(drawn: Map) -> dict[str, Any]:
    """A map whose places are between -1 and 1, as wide as they were high."""
    middle = (drawn.places.max(0) + drawn.places.min(0)) / 2
    reach = max(float(np.abs(drawn.places - middle).max()), 1e-12)
    x, y = ((drawn.places - middle) / reach).round(4).T
    return {
        "name": f"{drawn.name} of {drawn.space}",
        "space": drawn.space,
        "x": x.tolist(),
        "y": y.tolist(),
        "told": f"trustworthiness {drawn.trustworthiness:.3f}, continuity "
        f"{drawn.continuity:.3f}; {drawn.note}",
    }


def _pack_table(points: Points) -> dict[str, Any]:
    """The table of all recordings, for a copy with other labels, and the row of each clip."""
    recordings = [recording.clip for recording in points.dataset.recordings]
    row = {id(clip): at for at, clip in enumerate(recordings)}
    header, rows = table_rows(recordings)
    if _LABEL not in header:
        header.append(_LABEL)
        rows = [[*cells, ""] for cells in rows]
    clips = (points.dataset.clips[at].clip for at in points.index.tolist())
    return {"header": header, "rows": rows, "row": [row[id(clip)] for clip in clips]}


def _make_sounds(points: Points) -> _Sounds:
    """The loudest part of each clip, as long as the page has room."""
    least, most = _SECONDS
    room = _MAX_CHARACTERS / _CHARACTERS_PER_SECOND  # s
    seconds = min(max(room / len(points.index), least), most)
    players = Players(_RATE, _MAX_CHARACTERS)
    sources = [""] * len(points.index)
    rate = points.dataset.spec.sample_rate
    for start in range(_STRIDE):
        for at in range(start, len(sources), _STRIDE):
            wave = peak_normalize(points.dataset.wave_of(int(points.index[at])))
            part = _loudest_part(wave.numpy(), round(seconds * rate))
            player = players.make_player(part, rate, "")
            sources[at] = player.source if player else ""
    return _Sounds(sources, min(seconds, points.dataset.spec.duration))


def _loudest_part(wave: np.ndarray, samples: int) -> np.ndarray:
    """The part of a wave (T,) with the most energy, (samples,), or all of it."""
    if len(wave) <= samples:
        return wave
    energy = np.append(0, np.square(wave, dtype=np.float64).cumsum())
    start = int((energy[samples:] - energy[:-samples]).argmax())
    return wave[start : start + samples]


def _write_json(data: dict[str, Any]) -> Markup:
    """Data that no word of can end its element or begin another."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)
