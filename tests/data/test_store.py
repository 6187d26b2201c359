"""The clip store: right samples, no work done twice, and never broken."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import RATE, fill, noise, sine, write
from odd_files import bare_mp3, cut_half, long_flac

from auris.core.errors import UserError
from auris.core.files import content_digest
from auris.data import audio
from auris.data.clips import Clip, read_folder
from auris.data.files import inspect_files
from auris.data.store import Store, StoreSettings, _machine_name, open_store

# longer than the recordings are
SETTINGS = StoreSettings(sample_rate=RATE, channels=1, samples=5000, padding="zeros")
WINDOWS = replace(SETTINGS, samples=2000)

OPEN = """
import sys, time
from pathlib import Path
from auris.data import audio, store
from auris.data.clips import read_folder
folder, home, gate = map(Path, sys.argv[1:])
read, until = audio.read_blocks, time.monotonic() + 60
def patiently(*words):
    while not gate.exists() and time.monotonic() < until:
        time.sleep(0.01)
    return read(*words)
audio.read_blocks = patiently
pack = store.open_store(read_folder(folder), store.StoreSettings(8000, 1, 5000, "zeros"), home)
print(store.content_digest(pack.wave.numpy().tobytes()))
"""


def clip(path: Path, **facts: float) -> Clip:
    return Clip(path, "any", str(path), **facts)


def opened(folder: Path, store: Path, settings: StoreSettings = SETTINGS) -> Store:
    return open_store(read_folder(folder), settings, store)


def elsewhere(folder: Path, store: Path, gate: Path) -> subprocess.Popen[str]:
    """Open the store in another process, which decodes nothing before there is a file `gate`."""
    words = [sys.executable, "-c", OPEN, str(folder), str(store), str(gate)]
    return subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_for_draft(store: Path) -> Path:
    """The draft of a pack that another process is building."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for draft in store.glob("*/*.tmp/wave.npy"):
            return draft.parent
        time.sleep(0.02)
    return pytest.fail("the other process did not begin")


def samples(path: Path) -> np.ndarray:
    """(T,) of a file, not by way of the program."""
    return soundfile.read(path, dtype="float32")[0]


def check_content(store: Store, clips: Sequence[Clip]) -> None:
    for one, entry in zip(clips, store.entries, strict=True):
        (row,) = entry.rows
        sound = samples(one.path)
        assert np.array_equal(store.wave[row, 0, : len(sound)], sound)
        assert not store.wave[row, 0, len(sound) :].any()


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The recordings that were decoded since the test began."""
    paths: list[Path] = []
    read: Callable[..., Iterator[np.ndarray]] = audio.read_blocks

    def noted(path: Path, *words: float) -> Iterator[np.ndarray]:
        paths.append(path)
        return read(path, *words)

    monkeypatch.setattr(audio, "read_blocks", noted)
    return paths


def test_rows_hold_the_samples_of_their_recordings(
    folder: Path, tmp_path: Path
) -> None:
    store = opened(folder, tmp_path / "store")
    assert (
        store.wave.shape == (20, 1, 5000) and str(store.wave.dtype) == "torch.float32"
    )
    check_content(store, read_folder(folder))


def test_samples_are_resampled_mixed_and_padded(tmp_path: Path) -> None:
    both = np.stack([sine(440, 0.1, 16000), 0 * sine(440, 0.1, 16000)], axis=1)
    path = write(tmp_path / "a.wav", both, 16000)
    row = (
        open_store([clip(path)], replace(WINDOWS, padding="repeat"), tmp_path / "store")
        .wave[0, 0]
        .numpy()
    )
    assert np.allclose(row[100:700], sine(440, 0.1)[100:700] / 2, atol=1e-3)
    assert np.array_equal(row[800:1600], row[:800]) and np.array_equal(
        row[1600:], row[:400]
    )


def test_second_opening_decodes_nothing(
    folder: Path, tmp_path: Path, decoded: list[Path]
) -> None:
    first = opened(folder, tmp_path / "store")
    assert len(decoded) == 20
    second = opened(folder, tmp_path / "store")
    assert len(decoded) == 20
    assert (
        second.name == first.name
        and second.wave.equal(first.wave)
        and second.entries == first.entries
    )


def test_unchanged_files_are_not_even_opened(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(folder, tmp_path / "store")
    monkeypatch.setattr(
        audio, "read_header", lambda path: pytest.fail(f"{path} was opened")
    )
    opened(folder, tmp_path / "store")


def test_changed_file_rebuilds_its_own_row_only(
    folder: Path, tmp_path: Path, decoded: list[Path]
) -> None:
    before = opened(folder, tmp_path / "store")
    decoded.clear()
    changed = write(folder / "tone/3.wav", sine(123, 0.4))
    after = opened(folder, tmp_path / "store")
    assert decoded == [changed]
    assert after.name != before.name
    check_content(after, read_folder(folder))


def test_removed_and_added_files_leave_the_others_alone(
    folder: Path, tmp_path: Path, decoded: list[Path]
) -> None:
    opened(folder, tmp_path / "store")
    decoded.clear()
    (folder / "hiss/0.wav").unlink()
    added = write(folder / "tone/new.wav", sine(123, 0.4))
    check_content(opened(folder, tmp_path / "store"), read_folder(folder))
    assert decoded == [added]


def test_copied_rows_stand_where_built_rows_stand(tmp_path: Path) -> None:
    pause = np.concatenate([noise(0, 0.25), np.zeros(2000), noise(1, 0.25)])
    clips = [
        clip(write(tmp_path / "pause.wav", pause)),
        clip(write(tmp_path / "b.wav", noise(2))),
    ]
    open_store(clips[:1], WINDOWS, tmp_path / "store")
    copied, built = (
        open_store(clips, WINDOWS, tmp_path / name) for name in ("store", "fresh")
    )
    assert copied.entries == built.entries and copied.name == built.name


def test_touched_file_with_the_same_content_is_not_decoded(
    folder: Path, tmp_path: Path, decoded: list[Path]
) -> None:
    opened(folder, tmp_path / "store")
    os.utime(folder / "tone/3.wav", (1, 1))
    opened(folder, tmp_path / "store")
    assert len(decoded) == 20


@pytest.mark.parametrize(
    "change",
    [{"sample_rate": 4000}, {"samples": 6000}, {"padding": "repeat"}, {"channels": 2}],
    ids=str,
)
def test_other_settings_are_another_pack(
    folder: Path, tmp_path: Path, decoded: list[Path], change: dict[str, int | str]
) -> None:
    before = opened(folder, tmp_path / "store")
    after = opened(folder, tmp_path / "store", replace(SETTINGS, **change))
    assert after.name != before.name
    assert len(decoded) == 40
    check_content(opened(folder, tmp_path / "store"), read_folder(folder))
    assert len(decoded) == 40


def test_rate_decides_the_samples(folder: Path, tmp_path: Path) -> None:
    store = opened(folder, tmp_path / "store", replace(SETTINGS, sample_rate=4000))
    tone = store.wave[store.entries[12].rows[0], 0]  # tone/2.wav: 400 Hz
    assert read_folder(folder)[12].path.name == "2.wav"
    assert np.allclose(tone[100:1300], sine(400, 0.325, 4000)[100:], atol=1e-3)


def test_kill_while_building_leaves_no_broken_store(
    folder: Path, tmp_path: Path
) -> None:
    building = elsewhere(folder, tmp_path / "store", gate=tmp_path / "never")
    draft = wait_for_draft(tmp_path / "store")
    building.send_signal(signal.SIGKILL)
    building.communicate()
    assert draft.is_dir() and not list(tmp_path.glob("store/*/*/index.json"))
    check_content(opened(folder, tmp_path / "store"), read_folder(folder))
    assert not list(tmp_path.glob("store/*/*.tmp"))


def test_two_processes_may_build_at_once(folder: Path, tmp_path: Path) -> None:
    building = elsewhere(folder, tmp_path / "store", gate=tmp_path / "open")
    draft = wait_for_draft(tmp_path / "store")
    store = opened(folder, tmp_path / "store")
    assert draft.is_dir()  # the other one is still at work
    (tmp_path / "open").touch()
    output, errors = building.communicate()
    assert building.returncode == 0, errors
    assert output.strip() == content_digest(store.wave.numpy().tobytes())
    check_content(store, read_folder(folder))
    assert list(tmp_path.glob("store/*/*")) == [draft.parent / store.name.split("-")[1]]


def test_drafts_of_living_processes_are_left_alone(
    folder: Path, tmp_path: Path
) -> None:
    opened(folder, tmp_path / "store")
    (home,) = (path for path in (tmp_path / "store").iterdir() if path.is_dir())
    draft = home / f"abc.{os.getppid()}.def.tmp"
    draft.mkdir()
    write(folder / "tone/new.wav", sine(123))
    opened(folder, tmp_path / "store")
    assert draft.is_dir()


def test_unusable_recordings_are_named_with_their_reasons(tmp_path: Path) -> None:
    broken = sine(440)
    broken[5] = np.inf
    (tmp_path / "page.wav").write_text("<html>404</html>")
    cases = {
        write(tmp_path / "good.wav", sine(440)): "",
        tmp_path / "missing.wav": "there is no such file",
        tmp_path / "page.wav": "unreadable (Format not recognised)",
        write(tmp_path / "empty.wav", sine(440, 0)): "empty",
        write(tmp_path / "short.wav", sine(440, 0.03)): "too short (30 ms)",
        write(tmp_path / "silent.wav", np.zeros(4000)): "silent",
        write(
            tmp_path / "inf.wav", broken, subtype="FLOAT"
        ): "holds NaN or infinite samples",
    }
    for _ in range(2):  # built, and remembered
        store = open_store([clip(path) for path in cases], SETTINGS, tmp_path / "store")
        assert [entry.reason for entry in store.entries] == list(cases.values())
        assert [bool(entry.rows) for entry in store.entries] == [True] + 6 * [False]


def test_wrong_channel_count_is_a_reason(tmp_path: Path) -> None:
    store = open_store(
        [clip(write(tmp_path / "a.wav", sine(440)))],
        replace(SETTINGS, channels=2),
        tmp_path / "store",
    )
    assert store.entries[0].reason == "has 1 channels and 2 are needed"


def test_mended_file_is_taken_up(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    assert open_store([clip(path)], SETTINGS, tmp_path / "store").entries[0].reason
    write(path, sine(440))
    check_content(open_store([clip(path)], SETTINGS, tmp_path / "store"), [clip(path)])


@pytest.mark.parametrize(
    ("seconds", "count"),
    [(0.1, 1), (0.25, 1), (0.36, 1), (0.39, 2), (0.6, 2), (0.65, 3)],
)
def test_long_recordings_are_cut_and_no_window_is_less_than_half_full(
    tmp_path: Path, seconds: float, count: int
) -> None:
    sound = noise(0, seconds)
    path = write(tmp_path / "a.wav", sound, subtype="FLOAT")
    store = open_store([clip(path)], WINDOWS, tmp_path / "store")
    assert len(store.entries[0].rows) == len(set(store.entries[0].digests)) == count
    wave = store.wave[:, 0].flatten()[: len(sound)]
    assert np.allclose(wave, sound[: len(wave)])


def test_silent_windows_are_dropped(tmp_path: Path) -> None:
    first, last = noise(0, 0.25), noise(1, 0.25)
    path = write(
        tmp_path / "a.wav",
        np.concatenate([first, np.zeros(4000), last]),
        subtype="FLOAT",
    )
    store = open_store([clip(path)], WINDOWS, tmp_path / "store")
    wave = store.wave[list(store.entries[0].rows), 0]
    assert wave.shape == (2, 2000)
    assert np.allclose(wave[0], first) and np.allclose(wave[1], last)


def test_header_that_promises_more_gives_no_empty_clips(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", noise(0, 1.0))
    path.write_bytes(path.read_bytes()[: 44 + 2 * 4000])
    assert (
        len(open_store([clip(path)], WINDOWS, tmp_path / "store").entries[0].rows) == 2
    )


def test_stretches_of_one_recording_are_clips_of_their_own(tmp_path: Path) -> None:
    sound = noise(0, 1.0)
    path = write(tmp_path / "a.wav", sound, subtype="FLOAT")
    clips = [
        clip(path, start=0.5, stop=0.75),
        clip(path, stop=0.25),
        clip(path, start=0.5),
    ]
    store = open_store(clips, WINDOWS, tmp_path / "store")
    assert [len(entry.rows) for entry in store.entries] == [1, 1, 2]
    for entry, start in zip(store.entries, (4000, 0, 4000), strict=True):
        assert np.allclose(store.wave[entry.rows[0], 0], sound[start : start + 2000])
    assert (
        store.entries[0].digests[0]
        == store.entries[2].digests[0]
        != store.entries[1].digests[0]
    )


def test_same_content_under_two_names_has_one_digest(tmp_path: Path) -> None:
    sound = (2**15 * noise(0)).astype(np.int16)
    paths = [write(tmp_path / name, sound) for name in ("a.wav", "b.wav", "c.flac")]
    clips = [clip(path) for path in paths] + [clip(write(tmp_path / "d.wav", noise(1)))]
    store = open_store(clips, SETTINGS, tmp_path / "store")
    a, b, c, d = (entry.digests for entry in store.entries)
    assert a == b == c != d
    assert store.entries[0].rows == store.entries[1].rows


def test_writing_to_the_samples_never_reaches_the_disk(
    folder: Path, tmp_path: Path
) -> None:
    opened(folder, tmp_path / "store").wave[:] = 0
    check_content(opened(folder, tmp_path / "store"), read_folder(folder))


def test_one_folder_serves_several_data_sets(
    tmp_path: Path, decoded: list[Path]
) -> None:
    few, many = (
        fill(tmp_path / "few", 3),
        fill(tmp_path / "many", 6),
    )  # of which the first ones differ in length
    check_content(opened(few, tmp_path / "store"), read_folder(few))
    check_content(opened(many, tmp_path / "store"), read_folder(many))
    check_content(opened(few, tmp_path / "store"), read_folder(few))


def test_damaged_memory_of_files_is_read_anew(folder: Path, tmp_path: Path) -> None:
    opened(folder, tmp_path / "store")
    (tmp_path / "store/files.json").write_text('{"a": ')
    check_content(opened(folder, tmp_path / "store"), read_folder(folder))


def test_what_a_header_promises_makes_no_rows(tmp_path: Path) -> None:
    path = long_flac(tmp_path / "a.flac", noise(0, 1.0))
    store = open_store([clip(path)], WINDOWS, tmp_path / "store")
    assert 1 <= len(store.wave) <= 4


def test_recordings_that_are_cut_are_used_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr("auris.data.store.warn_user", said.append)
    path = cut_half(write(tmp_path / "a.mp3", noise(0, 6.0, 16000), 16000))
    for _ in range(2):  # built, and remembered
        store = open_store([clip(path)], WINDOWS, tmp_path / "store")
        assert 11 <= len(store.entries[0].rows) <= 13
    assert len(said) == 2 and all(str(path) in sentence for sentence in said)


def test_all_of_an_mp3_without_a_length_is_stored(tmp_path: Path) -> None:
    sound = np.concatenate([1e-3 * noise(0, 4.0, 16000), 5 * noise(1, 4.0, 16000)])
    path = bare_mp3(tmp_path / "a.mp3", sound, 16000)
    store = open_store([clip(path)], WINDOWS, tmp_path / "store")
    assert len(store.entries[0].rows) == 32


def test_files_are_hashed_as_their_bytes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", noise(0))
    info = inspect_files([path], tmp_path / "store")[path]
    assert info.content == content_digest(path.read_bytes())


@pytest.mark.parametrize("text", ["[1]", '{"a": 1}', '{"a": {"stamp": [1, 2]}}'])
def test_memory_of_another_kind_is_read_anew(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "a.wav", noise(0))
    (tmp_path / "files.json").write_text(text)
    assert inspect_files([path], tmp_path)[path].duration == 0.5


def packs(store: Path) -> list[Path]:
    """The folders with samples, the drafts among them."""
    return sorted(path.parent for path in store.glob("*/*/wave.npy"))


def test_a_draft_of_another_machine_is_left_alone(folder: Path, tmp_path: Path) -> None:
    opened(folder, tmp_path / "store")
    (home,) = (path for path in (tmp_path / "store").iterdir() if path.is_dir())
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    own, foreign = (
        home / f"abc.{dead.pid}.{name}.def.tmp" for name in (_machine_name(), "other")
    )
    own.mkdir()
    foreign.mkdir()
    write(folder / "tone/new.wav", sine(123))
    opened(folder, tmp_path / "store")
    assert foreign.is_dir() and not own.exists()


def test_drafts_of_the_dead_go_wherever_they_are(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    opened(folder, store)
    dead = subprocess.Popen(["true"])
    dead.wait()
    names = {
        "killed": f"a.{dead.pid}.{_machine_name()}.x.tmp",
        "old": "b.1.another.x.tmp",
        "of an earlier version": "c.1.tmp",
        "fresh": "d.1.another.x.tmp",
        "alive": f"e.{os.getpid()}.{_machine_name()}.x.tmp",
    }
    drafts = {kind: store / "another_home" / name for kind, name in names.items()}
    for kind, draft in drafts.items():
        write(draft / "wave.npy.wav", noise(0))
        if kind in ("old", "of an earlier version", "alive"):
            for path in (draft / "wave.npy.wav", draft):
                os.utime(path, (0, 0))
    opened(folder, store)  # which builds nothing
    left = {kind for kind, draft in drafts.items() if draft.exists()}
    assert left == {"fresh", "alive"}


def test_a_draft_without_its_samples_is_not_published(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from auris.data import store as module

    publish = module._publish_draft

    def removed(draft: Path, pack: Path) -> None:
        (draft / "wave.npy").unlink()
        publish(draft, pack)

    monkeypatch.setattr(module, "_publish_draft", removed)
    with pytest.raises(UserError, match="was removed while it was written"):
        opened(folder, tmp_path / "store")
    assert not packs(tmp_path / "store")
    monkeypatch.undo()
    check_content(opened(folder, tmp_path / "store"), read_folder(folder))


def flip_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1 << 6
    path.write_bytes(content)


def flip_middle_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def flip_byte_order(path: Path) -> None:
    """One bit makes "<f4" ">f4", and every sample another one."""
    content = path.read_bytes()
    path.write_bytes(content.replace(b"<f4", b">f4"))


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


DAMAGES = {
    "no samples": ("wave.npy", Path.unlink),
    "half of the samples": ("wave.npy", halve),
    "empty samples": ("wave.npy", lambda path: path.write_bytes(b"")),
    "a flipped bit": ("wave.npy", flip_bit),
    "a flipped bit amid many rows": ("wave.npy", flip_middle_bit),
    "a flipped bit of the header": ("wave.npy", flip_byte_order),
    "no index": ("index.json", Path.unlink),
    "half an index": ("index.json", halve),
    "another index": ("index.json", lambda path: path.write_text("[1]")),
    "an empty index": ("index.json", lambda path: path.write_text("{}")),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("samples", [2000, 5000])
def test_a_damaged_store_is_built_anew(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    damage: str,
    samples: int,
) -> None:
    said: list[str] = []
    monkeypatch.setattr("auris.data.store.warn_user", said.append)
    settings = replace(SETTINGS, samples=samples)
    before = opened(folder, tmp_path / "store", settings)
    (pack,) = packs(tmp_path / "store")
    name, harm = DAMAGES[damage]
    wave = before.wave.clone()
    harm(pack / name)
    after = opened(folder, tmp_path / "store", settings)
    assert after.wave.equal(wave) and after.entries == before.entries
    assert len(said) == 1 and f"{pack} is damaged" in said[0]
    opened(folder, tmp_path / "store", settings)
    assert len(said) == 1


def test_rows_of_a_damaged_store_are_not_taken_over(
    folder: Path, tmp_path: Path
) -> None:
    opened(folder, tmp_path / "store")
    (pack,) = packs(tmp_path / "store")
    flip_bit(pack / "wave.npy")
    write(folder / "tone/new.wav", sine(123, 0.4))
    check_content(opened(folder, tmp_path / "store"), read_folder(folder))


def test_a_flipped_bit_anywhere_in_a_store_is_noticed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr("auris.data.store.warn_user", said.append)
    store = tmp_path / "store"
    settings = replace(
        SETTINGS, samples=500
    )  # more rows than are looked at in a glance
    whole = opened(folder, store, settings)
    wave, entries = whole.wave.clone(), whole.entries
    (pack,) = packs(store)
    content = (pack / "wave.npy").read_bytes()
    draws = np.random.default_rng(0)
    for place in draws.integers(len(content) - wave.nbytes, len(content), 20):
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(draws.integers(8))
        (pack / "wave.npy").write_bytes(damaged)
        said.clear()
        mended = opened(folder, store, settings)
        assert len(said) == 1 and f"{pack} is damaged" in said[0]
        assert mended.wave.equal(wave) and mended.entries == entries


def test_a_flipped_bit_in_what_is_known_of_files_is_noticed(
    folder: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    paths = [one.path for one in read_folder(folder)]
    known = inspect_files(paths, store)
    memory = store / "files.json"
    text = memory.read_text()
    memory.write_text(text.replace('"sample_rate": 8000', '"sample_rate": 9000'))
    assert inspect_files(paths, store) == known
    assert memory.read_text() == text


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("noticed", ["before", "while reserving"])
def test_a_full_disk_is_told_and_leaves_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noticed: str
) -> None:
    if noticed == "before":
        usage = shutil.disk_usage(tmp_path)._replace(free=2**20)
        monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    elif hasattr(os, "posix_fallocate"):
        monkeypatch.setattr(os, "posix_fallocate", full_disk)
    else:
        pytest.skip("this system does not reserve")
    said = f"{tmp_path / 'store'} needs 0.4 MB and .* [MG]B are free"
    with pytest.raises(UserError, match=said):
        opened(folder, tmp_path / "store")
    assert not packs(tmp_path / "store")


def test_a_disk_that_can_not_reserve_is_used(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "posix_fallocate", unknown, raising=False)
    check_content(opened(folder, tmp_path / "store"), read_folder(folder))


@pytest.mark.parametrize("samples", [300, 1999, 2000, 50_000])
def test_a_recording_is_cut_alike_in_any_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, samples: int
) -> None:
    clips = [clip(write(tmp_path / "a.wav", noise(0, 3.0, 11025), 11025))]
    settings = replace(SETTINGS, samples=samples)
    whole = open_store(clips, settings, tmp_path / "whole")
    monkeypatch.setattr(audio, "_BLOCK_SAMPLES", 1000)
    parts = open_store(clips, settings, tmp_path / "parts")
    assert parts.name == whole.name and parts.entries == whole.entries
    assert parts.wave.equal(whole.wave)
