"""The audit finds each planted fault, names its recordings, and says nothing of a clean set."""

import base64
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from browser import look
from conftest import call, write
from odd_files import bare_mp3, change_bytes, cut_half, long_flac
from running import experiment

from auris.audit import measures
from auris.audit.audit import Audit, run_audit
from auris.audit.html_page import render_audit
from auris.audit.output import (
    AUDITS,
    count_severities,
    find_audit,
    write_audit,
    write_clean_table,
)
from auris.data.tables import read_table
from auris.training.run import train

RATE = 16000  # Hz
SECONDS = 1.5
CLASSES = ("low", "high")
Plant = Callable[[Path], None]


def sound(
    label: str, seed: int, seconds: float = SECONDS, rate: int = RATE
) -> np.ndarray:
    """(T,) noise whose spectrum tells the class, with a lively envelope, equally loud in both."""
    random = np.random.default_rng(seed + 1000 * CLASSES.index(label))
    wave = random.standard_normal(round(seconds * rate))
    wave = np.convolve(wave, [1, 0.9 if label == "low" else -0.9], "same")
    envelope = np.interp(
        np.arange(len(wave)), np.linspace(0, len(wave), 9), random.uniform(0.2, 1, 9)
    )
    wave *= envelope
    return random.uniform(0.02, 0.1) * wave / wave.std()


def clean(folder: Path, each: int = 16) -> Path:
    for label in CLASSES:
        for i in range(each):
            write(folder / label / f"{i}.wav", sound(label, i), RATE)
    return folder


def judged(folder: Path, tmp_path: Path, *words: str) -> Audit:
    table = folder / "clips.csv"
    source = (
        ("data=csv", f"data.table={table}")
        if table.is_file()
        else ("data=folder", f"data.root={folder}")
    )
    return run_audit(
        experiment(
            *source, f"paths.store={tmp_path}/store", "data.duration=1.5", *words
        ).dataset
    )


def kinds(result: Audit) -> set[tuple[str, str]]:
    return {(finding.check, finding.severity) for finding in result.findings}


def test_a_clean_set_raises_nothing(tmp_path: Path) -> None:
    result = judged(clean(tmp_path / "clean"), tmp_path)
    assert not result.findings and not result.failed
    assert {clue.fact for clue in result.predictability} >= {
        "level",
        "noise floor",
    }  # it did look
    assert sum(many for _, _, many, _ in result.counts) == 32


def broken(folder: Path) -> None:
    (folder / "low" / "3.wav").write_bytes(b"RIFF no sound at all")


def not_a_number(folder: Path) -> None:
    write(folder / "low" / "3.wav", np.full(RATE, np.nan), RATE, subtype="FLOAT")


def silent(folder: Path) -> None:
    write(folder / "low" / "3.wav", np.zeros(RATE), RATE)


def clipped(folder: Path) -> None:
    write(folder / "low" / "3.wav", np.clip(20 * sound("low", 3), -0.7, 0.7), RATE)


def shifted(folder: Path) -> None:
    write(folder / "low" / "3.wav", sound("low", 3) + 0.05, RATE)


def cut_wave(folder: Path) -> None:
    whole = (folder / "low" / "3.wav").read_bytes()
    (folder / "low" / "3.wav").write_bytes(whole[: 3 * len(whole) // 4])


def cut_vorbis(folder: Path) -> None:
    (folder / "low" / "3.wav").unlink()
    path = write(folder / "low" / "3.ogg", sound("low", 3, 6.0), RATE)
    path.write_bytes(path.read_bytes()[:20000])


def copied(folder: Path) -> None:
    (folder / "low" / "3.wav").write_bytes((folder / "low" / "4.wav").read_bytes())


def rewrapped(folder: Path) -> None:
    (folder / "low" / "3.wav").unlink()
    write(folder / "low" / "3.flac", soundfile.read(folder / "low" / "4.wav")[0], RATE)


def moved(folder: Path) -> None:
    long = sound("low", 77, 2 * SECONDS)
    for name, start in (("3", 0), ("4", 4321)):
        write(
            folder / "low" / f"{name}.wav",
            long[start : start + round(SECONDS * RATE)],
            RATE,
        )


def encoded(folder: Path) -> None:
    (folder / "low" / "3.wav").unlink()
    write(
        folder / "low" / "3.mp3",
        0.6 * soundfile.read(folder / "low" / "4.wav")[0],
        RATE,
    )


def doubted(folder: Path) -> None:
    (folder / "low" / "3.wav").write_bytes((folder / "high" / "3.wav").read_bytes())


def rates(folder: Path) -> None:
    write(folder / "low" / "3.wav", sound("low", 3, rate=22050), 22050)


def stereo(folder: Path) -> None:
    write(
        folder / "low" / "3.wav", np.stack([sound("low", 3), sound("low", 3)], 1), RATE
    )


def stretched(folder: Path) -> None:
    write(
        folder / "low" / "3.wav",
        soxr.resample(sound("low", 3, rate=8000), 8000, RATE),
        RATE,
    )


def mislabelled(folder: Path) -> None:
    write(folder / "low" / "3.wav", sound("high", 99), RATE)


PLANTED: dict[Plant, tuple[str, str]] = {
    broken: ("unreadable", "error"),
    not_a_number: ("unreadable", "error"),
    silent: ("silent", "error"),
    clipped: ("clipped", "warning"),
    shifted: ("DC offset", "warning"),
    cut_wave: ("truncated", "error"),
    cut_vorbis: ("truncated", "error"),
    copied: ("duplicated", "warning"),
    rewrapped: ("duplicated", "warning"),
    moved: ("near-duplicate", "warning"),
    encoded: ("near-duplicate", "warning"),
    doubted: ("contradicting labels", "error"),
    rates: ("mixed", "warning"),
    stereo: ("mixed", "warning"),
    stretched: ("bandwidth", "warning"),
    mislabelled: ("label", "note"),
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_found_where_it_is(plant: Plant, tmp_path: Path) -> None:
    folder = clean(tmp_path / "clean", each=10)
    plant(folder)
    result = judged(folder, tmp_path)
    check, severity = PLANTED[plant]
    (found,) = [finding for finding in result.findings if finding.check == check]
    assert found.severity == severity
    assert (
        any(path.stem == "3" and path.parent.name == "low" for path in found.paths)
        and len(found.paths) <= 2
    )
    allowed = (
        {check, "leakage", "duplicated", "label"}
        if check in ("contradicting labels", "duplicated")
        else {check}
    )
    allowed |= {"near-duplicate": {"leakage"}, "truncated": {"mixed"}}.get(check, set())
    assert {finding.check for finding in result.findings} <= allowed


def table(
    folder: Path, rows: list[str], header: str = "path,label,split,group"
) -> None:
    (folder / "clips.csv").write_text("\n".join([header, *rows]) + "\n")


def third(i: int) -> str:
    return "test" if i % 4 == 0 else "val" if i % 4 == 1 else "train"


def test_a_group_in_two_sets_is_an_error(tmp_path: Path) -> None:
    folder = clean(tmp_path / "clean", each=8)
    table(
        folder,
        [
            f"{c}/{i}.wav,{c},{third(i)},{'x' if i < 2 else i}{c}"
            for c in CLASSES
            for i in range(8)
        ],
    )
    result = judged(folder, tmp_path)
    assert (
        kinds(result) == {("leakage", "error")}
        and "Groups" in result.findings[0].sentence
    )
    assert {path.stem for path in result.findings[0].paths} == {"0", "1"}


def test_a_shifted_copy_in_another_set_is_an_error(tmp_path: Path) -> None:
    folder = clean(tmp_path / "clean", each=8)
    moved(folder)  # 3 trains, 4 tests
    table(
        folder,
        [f"{c}/{i}.wav,{c},{third(i)},{i}{c}" for c in CLASSES for i in range(8)],
    )
    result = judged(folder, tmp_path)
    assert (
        kinds(result) == {("leakage", "error"), ("near-duplicate", "warning")}
        and result.failed
    )


def test_copies_of_one_group_are_a_note(tmp_path: Path) -> None:
    folder = clean(tmp_path / "clean", each=12)
    moved(folder)
    sets = [third(i) if i != 4 else "train" for i in range(12)]
    table(
        folder,
        [
            f"{c}/{i}.wav,{c},{sets[i]},{3 if i == 4 else i}{c}"
            for c in CLASSES
            for i in range(12)
        ],
    )
    assert kinds(judged(folder, tmp_path)) == {("near-duplicate", "note")}


@pytest.mark.parametrize(
    ("name", "severity"), [("train", "error"), ("test", "warning")]
)
def test_a_class_that_a_set_lacks(name: str, severity: str, tmp_path: Path) -> None:
    folder = clean(tmp_path / "clean", each=8)
    other = {"train": "val", "test": "train"}[name]
    rows = [f"{c}/{i}.wav,{c},{third(i)},{i}{c}" for c in CLASSES for i in range(8)]
    table(
        folder,
        [
            row.replace(f",{name},", f",{other},") if row.startswith("low") else row
            for row in rows
        ],
    )
    (found,) = judged(folder, tmp_path).findings
    assert (found.check, found.severity) == (
        "sets",
        severity,
    ) and "class low" in found.sentence


def louder(label: str, i: int) -> tuple[str, np.ndarray]:
    return f"{i}.wav", sound(label, i) * (3 if label == "low" else 1)


def longer(label: str, i: int) -> tuple[str, np.ndarray]:
    return f"{i}.wav", sound(label, i, 1.5 if label == "low" else 1.3)


def other_format(label: str, i: int) -> tuple[str, np.ndarray]:
    return f"{i}.{'wav' if label == 'low' else 'flac'}", sound(label, i)


def later(label: str, i: int) -> tuple[str, np.ndarray]:
    return f"2024-0{1 if label == 'low' else 2}-{i + 1:02}_12-30-00.wav", sound(
        label, i
    )


SHORTCUTS = {
    louder: "level",
    longer: "duration",
    other_format: "file format",
    later: "date of recording",
}


@pytest.mark.parametrize("made", SHORTCUTS, ids=lambda made: made.__name__)
def test_a_shortcut_is_named(
    made: Callable[[str, int], tuple[str, np.ndarray]], tmp_path: Path
) -> None:
    for label in CLASSES:
        for i in range(16):
            name, wave = made(label, i)
            write(tmp_path / "set" / label / name, wave, RATE)
    result = judged(tmp_path / "set", tmp_path)
    found = [finding for finding in result.findings if finding.check == "shortcut"]
    assert len(found) == 1 and "Make it alike in all classes" in found[0].sentence
    assert f"unseen groups is told by {SHORTCUTS[made]} (" in found[0].sentence
    best = max(clue.accuracy for clue in result.predictability)
    assert best > 0.8 and {check for check, _ in kinds(result)} == {"shortcut"}


def test_the_page_plays_what_is_suspicious_and_stays_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = clean(tmp_path / "clean", each=8)
    moved(folder)
    result = judged(folder, tmp_path, "data.folds=3")
    text = render_audit(result, count_severities(result))
    sounds = [
        base64.b64decode(found)
        for found in re.findall(r'src="data:audio/mpeg;base64,([^"]+)"', text)
    ]
    assert len(sounds) >= 2 and "http:" not in text and "<script" not in text
    wave, rate = soundfile.read(io.BytesIO(sounds[0]))
    assert len(wave) / rate == pytest.approx(SECONDS, abs=0.1)
    monkeypatch.setattr("auris.core.player._MAX_CHARACTERS", 10)
    assert "data:audio" not in render_audit(result, count_severities(result))


def test_an_edge_is_shown_rather_than_played(tmp_path: Path) -> None:
    folder = clean(tmp_path / "clean", each=8)
    stretched(folder)
    result = judged(folder, tmp_path, "data.folds=3")
    text = render_audit(result, count_severities(result))
    assert 'aria-label="Mean spectra: ' in text and "data:audio" not in text
    assert 'aria-label="Histograms: ' in text and "duration (s)" in text


def test_nothing_readable_is_told_and_not_a_crash(tmp_path: Path) -> None:
    for label in CLASSES:
        write(tmp_path / "set" / label / "0.wav", np.zeros(RATE), RATE)
    assert {("silent", "error"), ("sets", "error")} == kinds(
        judged(tmp_path / "set", tmp_path)
    )


def test_the_script_tells_writes_and_ends_with_1(tmp_path: Path) -> None:
    folder = clean(tmp_path / "clean", each=8)
    silent(folder)
    (folder / "low" / "3.wav").rename(
        folder / "low" / "<img src=x onerror=alert(1)>.wav"
    )
    words = ("data=folder", f"data.root={folder}", "data.duration=1.5", "data.folds=3")
    done = call("scripts/audit.py", *words, cwd=tmp_path)
    assert (
        done.returncode == 1 and "silent" in done.stdout and "1 error" in done.stdout
    ), done.stderr
    told = json.loads(
        (tmp_path / "outputs" / "audit" / "clean" / "audit.json").read_text()
    )
    assert [f["check"] for f in told["findings"]] == ["silent"] and told[
        "recordings"
    ] == 16
    page = (tmp_path / "outputs" / "audit" / "clean" / "audit.html").read_text()
    assert (
        "<img" not in page and "&lt;img" in page and "color-scheme: light dark" in page
    )


def test_a_phone_shows_the_page_and_plays_it(tmp_path: Path) -> None:
    folder = clean(tmp_path / "clean", each=8)
    moved(folder)
    told = look(
        write_audit(judged(folder, tmp_path, "data.folds=3"), tmp_path), tmp_path
    )
    assert told["width"] <= 380 and not told["asked"] and told["scripts"] == 0
    assert len(told["durations"]) >= 2 and told["durations"][0] == pytest.approx(
        SECONDS, abs=0.1
    )


def odd_recordings(folder: Path) -> dict[str, str]:
    """Recordings that each ended an audit once, and what should be said of them."""
    for milliseconds in (50, 64, 80, 100, 120, 130):
        short = sound("low", milliseconds, milliseconds / 1000)
        write(folder / "low" / f"short_{milliseconds}.wav", short, RATE)
    flipped = sound("low", 50).astype(np.float32)
    flipped[100] = 3e29
    write(folder / "low" / "flipped.wav", flipped, RATE, subtype="FLOAT")
    slow = write(folder / "low" / "slow.wav", sound("low", 51), RATE)
    change_bytes(slow, 24, 5)
    both = np.stack([sound("low", 52), -sound("low", 52)], axis=1)
    write(folder / "low" / "opposite.wav", both, RATE)
    return {
        "low/flipped.wav": "full scale is 1",
        "low/slow.wav": "rate of 5 Hz",
        "low/opposite.wav": "cancel each other",
    }


def test_odd_recordings_are_named_and_end_nothing(tmp_path: Path) -> None:
    folder = clean(tmp_path / "set")
    reasons = odd_recordings(folder)
    cut_half(write(folder / "low" / "cut.mp3", sound("low", 60, 4.0), RATE))
    long_flac(folder / "low" / "promise.flac", sound("low", 61), RATE)
    bare_mp3(folder / "low" / "bare.mp3", sound("low", 62, 4.0), RATE)
    recordings = {r.name: r for r in judged(folder, tmp_path).recordings}
    for name, reason in reasons.items():
        assert reason in recordings.pop(name).reason
    assert {name: r.reason for name, r in recordings.items() if r.reason} == {}
    cut = {name for name, recording in recordings.items() if recording.truncated}
    assert cut == {"low/cut.mp3", "low/promise.flac"}
    bare = recordings["low/bare.mp3"].duration
    assert bare == pytest.approx(4.0, abs=0.2)


def test_what_goes_wrong_while_measuring_is_said_of_one_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = clean(tmp_path / "set")
    runs = measures.count_runs_at_top

    def fail(wave: np.ndarray, step: float) -> int:
        if len(wave) == 12345:
            raise ZeroDivisionError("division by zero")
        return runs(wave, step)

    monkeypatch.setattr(measures, "count_runs_at_top", fail)
    write(folder / "low" / "odd.wav", sound("low", 70)[:12345], RATE)
    result = judged(folder, tmp_path)
    (finding,) = [f for f in result.findings if f.check == "unreadable"]
    assert "low/odd.wav (can't be measured (ZeroDivisionError" in finding.sentence


def test_integers_written_as_floats_are_found(tmp_path: Path) -> None:
    folder = clean(tmp_path / "set")
    loud = 32768 * sound("low", 3)
    write(folder / "low" / "3.wav", loud, RATE, subtype="FLOAT")
    (finding,) = [f for f in judged(folder, tmp_path).findings if f.check == "scale"]
    assert finding.severity == "error" and "low/3.wav" in finding.sentence


@pytest.mark.parametrize("content", ["", "{", "[1]", "null", "\x00"])
def test_a_damaged_audit_is_named_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    said: list[str] = []
    monkeypatch.setattr("auris.audit.output.warn_user", said.append)
    path = tmp_path / AUDITS / "any/audit.json"
    path.parent.mkdir(parents=True)
    path.write_text(content)
    assert find_audit(tmp_path, []) is None
    assert "audit.json is damaged" in said[0] and "run the audit again" in said[0]


def test_what_the_audit_leaves_can_be_trained_on(tmp_path: Path) -> None:
    folder = clean(tmp_path / "clean", each=10)
    silent(folder)  # 3
    write(folder / "low/again.wav", soundfile.read(folder / "low/5.wav")[0], RATE)
    louder = 1.5 * soundfile.read(folder / "high/6.wav")[0]
    write(folder / "high/louder.wav", louder[1000:], RATE)
    audit = judged(folder, tmp_path)
    table = write_clean_table(audit, tmp_path / "audit")
    clips = {
        clip.path.relative_to(folder).as_posix(): clip for clip in read_table(table)
    }
    assert len(clips) == 21 and "low/3.wav" not in clips
    assert clips["low/again.wav"].group == clips["low/5.wav"].group
    assert clips["high/louder.wav"].group == clips["high/6.wav"].group
    assert len({clip.group for clip in clips.values()}) == 19
    words = ("data=csv", f"data.table={table}", f"paths.store={tmp_path}/store")
    fast = ("model=linear", "trainer=cpu", "trainer.max_epochs=1", "logger=csv")
    train(experiment(*words, *fast, f"paths.outputs={tmp_path}/out", "report=false"))
    assert len(list(tmp_path.glob("out/**/result.json"))) == 1


def test_sub_folders_that_are_torn_are_a_note(tmp_path: Path) -> None:
    folder = tmp_path / "sessions"
    for label in CLASSES:
        for i in range(16):
            path = folder / label / f"May {i % 4}" / f"{i}.wav"
            write(path, sound(label, i), RATE)
    torn = judged(folder, tmp_path)
    assert kinds(torn) == {("sub-folders", "note")}
    (finding,) = torn.findings
    assert "8 of 8 sub-folders" in finding.sentence and "high/May 0" in finding.sentence
    whole = judged(folder, tmp_path, "data.group=folder", "data.folds=4")
    assert "sub-folders" not in {finding.check for finding in whole.findings}
