"""Rooms as a data set: kept once, resumed after a kill, drawn anew for each epoch where that is
asked for."""

import csv
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from array_files import load
from conftest import noise, write
from omegaconf import OmegaConf
from running import CONFIGS

from auris.acoustics.arrays import unit_vector
from auris.core.errors import UserError
from auris.core.instantiate import to_plain
from auris.data.dataset import Dataset
from auris.data.module import AudioDataModule
from auris.data.settings import DataSettings
from auris.data.simulation import writer
from auris.data.sources.rooms import Rooms
from auris.data.summary import describe_data
from auris.tasks.localization.targets import DirectionTargets
from auris.tasks.regression.targets import NumberTargets

SMALL = {
    "duration": 0.1,
    "room": [[3.0, 4.0], [3.0, 4.0], 2.5],
    "rt60": 0.15,
    "distance": [0.5, 1.5],
    "absorption_spread": 0.3,
    "simulation_rate": 8000,
    "train_size": 5,
    "val_size": 2,
    "test_size": 4,
    "pre_roll": 0.0,
    "array": load("circular4"),
}
CPU = torch.device("cpu")
GRID = {"rt60": [0.15, 0.2], "snr": [-5.0, 10.0]}


def rooms(store: Path, **changes: Any) -> Rooms:
    """Small scenes, with what `data=rooms` says of everything else."""
    usual = to_plain(OmegaConf.load(CONFIGS / "data" / "rooms.yaml").data)
    names = {field.name for field in fields(Rooms)}
    return Rooms(
        **{
            key: value
            for key, value in {**usual, **SMALL, "store": str(store), **changes}.items()
            if key in names
        }
    )


def data(source: Rooms, store: Path) -> Dataset:
    settings = {
        "sample_rate": None,
        "channels": None,
        "duration": 0.1,
        "padding": "zeros",
        "fold": 1,
        "folds": 5,
        "split_seed": 0,
        "batch_size": 3,
        "micro_batch_size": 3,
    }
    return Dataset(
        source, DirectionTargets(), DataSettings(**settings), store, source.array
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rooms")


@pytest.fixture(scope="module")
def kept(store: Path) -> Rooms:
    """Scenes that are simulated, with a grid to test on."""
    source = rooms(store, grid=GRID)
    source.collect()
    return source


def test_each_scene_is_a_clip_of_its_own_room(kept: Rooms) -> None:
    clips = kept.collect().clips
    assert [clip.split for clip in clips] == ["train"] * 5 + ["val"] * 2 + ["test"] * 4
    assert (
        len({clip.group for clip in clips})
        == len({clip.cell("scene") for clip in clips})
        == 11
    )
    for clip in clips:
        info = soundfile.info(clip.path)
        assert (info.channels, info.samplerate, info.frames) == (4, 8000, 800)
        size, source, centre = np.split(
            np.array(clip.cell("scene").split()[:9], float), 3
        )
        assert ((source > 0) & (source < size) & (centre > 0) & (centre < size)).all()
        assert float(clip.cell("distance")) == pytest.approx(
            np.linalg.norm(source - centre), abs=2e-3
        )


def test_the_combinations_of_the_grid_take_turns_and_are_named(kept: Rooms) -> None:
    clips = kept.collect().clips
    assert [clip.cell("section") for clip in clips[-4:]] == [
        "rt60_0.15_snr_-5.0",
        "rt60_0.15_snr_10.0",
        "rt60_0.2_snr_-5.0",
        "rt60_0.2_snr_10.0",
    ]
    assert [float(clip.cell("snr")) for clip in clips[-4:]] == [-5, 10, -5, 10]
    assert {clip.cell("section") for clip in clips[:-4]} == {""}


def test_what_is_kept_is_what_is_said(kept: Rooms, store: Path) -> None:
    """Targets of the data set are those of the table, and sets share no scene."""
    opened = data(kept, store)
    assert (
        opened.spec.channels == 4
        and opened.spec.samples == 800
        and len(opened.spec.values_of("section")) == 5
    )
    assert opened.target.shape == (11, 7)
    with (kept.folder / "clips.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    angles = torch.tensor(
        [[float(row["azimuth"]), float(row["elevation"])] for row in rows]
    )
    torch.testing.assert_close(opened.target[:, :3], unit_vector(*angles.T))
    assert len({row["rt60"] for row in rows}) > 8  # measured on each
    description = describe_data(opened)
    assert "SIMULATED" in description and "azimuths from" in description
    waves = opened.store.wave.flatten(1)
    assert (torch.corrcoef(waves) - torch.eye(11)).abs().max() < 0.9


def test_scenes_are_made_once_and_others_elsewhere(
    kept: Rooms, store: Path, monkeypatch
) -> None:
    monkeypatch.setattr(Rooms, "render", None)
    assert rooms(store, grid=GRID, online=True).collect() == kept.collect()
    others = [
        {"simulation_seed": 1},
        {"rt60": 0.2},
        {"sounds": ["talk"]},
        {"train_size": 6},
        {"array": load("pair")},
    ]
    folders = {rooms(store, grid=GRID, **other).folder for other in others}
    assert len(folders | {kept.folder}) == 6


def test_other_recordings_give_other_scenes(tmp_path: Path) -> None:
    for i in range(3):
        write(tmp_path / "dry" / f"{i}.wav", noise(i, 0.5))
    first = rooms(tmp_path, dry_folder=str(tmp_path / "dry")).folder
    assert rooms(tmp_path, dry_folder=str(tmp_path / "dry")).folder == first
    write(tmp_path / "dry" / "3.wav", noise(3, 0.5))
    assert rooms(tmp_path, dry_folder=str(tmp_path / "dry")).folder != first


def test_a_simulation_that_was_killed_goes_on_with_what_is_there(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(writer, "CLIPS_AT_ONCE", 2)
    source = rooms(tmp_path)
    render_scene = Rooms.render_scene
    made: list[tuple[str, int]] = []

    def killed(self: Rooms, split: str, number: int) -> Any:
        made.append((split, number))
        if made.count(("test", 3)) == 1 and made[-1] == ("test", 3):
            raise KeyboardInterrupt
        return render_scene(self, split, number)

    monkeypatch.setattr(Rooms, "render_scene", killed)
    with pytest.raises(KeyboardInterrupt):
        source.collect()
    assert len(list(source.folder.glob("part_*"))) == 5
    clips = source.collect().clips
    assert made.count(("test", 3)) == 2 and len(made) == 12
    assert len(clips) == 11
    assert not list(source.folder.glob("part_*")) and not list(
        source.folder.glob("*.tmp")
    )


def test_a_dry_room_has_no_reverberation_time(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(
        "auris.data.simulation.scenes.measured_rt60",
        lambda response, rate: torch.full((len(response),), torch.nan),
    )
    clips = rooms(tmp_path, train_size=1, val_size=1, test_size=1).collect().clips
    assert all(
        not clip.cell("rt60") and float(clip.cell("distance")) > 0 for clip in clips
    )


def test_new_scenes_each_epoch_and_the_same_ones_when_it_is_resumed(
    store: Path,
) -> None:
    source = rooms(store, online=True, grid=GRID)
    opened = data(source, store)
    batches = AudioDataModule(opened, seed=3)
    loader = batches.train_dataloader()

    def heard(epoch: int) -> dict[int, tuple[torch.Tensor, torch.Tensor]]:
        loader.set_epoch(epoch)
        batches = [batch for step in loader for batch in step]
        assert all(batch.fresh for batch in batches)
        return {
            i: pair
            for batch in batches
            for i, *pair in zip(
                batch.index.tolist(), batch.wave, batch.target, strict=True
            )
        }

    first, second, again = heard(0), heard(1), heard(1)
    assert set(first) == set(batches.train_clips.tolist())
    kept = opened.store.wave
    for i, (wave, target) in first.items():
        assert wave.shape == (4, 800) and target.shape == (7,) and target[-1] == 0
        assert not torch.allclose(target[:3], second[i][1][:3])
        assert wave.abs().max() == pytest.approx(
            kept[i].abs().max().item(), abs=1e-3
        )  # as loud as those that are kept
        torch.testing.assert_close(second[i][0], again[i][0], atol=1e-4, rtol=0)
        torch.testing.assert_close(second[i][1], again[i][1])
    # of which statistics are taken
    assert not any(batch.fresh for batch in batches.full_batch())
    assert not any(batch.fresh for step in batches.val_dataloader() for batch in step)


def test_scenes_that_are_drawn_have_directions_alone(store: Path) -> None:
    opened = data(rooms(store, online=True), store)
    opened.targets = NumberTargets(["rt60"])
    with pytest.raises(
        UserError, match="direction alone.*number; choose data.online=false"
    ):
        _ = opened.store


def test_sets_have_seeds_of_their_own(store: Path) -> None:
    source = rooms(store)
    drawn = [
        source.render(name, [[0, 0]], [source.distribution], CPU)[0].direction
        for name in ("train", "val", "test")
    ]
    other = source.render("train", [[1, 0]], [source.distribution], CPU)[0].direction
    assert len({tuple(d[0].tolist()) for d in (*drawn, other)}) == 4


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"array": None}, "array=circular6"),
        ({"grid": {"rt61": [0.2]}}, "data.grid.rt61"),
        ({"grid": {"rt60": 0.2}}, "data.grid.rt60=0.2 should be a list"),
        ({"grid": {"snr": [[3, 1]]}}, "data.snr"),
        ({"online": True, "sample_rate": 16000}, "data.simulation_rate"),
    ],
)
def test_settings_that_cannot_be(
    tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        rooms(tmp_path, **changes)
