"""A data set as training sees it: what it is, its three sets, its batches."""

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from conftest import RATE, fill, noise, sine, write
from labelled import data
from running import experiment

from auris.core.errors import UserError
from auris.data.dataset import Dataset
from auris.data.loader import Loader
from auris.data.module import AudioDataModule
from auris.data.sources.folder import Folder, Table
from auris.data.spec import Spec
from auris.data.summary import describe_data


@pytest.fixture
def usual(folder: Path, tmp_path: Path) -> Dataset:
    return data(Folder(str(folder)), tmp_path / "store")


def table(root: Path, *lines: str) -> Table:
    """A table `path,label,split` with a recording of its own for each line that has none yet."""
    for i, line in enumerate(lines):
        path = root / line.split(",")[0]
        if not path.exists():
            write(path, noise(i))
    (root / "clips.csv").write_text("\n".join(["path,label,split", *lines, ""]))
    return Table(str(root / "clips.csv"))


def loader(
    count: int = 20,
    batch_size: int = 6,
    micro_batch_size: int = 1000,
    **changes: int | None,
) -> Loader:
    """Clip i is in row i + 100, whose samples are all i + 100, and of class i + 1000."""
    number = torch.arange(count)
    wave = torch.arange(count + 100.0)[:, None, None].expand(-1, 1, 3)
    return Loader(
        wave,
        number + 1000,
        number + 100,
        number,
        batch_size,
        micro_batch_size,
        **changes,
    )


def indices(walk: Loader) -> list[list[int]]:
    return [step.index.tolist() for step in walk]


def test_recordings_are_named_from_the_folder_that_all_are_in(tmp_path: Path) -> None:
    for label in ("cat", "dog"):
        for take in ("Sitzung 1/a.wav", "b.wav"):
            write(tmp_path / "root" / label / take, noise(len(label + take)))
    collection = data(Folder(str(tmp_path / "root")), tmp_path / "store").collection
    names = sorted(clip.name for clip in collection.clips)
    assert names == [
        "cat/Sitzung 1/a.wav",
        "cat/b.wav",
        "dog/Sitzung 1/a.wav",
        "dog/b.wav",
    ]


def test_a_data_set_is_the_same_whatever_is_done_with_it(
    folder: Path, tmp_path: Path
) -> None:
    def digest(root: Path, **changes: object) -> str:
        return data(Folder(str(root)), tmp_path / "store", **changes).recordings_digest

    before = digest(folder)
    assert digest(folder, fold=2, duration=0.2, sample_rate=4000) == before
    moved = folder.rename(tmp_path / "moved")
    assert digest(moved) == before
    (moved / "tone").rename(moved / "whistle")
    relabelled = digest(moved)
    (moved / "whistle" / "0.wav").unlink()
    assert len({before, relabelled, digest(moved)}) == 3


def test_spec_says_what_the_data_is(usual: Dataset) -> None:
    assert usual.spec == Spec(
        sample_rate=8000,
        channels=1,
        samples=4800,
        target="label",
        classes=("hiss", "tone"),
        class_counts=(6, 6),
        padding="repeat",
    )
    assert usual.spec.duration == 0.6


def test_spec_is_saved_whole(tmp_path: Path) -> None:
    spec = Spec(22050, 2, 500, "label", ("chaton né", "dog"), "zeros", downmixed=True)
    spec.save(tmp_path / "spec.json")
    assert Spec.load(tmp_path / "spec.json") == spec


def test_sets_cover_all_clips_and_keep_the_classes(usual: Dataset) -> None:
    sizes = Counter((name, clip.label) for clip, name, _ in usual.clips)
    assert sizes == {
        ("train", "hiss"): 6,
        ("train", "tone"): 6,
        ("val", "hiss"): 2,
        ("val", "tone"): 2,
        ("test", "hiss"): 2,
        ("test", "tone"): 2,
    }
    members = [usual.indices(name).tolist() for name in ("train", "val", "test")]
    assert sorted(sum(members, [])) == list(range(20))


def test_every_clip_has_its_samples_and_its_class(usual: Dataset) -> None:
    for (batch,) in AudioDataModule(usual).split_loader(torch.arange(20)):
        for wave, target, index in zip(
            batch.wave, batch.target, batch.index, strict=True
        ):
            clip = usual.clips[index][0]
            sound = soundfile.read(clip.path, dtype="float32")[0]
            assert np.array_equal(wave[0], np.resize(sound, 4800))
            assert usual.spec.classes[target] == clip.label


def test_classes_are_sorted_whatever_the_order_of_the_files(tmp_path: Path) -> None:
    names = ["zebra", "Ant", "bee"]
    lines = [
        f"{name}{part}.wav,{name},{part}"
        for part in ("train", "val", "test")
        for name in names
    ]
    usual = data(table(tmp_path, *lines), tmp_path / "store")
    assert usual.spec.classes == ("Ant", "bee", "zebra")
    assert usual.target.tolist() == 3 * [2, 0, 1]


def test_mixed_formats_rates_and_channels_work_together(tmp_path: Path) -> None:
    for i in range(5):
        both = np.stack([sine(300 + 9 * i, 0.5, 44100), noise(i, 0.5, 44100)], axis=1)
        write(tmp_path / "in/tone" / f"{i}.flac", both, 44100)
        write(tmp_path / "in/tone" / f"{i}.wav", sine(500 + 9 * i), subtype="PCM_24")
        write(tmp_path / "in/hiss" / f"{i}.ogg", noise(i, 0.5, 16000), 16000)
        write(tmp_path / "in/hiss" / f"{i}.wav", noise(50 + i), subtype="FLOAT")
    mixed = data(Folder(str(tmp_path / "in")), tmp_path / "store", duration=0.5)
    assert len(mixed.clips) == 20 and mixed.unusable == {}
    assert (mixed.spec.sample_rate, mixed.spec.samples, mixed.spec.downmixed) == (
        8000,
        4000,
        True,
    )
    assert all(wave.abs().max() > 0.1 for wave in mixed.store.wave)


def test_one_channel_of_several_may_be_chosen(tmp_path: Path) -> None:
    for i in range(10):
        tone = sine(300 + 9 * i)
        write(tmp_path / "in/tone" / f"{i}.wav", np.stack([-tone, tone], 1))
        write(tmp_path / "in/hiss" / f"{i}.wav", np.stack([tone, noise(i)], 1))
    chosen = data(Folder(str(tmp_path / "in")), tmp_path / "store", channels=[1])
    assert chosen.spec.channels == 1 and not chosen.spec.downmixed
    assert chosen.spec.heard_channels == (1,) == chosen.spec.chosen_channels
    chosen.spec.save(tmp_path / "spec.json")
    assert Spec.load(tmp_path / "spec.json") == chosen.spec
    for number, (clip, _, _) in enumerate(chosen.clips):
        sound = soundfile.read(clip.path, dtype="float32")[0][:, 1]
        assert np.array_equal(chosen.wave_of(number)[0][:4000], sound)
    with pytest.raises(ValueError, match="chosen_channels are"):
        Spec.from_plain({**vars(chosen.spec), "chosen_channels": (0, 1)})


@pytest.mark.parametrize(
    ("rates", "usual"),
    [([8000, 16000, 16000], 16000), ([22050, 16000, 8000, 16000], 16000)],
)
def test_usual_rate_is_the_one_of_most_recordings(
    tmp_path: Path, rates: list[int], usual: int
) -> None:
    lines = [f"{i}.wav,cat,train" for i in range(len(rates))]
    for i, rate in enumerate(rates):
        write(tmp_path / f"{i}.wav", noise(i, 0.5, rate), rate)
    assert data(table(tmp_path, *lines), tmp_path / "store").sample_rate == usual


def test_rate_may_be_given(folder: Path, tmp_path: Path) -> None:
    given = data(Folder(str(folder)), tmp_path / "store", sample_rate=4000)
    assert (given.spec.sample_rate, given.spec.samples, given.store.wave.shape) == (
        4000,
        2400,
        (20, 1, 2400),
    )


def test_long_recordings_give_clips_of_one_set_and_class(
    folder: Path, tmp_path: Path
) -> None:
    cut = data(Folder(str(folder)), tmp_path / "store", duration=0.1)
    assert len(cut.clips) == 2 * sum(round((0.3 + 0.03 * i) / 0.1) for i in range(10))
    assert len({(clip.path, name) for clip, name, _ in cut.clips}) == 20
    assert len({row for _, _, row in cut.clips}) == len(cut.clips)


def test_training_goes_on_without_fewer_than_one_in_twenty(tmp_path: Path) -> None:
    folder = fill(tmp_path / "in", each=11)
    write(folder / "tone/0.wav", np.zeros(4000))
    left = data(Folder(str(folder)), tmp_path / "store")
    assert len(left.clips) == 21
    assert left.unusable == {folder / "tone/0.wav": "silent"}
    assert (
        f"Left out, as they can't be used (1): {folder}/tone/0.wav: silent."
        in describe_data(left)
    )


def test_training_stops_without_one_in_twenty_and_says_why(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "tone/0.wav").write_text("<html>404</html>")
    with pytest.raises(
        UserError,
        match=rf"1 of 20 recordings can't be used, .*{folder}/tone/0.wav: unreadable",
    ):
        describe_data(data(Folder(str(folder)), tmp_path / "store"))


def test_same_audio_in_two_sets_stops_the_run(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", noise(7))
    shutil.copy(tmp_path / "a.wav", tmp_path / "b.wav")
    lines = ["a.wav,cat,train", "b.wav,cat,test", "c.wav,cat,val"]
    with pytest.raises(
        UserError, match="a.wav in train and .*b.wav in test hold the same audio"
    ):
        describe_data(data(table(tmp_path, *lines), tmp_path / "store"))


def test_one_recording_in_two_sets_stops_the_run(tmp_path: Path) -> None:
    lines = ["a.wav,cat,train", "b.wav,cat,test", "a.wav,dog,val"]
    with pytest.raises(UserError, match=r"group .*a.wav is in train .* and in val"):
        describe_data(data(table(tmp_path, *lines), tmp_path / "store"))


def test_all_copies_that_given_sets_tear_are_told_at_once(tmp_path: Path) -> None:
    for i in range(5):
        write(tmp_path / f"{i}.wav", noise(i))
        shutil.copy(tmp_path / f"{i}.wav", tmp_path / f"copy of {i}.wav")
    lines = [f"{i}.wav,cat,train" for i in range(5)]
    lines += [f"copy of {i}.wav,cat,{'train' if i else 'val'}" for i in range(2)]
    lines += [f"copy of {i}.wav,cat,test" for i in range(2, 5)]
    says = r"0.wav in train .* in val, .*2.wav .* and 1 more hold the same .*\(4 pairs"
    with pytest.raises(UserError, match=says):
        describe_data(data(table(tmp_path, *lines), tmp_path / "store"))


def test_copies_stay_together_where_folds_are_drawn(tmp_path: Path) -> None:
    root = fill(tmp_path / "in")
    for i in range(5):
        shutil.copy(root / f"tone/{i}.wav", root / f"tone/copy of {i}.wav")
    for fold in range(1, 6):
        dataset = data(Folder(str(root)), tmp_path / "store", fold=fold)
        tones = [r for r in dataset.recordings if r.clip.label == "tone"]
        of_name = {recording.clip.path.stem: recording.split for recording in tones}
        assert [of_name[f"copy of {i}"] for i in range(5)] == [
            of_name[str(i)] for i in range(5)
        ]
    groups = dataset.groups_of(torch.arange(len(dataset.clips)))
    assert len(dataset.clips) == 25 and len(set(groups.tolist())) == 20


def test_one_sound_under_two_labels_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = fill(tmp_path / "in")
    shutil.copy(root / "tone/3.wav", root / "hiss/again.wav")
    describe_data(data(Folder(str(root)), tmp_path / "store"))
    assert "hiss/again.wav (hiss) = tone/3.wav (tone)" in caplog.text


@pytest.mark.parametrize(
    ("lines", "change", "says"),
    [
        (["a.wav,cat,train", "b.wav,,test"], {}, "line 3: label must be given"),
        (["a.wav,cat,train", "b.wav,cat,val", "c.wav,dog,test"], {}, "class dog"),
        (["a.wav,cat,train", "b.wav,cat,val"], {}, "test set is empty"),
        (["a.wav,cat,", "b.wav,cat,", "c.wav,cat,"], {}, "data.folds=3 works"),
        (["a.wav,cat,train", "b.wav,cat,val", "b.wav,cat,test"], {}, "group .*b.wav"),
        (["a.wav,cat,train", "b.wav,cat,test"], {"fold": 2}, "data.fold=2"),
    ],
)
def test_labels_are_checked_before_anything_is_decoded(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lines: list[str],
    change: dict[str, int],
    says: str,
) -> None:
    monkeypatch.setattr("auris.data.audio.read_samples", None)
    monkeypatch.setattr("auris.data.audio.read_header", None)
    with pytest.raises(UserError, match=says):
        describe_data(data(table(tmp_path, *lines), tmp_path / "store", **change))


def test_incomplete_sets_stop_the_run(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="The test set is empty"):
        describe_data(
            data(
                table(tmp_path, "a.wav,cat,train", "b.wav,cat,val"), tmp_path / "store"
            )
        )


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("data.padding=repaet", "did you mean repeat"),
        ("data.batch_size=0", "should be a whole number from 1 to 1000000 or null"),
        ("data.channels=0", "should be a whole number from 1 to 256 or null or a list"),
        ("data.channels=[]", "or a list of 1 to 256 whole numbers from 0 to 255"),
        ("data.channels=[1,1]", "should list different channels"),
        ("data.channels=[-1,1]", "or a list of 1 to 256 whole numbers from 0 to 255"),
        ("data.duration=0.01", "should be a number from 0.05 to 600"),
        ("data.sample_rate=44", "should be a whole number from 1000 to 1000000"),
    ],
)
def test_impossible_settings_are_refused(word: str, says: str) -> None:
    choice = experiment("data=folder", "data.root=nowhere", word)
    with pytest.raises(UserError, match=says) as refusal:
        choice.check_settings()
        choice.dataset.settings.with_channels(None)
    assert str(refusal.value).startswith(word.split("=")[0])


def test_fingerprint_stays_while_the_data_does(folder: Path, tmp_path: Path) -> None:
    before = data(Folder(str(folder)), tmp_path / "store").fingerprint
    assert (
        data(Folder(str(folder)), tmp_path / "store", batch_size=7).fingerprint
        == before
    )
    moved = folder.rename(tmp_path / "elsewhere")
    assert data(Folder(str(moved)), tmp_path / "another store").fingerprint == before


def test_fingerprint_changes_with_label_content_split_and_samples(
    folder: Path, tmp_path: Path
) -> None:
    def fingerprint(**changes: object) -> str:
        return data(Folder(str(folder)), tmp_path / "store", **changes).fingerprint

    seen = [fingerprint(), fingerprint(fold=2), fingerprint(split_seed=1)]
    seen += [fingerprint(sample_rate=4000), fingerprint(padding="zeros")]
    (folder / "tone").rename(folder / "whistle")
    seen.append(fingerprint())
    write(folder / "hiss/0.wav", noise(99))
    seen.append(fingerprint())
    assert len(set(seen)) == 7


def test_training_takes_the_validation_clips_too_when_asked(
    folder: Path, tmp_path: Path
) -> None:
    dataset = data(Folder(str(folder)), tmp_path / "store")
    both = AudioDataModule(dataset, validate=False)
    assert len(both.train_dataloader().clips) == 16
    assert both.val_dataloader() == []


def test_training_is_shuffled_and_validation_is_not(usual: Dataset) -> None:
    batches = AudioDataModule(usual)
    assert sum(indices(batches.val_dataloader()), []) == usual.indices("val").tolist()
    shuffled = sum(indices(batches.train_dataloader()), [])
    assert shuffled != usual.indices("train").tolist()
    assert sorted(shuffled) == usual.indices("train").tolist()


def test_description_counts_and_names(usual: Dataset) -> None:
    assert (
        "20 clips of 0.6 s at 8000 Hz: 12 train, 4 val, 4 test; 2 classes: hiss, tone."
        in describe_data(usual)
    )


def test_the_chosen_rate_comes_with_its_reason(tmp_path: Path) -> None:
    root = tmp_path / "in"
    for i in range(6):
        write(root / "tone" / f"{i}.wav", sine(300 + 9 * i))
    for i in range(5):
        write(root / "hiss" / f"{i}.wav", noise(i, 0.5, 44100), 44100)
    mixed = describe_data(data(Folder(str(root)), tmp_path / "store"))
    assert "\n8000 Hz: 6 of 11 recordings have it.\n" in mixed
    assert (
        "More is thrown away than kept: 5 of 11 recordings have sample rates of up to "
        "44100 Hz; data.sample_rate=44100 keeps more." in mixed
    )
    asked = data(Folder(str(root)), tmp_path / "store", sample_rate=44100)
    assert "have it" not in describe_data(asked)
    assert "thrown away" not in describe_data(asked)


@pytest.mark.parametrize(
    ("duration", "padding", "said"),
    [
        (5.0, "zeros", "91 % of the clips is silence"),
        (0.6, "zeros", ""),
        (5.0, "repeat", ""),
    ],
)
def test_clips_that_are_mostly_silence_are_named(
    folder: Path, tmp_path: Path, duration: float, padding: str, said: str
) -> None:
    changes = {"duration": duration, "padding": padding}
    text = describe_data(data(Folder(str(folder)), tmp_path / "store", **changes))
    assert said in text
    assert ("last 0.43 s or less; data.duration=0.6 fits" in text) == bool(said)


def test_batch_holds_wave_target_and_index_of_its_clips() -> None:
    for (batch,) in loader(seed=1):
        assert batch.wave.shape == (len(batch), 1, 3)
        assert torch.equal(batch.wave[:, 0, 0], batch.index + 100.0)
        assert torch.equal(batch.target, batch.index + 1000)


def test_a_large_batch_goes_in_passes_that_hold_each_of_its_clips_once() -> None:
    for step in loader(20, 20, micro_batch_size=6, seed=1):
        passes = [batch.index.tolist() for batch in step]
        assert [len(clips) for clips in passes] == [5, 5, 5, 5]
        assert sum(passes, []) == step.index.tolist() and sorted(
            sum(passes, [])
        ) == list(range(20))


def test_order_is_a_function_of_seed_and_epoch() -> None:
    def order(seed: int, epoch: int) -> list[list[int]]:
        walk = loader(seed=seed)
        walk.set_epoch(epoch)
        return indices(walk)

    walk = loader(seed=1)
    assert indices(walk) == indices(walk) == order(1, 0)
    for epoch in (3, 2, 0):  # as after resuming: what came before does not matter
        walk.set_epoch(epoch)
        assert indices(walk) == order(1, epoch)
    assert (
        len({str(order(seed, epoch)) for seed in range(3) for epoch in range(3)}) == 9
    )


def test_order_leaves_the_global_generator_alone() -> None:
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    indices(loader(seed=1))
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("epoch", [0, 1])
@pytest.mark.parametrize("count", [1, 5, 6, 7, 20])
def test_every_clip_comes_once_an_epoch(count: int, epoch: int) -> None:
    walk = loader(count, seed=4)
    walk.set_epoch(epoch)
    assert sorted(sum(indices(walk), [])) == list(range(count))
    assert len(indices(walk)) == len(walk)


def test_without_a_seed_clips_keep_their_order() -> None:
    assert indices(loader(5, 2)) == [[0, 1, 2], [3, 4]]  # none of one clip alone


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(32, [32]), (33, [17, 16]), (65, [22, 22, 21]), (64, [32, 32]), (3, [3])],
)
def test_no_batch_is_tiny(count: int, sizes: list[int]) -> None:
    assert [len(step) for step in loader(count, 32, seed=0)] == sizes


@pytest.mark.parametrize("world", [2, 3, 4])
@pytest.mark.parametrize("count", [24, 20, 7, 1])
def test_processes_share_each_batch_evenly(count: int, world: int) -> None:
    alone = indices(loader(count, seed=2))
    ranks = [
        indices(loader(count, seed=2, rank=rank, world_size=world))
        for rank in range(world)
    ]
    for batch, *parts in zip(alone, *ranks, strict=True):
        assert {len(part) for part in parts} == {-(-len(batch) // world)}
        seen = Counter(sum(parts, []))
        assert set(seen) == set(batch)
        assert seen.total() - len(batch) == -len(batch) % world


def test_two_processes_see_each_clip_of_an_even_batch_once() -> None:
    first, second = (
        indices(loader(24, 6, seed=2, rank=rank, world_size=2)) for rank in range(2)
    )
    assert sorted(sum(first + second, [])) == list(range(24))


def test_real_cats_and_babies_have_their_official_sets(
    real: Path, tmp_path: Path
) -> None:
    cats = data(
        Table(str(real / "cats_babies/clips.csv")),
        tmp_path,
        duration=5.0,
        sample_rate=RATE,
    )
    assert Counter(name for _, name, _ in cats.clips) == {
        "train": 48,
        "val": 16,
        "test": 16,
    }
    assert cats.unusable == {}
    classes = ("cat", "crying_baby")
    assert cats.spec == Spec(
        8000, 1, 40000, "label", classes, "repeat", class_counts=(24, 24)
    )
    assert {clip.fold for clip, name, _ in cats.clips if name == "test"} == {1}
    assert cats.target.bincount().tolist() == [40, 40]


def test_clips_beyond_a_gigabyte_are_refused(folder: Path, tmp_path: Path) -> None:
    settings = {"duration": 100_000.0}
    said = "Clips of 100000 s at 8000 Hz take 3.2 GB each and 1.1 GB is the most"
    with pytest.raises(UserError, match=said):
        data(Folder(str(folder)), tmp_path / "store", **settings).store  # noqa: B018


def test_a_pass_of_clips_that_memory_can_not_hold_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # twenty clips of 0.6 s, four times: 1.5 MB
    monkeypatch.setattr("auris.core.memory.free_memory", lambda: 1_000_000)
    said = "A pass of 20 of clips of 0.6 s at 8000 Hz takes 1.5 MB .* 1.0 MB are free"
    with pytest.raises(UserError, match=said):
        data(Folder(str(folder)), tmp_path / "store", micro_batch_size=64).store  # noqa: B018
    data(Folder(str(folder)), tmp_path / "store", micro_batch_size=10).store  # noqa: B018
