"""Whatever a user can get wrong is told in one sentence, with what to do instead, before
anything is lost.
"""

import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import REPOSITORY, call, cli, fill, write
from running import experiment, options

from auris.cli.flags import read_flags
from auris.core.errors import UserError
from auris.core.explain import explain_error
from auris.training.run import train

FOLDER = ("data=folder", "data.root=recordings", "data.duration=0.5")
MISTAKES = {  # command line -> what the sentence must say
    (
        "model=clnn",
    ): f"There is no model=clnn; did you mean cnn? Choices: {', '.join(options('model'))}.",
    ("data=cats",): "There is no data=cats; did you mean cats_babies?",
    (
        "loss=crossentropy",
    ): "There is no loss=crossentropy; did you mean cross_entropy?",
    ("optimizer=adamm",): "There is no optimizer=adamm; did you mean adam",
    ("features=logmel",): "There is no features=logmel; did you mean log_mel?",
    ("trainer=cuda",): "There is no trainer=cuda; Choices: cpu, ddp, default, gpu.",
    ("modle=cnn",): "There is no setting modle; at the top: did you mean model?",
    (
        "optimizer.lrr=1",
    ): "There is no setting optimizer.lrr; in optimizer: did you mean lr?",
    (
        "trainer.epochs=3",
    ): "There is no setting trainer.epochs; did you mean trainer.max_epochs=3?",
    (
        "data.batchsize=3",
    ): "There is no setting data.batchsize; in data: did you mean batch_size?",
    ("model.width.x=3",): "There is no setting model.width.x",
    ("data=folder",): "data.root must be given, as in data.root=...",
    ("data=csv",): "data.table must be given, as in data.table=...",
    ("model",): "'model' can't be read; settings are given as name=value",
    ("model=[",): "There is no model=[; Choices: agglomerative",
    ("data.fold=1,2",): "data.fold=1,2 gives several values; -m runs each of them",
    ("seed=one",): "seed=one should be a whole number from 0 to 4294967295.",
    ("seed=-1",): "seed=-1 should be a whole number from 0 to 4294967295.",
    (
        "refit=maybe",
    ): "refit=maybe should be true or false or a whole number from 1 to 1000000.",
    ("test=perhaps",): "test=perhaps should be true or false or null.",
    ("resume=outputs/none",): "There is no run in outputs/none; name the folder of one",
    (
        "data=folder",
        "data.root=nowhere",
    ): "There is no folder nowhere; data.root must name one with a sub-folder",
    ("data=csv", "data.table=nowhere.csv"): "There is no table nowhere.csv",
    ("data=csv", "data.table=bad.csv"): "The table lacks the column label",
    (
        "data=one_class",
    ): "data.normal must be given, as in data.normal=rain: the class that is normal.",
    ("data=normal_abnormal",): "data.root must be given, as in data.root=...",
    (
        "data=normal_abnormal",
        "data.root=recordings",
    ): "No folder normal with recordings is in",
    (
        "data=normal_abnormal",
        "data.root=recordings",
        "data.train_size=ten",
    ): "data.train_size=ten should be a whole number from 1 to",
    (
        "data=dcase_task2",
        "data.root=recordings",
    ): "has no machine with folders train and test",
    (
        "data=gas_leak",
        "data.train_size=3",
    ): "data.train_size=3 should be a whole number from 20 to",
    (
        "data=cats_babies",
        "data.origin=fake",
    ): "data.origin=fake should be one of auto, real, simulated.",
    (
        *FOLDER,
        "data.fold=9",
    ): "data.fold=9 does not exist; this data has folds 1, 2, 3, 4, 5.",
    (
        *FOLDER,
        "data.folds=50",
    ): "data.folds=50 folds can't be drawn: class hiss has 10 recordings",
    (
        *FOLDER,
        "data.batch_size=0",
    ): "data.batch_size=0 should be a whole number from 1 to",
    (*FOLDER, "data.batch_size=many"): "data.batch_size=many should be a whole number",
    (
        *FOLDER,
        "data.duration=0",
    ): "data.duration=0 should be a number from 0.05 to 600.",
    (
        *FOLDER,
        "data.padding=ones",
    ): "data.padding=ones should be one of repeat, zeros.",
    (
        *FOLDER,
        "data.sample_rate=8",
    ): "data.sample_rate=8 should be a whole number from 1000 to",
    (*FOLDER, "data.channels=2"): "too many to go on without them",
    (
        *FOLDER,
        "optimizer.lr=fast",
    ): "optimizer.lr=fast should be a number above 0 and up to 1000.",
    (
        *FOLDER,
        "optimizer.lr=-1",
    ): "optimizer.lr=-1 should be a number above 0 and up to 1000.",
    (
        *FOLDER,
        "trainer.max_epochs=ten",
    ): "trainer.max_epochs=ten should be a whole number from 1 to 1000000.",
    (
        *FOLDER,
        "trainer.max_epochs=0",
    ): "trainer.max_epochs=0 should be a whole number from 1 to 1000000.",
    (
        *FOLDER,
        "loss=huber",
        "loss.delta=-1",
    ): "loss.delta=-1 should be a number above 0",
    (
        *FOLDER,
        "trainer.accelerator=tpux",
    ): "trainer.accelerator=tpux should be one of auto, cpu, cuda",
    (*FOLDER, "trainer.precision=12"): "trainer.precision=12 should be",
    (
        *FOLDER,
        "model.activation=RELU",
    ): "There is no model.activation=RELU; did you mean ReLU?",
    (*FOLDER, "model.depth=0"): "model.depth=0 should be a whole number from 1 to 100.",
    (
        *FOLDER,
        "model.depth=two",
    ): "model.depth=two should be a whole number from 1 to 100.",
    (*FOLDER, "model=cnn", "features=raw"): "try features=log_mel, or model=cnn1d.",
    (*FOLDER, "features=raw", "augment=strong"): "choose augment=wave, or none.",
    (
        *FOLDER,
        "features.n_fft=50000",
    ): "try a smaller features.n_fft or a longer data.duration.",
    (*FOLDER, "loss._target_=os.system"): "loss: _target_ may not name os.system",
    (*FOLDER, "loss._target_=torch.load"): "loss: _target_ may not name torch.load",
    (
        *FOLDER,
        "loss._target_=torch.hub.load",
    ): "loss: _target_ may not name torch.hub.load",
    (*FOLDER, "loss._target_=torch.nn.MSELos"): "loss: there is no torch.nn.MSELos",
    (
        *FOLDER,
        "plugins=[os]",
        "loss._target_=os.system",
    ): "loss: _target_ may not name os.system; it is not a module",
    (*FOLDER, "plugins=[no_such_package]"): "There is no package no_such_package",
    (*FOLDER, "plugins=os"): "plugins=os should be a list of words, as in [one,two].",
    (*FOLDER, "debug=maybe"): "debug=maybe should be true or false.",
    (*FOLDER, "loss=cosine"): "loss: CosineLoss is for directions",
    (*FOLDER, "trainer.compile=x"): "trainer.compile=x should be true or false.",
    (
        *FOLDER,
        "trainer.gradient_clip_val=-1",
    ): "trainer.gradient_clip_val=-1 should be a",
    (
        *FOLDER,
        "trainer.devices=1000",
    ): "trainer.devices=1000 asks for as many processes",
    (
        *FOLDER,
        "features.f_max=14000",
    ): "features.f_max=14000 is above half the sample rate",
    (
        *FOLDER,
        "callbacks.checkpoint=null",
    ): "callbacks.checkpoint keeps the chosen weights",
    (*FOLDER, "callbacks.ema=3"): "callbacks.ema=3 should be null, or have a _target_",
    (*FOLDER, "+data.foo=1"): "There is no setting data.foo; in data: ",
    (*FOLDER, "+model.foo=1"): "There is no setting model.foo; in model: ",
    (*FOLDER, "task._target_=torch.nn.ReLU"): "task: ReLU is no task",
    (*FOLDER, "paths.outputs=null"): "paths.outputs=null should be a word.",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working directory with some recordings and a table without labels."""
    place = tmp_path_factory.mktemp("place")
    fill(place / "recordings")
    (place / "bad.csv").write_text("path,species\na.wav,dog\n")
    return place


@pytest.mark.parametrize("words", MISTAKES, ids=" ".join)
def test_a_mistake_is_told_in_one_sentence(
    words: tuple[str, ...], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setattr(sys, "argv", [str(REPOSITORY / "train.py"), *words])
    with pytest.raises(Exception) as mistake:  # noqa: PT011
        train(experiment(*words))
    sentence = explain_error(mistake.value)
    assert MISTAKES[words] in sentence
    assert "\n" not in sentence and "Traceback" not in sentence
    assert not (place / "outputs").exists()


def test_flags_are_checked() -> None:
    with pytest.raises(UserError, match="There is no flag --epochs"):
        read_flags(["--epochs", "3"])


@pytest.mark.parametrize(
    "words, sentence",
    [
        (
            ["train.py", "model=clnn"],
            "auris: There is no model=clnn; did you mean cnn?",
        ),
        (
            ["train.py", "optimizer.lrr=1"],
            "auris: There is no setting optimizer.lrr; in optimizer: did you mean lr?",
        ),
        (["train.py", "--bogus"], "auris: There is no flag --bogus"),
        (
            ["scripts/predict.py", "outputs/none", "x.wav"],
            "auris: There is no run in outputs/none",
        ),
        (
            ["scripts/predict.py", "outputs/none"],
            "auris: the following arguments are required: recordings",
        ),
        (
            ["scripts/evaluate.py", "outputs/none"],
            "auris: There is no run in outputs/none",
        ),
        (
            ["scripts/evaluate.py", "outputs/none", "--set", "all"],
            "auris: argument --set: invalid choice",
        ),
        (
            ["scripts/compare.py", "outputs/none"],
            "auris: There is no finished run in outputs/none",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_program_leaves_with_one_line_and_code_1(
    words: list[str], sentence: str, tmp_path: Path
) -> None:
    run = cli if words == ["train.py", "model=clnn"] else call  # one is as good as all
    done = run(*words, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    done = call("train.py", "seed=one", "debug=true", cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" in done.stderr and "UserError" in done.stderr


def test_recordings_that_cannot_be_used_are_named_with_their_reasons(
    tmp_path: Path,
) -> None:
    fill(tmp_path / "recordings", each=40)
    write(tmp_path / "recordings/tone/silent.wav", np.zeros(4000))
    (tmp_path / "recordings/hiss/torn.wav").write_bytes(b"RIFF, or not")
    words = (
        "data=folder",
        "data.root=recordings",
        "data.duration=0.5",
        "trainer.max_epochs=1",
        "logger=csv",
    )
    done = call("train.py", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Left out, as they can't be used (2):" in done.stdout
    assert "silent.wav: silent" in done.stdout and "torn.wav: unreadable" in done.stdout
