"""Whatever a user can get wrong is told in one sentence, with what to do instead, before
anything is lost.
"""

import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import REPOSITORY, call, cli, fill, write
from running import experiment, options

from auris.core.errors import UserError
from auris.core.explain import explain_error
from auris.runs.compose import check_flags
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
    ("model=[",): "There is no model=[; Choices: autoencoder",
    ("data.fold=1,2",): "data.fold=1,2 gives several values; -m runs each of them",
    ("seed=one",): "seed=one should be a whole number, 0 or more.",
    ("seed=-1",): "seed=-1 should be a whole number, 0 or more.",
    ("refit=maybe",): "refit=maybe should be true, false, or a number of epochs.",
    ("test=perhaps",): "test=perhaps should be true or false.",
    ("resume=outputs/none",): "There is no run in outputs/none; name the folder of one",
    (
        "data=folder",
        "data.root=nowhere",
    ): "There is no folder nowhere; data.root must name one with a sub-folder",
    ("data=csv", "data.table=nowhere.csv"): "There is no table nowhere.csv",
    ("data=csv", "data.table=bad.csv"): "bad.csv lacks the column label",
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
    ): "should be a whole number or null.",
    (
        "data=dcase_task2",
        "data.root=recordings",
    ): "has no machine with folders train and test",
    ("data=gas_leak", "data.train_size=3"): "data.train_size=3 should be 20 or more",
    (
        "data=cats_babies",
        "data.origin=fake",
    ): "There is no data.origin=fake; Choices: auto, real, simulated.",
    (
        *FOLDER,
        "data.fold=9",
    ): "data.fold=9 does not exist; this data has folds 1, 2, 3, 4, 5.",
    (
        *FOLDER,
        "data.folds=50",
    ): "data.folds=50 folds can't be drawn: class hiss has 10 recordings",
    (*FOLDER, "data.batch_size=0"): "data.batch_size=0 is too small; the least is 1.",
    (*FOLDER, "data.batch_size=many"): "data.batch_size=many should be a whole number",
    (*FOLDER, "data.duration=0"): "data.duration=0 is too small",
    (
        *FOLDER,
        "data.padding=ones",
    ): "There is no data.padding=ones; Choices: repeat, zeros.",
    (*FOLDER, "data.sample_rate=8"): "data.sample_rate=8 is too small; it is in Hz",
    (*FOLDER, "data.channels=2"): "too many to go on without them",
    (*FOLDER, "optimizer.lr=fast"): "optimizer.lr=fast should be a number.",
    (
        *FOLDER,
        "optimizer.lr=-1",
    ): "optimizer: AdamW can't be built: Invalid learning rate: -1",
    (
        *FOLDER,
        "trainer.max_epochs=ten",
    ): "trainer.max_epochs=ten should be a whole number or null.",
    (
        *FOLDER,
        "trainer.max_epochs=0",
    ): "trainer.max_epochs=0 is too small; the least is 1.",
    (*FOLDER, "loss=huber", "loss.delta=-1"): "loss: HuberLoss can't compare outputs",
    (*FOLDER, "trainer.accelerator=tpux"): "trainer: Trainer can't be built",
    (*FOLDER, "trainer.precision=12"): "trainer.precision=12 should be",
    (
        *FOLDER,
        "model.activation=RELU",
    ): "There is no model.activation=RELU; did you mean ReLU?",
    (*FOLDER, "model.depth=0"): "model.depth=0 and model.width=128 must be 1 or more.",
    (*FOLDER, "model.depth=two"): "model.depth=two should be a whole number.",
    (*FOLDER, "model=cnn", "features=raw"): "try features=log_mel, or model=cnn1d.",
    (*FOLDER, "features=raw", "augment=strong"): "choose augment=wave, or none.",
    (
        *FOLDER,
        "features.n_fft=100000",
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
        "+plugins=[os]",
        "loss._target_=os.system",
    ): "",  # a plugin may not call functions either
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
        check_flags(["--epochs", "3"])


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
