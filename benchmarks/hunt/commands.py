"""Wrong command lines and damaged files of a run end in one sentence and exit code 1."""

import shutil
from itertools import product
from pathlib import Path

import numpy as np
from children import carry_out
from ground import TRAIN, Tally, judge_sentence

_SETTINGS = (
    *("model", "data", "features", "task", "loss", "optimizer", "trainer", "seed"),
    *("trainer.max_epochs", "trainer.devices", "trainer.precision", "refit", "resume"),
    *("data.duration", "data.sample_rate", "data.channels", "data.batch_size"),
    *("data.fold", "data.folds", "data.padding", "data.split_seed", "data.root"),
    *("features.n_fft", "features.n_mels", "features.hop_length", "optimizer.lr"),
    *("callbacks.early_stopping.patience", "callbacks.ema.decay"),
)
_VALUES = ("nonsense", "-1", "inf", "nan", "1e30", "[3]", "{a: 1}", "10000000000")
_LINES = (
    ("train", "model=clnn"),
    ("train", "modle=mlp"),
    ("train", "=mlp"),
    ("train", "model"),
    ("train", "--cfg=x"),
    ("train", "--info=x"),
    ("train", "--nonsense"),
    ("train", "--config-name=x"),
    ("train", "+foo=1"),
    ("train", "resume=nowhere"),
    ("train", "seed=${seed}"),
    ("train", "model.width=${oc.env:NOPE}"),
    ("predict",),
    ("predict", "run"),
    ("predict", "nowhere", "recordings"),
    ("predict", "run", "nowhere.wav"),
    ("predict", "run", "run/config.yaml"),
    ("evaluate", "nowhere"),
    ("export", "run", "--to", "nowhere/model.onnx"),
    ("report", "nowhere"),
    ("compare",),
    ("compare", "nowhere"),
    ("compare", "run", "--same", "nonsense=1"),
    ("audit", "data=folder", "data.root=nowhere"),
    ("audit", "data=nonsense"),
    ("sweep", "optimizer.lr=log(1e-3"),
    ("nonsense",),
)
_DAMAGE = (b"", None, b"\x80\xe2garbage", b"[1]", b"null", b"{}", b'{"a": 1}')
_FILES = {
    "config.yaml": ("predict", "run", "recordings/tone/0.wav"),
    "spec.json": ("predict", "run", "recordings/tone/1.wav"),
    "model.pt": ("evaluate", "run"),
    "result.json": ("report", "run"),
}


def hunt_commands(place: Path, draws: np.random.Generator, count: int) -> list[Tally]:
    """`count` of the wrong values, and as many of the wrong lines and of the damaged files."""
    return [
        _hunt_lines(place, draws, count),
        _hunt_values(place, draws, count),
        _hunt_damage(place, draws, count),
    ]


def _hunt_lines(place: Path, draws: np.random.Generator, count: int) -> Tally:
    tally = Tally("wrong command lines")
    for number in draws.permutation(len(_LINES))[:count]:
        words = _LINES[number]
        tally.note(" ".join(words), judge_sentence(carry_out(words, place)))
    return tally


def _hunt_values(place: Path, draws: np.random.Generator, count: int) -> Tally:
    tally = Tally("wrong values of settings")
    pairs = [(name, value) for name in _SETTINGS for value in _VALUES]
    for number in draws.permutation(len(pairs))[:count]:
        word = "=".join(pairs[number])
        words = (*TRAIN, "model=linear", "trainer.max_epochs=1", "test=false", word)
        tally.note(word, judge_sentence(carry_out(words, place)))
    return tally


def _hunt_damage(place: Path, draws: np.random.Generator, count: int) -> Tally:
    tally = Tally("damaged files of a run")
    pairs = list(product(_FILES, _DAMAGE))
    for number in draws.permutation(len(pairs))[:count]:
        name, damage = pairs[number]
        shutil.copytree(place / "run", place / "damaged")
        path = place / "damaged" / name
        half = path.read_bytes()[: path.stat().st_size // 2]
        path.write_bytes(half if damage is None else damage)
        words = [word.replace("run", "damaged") for word in _FILES[name]]
        done = carry_out(words, place)
        tally.note(f"{name} = {damage!r}", judge_sentence(done, [name]))
        shutil.rmtree(place / "damaged")
    return tally
