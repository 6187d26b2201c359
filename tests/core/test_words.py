"""Paths, labels and other values as people type them arrive as they were typed."""

import sys
from typing import Any

import pytest
from omegaconf import OmegaConf
from running import configured

from auris.cli import train as main_job
from auris.core.words import quote_word, quote_words, unquote_word
from auris.runs.find import _parse_filter
from auris.sweep.space import parse_overrides, read_space

PATHS = (
    "/my/recordings",
    "~/recordings",
    "~/Geräusche",
    "/x/Zürich/rec",
    "/x/été",
    "/data/日本語",
    "/data/звук",
    "/tmp/R&D (1)/b",
    "/tmp/a (1)/b",
    "/x/rec (2)",
    "/x/a,b",
    "/x/a, b",
    "/x/a,~b,é",
    "1,2",
    "/tmp/O'Neil",
    "/tmp/O'Neil & O'Brien",
    '/tmp/7" single',
    "/tmp/both \" and '",
    "/x/{a}",
    "{a}",
    "/x/a[1]",
    "[x]",
    "[1,2]",
    "/x/a=b",
    "a=b=c",
    "/x/rec #2",
    "#1",
    "/x/100 %",
    "/x/$a",
    "/x/a;b",
    "/x/a!",
    "/x/`a`",
    "/x/a<b>",
    "/x/a^b",
    "/x/a:b",
    "/x/a*?.wav",
    r"C:\Users\x y\rec",
    r"C:\Users\x (y)\rec",
    "C:\\Users\\ä\\",
    r"\\server\share\rec",
    r"\\server\a, b",
    "x\\'y",
    "choice(a)",
    "log(1,2)",
    "2024",
    "1e5",
    "1_000",
    "true",
    "nan",
)
LABELS = (
    "Säge",
    "größe",
    "0",
    "1.0",
    "-3",
    "000",
    "1e-3",
    "True",
    "NaN",
    "inf",
    "yes",
    "None",
    "dog & cat",
    "dog (big)",
    "[dog]",
    "{dog}",
    "dog=cat",
    "#3",
    "O'Neil",
    "ok?",
)


@pytest.mark.parametrize("path", PATHS)
def test_a_path_arrives_as_it_was_typed(path: str) -> None:
    assert configured("data=folder", f"data.root={path}").data.root == path


@pytest.mark.parametrize("label", LABELS)
def test_a_label_arrives_as_it_was_typed(label: str) -> None:
    cfg = configured("data=one_class", f"data.normal={label}")
    assert cfg.data.normal == label and isinstance(cfg.data.normal, str)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("data.table=/x/geräusche, neu.csv", "/x/geräusche, neu.csv"),
        ("paths.outputs=/tmp/ä,b", "/tmp/ä,b"),
        ("+data.remark=it's ä", "it's ä"),
        ("++data.remark=~", "~"),
        ("data.known_anomalies=[Säge*.wav,b c.wav]", ["Säge*.wav", "b c.wav"]),
        ("data.known_anomalies=[a#1,'b,c']", ["a#1", "b,c"]),
        ("data.known_anomalies=[0,1.0,True,NaN]", ["0", "1.0", "True", "NaN"]),
    ],
)
def test_so_does_any_other_value(word: str, value: Any) -> None:
    cfg = configured("data=csv", "data.table=x.csv", word)
    assert OmegaConf.select(cfg, word.split("=")[0].lstrip("+")) == value


def test_the_home_folder_is_found_for_paths_that_nobody_else_expands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", "/home/zoë")
    assert configured("paths.outputs=~/out").paths.outputs == "/home/zoë/out"


@pytest.mark.parametrize(
    "word",
    [
        "model=mlp",
        "model=mlp,cnn",
        "seed=7",
        "data.fold=1,2",
        "data.duration=0.5",
        "optimizer.lr=1e-3",
        "optimizer.lr=log(1e-5,1e-1)",
        "optimizer.lr=lgo(1e-5,1e-1)",
        "model.depth=int(1,4)",
        "model.width=range(16,65,16)",
        "model.widths=[16,32]",
        "data.grid={rt60:[0.2,0.4],snr:[0]}",
        "data.batch_size=null",
        "data.root=null",
        "data.root=???",
        "data.root=${paths.data}/x",
        "data.root='/tmp/a (1)/b'",
        'data.root="/tmp/a,b"',
        r"data.root=/tmp/a\,b",
        "data.root=",
        "data.normal='0'",
        "data.normal=dog,cat",
        "data.machine=[fan,pump]",
        "~callbacks.ema",
        "+trainer.overfit_batches=1",
        "plugins=[mine]",
        "model",
        "--config-dir",
        "../a=é",
        "-m",
    ],
)
def test_what_hydra_reads_as_it_is_meant_is_left_alone(word: str) -> None:
    assert quote_word(word) == word


@pytest.mark.parametrize("word", [f"data.root={path}" for path in PATHS])
def test_words_are_quoted_once(word: str) -> None:
    assert quote_word(quote_word(word)) == quote_word(word)
    assert "," in word or unquote_word(quote_word(word)) == word


@pytest.mark.parametrize(
    "word",
    ["train.py", "-m", "seed=7", "data.root='~/a',~/b", "data.root='a,b'", "a='b'"],
)
def test_what_was_typed_otherwise_is_left_alone(word: str) -> None:
    assert unquote_word(word) == word


@pytest.mark.parametrize(
    ("word", "values"),
    [
        ("model=mlp,cnn", ["mlp", "cnn"]),
        ("data.fold=1,2", [1, 2]),
        ("data.root=~/a,~/b", ["~/a", "~/b"]),
        ("data.root=/x/a (1),/y/O'Neil", ["/x/a (1)", "/y/O'Neil"]),
        ("data.root='/x/a,b',~/c", ["/x/a,b", "~/c"]),
        ("data.normal=Säge,dog,1", ["Säge", "dog", "1"]),
        ("data.normal=choice(a,b)", ["a", "b"]),
        ("model.widths=[1,2],[3,4]", [[1, 2], [3, 4]]),
        ("model.depth=range(1,3)", [1, 2]),
    ],
)
def test_a_multirun_has_several_values(word: str, values: list[Any]) -> None:
    (override,) = parse_overrides(quote_words([word], several=True))
    assert override.is_sweep_override()
    assert (
        list(override.sweep_iterator(lambda value: override._convert_value(value)))
        == values
    )


def test_the_main_job_quotes_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["train.py"])
    monkeypatch.setattr(main_job, "_run_hydra", lambda: None)
    main_job.train(["data.root=~/a,b"])
    assert sys.argv[1:] == ["data.root='~/a,b'"]
    main_job.train(["-m", "model=mlp,cnn", "data.root=~/a,b"])
    assert sys.argv[1:] == ["-m", "model=mlp,cnn", "data.root='~/a',b"]


def test_compare_reads_them_alike() -> None:
    assert _parse_filter("data.root=~/Geräusche,1") == ("data.root", "~/Geräusche,1")
    assert _parse_filter("data.normal=0") == ("data.normal", "0")


def test_a_sweep_reads_them_alike() -> None:
    words = quote_words(["data.root=~/a (1)", "optimizer.lr=log(1e-5,1e-1)"])
    space = read_space(parse_overrides(words))
    assert list(space.searched) == ["optimizer.lr"]
    assert space.words[0] == ("data.root", "data.root='~/a (1)'")
