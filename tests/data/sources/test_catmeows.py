"""Meows by their names: on disk, from a server, from the simulation; and which of them it was."""

import io
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import sine, write

from auris.core.errors import UserError
from auris.data.simulation.catmeows import CONTEXTS, MeowSimulator
from auris.data.sources.catmeows import CatMeows, read_name

RATE = 8000
NAMES = [
    "B_ANI01_MC_FN_SIM01_101.wav",
    "F_MIN01_EU_FN_BEN01_104.wav",
    "I_BLE01_EU_FN_DEL01_203.wav",
]
FOUND = [
    ("brushing", "SIM01"),
    ("isolation", "DEL01"),
    ("waiting_for_food", "BEN01"),
]


def wav() -> bytes:
    file = io.BytesIO()
    soundfile.write(file, sine(440, 0.5, RATE), RATE, format="WAV")
    return file.getvalue()


def packed(names: list[str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, wav())
    return file.getvalue()


class Handler(BaseHTTPRequestHandler):
    """Gives the archive of the server for `/dataset.zip`."""

    def do_GET(self) -> None:  # noqa: N802, the name that the library looks for
        self.send_response(200 if self.path == "/dataset.zip" else 404)
        self.end_headers()
        self.wfile.write(self.server.archive)  # type: ignore[attr-defined]

    def log_message(self, *_: object) -> None:
        """Nothing to the console."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        yield server
        server.shutdown()


def address(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def meows(tmp_path: Path, url: str | None, origin: str = "auto") -> CatMeows:
    return CatMeows(origin, str(tmp_path / "store"), str(tmp_path / "data"), url)


def test_a_name_tells_the_context_and_the_owner() -> None:
    clip = read_name(Path("x/F_MIN01_EU_FN_BEN01_104.wav"))
    assert clip is not None
    assert (clip.label, clip.group) == ("waiting_for_food", "BEN01")
    assert read_name(Path("F_MIN01_EU_FN_104.wav")) is None


def test_meows_at_the_root_are_found_at_any_depth(tmp_path: Path) -> None:
    for name in NAMES:
        write(tmp_path / "data" / "deep" / name, sine(440))
    write(tmp_path / "data" / "other.wav", sine(440))
    collection = meows(tmp_path, None).collect()
    assert [(clip.label, clip.group) for clip in collection.clips] == [
        FOUND[0],
        FOUND[2],
        FOUND[1],
    ]
    assert collection.origin == "real"


def test_meows_are_fetched_and_unpacked_in_their_folder(
    tmp_path: Path, server: ThreadingHTTPServer
) -> None:
    names = [*NAMES, "../I_BLE01_EU_FN_DEL01_204.wav", "notes.txt"]
    server.archive = packed(names)  # type: ignore[attr-defined]
    source = meows(tmp_path, address(server))
    clips = source.collect().clips
    assert [(clip.label, clip.group) for clip in clips][:2] == FOUND[:2]
    assert len(clips) == 4
    assert all(clip.path.is_relative_to(tmp_path / "data") for clip in clips)
    server.archive = b""  # type: ignore[attr-defined]
    assert source.collect().clips == clips


def test_what_is_no_archive_of_meows_is_not_taken(
    tmp_path: Path, server: ThreadingHTTPServer
) -> None:
    whole = packed(NAMES)
    for page in (b"<html>", packed(["cat.wav"]), whole[: len(whole) // 2]):
        server.archive = page  # type: ignore[attr-defined]
        with pytest.raises(UserError, match=r"data\.root=.*data\.url="):
            meows(tmp_path, address(server), "real").collect()
    assert not list((tmp_path / "data").rglob("*.wav"))


def test_without_recordings_and_network_meows_are_simulated_and_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MeowSimulator, "__len__", lambda self: 6)
    collection = meows(tmp_path, None).collect()
    assert collection.origin == "simulated"
    assert "SIMULATED" in collection.about and "data.url is not set" in collection.about
    assert len(collection.clips) == 6


def test_an_unknown_origin_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Choices: auto, real, simulated"):
        meows(tmp_path, None, "fake").collect()


def test_simulated_meows_are_of_owners_in_contexts_and_repeat() -> None:
    simulator = MeowSimulator()
    clips = [simulator.make_clip(index) for index in (0, 5, 11, 143)]
    rows = [clip.row[1:] for clip in clips]
    assert rows == [
        (CONTEXTS[0], "owner_00"),
        (CONTEXTS[1], "owner_00"),
        (CONTEXTS[2], "owner_00"),
        (CONTEXTS[2], "owner_11"),
    ]
    for clip in clips:
        assert clip.wave.shape == (2 * RATE,)
        assert np.isfinite(clip.wave).all() and 0.2 < np.abs(clip.wave).max() <= 1
    assert np.array_equal(simulator.make_clip(5).wave, clips[1].wave)
    assert not np.array_equal(MeowSimulator(seed=1).make_clip(5).wave, clips[1].wave)


def test_simulated_contexts_differ_in_length() -> None:
    simulator = MeowSimulator()
    lengths: dict[str, list[float]] = {context: [] for context in CONTEXTS}
    for index in range(len(simulator)):
        (_, context, _), wave = simulator.make_clip(index)
        lengths[context].append(_voiced_seconds(wave))
    assert np.mean(lengths["isolation"]) > 1.3 * np.mean(lengths["brushing"])


def _voiced_seconds(wave: np.ndarray) -> float:
    """The time in which a wave (T,) is within 20 dB of its loudest 50 ms."""
    power = (wave.reshape(-1, 400) ** 2).mean(1)
    return 0.05 * float((power > 0.01 * power.max()).sum())
