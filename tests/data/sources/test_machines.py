"""Recordings of machines: what folders and DCASE's names say, and what must not train."""

from pathlib import Path

import pytest
from conftest import noise, write

from auris.core.errors import UserError
from auris.data.clips import Clip
from auris.data.sources.base import Source
from auris.data.sources.machines import DcaseTask2, NormalAbnormal
from auris.tasks.anomaly.targets import AnomalyTargets


def tree(root: Path, *names: str) -> Path:
    """Recordings under these names, no two alike."""
    for i, name in enumerate(names):
        write(root / name, noise(i, 0.05))
    return root


def pair(root: Path, normal: int = 6, abnormal: int = 2, odd: str = "abnormal") -> Path:
    """A folder of normal recordings and one of others."""
    return tree(
        root,
        *(f"normal/{i:02}.wav" for i in range(normal)),
        *(f"{odd}/{i:02}.wav" for i in range(abnormal)),
    )


def facts(source: Source, root: Path) -> dict[str, tuple[str | None, ...]]:
    """Of each recording: label, split, section and domain."""
    clips = source.collect().clips
    assert all(clip.group == str(clip.path) for clip in clips)
    return {
        str(clip.path.relative_to(root)): (
            clip.label,
            clip.split,
            clip.cell("section"),
            clip.cell("domain"),
        )
        for clip in clips
    }


@pytest.mark.parametrize("odd", ["abnormal", "anomaly", "anomalous", "Abnormal"])
def test_two_folders_say_what_is_normal(tmp_path: Path, odd: str) -> None:
    found = facts(NormalAbnormal(str(pair(tmp_path, 2, 1, odd))), tmp_path)
    assert found == {
        "normal/00.wav": ("normal", None, "", ""),
        "normal/01.wav": ("normal", None, "", ""),
        f"{odd}/00.wav": ("abnormal", None, "", ""),
    }


def test_folders_above_a_pair_are_its_section(tmp_path: Path) -> None:
    names = [
        f"fan/id_0{i}/{label}/deep/00.wav"
        for i in (0, 2)
        for label in ("normal", "abnormal")
    ]
    found = facts(
        NormalAbnormal(str(tree(tmp_path, *names, "fan/stray.wav"))), tmp_path
    )
    assert list(found) == [names[1], names[0], names[3], names[2]]
    assert [section for _, _, section, _ in found.values()] == 2 * ["fan/id_00"] + 2 * [
        "fan/id_02"
    ]
    inner = tmp_path / "fan"
    assert {
        section
        for _, _, section, _ in facts(NormalAbnormal(str(inner)), inner).values()
    } == {
        "id_00",
        "id_02",
    }


def test_the_first_normal_recordings_of_each_section_train(tmp_path: Path) -> None:
    for section, count in {"a": 5, "b": 7}.items():
        pair(tmp_path / section, count)
    found = facts(NormalAbnormal(str(tmp_path), train_size=4), tmp_path)
    assert {name for name, (_, split, _, _) in found.items() if split == "train"} == {
        f"{section}/normal/0{i}.wav" for section in "ab" for i in range(4)
    }
    assert {split for label, split, _, _ in found.values() if label == "abnormal"} == {
        "test"
    }


def test_ten_recordings_train_and_validate(tmp_path: Path) -> None:
    """As with the recordings of a MIMII fan, of which the first ten train."""
    clips = NormalAbnormal(str(pair(tmp_path, 20, 20)), train_size=10).collect().clips
    view = AnomalyTargets("normal")
    sets = view.split_clips(clips, fold=1, folds=5, seed=0)
    view.check_splits(sets, clips)
    assert view.summarize_clips(sets, clips) == "8 train, 2 val, 10 + 20 anomalous test"
    assert {
        c.path.name for c, name in zip(clips, sets, strict=True) if name != "test"
    } == {f"{i:02}.wav" for i in range(10)}


@pytest.mark.parametrize(
    ("names", "size", "says"),
    [
        (
            ["abnormal/0.wav", "norm/0.wav"],
            None,
            "No folder normal with recordings is in",
        ),
        (
            ["normal/0.wav", "odd/0.wav"],
            None,
            "No folder abnormal with recordings is in",
        ),
        (
            ["normal/0.txt.wav", "abnormal/0.txt"],
            None,
            "No folder abnormal with recordings is in",
        ),
        (
            ["normal/normal_1.wav", "normal/Anomaly_0.wav", "abnormal/0.wav"],
            None,
            "Anomaly_0.wav is among the normal",
        ),
        (
            ["normal/x/abnormal_1.wav", "abnormal/0.wav"],
            None,
            "abnormal_1.wav is among the normal recordings",
        ),
        (
            ["normal/anomalous/1.wav", "abnormal/0.wav"],
            None,
            "1.wav is among the normal recordings, but its name says",
        ),
        (
            ["normal/0.wav", "normal/1.wav", "abnormal/0.wav"],
            2,
            "data.train_size=2 should leave some of the 2 normal recordings",
        ),
        (
            ["a/normal/0.wav", "a/normal/1.wav", "b/normal/1.wav", "b/abnormal/0.wav"],
            1,
            "of the 1 normal recordings",
        ),
    ],
)
def test_folders_that_do_not_say_enough_are_refused(
    tmp_path: Path, names: list[str], size: int | None, says: str
) -> None:
    tree(tmp_path, *(name for name in names if name.endswith(".wav")))
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
    with pytest.raises(UserError, match=says):
        NormalAbnormal(str(tmp_path), size).collect()


@pytest.mark.parametrize("source", [NormalAbnormal, DcaseTask2])
def test_a_missing_root_is_refused(source: type[NormalAbnormal | DcaseTask2]) -> None:
    with pytest.raises(
        UserError, match="There is no folder .*nowhere; data.root must name"
    ):
        source("nowhere").collect()


SCHEMES = {  # of each year: recordings with what they are, and others that say nothing
    2020: (
        {
            "fan/train/normal_id_00_00000000.wav": ("normal", "train", "fan/id_00", ""),
            "fan/train/normal_id_00_00000999.wav": ("normal", "train", "fan/id_00", ""),
            "fan/test/normal_id_00_00000000.wav": ("normal", "test", "fan/id_00", ""),
            "fan/test/anomaly_id_00_00000000.wav": ("anomaly", "test", "fan/id_00", ""),
            "ToyCar/train/normal_id_01_00000000.wav": (
                "normal",
                "train",
                "ToyCar/id_01",
                "",
            ),
            "ToyCar/test/normal_id_01_00000349.wav": (
                "normal",
                "test",
                "ToyCar/id_01",
                "",
            ),
            "ToyCar/test/anomaly_id_01_00000263.wav": (
                "anomaly",
                "test",
                "ToyCar/id_01",
                "",
            ),
        },
        ["fan/test/id_01_00000000.wav"],
    ),
    2021: (
        {
            "fan/train/section_00_source_train_normal_0000_strength_1_ambient.wav": (
                "normal",
                "train",
                "fan/section_00",
                "source",
            ),
            "fan/train/section_00_target_train_normal_0002_strength_0_factory.wav": (
                "normal",
                "train",
                "fan/section_00",
                "target",
            ),
            "fan/source_test/section_00_source_test_normal_0099.wav": (
                "normal",
                "test",
                "fan/section_00",
                "source",
            ),
            "fan/source_test/section_00_source_test_anomaly_0000.wav": (
                "anomaly",
                "test",
                "fan/section_00",
                "source",
            ),
            "fan/target_test/section_00_target_test_normal_0000.wav": (
                "normal",
                "test",
                "fan/section_00",
                "target",
            ),
            "fan/target_test/section_00_target_test_anomaly_0003.wav": (
                "anomaly",
                "test",
                "fan/section_00",
                "target",
            ),
        },
        ["fan/source_test/section_03_source_test_0000.wav"],
    ),
    2022: (
        {
            "dev_data/bearing/train/section_01_source_train_normal_0025_vel_6_loc_B.wav": (
                "normal",
                "train",
                "bearing/section_01",
                "source",
            ),
            "dev_data/bearing/test/section_01_source_test_normal_0000_vel_1.5.wav": (
                "normal",
                "test",
                "bearing/section_01",
                "source",
            ),
            "dev_data/bearing/test/section_01_target_test_anomaly_0049_vel_4_loc_E.wav": (
                "anomaly",
                "test",
                "bearing/section_01",
                "target",
            ),
        },
        [
            "eval_data/bearing/test/section_03_test_0000.wav",
            "dev_data/bearing/train/normal.wav",
        ],
    ),
    2023: (
        {
            "dev_data/raw/fan/train/section_00_source_train_normal_0000_m-n_W.wav": (
                "normal",
                "train",
                "fan/section_00",
                "source",
            ),
            "dev_data/raw/fan/test/section_00_target_test_normal_0001_m-n_X.wav": (
                "normal",
                "test",
                "fan/section_00",
                "target",
            ),
            "dev_data/raw/fan/test/section_00_target_test_anomaly_0001_m-n_Z.wav": (
                "anomaly",
                "test",
                "fan/section_00",
                "target",
            ),
        },
        [
            "eval_data/raw/Vacuum/train/section_00_source_train_normal_0000_pat_1.wav",
            "eval_data/raw/Vacuum/test/section_00_0001.wav",
        ],
    ),
    2024: (
        {
            "ToyTrain/train/section_00_source_train_normal_0000_noAttribute.wav": (
                "normal",
                "train",
                "ToyTrain/section_00",
                "source",
            ),
            "ToyTrain/test_rename/section_00_source_test_normal_0001_.wav": (
                "normal",
                "test",
                "ToyTrain/section_00",
                "source",
            ),
            "ToyTrain/test_rename/section_00_target_test_anomaly_0200_car_A2.wav": (
                "anomaly",
                "test",
                "ToyTrain/section_00",
                "target",
            ),
        },
        ["ToyTrain/test/section_00_0001.wav"],
    ),
    2025: (
        {
            "gearbox/train/section_00_target_train_normal_0009_volt_1_wt_0.wav": (
                "normal",
                "train",
                "gearbox/section_00",
                "target",
            ),
            "gearbox/test/section_00_source_test_normal_0000_volt_2_wt_1.wav": (
                "normal",
                "test",
                "gearbox/section_00",
                "source",
            ),
            "gearbox/test/section_00_source_test_anomaly_0000_volt_2_wt_1.wav": (
                "anomaly",
                "test",
                "gearbox/section_00",
                "source",
            ),
        },
        [
            "gearbox/supplemental/section_00_noise_supplemental_normal_0000.wav",
            "gearbox/supplemental/section_00_machine_0001_.wav",
        ],
    ),
}


@pytest.mark.parametrize("year", SCHEMES)
def test_names_of_each_year_are_understood(tmp_path: Path, year: int) -> None:
    named, others = SCHEMES[year]
    source = DcaseTask2(str(tree(tmp_path, *named, *others)))
    assert facts(source, tmp_path) == named
    assert (
        f"({len(others)} left out for lack of a label, or of a section"
        in source.collect().about
    )


def machines(root: Path, *names: str) -> Path:
    """Machines of one section each, as of 2020."""
    parts = (
        "train/normal_id_00_0.wav",
        "test/normal_id_00_0.wav",
        "test/anomaly_id_00_0.wav",
    )
    return tree(root, *(f"{name}/{part}" for name in names for part in parts))


def test_the_folder_of_one_machine_is_a_data_set_too(tmp_path: Path) -> None:
    root = machines(tmp_path, "fan", "pump") / "fan"
    assert {
        section for _, _, section, _ in facts(DcaseTask2(str(root)), root).values()
    } == {"fan/id_00"}


@pytest.mark.parametrize(
    ("chosen", "sections"),
    [(None, "fan pump slider"), ("pump", "pump"), (["fan", "slider"], "fan slider")],
)
def test_machines_may_be_chosen(
    tmp_path: Path, chosen: str | list[str] | None, sections: str
) -> None:
    collection = DcaseTask2(
        str(machines(tmp_path, "fan", "pump", "slider")), chosen
    ).collect()
    assert {clip.cell("section") for clip in collection.clips} == {
        f"{name}/id_00" for name in sections.split()
    }
    assert collection.about == f"recordings of DCASE Task 2 in {tmp_path}"


def test_a_section_without_training_or_labelled_test_recordings_is_left_out(
    tmp_path: Path,
) -> None:
    machines(tmp_path, "fan")
    tree(
        tmp_path,
        "fan/train/normal_id_01_0.wav",
        "fan/test/normal_id_02_0.wav",
        "fan/test/anomaly_id_02_0.wav",
    )
    collection = DcaseTask2(str(tmp_path)).collect()
    assert {clip.cell("section") for clip in collection.clips} == {"fan/id_00"}
    assert "(3 left out for lack of a label, or of a section" in collection.about


@pytest.mark.parametrize(
    ("name", "chosen", "says"),
    [
        (
            "fan/train/anomaly_id_00_1.wav",
            None,
            "anomaly_id_00_1.wav is in a training folder, but its name says",
        ),
        (
            "fan/train/section_00_target_train_anomaly_0001_x.wav",
            None,
            "anomaly_0001_x.wav is in a training folder",
        ),
        (
            "fan/test/normal_id_00_1.wav",
            "fam",
            "There is no data.machine=fam in .*; did you mean fan",
        ),
        (
            "fan/test/normal_id_00_1.wav",
            ["fan", "pumps"],
            "There is no data.machine=pumps in .*; Choices: fan",
        ),
    ],
)
def test_what_does_not_fit_the_names_is_refused(
    tmp_path: Path, name: str, chosen: str | list[str] | None, says: str
) -> None:
    tree(machines(tmp_path, "fan"), name)
    with pytest.raises(UserError, match=says):
        DcaseTask2(str(tmp_path), chosen).collect()


def test_other_recordings_are_no_data_set_of_dcase(tmp_path: Path) -> None:
    tree(tmp_path, "normal/1.wav", "fan/train/normal_id_00_0.wav")
    with pytest.raises(
        UserError,
        match="has no machine with folders train and test whose recordings are named as in",
    ):
        DcaseTask2(str(tmp_path)).collect()


def test_the_real_fan_has_its_twenty_normal_recordings(real: Path) -> None:
    clips: list[Clip] = (
        NormalAbnormal(str(real / "mimii_fan"), train_size=10).collect().clips
    )
    assert [clip.path.stem for clip in clips if clip.split == "train"] == [
        f"{i:08}" for i in range(10)
    ]
    assert len(clips) == 40
