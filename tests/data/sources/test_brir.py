"""Scenes of a head: from a small made-up SOFA file, and from the measured ones where they are."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from conftest import SHARED
from running import experiment

from auris.acoustics.arrays import Array, azimuth_elevation, unit_vector
from auris.acoustics.reverberation import measured_rt60
from auris.core import packages
from auris.core.errors import UserError
from auris.data.sources.brir import Brir
from auris.data.sources.sofa import read_sofa

RATE = 16000
AZIMUTHS = (270.0, 330.0, 0.0, 30.0, 90.0)  # counter-clockwise, as AES69 has them
EAR = 8  # samples by which the far ear is late at 90 degrees
HEAD = Array([[0, 0.09, 0], [0, -0.09, 0]])
ANECHOIC, ROOM = "UniS_Anechoic_BRIR_16k.sofa", "UniS_Room_A_BRIR_16k.sofa"


def responses(tail: float = 0.0) -> np.ndarray:
    """Pulses (M, 2, 200), later and weaker at the ear that is farther away, and noise that is
    `tail` times as loud."""
    made = tail * np.random.default_rng(0).standard_normal((len(AZIMUTHS), 2, 200))
    for row, left in zip(made, np.sin(np.radians(AZIMUTHS)), strict=True):
        row[0, round(20 - EAR * left / 2)] += 1 + 0.5 * left
        row[1, round(20 + EAR * left / 2)] += 1 - 0.5 * left
    return made


def sofa(
    path: Path, made: np.ndarray | None = None, rate: float = RATE, **others: object
) -> Path:
    """A file as SimpleFreeFieldHRIR asks for it, with other values or attributes where they are
    named."""
    made = responses() if made is None else made
    place = np.stack(
        [AZIMUTHS, np.zeros(len(AZIMUTHS)), np.full(len(AZIMUTHS), 1.5)], 1
    )
    parts = {
        "Data.IR": made,
        "Data.SamplingRate": [rate],
        "Data.Delay": np.zeros((1, 2)),
        "SourcePosition": place,
    }
    with h5py.File(path, "w") as file:
        file.attrs["SOFAConventions"] = others.pop(
            "convention", np.bytes_("SimpleFreeFieldHRIR")
        )
        for name, values in {**parts, **others}.items():
            if values is not None:
                file[name] = values
        if "SourcePosition" in file:
            file["SourcePosition"].attrs["Type"] = "spherical"
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Small files: a dry head, and one in a room."""
    sofa(tmp_path / "dry.sofa")
    sofa(tmp_path / "room.sofa", responses(tail=0.02))
    return tmp_path


SETTINGS = {
    "train": ["dry.sofa"],
    "test": ["room.sofa"],
    "clockwise": False,
    "duration": 0.1,
    "sounds": ["bursts"],
    "dry_folder": None,
    "train_size": 6,
    "val_size": 5,
    "test_size": 5,
    "simulation_seed": 0,
    "rt60": [0.2, 0.4],
    "drr": [-5.0, 15.0],
    "snr": [0.0, 30.0],
    "pre_roll": [0.0, 0.1],
}


def brir(folder: Path, **others: object) -> Brir:
    return Brir(
        **{
            **SETTINGS,
            "store": f"{folder}/store",
            "root": str(folder),
            "array": HEAD,
            **others,
        }
    )


def test_a_file_is_read_as_it_was_written(tmp_path):
    made = responses(0.1)
    measured = read_sofa(sofa(tmp_path / "a.sofa", made))
    np.testing.assert_allclose(measured.responses, made, rtol=1e-6)
    assert measured.azimuth.tolist() == list(AZIMUTHS) and measured.rate == RATE
    assert measured.distance.tolist() == [1.5] * len(AZIMUTHS)


@pytest.mark.parametrize(
    ("others", "said"),
    [
        (
            {"convention": "SingleRoomDRIR"},
            "should be a SOFA file of convention SimpleFreeFieldHRIR",
        ),
        ({"made": responses()[:, :1]}, "two ears"),
        ({"made": responses()[:, [0, 1, 1]]}, "two ears"),
        ({"made": 0 * responses()}, "silent"),
        ({"made": responses()[:, ::-1]}, "choose data.clockwise=true"),
        ({"rate": 16000.5}, "sampling rate"),
        ({"SourcePosition": np.zeros((3, 3))}, "spherical SourcePosition"),
        ({"SourcePosition": None}, "is not a SOFA file"),
        ({"Data.Delay": np.ones((1, 2))}, "Data.Delay"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path, others, said):
    with pytest.raises(UserError, match=said):
        read_sofa(sofa(tmp_path / "a.sofa", **others))


def test_no_file_and_no_sofa_file_are_refused(tmp_path):
    with pytest.raises(UserError, match="There is no .*data.root"):
        read_sofa(tmp_path / "none.sofa")
    (tmp_path / "text.sofa").write_text("Data.IR")
    with pytest.raises(UserError, match="is not a SOFA file"):
        read_sofa(tmp_path / "text.sofa")


def test_files_of_two_rates_and_arrays_without_ears_are_refused(folder):
    sofa(folder / "room.sofa", rate=44100)
    with pytest.raises(UserError, match=r"sampling rates of \[16000, 44100\] Hz"):
        brir(folder).collect()
    with pytest.raises(
        UserError, match="two ears and this array 4 microphones; choose array=head"
    ):
        brir(folder, array=Array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]))
    with pytest.raises(UserError, match=r"data.test=\[\] should be a list of 1 to"):
        experiment("data=brir", "data.test=[]").check_settings()


def test_a_run_gets_directions_of_both_files(folder):
    numbers = [
        f"data.{name}={SETTINGS[name]}"
        for name in ("train_size", "val_size", "test_size", "duration")
    ]
    data = experiment(
        "data=brir",
        f"data.root={folder}",
        "data.train=[dry.sofa]",
        "data.test=[room.sofa]",
        "data.clockwise=false",
        f"paths.store={folder}/store",
        *numbers,
    ).dataset
    assert (
        data.spec.channels == 2
        and data.spec.sample_rate == RATE
        and data.spec.samples == 1600
    )
    wanted = unit_vector(torch.tensor(AZIMUTHS), torch.zeros(5))
    for name in ("val", "test"):
        torch.testing.assert_close(
            data.target[data.indices(name), :3], wanted, atol=1e-5, rtol=0
        )
    assert len(data.indices("train")) == 6


def test_a_scene_is_the_same_alone_and_no_two_sets_hear_the_same(folder):
    first, again = brir(folder), brir(folder, train_size=30)
    assert torch.equal(
        first.render_scene("train", 3)[0].wave, again.render_scene("train", 3)[0].wave
    )
    assert not torch.equal(
        first.render_scene("train", 3)[0].wave, first.render_scene("val", 3)[0].wave
    )
    assert first.folder != again.folder


def test_other_files_make_other_scenes(folder):
    before = brir(folder).folder
    sofa(folder / "room.sofa", responses(tail=0.03))
    assert brir(folder).folder != before


def test_the_near_ear_is_louder_and_earlier(folder):
    source = brir(folder, snr=60.0)
    for number, azimuth in enumerate(AZIMUTHS):
        heard, _ = source.render_scene("test", number)
        left, right = heard.wave[0]
        lags = torch.arange(-10, 11)
        match = torch.stack(
            [(left[20:-20] * right.roll(-int(lag))[20:-20]).sum() for lag in lags]
        )
        side = np.sin(np.radians(azimuth))
        assert int(lags[match.argmax()]) == pytest.approx(EAR * side, abs=1.01)
        assert float((left.square().sum() / right.square().sum()).log()) * side >= -1e-3
        assert float(azimuth_elevation(heard.direction)[0]) == pytest.approx(
            (azimuth + 180) % 360 - 180, abs=1e-3
        )


def test_late_reverberation_decays_as_asked_and_is_as_loud_as_asked(folder):
    source = brir(folder, rt60=0.4, drr=3.0)
    dry = source.measured["train"].responses[[2]]
    wet = source.add_reverberation(np.random.default_rng(0), dry)
    late = wet[..., dry.shape[2] :]
    torch.testing.assert_close(wet[..., : dry.shape[2]], dry)
    assert float(
        10 * (dry.square().sum() / late.square().sum()).log10()
    ) == pytest.approx(3, abs=1e-3)
    assert float(measured_rt60(late[0, 0], RATE)) == pytest.approx(0.4, rel=0.1)


def test_late_reverberation_has_the_coherence_of_the_files_directions(folder):
    source = brir(folder)
    made = torch.fft.rfft(torch.from_numpy(responses()), source.late_samples)[
        ..., 100
    ]  # (M, 2) at one frequency
    wanted = torch.einsum("mi,mj->ij", made, made.conj()) / len(AZIMUTHS)
    torch.testing.assert_close(
        source.mix[100] @ source.mix[100].mH, wanted, atol=1e-6, rtol=0
    )


@pytest.mark.skipif(
    not (SHARED / "brir" / ANECHOIC).is_file(),
    reason="the measured responses are not here",
)
def test_the_measured_files_run_clockwise_and_room_a_is_what_it_is():
    root = SHARED / "brir"
    with pytest.raises(UserError, match="choose data.clockwise=true"):
        read_sofa(root / ANECHOIC)
    for name in (ANECHOIC, ROOM):
        measured = read_sofa(root / name, clockwise=True)
        assert measured.responses.shape[:2] == (37, 2) and measured.rate == RATE
    times = measured_rt60(measured.responses, RATE)
    assert times.median() == pytest.approx(
        0.32, abs=0.04
    )  # s, as its authors say (Hummersone, 2011)


def test_what_reads_sofa_files_can_be_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install .*\[sofa\]'"):
        read_sofa(tmp_path / "head.sofa")
