"""Words that other programs understand are answered with the setting that is meant."""

import pytest
from running import configured

from auris.core.explain import explain_error
from auris.core.unknown import _FOREIGN, _keys_of


def answer(word: str) -> str:
    """What is said of a word that does not work."""
    with pytest.raises(Exception) as mistake:  # noqa: PT011
        configured(word)
    return explain_error(mistake.value)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("lr=0.1", "optimizer.lr=0.1"),
        ("learning_rate=1e-3", "optimizer.lr=1e-3"),
        ("epochs=5", "trainer.max_epochs=5"),
        ("max_epochs=5", "trainer.max_epochs=5"),
        ("trainer.epochs=5", "trainer.max_epochs=5"),
        ("batch_size=8", "data.batch_size=8"),
        ("trainer.batch_size=8", "data.batch_size=8"),
        ("device=cuda", "trainer=gpu (or trainer=cpu)"),
        ("gpus=2", "trainer=gpu trainer.devices=2"),
        ("sr=16000", "data.sample_rate=16000"),
        ("data.rate=16000", "data.sample_rate=16000"),
        ("sample_rate=16000", "data.sample_rate=16000"),
        ("ckpt_path=x.ckpt", "resume=RUN, where RUN is the folder of a run"),
        ("optimizer.learning_rate=0.1", "optimizer.lr=0.1"),
        ("optimizer.dropout=0.1", "model.dropout=0.1"),
        ("n_mels=40", "features.n_mels=40"),
        ("patience=5", "callbacks.early_stopping.patience=5"),
        ("dataset=esc10", "data=esc10"),
        ("model.seed=3", "seed=3"),
        ("root=~/a b", "data.root='~/a b'"),
        ("data=/my/folder", "data=folder data.root=/my/folder"),
        ("data=~/Geräusche", "data=folder data.root=~/Geräusche"),
        ("data=./rec", "data=folder data.root=./rec"),
        (r"data=C:\rec", r"data=folder data.root=C:\rec"),
        ("data=/my/clips.csv", "data=csv data.table=/my/clips.csv"),
    ],
)
def test_a_foreign_word_is_answered_with_what_is_meant(word: str, meant: str) -> None:
    sentence = answer(word)
    assert sentence.startswith(
        f"There is no {'' if word[:5] == 'data=' else 'setting '}"
    )
    assert sentence.endswith(f"; did you mean {meant}?")


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("modle=cnn", "There is no setting modle; at the top: did you mean model?"),
        ("zzz=1", "There is no setting zzz; at the top: Choices: array, augment"),
        ("optimizer.lrr=1", "There is no setting optimizer.lrr; in optimizer: did you"),
        ("data=cats", "There is no data=cats; did you mean cats_babies? Choices: brir"),
        ("model=/x", "There is no model=/x; Choices: agglomerative, "),
    ],
)
def test_others_with_what_there_is(word: str, sentence: str) -> None:
    assert answer(word).startswith(sentence)


def test_what_is_advised_exists() -> None:
    known = {*_keys_of(configured("test=false")), "resume"}
    for meant in _FOREIGN.values():
        for word in meant.split(",")[0].split(" (")[0].split():
            assert word.split("=")[0] in known
