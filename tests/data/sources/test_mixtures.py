"""Mixtures: what is in them is what their labels say, and what is apart stays apart."""

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import RATE, sine, write
from running import experiment

from auris.core.errors import UserError
from auris.data.clips import Clip
from auris.data.dataset import Dataset

PITCHES = {"low": 400, "mid": 1000, "high": 2500}  # Hz
RECORDINGS = 18  # of each


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recordings of one tone each, 0.3 to 0.8 s long, at very different levels."""
    place = tmp_path_factory.mktemp("mixtures")
    for name, pitch in PITCHES.items():
        for i in range(RECORDINGS):
            wave = sine(pitch, 0.3 + 0.5 * i / RECORDINGS) * 10 ** (-i / 10)
            write(place / "recordings" / name / f"{i}.wav", wave, RATE)
    return place


def mixed(place: Path, *words: str) -> Dataset:
    return experiment(
        "data=mixtures",
        "data.dataset=folder",
        f"data.root={place}/recordings",
        f"paths.store={place}/store",
        f"paths.outputs={place}/out",
        f"data.simulation_rate={RATE}",
        "data.duration=0.5",
        "data.size=45",
        "data.folds=3",
        *words,
    ).dataset


def levels_of(clip: Clip) -> dict[str, float]:
    """The amplitude of each tone, dB, averaged over the mixture."""
    wave, _ = soundfile.read(clip.path)
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave))))
    at = {name: round(pitch * len(wave) / RATE) for name, pitch in PITCHES.items()}
    return {
        name: 20 * np.log10(spectrum[k - 3 : k + 4].max() + 1e-9)
        for name, k in at.items()
    }


def test_a_mixture_holds_what_its_labels_say(place: Path) -> None:
    clips = mixed(place, "data.level=[-3,0]").collection.clips
    sizes = set()
    for clip in clips:
        labels = clip.label.split("|")
        sizes.add(len(labels))
        level = levels_of(clip)
        loudest = max(level.values())
        present = {name for name in PITCHES if level[name] > loudest - 25}
        assert present == set(labels), level
        wave, _ = soundfile.read(clip.path)
        assert len(wave) == RATE / 2 and np.abs(wave).max() == pytest.approx(
            0.5, abs=1e-3
        )
    assert sizes == {1, 2, 3}


def test_the_count_is_a_setting(place: Path) -> None:
    clips = mixed(place, "data.count=[1,1]").collection.clips
    assert {clip.label for clip in clips} == set(PITCHES)


def test_recordings_of_one_set_are_in_no_other_and_teams_are_groups(
    place: Path,
) -> None:
    data = mixed(place)
    splits = {clip.fold: split for clip, split, _ in data.recordings}
    assert sorted(splits.values()) == ["test", "train", "val"]
    assert all(clip.group.startswith(f"{clip.fold}_") for clip in data.collection.clips)
    assert len({clip.group for clip in data.collection.clips}) == 9  # of 6 recordings
    assert data.spec.target == "tags" and data.spec.classes == ("high", "low", "mid")
    assert data.collection.origin == "simulated" and "MIXED" in data.collection.about


def test_splits_of_the_data_are_those_of_the_mixtures(place: Path) -> None:
    rows = [("path", "label", "split", "group")]
    for name in PITCHES:
        for i in range(RECORDINGS):
            split = ("train", "val", "test")[i % 3]
            rows.append((f"recordings/{name}/{i}.wav", name, split, f"{i}"))
    with (place / "clips.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    words = ("data.dataset=csv", f"data.table={place}/clips.csv")
    clips = mixed(place, *words).collection.clips
    assert {clip.split for clip in clips} == {"train", "val", "test"}


def test_mixtures_are_kept_and_follow_from_the_settings(place: Path) -> None:
    first = mixed(place).collection.clips
    again = mixed(place).collection.clips
    other = mixed(place, "data.simulation_seed=1").collection.clips
    assert again == first
    assert [clip.label for clip in other] != [clip.label for clip in first]


def test_folds_that_share_a_recording_are_refused(place: Path) -> None:
    rows = [("path", "label", "fold")]
    for name in PITCHES:
        for i in range(RECORDINGS):
            rows.append((f"recordings/{name}/{i}.wav", name, i % 3))
    rows.append(("recordings/low/0.wav", "low", 1))
    with (place / "torn.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    words = ("data.dataset=csv", f"data.table={place}/torn.csv")
    with pytest.raises(UserError, match="The sets overlap"):
        _ = mixed(place, *words).collection


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("data.count=[3,1]",), r"data.count=\[3,1\] ends before it begins"),
        (("data.dataset=esc11",), "There is no data.dataset=esc11; did you mean"),
        (("data.dataset=csv",), "name it with data.table="),
        (("data.count=[0,1]",), "data.count"),
    ],
)
def test_what_can_not_be_mixed_is_refused(
    place: Path, words: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        _ = mixed(place, *words).collection
