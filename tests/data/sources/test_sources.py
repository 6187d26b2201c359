"""Where recordings come from: the disk, a server, the simulation; and which of them it was."""

import io
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import RATE, noise, sine, write
from running import experiment

from auris.core.errors import UserError
from auris.data.download import Unreachable, fetch_all, fetch_file
from auris.data.simulation.cats_babies import CatsBabiesSimulator
from auris.data.sources.cats_babies import CatsBabies
from auris.data.sources.esc50 import Esc, is_original
from auris.data.sources.folder import Folder, Table

NAMES = ["dog", "rooster", "pig", "cow", "frog", "cat"]
RECORDINGS = ["1-100-A-5.wav", "2-200-A-5.wav", "2-200-B-5.wav", "3-300-A-0.wav"]
TABLE = "filename,fold,target,category,esc10,src_file,take\n" + "".join(
    f"{name},{name[0]},{name[-5]},{NAMES[int(name[-5])]},False,{name[2:5]},{name[6]}\n"
    for name in RECORDINGS
)
REAL = 5 * 44100  # samples of a recording of ESC-50


def wav(samples: int = REAL, rate: int = 44100) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, sine(440, samples / rate, rate), rate, format="WAV")
    return file.getvalue()


class Mirror(ThreadingHTTPServer):
    """ESC-50's address, as far as the tests need it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages = {
            "/meta/esc50.csv": TABLE.encode(),
            **{f"/audio/{name}": wav() for name in RECORDINGS},
        }
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:  # noqa: N802, the name that the library looks for
        self.server.asked.append(self.path)
        page = self.server.pages.get(self.path)
        self.send_response(404 if page is None else 200)
        self.end_headers()
        self.wfile.write(page or b"")

    def log_message(self, *_: object) -> None:
        """Nothing to the console."""


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with Mirror() as server:
        threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        yield server
        server.shutdown()


@pytest.fixture
def nowhere() -> str:
    """An address at which nobody listens."""
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{port.getsockname()[1]}"


@pytest.fixture
def short_simulation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four clips of a tenth of a second, to save time."""
    rows = [(f"clip{i}", ("cat", "crying_baby")[i % 2], 1 + i, i) for i in range(4)]
    monkeypatch.setattr(CatsBabiesSimulator, "__len__", lambda self: len(self.rows))
    monkeypatch.setattr(CatsBabiesSimulator, "rows", rows)
    monkeypatch.setattr(
        CatsBabiesSimulator,
        "simulate",
        lambda self, index: noise(index, 0.1, self.sample_rate),
    )


def cats(tmp_path: Path, url: str, origin: str = "auto") -> CatsBabies:
    names = [str(number) for number in range(50)]
    names[5], names[20] = "cat", "crying_baby"
    root = str(tmp_path / "data")
    return CatsBabies(
        origin,
        str(tmp_path / "store"),
        root,
        url,
        names,
        [5, 20],
        "esc50_cats_babies.txt",
    )


def test_folder_and_table_are_real(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "clips.csv").write_text("path,label\na.wav,cat\n")
    for source, count in (
        (Folder(str(folder)), 20),
        (Table(str(tmp_path / "clips.csv")), 1),
    ):
        collection = source.collect()
        assert (len(collection.clips), collection.origin) == (count, "real")


def test_home_is_understood(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder.parent))
    assert len(Folder("~/recordings").collect().clips) == 20


def test_local_table_comes_first(tmp_path: Path, nowhere: str) -> None:
    write(tmp_path / "1-100-A-5.wav", sine(440))
    (tmp_path / "clips.csv").write_text("path,label,fold,group\na.ogg,cat,2,tom\n")
    ((clip,), source, about) = Esc(str(tmp_path), nowhere, NAMES).collect()
    assert (clip.path, clip.label, clip.fold, clip.group) == (
        tmp_path / "a.ogg",
        "cat",
        2,
        "tom",
    )
    assert source == "real" and str(tmp_path) in about


@pytest.mark.parametrize(
    ("table", "audio"), [("esc50.csv", "."), ("meta/esc50.csv", "audio")]
)
def test_local_recordings_go_by_their_names(
    tmp_path: Path, nowhere: str, table: str, audio: str
) -> None:
    for name in RECORDINGS:
        write(tmp_path / audio / name, sine(440))
    (tmp_path / table).parent.mkdir(exist_ok=True)
    (tmp_path / table).write_text(TABLE)
    clips = Esc(str(tmp_path), nowhere, NAMES, numbers=[5]).collect().clips
    assert [(clip.path.name, clip.label, clip.group, clip.fold) for clip in clips] == [
        ("1-100-A-5.wav", "cat", "100", 1),
        ("2-200-A-5.wav", "cat", "200", 2),
        ("2-200-B-5.wav", "cat", "200", 2),
    ]


def test_recordings_are_fetched_and_labelled(tmp_path: Path, mirror: Mirror) -> None:
    collection = Esc(str(tmp_path / "data"), mirror.url, NAMES).collect()
    assert [clip.label for clip in collection.clips] == ["cat", "cat", "cat", "dog"]
    assert collection.origin == "real"
    assert all(clip.path.read_bytes() == wav() for clip in collection.clips)
    assert sorted(mirror.asked) == sorted(mirror.pages)


def test_other_classes_are_not_fetched(tmp_path: Path, mirror: Mirror) -> None:
    assert len(Esc(str(tmp_path), mirror.url, NAMES, numbers=[0]).collect().clips) == 1
    assert mirror.asked == ["/meta/esc50.csv", "/audio/3-300-A-0.wav"]


def test_what_is_there_is_not_fetched_again(tmp_path: Path, mirror: Mirror) -> None:
    Esc(str(tmp_path), mirror.url, NAMES).collect()
    mirror.asked.clear()
    Esc(str(tmp_path), mirror.url, NAMES).collect()
    assert mirror.asked == []
    (tmp_path / RECORDINGS[1]).unlink()
    assert len(Esc(str(tmp_path), mirror.url, NAMES).collect().clips) == 4
    assert mirror.asked == [f"/audio/{RECORDINGS[1]}"]


def test_broken_off_download_goes_on_where_it_ended(
    tmp_path: Path, mirror: Mirror
) -> None:
    last = mirror.pages.pop(f"/audio/{RECORDINGS[3]}")
    with pytest.raises(
        UserError, match=r"broke off after 3 of 4 files .*Not Found.*run it again"
    ):
        Esc(str(tmp_path), mirror.url, NAMES).collect()
    mirror.pages[f"/audio/{RECORDINGS[3]}"] = last
    mirror.asked.clear()
    assert len(Esc(str(tmp_path), mirror.url, NAMES).collect().clips) == 4
    assert mirror.asked == [f"/audio/{RECORDINGS[3]}"]


@pytest.mark.parametrize(
    "page",
    [
        b"<html>Please log in</html>",
        wav(REAL - 1),
        wav(REAL, 22050),
        wav()[:-1000],
        b"",
    ],
    ids=["page", "short", "rate", "truncated", "empty"],
)
def test_file_that_is_not_the_recording_is_refused_and_not_kept(
    tmp_path: Path, mirror: Mirror, page: bytes
) -> None:
    mirror.pages[f"/audio/{RECORDINGS[0]}"] = page
    with pytest.raises(Unreachable, match="is not the recording that it should be"):
        fetch_file(RECORDINGS[0], f"{mirror.url}/audio", tmp_path, is_original)
    assert list(tmp_path.iterdir()) == []


def test_invalid_file_on_disk_is_fetched_again(tmp_path: Path, mirror: Mirror) -> None:
    write(tmp_path / RECORDINGS[0], sine(440, 1.0))
    fetch_all(RECORDINGS, f"{mirror.url}/audio", tmp_path, is_original)
    assert (tmp_path / RECORDINGS[0]).read_bytes() == wav()


def test_page_of_a_portal_is_not_taken_for_the_table(
    tmp_path: Path, mirror: Mirror
) -> None:
    mirror.pages["/meta/esc50.csv"] = b"<html>Please log in</html>"
    with pytest.raises(UserError, match="none can be fetched .*is not the recording"):
        Esc(str(tmp_path), mirror.url, NAMES).collect()
    assert list(tmp_path.iterdir()) == []


def test_unreachable_address_is_found_out_within_seconds(
    tmp_path: Path, nowhere: str
) -> None:
    begin = time.monotonic()
    with pytest.raises(
        UserError,
        match=r"There are no recordings at .* none can be fetched .*data.root=.*data.url=",
    ):
        Esc(str(tmp_path), nowhere, NAMES).collect()
    assert time.monotonic() - begin < 3


def test_server_that_never_answers_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auris.data.download._TIMEOUT", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(Unreachable, match="timed out"):
            fetch_file(
                "a.wav",
                f"http://127.0.0.1:{silent.getsockname()[1]}",
                tmp_path,
                is_original,
            )


def test_server_of_another_kind_counts_as_unreachable(tmp_path: Path) -> None:
    def greet(server: socket.socket) -> None:
        caller, _ = server.accept()
        with caller:
            caller.recv(1000)
            caller.sendall(b"220 ready for mail\r\n")

    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        threading.Thread(target=greet, args=[server], daemon=True).start()
        with pytest.raises(Unreachable, match="220 ready for mail"):
            fetch_file(
                "a.wav",
                f"http://127.0.0.1:{server.getsockname()[1]}",
                tmp_path,
                is_original,
            )


def test_only_web_addresses_are_opened(tmp_path: Path) -> None:
    write(tmp_path / "from/1-100-A-5.wav", sine(440, 5, 44100), 44100)
    with pytest.raises(UserError, match="must begin with http"):
        fetch_file("1-100-A-5.wav", (tmp_path / "from").as_uri(), tmp_path, is_original)


def test_listing_names_eighty_recordings(tmp_path: Path, nowhere: str) -> None:
    names = cats(tmp_path, nowhere).real.known_names()
    assert len(set(names)) == 80
    assert [
        sum(name.endswith(f"-{number}.wav") for name in names) for number in (5, 20)
    ] == [
        40,
        40,
    ]


def test_listing_agrees_with_the_real_table(
    tmp_path: Path, nowhere: str, real: Path
) -> None:
    lines = (real / "cats_babies/clips.csv").read_text().splitlines()[1:]
    wanted = {Path(line.split(",")[0]).stem for line in lines}
    assert {
        name.rsplit("-", 1)[0] for name in cats(tmp_path, nowhere).real.known_names()
    } == wanted


def test_cats_and_babies_are_fetched_by_name(
    tmp_path: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Esc, "known_names", lambda self: RECORDINGS[:3])
    for choice in ("auto", "real"):
        collection = cats(tmp_path, mirror.url, choice).collect()
        assert (len(collection.clips), collection.origin) == (3, "real")
    assert len(mirror.asked) == 3


def test_incomplete_local_set_is_completed(
    tmp_path: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Esc, "known_names", lambda self: RECORDINGS[:3])
    write(tmp_path / "data" / RECORDINGS[0], sine(440, 5, 44100), 44100)
    assert len(cats(tmp_path, mirror.url).collect().clips) == 3
    assert sorted(mirror.asked) == [f"/audio/{name}" for name in RECORDINGS[1:3]]


@pytest.mark.usefixtures("short_simulation")
def test_without_network_the_simulation_says_that_it_is_one(
    tmp_path: Path, nowhere: str
) -> None:
    begin = time.monotonic()
    collection = cats(tmp_path, nowhere).collect()
    assert time.monotonic() - begin < 3
    assert collection.origin == "simulated"
    assert collection.about.startswith(
        "SIMULATED meows and cries, not recordings (no recordings at"
    )
    assert [clip.label for clip in collection.clips] == 2 * ["cat", "crying_baby"]
    assert [clip.fold for clip in collection.clips] == [1, 2, 3, 4]
    assert all(
        clip.path.is_relative_to(tmp_path / "store") for clip in collection.clips
    )


@pytest.mark.usefixtures("short_simulation")
def test_simulation_can_be_asked_for_and_is_made_once(
    tmp_path: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = cats(tmp_path, mirror.url, "simulated").collect()
    assert first.origin == "simulated" and mirror.asked == []
    monkeypatch.setattr(
        CatsBabiesSimulator, "simulate", lambda self, index: pytest.fail("made again")
    )
    assert cats(tmp_path, mirror.url, "simulated").collect() == first


@pytest.mark.usefixtures("short_simulation")
def test_broken_off_simulation_goes_on(
    tmp_path: Path, nowhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(self: CatsBabiesSimulator, index: int) -> np.ndarray:
        if index == 3:
            raise KeyboardInterrupt
        return noise(index, 0.1, self.sample_rate)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(CatsBabiesSimulator, "simulate", breaks)
        cats(tmp_path, nowhere, "simulated").collect()
    clips = cats(tmp_path, nowhere, "simulated").collect().clips
    assert [soundfile.info(clip.path).duration for clip in clips] == 4 * [0.1]


@pytest.mark.usefixtures("short_simulation")
def test_real_recordings_are_never_replaced_when_asked_for(
    tmp_path: Path, nowhere: str
) -> None:
    with pytest.raises(UserError, match="none can be fetched"):
        cats(tmp_path, nowhere, "real").collect()


def test_unknown_origin_is_refused() -> None:
    with pytest.raises(
        UserError, match="data.origin=simulate .*did you mean simulated"
    ):
        experiment("data=cats_babies", "data.origin=simulate").check_settings()


def test_original_is_five_seconds_at_44100(tmp_path: Path) -> None:
    assert is_original(write(tmp_path / "a.wav", sine(440, 5, 44100), 44100))
    assert not is_original(write(tmp_path / "b.wav", sine(440, 5), RATE))
    assert not is_original(tmp_path / "missing.wav")
