"""What labels are taken for: classes, or what is normal and what is not; and who may train on
what.
"""

from collections import Counter
from pathlib import Path

import pytest
from conftest import noise, write

from auris.core.errors import UserError
from auris.data.clips import Clip
from auris.data.dataset import Dataset
from auris.data.settings import DataSettings
from auris.data.simulation.gas_leak import GasLeakSimulator
from auris.data.sources.folder import Table
from auris.data.splits import check_disjoint
from auris.data.summary import describe_data
from auris.data.tables import read_table
from auris.tasks.anomaly.targets import AnomalyTargets
from auris.tasks.classification.targets import LabelTargets

SETTINGS = {
    "sample_rate": None,
    "channels": 1,
    "duration": 0.5,
    "padding": "zeros",
    "fold": 1,
    "folds": 5,
    "split_seed": 0,
    "batch_size": 4,
    "micro_batch_size": 4,
}


def clip(name: str, label: str = "normal", **facts: str | int) -> Clip:
    columns = {key: facts.pop(key) for key in ("section", "domain") if key in facts}
    return Clip(Path("/far") / name, label, columns=columns, **{"group": name, **facts})


def many(count: int, label: str = "normal", **facts: str | int) -> list[Clip]:
    section = facts.get("section", "")
    return [clip(f"{label}{section}{i}.wav", label, **facts) for i in range(count)]


def sets(
    clips: list[Clip], *known: str, fold: int = 1, folds: int = 5, seed: int = 0
) -> list[str]:
    view = AnomalyTargets("normal", known)
    found = view.split_clips(clips, fold, folds, seed)
    view.check_splits(found, clips)
    return found


def shares(clips: list[Clip], found: list[str]) -> Counter:
    return Counter(zip((clip.label for clip in clips), found, strict=True))


def test_each_label_is_a_class() -> None:
    clips = [clip(str(i), label) for i, label in enumerate(["dog", "Ant", "dog"])]
    assert LabelTargets().encode(clips).tolist() == [1, 0, 1]
    assert LabelTargets().classes_of(clips) == ("Ant", "dog")
    assert (
        LabelTargets().summarize_clips(["train", "val", "test"], clips)
        == "1 train, 1 val, 1 test; 2 classes: Ant, dog"
    )


def test_a_target_is_whether_it_is_anomalous_its_section_and_its_domain() -> None:
    clips = [
        clip("a", "hum", section="pump", domain="target"),
        clip("b", "normal", section="fan", domain="source"),
        clip("c", "normal", section="pump", domain="source"),
        clip("d", "drip", section="fan", domain="target"),
    ]
    view = AnomalyTargets("normal")
    assert view.encode(clips).tolist() == [[1, 1, 1], [0, 0, 0], [0, 1, 0], [1, 0, 1]]
    assert view.classes_of(clips) == ("drip", "hum", "normal")
    assert view.columns_of(clips) == {
        "section": ("fan", "pump"),
        "domain": ("source", "target"),
    }


def test_all_anomalies_test_where_nothing_else_is_said() -> None:
    clips = many(10) + many(7, "odd")
    found = sets(clips)
    assert shares(clips, found) == {
        ("normal", "train"): 6,
        ("normal", "val"): 2,
        ("normal", "test"): 2,
        ("odd", "test"): 7,
    }
    assert found != sets(clips, seed=1)


def test_anomalies_of_folds_that_do_not_test_are_left_out() -> None:
    clips = [
        clip(f"{label}{fold}", label, fold=fold)
        for fold in (1, 2, 3, 4)
        for label in ("normal", "odd")
    ]
    found = sets(clips, fold=2)
    assert found == ["train", "", "test", "test", "val", "", "train", ""]
    assert AnomalyTargets("normal").summarize_clips(found, clips) == (
        "2 train, 1 val, 1 + 1 anomalous test; 3 left out, as others of their fold or "
        "group train or validate"
    )


def test_an_anomaly_of_a_group_that_trains_is_left_out() -> None:
    clips = many(10) + [clip("odd", "odd"), clip("near", "odd", group="normal0.wav")]
    for fold in range(1, 6):
        found = sets(clips, fold=fold)
        assert found[10] == "test"
        assert found[11] == ("test" if found[0] == "test" else "")


def test_each_section_is_in_every_set() -> None:
    clips = (
        many(5, section="fan")
        + many(15, section="pump")
        + many(3, "odd", section="fan")
    )
    for fold in range(1, 6):
        found = sets(clips, fold=fold)
        assert Counter(found[:5]) == {"train": 3, "val": 1, "test": 1}
        assert Counter(found[5:20]) == {"train": 9, "val": 3, "test": 3}


def test_a_split_column_without_val_draws_it_from_the_normal_training_clips_of_each_section() -> (
    None
):
    clips = [
        c for name in ("fan", "pump") for c in many(10, section=name, split="train")
    ]
    clips += many(4, "odd", section="fan", split="test") + [
        clip("n", section="pump", split="test")
    ]
    found = sets(clips)
    assert Counter(found[:10]) == Counter(found[10:20]) == {"train": 8, "val": 2}
    assert found[20:] == 5 * ["test"]


def test_known_anomalies_validate_and_never_test() -> None:
    clips = many(10) + many(4, "odd")
    found = sets(clips, "odd1.wav", "far/odd3*")
    assert [name for c, name in zip(clips, found, strict=True) if c.label == "odd"] == [
        "test",
        "val",
        "test",
        "val",
    ]
    assert found[:10] == sets(clips)[:10]  # who is normal does not move


@pytest.mark.parametrize("known", ["odd1", "odd2", "odd3"])
def test_a_known_anomaly_of_any_fold_validates(known: str) -> None:
    clips = [
        clip(f"{label}{fold}", label, fold=fold)
        for fold in (1, 2, 3)
        for label in ("normal", "odd")
    ]
    clips.append(clip("last", "odd", fold=1))
    expected = {
        "normal1": "test",
        "normal2": "val",
        "normal3": "train",
        "odd1": "test",
        "odd2": "",
        "odd3": "",
    }
    expected |= {"last": "test", known: "val"}
    assert (
        dict(zip((c.group for c in clips), sets(clips, known), strict=True)) == expected
    )


def test_the_session_of_a_known_leak_leaves_the_test_set() -> None:
    """Sessions have four clips, in tests two of them with a leak."""
    clips = [
        clip(f"{name}.wav", label, group=group, split=split)
        for name, label, group, split in GasLeakSimulator(
            train_size=20, test_size=12
        ).rows
    ]
    first, known = clips[20].group, "leak-005-0021.wav"
    expected = dict(zip((c.path.name for c in clips), sets(clips), strict=True))
    assert {name for name, chosen in expected.items() if chosen == "test"} == {
        c.path.name for c in clips[20:]
    }
    expected |= {c.path.name: "" for c in clips if c.group == first} | {known: "val"}
    found = sets(clips, known)
    assert dict(zip((c.path.name for c in clips), found, strict=True)) == expected
    check_disjoint(found, clips, [[str(c.path)] for c in clips])
    assert (
        AnomalyTargets("normal", [known])
        .summarize_clips(found, clips)
        .endswith(
            "4 + 4 anomalous test; 3 left out, as others of their fold or group train or validate"
        )
    )


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_a_known_anomaly_validates_whatever_the_column_says(split: str) -> None:
    clips = [
        *many(5, split="train"),
        clip("v", split="val"),
        clip("n", split="test"),
        clip("b", "odd", split="test"),
    ]
    assert sets([*clips, clip("a", "odd", split=split)], "a") == [
        *5 * ["train"],
        "val",
        "test",
        "test",
        "val",
    ]


@pytest.mark.parametrize(
    ("clips", "known", "says"),
    [
        (
            many(9, "norml") + many(9, "odd"),
            (),
            "No recording is labelled normal, as data.normal says; did you",
        ),
        (
            many(9),
            (),
            "All recordings are labelled normal; the test set needs some that are not",
        ),
        (
            many(9) + many(3, "odd"),
            ("odd9.wav",),
            "data.known_anomalies names odd9.wav, and no anomalous",
        ),
        (
            many(9) + many(3, "odd"),
            ("normal1.wav",),
            "names normal1.wav, and no anomalous recording has that name",
        ),
        (
            many(9) + many(3, "odd"),
            ("odd*",),
            "The test set has no clip but normal ones",
        ),
        (many(4) + many(3, "odd"), (), "class normal has 4 recordings"),
        (
            many(9, section="a") + many(3, section="fan") + many(3, "odd", section="a"),
            (),
            "class normal fan has 3",
        ),
        (
            many(9, section="a") + [clip("x", "odd", section="fan")],
            (),
            "No normal clip of section fan is in the train",
        ),
        (
            many(9) + [clip("x", "odd", section="fan")],
            (),
            "Some recordings have a section and some have none",
        ),
        (
            many(9, split="train") + many(3, "odd", split="train"),
            (),
            "odd0.wav is labelled odd and in the train set",
        ),
        (
            many(9, split="train") + many(3, "odd", split="test"),
            (),
            "The test set has no normal clip",
        ),
        (
            many(9, split="test") + many(3, "odd", split="test"),
            (),
            "The train set has no normal clip",
        ),
        (
            many(3, split="train") + many(3, "odd", split="test"),
            (),
            "class normal has 3 recordings",
        ),
    ],
)
def test_data_that_can_not_be_used_is_refused_in_one_sentence(
    clips: list[Clip], known: tuple[str, ...], says: str
) -> None:
    with pytest.raises(UserError, match=says):
        sets(clips, *known)


def data(
    root: Path, rates: dict[str, int], normal: str | None = "normal", **changes: object
) -> Dataset:
    """A table of 6 normal clips and an anomalous one; `rates` in Hz of some of them."""
    lines = ["path,label,split"]
    for i, split in enumerate(["train", "train", "val", "val", "test", "test", "test"]):
        name = f"{i}.wav"
        write(root / name, noise(i, rate=rates.get(name, 8000)), rates.get(name, 8000))
        lines.append(
            f"{name},{'odd' if i == 6 or i == 0 and normal is None else 'normal'},{split}"
        )
    (root / "clips.csv").write_text("\n".join(lines))
    settings = DataSettings(**{**SETTINGS, **changes}, normal=normal)
    targets = LabelTargets() if normal is None else AnomalyTargets(normal)
    return Dataset(Table(str(root / "clips.csv")), targets, settings, root / "store")


@pytest.mark.parametrize("other", ["6.wav", "0.wav"])
def test_different_rates_are_refused_unless_one_is_given(
    tmp_path: Path, other: str
) -> None:
    with pytest.raises(
        UserError,
        match=r"rates of 8000, 16000 Hz, .* data.sample_rate=8000 resamples all of them",
    ):
        describe_data(data(tmp_path, {other: 16000}))
    assert data(tmp_path, {other: 16000}, sample_rate=8000).spec.sample_rate == 8000
    assert data(tmp_path, {}).spec.sample_rate == 8000


def test_different_rates_are_no_matter_for_classes(tmp_path: Path) -> None:
    assert data(tmp_path, {"0.wav": 16000}, normal=None).spec.sample_rate == 8000


def test_spec_and_targets_are_those_of_the_view(tmp_path: Path) -> None:
    usual = data(tmp_path, {})
    assert (usual.spec.target, usual.spec.classes, usual.spec.values_of("section")) == (
        "anomaly",
        ("normal", "odd"),
        ("",),
    )
    assert usual.target.tolist() == 6 * [[0, 0, 0]] + [[1, 0, 0]]
    assert "2 train, 2 val, 2 + 1 anomalous test." in describe_data(usual)


def test_the_fingerprint_changes_with_what_is_known(tmp_path: Path) -> None:
    def fingerprint(table: str, *known: str) -> str:
        (tmp_path / "clips.csv").write_text(table)
        source = Table(str(tmp_path / "clips.csv"))
        targets = AnomalyTargets("normal", known)
        return Dataset(
            source,
            targets,
            DataSettings(**SETTINGS, normal="normal", known_anomalies=known),
            tmp_path / "s",
        ).fingerprint

    for i in range(8):
        write(tmp_path / f"{i}.wav", noise(i))
    splits = ["train", "train", "val", "val", "test", "test", "test", "test"]
    rows = [
        f"{i}.wav,{'odd' if i > 5 else 'normal'},{split}"
        for i, split in enumerate(splits)
    ]
    table = "\n".join(["path,label,split", *rows])
    sectioned = "\n".join(["path,label,split,section", *(f"{row},fan" for row in rows)])
    assert (
        len({fingerprint(table), fingerprint(table, "7.wav"), fingerprint(sectioned)})
        == 3
    )
    assert fingerprint(table, "7.wav") == fingerprint(table, "7*")


def test_one_class_of_the_real_recordings_has_its_official_folds(real: Path) -> None:
    clips = read_table(real / "esc10/clips.csv")
    view = AnomalyTargets("rain")
    for fold in range(1, 6):
        found = view.split_clips(clips, fold, folds=5, seed=0)
        view.check_splits(found, clips)
        assert Counter(
            (name, c.label == "rain") for c, name in zip(clips, found, strict=True)
        ) == {
            ("train", True): 24,
            ("val", True): 8,
            ("test", True): 8,
            ("test", False): 72,
            ("", False): 288,
        }
        assert {
            c.fold for c, name in zip(clips, found, strict=True) if name == "test"
        } == {fold}
