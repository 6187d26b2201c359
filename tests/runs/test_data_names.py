"""Names of data: those of folders and tables, and no name for two data sets."""

from pathlib import Path

import pytest
from conftest import call, fill
from records import finished
from running import TINY, experiment, here

from auris.core.text import folder_name
from auris.runs.compare import summarize_runs
from auris.runs.configuration import is_part_of_configuration
from auris.runs.data_names import claim_name, name_data
from auris.runs.datasets import group_by_dataset
from auris.runs.find import find_runs
from auris.training.run import train


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Geräusche", "Geräusche"),
        ("Meine Aufnahmen (2)", "Meine Aufnahmen (2)"),
        ("../../etc", "etc"),
        ("..", ""),
        (".hidden", "hidden"),
        ("a/b\\c:d\n\te", "a b c d e"),
        ("x" * 99, "x" * 60),
        ("a\u202eb", "a u202eb"),
        ("\x1b[31mred", "x1b[31mred"),
    ],
)
def test_a_name_is_one_folder_that_can_be_shown(text: str, name: str) -> None:
    assert folder_name(text) == name


def named(outputs: Path, place: str, wanted: str | None = None) -> str:
    """The name of a folder of the user's own, once a run has claimed it."""
    name = name_data(outputs, place, "folder", wanted)
    claim_name(outputs / name, place)
    return name


def test_two_places_never_have_one_name(tmp_path: Path) -> None:
    assert named(tmp_path, "/a/recordings") == "recordings"
    other = named(tmp_path, "/b/recordings")
    assert other.startswith("recordings-") and len(other) == len("recordings-1a2b")
    assert named(tmp_path, "/a/recordings") == "recordings"
    assert named(tmp_path, "/b/recordings") == other
    assert named(tmp_path, "/b/recordings", "birds") == "birds"
    assert named(tmp_path, "/c", "birds").startswith("birds-")


def test_names_of_what_ships_and_of_other_folders_are_taken(tmp_path: Path) -> None:
    assert named(tmp_path, "/a/esc10").startswith("esc10-")
    assert named(tmp_path, "/a/audit").startswith("audit-")
    assert name_data(tmp_path, "esc10", "esc10") == "esc10"
    assert name_data(tmp_path, "/data/brir", "brir") == "brir"
    assert name_data(tmp_path, "/", "folder") == "data"
    (tmp_path / "older").mkdir()  # by a run that noted no place
    assert named(tmp_path, "/a/older").startswith("older-")


def test_a_table_has_a_name_without_its_ending(tmp_path: Path) -> None:
    table = tmp_path / "clips.v2.csv"
    table.touch()
    assert name_data(tmp_path / "out", str(table), "csv") == "clips.v2"


def test_each_source_says_where_its_data_is(tmp_path: Path) -> None:
    root = fill(tmp_path / "recordings")
    table = tmp_path / "clips.csv"
    table.write_text("path,label\n")
    for words, name in [
        (("data=folder", f"data.root={root}"), "recordings"),
        (("data=csv", f"data.table={table}"), "clips"),
        (("data=normal_abnormal", f"data.root={root}"), "recordings"),
        (("data=dcase_task2", f"data.root={root}"), "recordings"),
        (("data=brir", f"data.root={root}"), "recordings"),
        (("data=brir",), "brir"),
        (("data=esc10", f"data.root={root}"), "esc10"),
        (("data=one_class", "data.normal=rain"), "esc10"),
        (
            ("data=one_class", "data.normal=a", "data.dataset=folder")
            + (f"data.root={root}",),
            "recordings",
        ),
        (("data=folder", f"data.root={root}", "data.name=Vögel"), "Vögel"),
    ]:
        opened = experiment(*words, f"paths.outputs={tmp_path}/out")
        assert opened.data_name == name


def test_runs_of_two_folders_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    folders = []
    for place, words in (("a", ()), ("b", ("data.fold=2", "seed=3"))):
        fill(tmp_path / place / "recordings", each=10 if place == "a" else 12)
        run = train(
            experiment(
                "data=folder",
                *here(tmp_path),
                *TINY,
                "model=linear",
                f"data.root={tmp_path}/{place}/recordings",
                *words,
            )
        )
        folders.append(run.folder)
    first, second = folders
    assert first.parent == tmp_path / "out/recordings/linear"
    assert second.parent.parent.name.startswith("recordings-")
    assert second.name.endswith("_fold2_seed3") and "fold" not in first.name
    assert not list((tmp_path / "out").rglob("latest"))
    table = call("scripts/compare.py", str(tmp_path / "out"), "--set=val", cwd=tmp_path)
    titles = [line for line in table.stdout.splitlines() if line.startswith("## ")]
    assert [title.split(":")[0] for title in titles] == [
        "## recordings",
        f"## {second.parent.parent.name}",
    ]


def test_audits_of_two_folders_are_kept_and_found(tmp_path: Path) -> None:
    words = ("data=folder", "data.duration=0.5")
    for place in ("a", "b", "a"):
        root = fill(tmp_path / place / "recordings", each=6)
        call(
            "scripts/audit.py",
            *words,
            f"data.root={root}",
            "data.folds=3",
            cwd=tmp_path,
        )
    audits = sorted(path.parent.name for path in tmp_path.rglob("audit.json"))
    assert len(audits) == 2 and audits[0] == "recordings"
    places = [path.read_text().strip() for path in tmp_path.rglob("audit/*/place.txt")]
    assert sorted(places) == [f"{tmp_path}/a/recordings", f"{tmp_path}/b/recordings"]


def test_a_table_ranks_runs_of_one_data_set_alone(tmp_path: Path) -> None:
    finished(tmp_path / "1", 0.9, model="cnn", recordings="birds")
    finished(tmp_path / "2", 0.8, model="mlp", recordings="birds")
    finished(tmp_path / "3", 0.7, model="mlp", recordings="frogs")
    first, second = group_by_dataset(find_runs([str(tmp_path)]))
    assert [len(runs) for _, runs in (first, second)] == [2, 1]
    titles = {first[0], second[0]}
    assert titles == {"birds: birds (birds)", "birds: birds (frogs)"}
    names = [row.name for row in summarize_runs(first[1], None, "test")]
    assert names == ["birds cnn", "birds mlp"]


def test_more_training_clips_with_one_test_set_are_no_other_data(
    tmp_path: Path,
) -> None:
    for size in ("100", "200", "400"):
        finished(tmp_path / size, 0.9, recordings=size, model=f"mlp{size}")
    for path in tmp_path.glob("[12]00/result.json"):
        path.write_text(path.read_text().replace("100", "x").replace("200", "x"))
    datasets = group_by_dataset(find_runs([str(tmp_path)]))
    assert sorted(len(runs) for _, runs in datasets) == [1, 2]


def test_a_name_is_no_part_of_a_configuration() -> None:
    assert not is_part_of_configuration("data.name")
