"""A search for hyperparameters: what is searched and recorded, and that it goes on.

The test set stays closed.
"""

import csv
import math
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import optuna
import pytest
from conftest import REPOSITORY, fill
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.pruners import ThresholdPruner
from optuna.trial import TrialState, create_trial
from running import CONFIGS, TINY, experiment

from auris.core.errors import UserError
from auris.core.explain import explain_error
from auris.runs.compose import compose_run
from auris.sweep import study as studies
from auris.sweep import trial as trials
from auris.sweep.locks import is_alive, process_lock
from auris.sweep.output import report_study, write_trials
from auris.sweep.plan import SweepPlan, make_plan
from auris.sweep.run import run_sweep
from auris.sweep.space import parse_overrides, read_space
from auris.training.experiment import Experiment
from auris.training.run import train

WORDS = (
    *TINY,
    "data=folder",
    "data.root=recordings",
    "model=linear",
    "features.n_fft=256",
    "features.n_mels=16",
)
Pretend = Callable[[Callable[[Experiment], float]], None]
RATE = "optimizer.lr=log(1e-4,1e-1)"
SPACES: dict[str, BaseDistribution] = {
    "optimizer.lr=log(1e-5,1e-1)": FloatDistribution(1e-5, 1e-1, log=True),
    "optimizer.lr=tag(log,interval(1e-5,1e-1))": FloatDistribution(
        1e-5, 1e-1, log=True
    ),
    "optimizer.lr=log(1,10)": FloatDistribution(
        1, 10, log=True
    ),  # the setting is no whole number
    "data.batch_size=log(1,64)": IntDistribution(1, 64, log=True),
    "data.batch_size=log(1,64.0)": FloatDistribution(1, 64, log=True),
    "model.dropout=uniform(0,0.5)": FloatDistribution(0, 0.5),
    "model.dropout=interval(0,1)": FloatDistribution(0, 1),
    "data.batch_size=uniform(4,16)": IntDistribution(4, 16),
    "model.depth=int(1,3)": IntDistribution(1, 3),
    "model.depth=range(1,4)": IntDistribution(1, 3),  # as in Hydra, without its end
    "model.width=range(16,65,16)": IntDistribution(16, 64, step=16),
    "model=mlp,linear": CategoricalDistribution(["mlp", "linear"]),
    "model=choice(mlp,cnn)": CategoricalDistribution(["mlp", "cnn"]),
    "model.depth=1,2": CategoricalDistribution(["1", "2"]),
    "model.width=choice([4,8],[8])": CategoricalDistribution(["[4,8]", "[8]"]),
    "+model.name='a b',null": CategoricalDistribution(["'a b'", "null"]),
}


@pytest.mark.parametrize("word", SPACES)
def test_a_search_space_is_read(word: str) -> None:
    space = read_space(parse_overrides(["seed=3", word]))
    found = space.make_distributions(compose_run(["seed=3"], CONFIGS))
    assert found == {word.partition("=")[0]: SPACES[word]}


MISTAKES = {  # command line -> what the sentence must say
    (): "Nothing is searched; give a setting as log(a,b)",
    ("optimizer.lr=log(0,1)",): "optimizer.lr=log(0,1) should begin above 0",
    (
        "optimizer.lr=log(1)",
    ): "'optimizer.lr=log(1)' can't be read; a search space is log(a,b)",
    ("optimizer.lr=log(a,b)",): "'optimizer.lr=log(a,b)' can't be read",
    ("optimizer.lr=logg(1,2)",): "'optimizer.lr=logg(1,2)' can't be read",
    (
        "optimizer.lr=uniform(2,1)",
    ): "optimizer.lr=uniform(2,1) is empty; the smaller number comes first.",
    ("model.depth=int(3,1)",): "model.depth=int(3,1) is empty",
    ("model.depth=int(1.5,3)",): "'model.depth=int(1.5,3)' can't be read",
    (
        "model.dropout=range(0,1,0.1)",
    ): "should go up in whole numbers; uniform(a,b) draws any number.",
    ("model=glob(*)",): "model=glob(*) can't be searched",
    (RATE, "optimizer.lr=1"): "optimizer.lr is given twice.",
    (
        "seed=1,2",
    ): "seed can't be searched, as a better validation metric would not mean a better model",
    ("loss.label_smoothing=uniform(0,1)",): "loss.label_smoothing can't be searched",
    ("data=folder,csv",): "data can't be searched",
    ("data.fold=1,2",): "data.fold can't be searched",
    (RATE, "test=true"): "A sweep never opens the test set; leave out test=true.",
    (RATE, "refit=10"): "A sweep never trains on validation clips; leave out refit=10.",
    (RATE, "resume=outputs/x"): "leave out resume=outputs/x.",
    (RATE, "trials=many"): "trials=many should be a whole number.",
    (RATE, "trials=0"): "trials=0 should be above 0.",
    (RATE, "trials=1,2"): "trials=1,2 should be a whole number.",
    (RATE, "trials=4", "trials=5"): "trials is given twice.",
    (RATE, "timeout=soon"): "timeout=soon should be a number or null.",
    (RATE, "study=a/b"): "study=a/b should be a name of letters and digits",
    (
        RATE,
        "pruner=medina",
    ): "pruner=medina should be one of its choices; did you mean median?",
    (RATE, "trails=40"): "There is no setting trails; did you mean trials?",
    (RATE, "model=linear,clnn"): "There is no model=clnn; did you mean cnn?",
    (RATE, "modle=cnn"): "There is no setting modle; at the top: did you mean model?",
    (
        "model=mlp",
        "model.dept=int(1,3)",
    ): "There is no setting model.dept; in model: did you mean depth?",
    ("model=mlp,linear", "model.depth=1,2"): "There is no setting model.depth",
    (
        RATE,
        "trainer=ddp",
    ): "Each run of a sweep is one process; choose trainer.devices=1.",
    (RATE, "data=folder"): "data.root must be given",
    (RATE, "data=folder", "data.root=nowhere"): "There is no folder nowhere",
}


@pytest.mark.parametrize("words", MISTAKES, ids=" ".join)
def test_a_mistake_is_told_in_one_sentence(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(REPOSITORY / "scripts/sweep.py"), *words])
    with pytest.raises(Exception) as mistake:  # noqa: PT011
        run_sweep(words, CONFIGS)
    sentence = explain_error(mistake.value)
    assert MISTAKES[words] in sentence and "\n" not in sentence
    assert not (tmp_path / "outputs").exists()


def test_a_run_is_given_what_its_command_line_shows() -> None:
    space = read_space(parse_overrides(["a='b c'", RATE, "model=mlp,cnn", "seed=1"]))
    assert space.fill_in({RATE.split("=")[0]: 0.00123456789, "model": "cnn"}) == [
        "a='b c'",
        "optimizer.lr=0.00123457",
        "model=cnn",
        "seed=1",
    ]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with recordings, and a store of its own."""
    fill(tmp_path / "recordings")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AURIS_STORE", ".store")
    return tmp_path


def table(place: Path, study: str = "recordings_linear") -> list[dict[str, str]]:
    with (place / "outputs/sweeps" / study / "trials.csv").open() as file:
        return list(csv.DictReader(file))


def test_a_sweep_ends_with_the_command_of_its_best_run_and_goes_on_when_asked(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_sweep([*WORDS, RATE, "trials=3"], CONFIGS)
    rows, said, home = (
        table(place),
        capsys.readouterr().out,
        place / "outputs/sweeps/recordings_linear",
    )
    assert [row["trial"] for row in rows] == ["0", "1", "2"] and {
        row["state"] for row in rows
    } == {"complete"}
    assert len({row["optimizer.lr"] for row in rows}) == 3
    assert [
        line.split(":")[0] for line in said.splitlines() if line.startswith("trial ")
    ] == [
        "trial 0",
        "trial 1",
        "trial 2",
    ]
    best = min(rows, key=lambda row: float(row["val/loss"]))
    command = (home / "best.txt").read_text().strip()
    assert (
        said.endswith(f"{command}\n")
        and f"optimizer.lr={best['optimizer.lr']}" in command
    )
    assert (home / "sweep.png").read_bytes().startswith(b"\x89PNG")
    assert not [*place.rglob("test_ledger.jsonl"), *place.rglob("predictions_test.csv")]
    assert len(list(place.rglob("predictions_val.csv"))) == 3
    words = shlex.split(command)[2:]
    assert train(experiment(*words, "test=false")).score == pytest.approx(
        float(best["val/loss"]), rel=1e-4
    )

    run_sweep([*WORDS, RATE, "trials=3"], CONFIGS)
    assert table(place) == rows
    run_sweep([*reversed(WORDS), RATE, "trials=4"], CONFIGS)
    assert table(place)[:3] == rows and len(table(place)) == 4
    with pytest.raises(
        UserError, match="give this one a name of its own, as in study=two"
    ):
        run_sweep([*WORDS, "optimizer.lr=log(1e-3,1e-1)", "trials=4"], CONFIGS)
    fill(place / "recordings", each=12)
    with pytest.raises(UserError, match="has changed"):
        run_sweep([*WORDS, RATE, "trials=4"], CONFIGS)


@pytest.fixture
def pretend(place: Path, monkeypatch: pytest.MonkeyPatch) -> Pretend:
    """Put a function of the experiment in the place of training."""

    def put(function: Callable[[Experiment], float]) -> None:
        def run(experiment: Experiment) -> SimpleNamespace:
            return SimpleNamespace(score=function(experiment))

        monkeypatch.setattr(trials, "train", run)

    return put


def test_failed_trials_are_recorded_and_the_sweep_goes_on(
    place: Path, pretend: Pretend
) -> None:
    def run(experiment: Experiment) -> float:
        assert experiment.test is False and experiment.refit is False
        outcomes = {
            "ReLU": lambda: 0.5,
            "Tanh": lambda: math.nan,
            "GELU": lambda: 1 / 0,
        }
        return outcomes[experiment.settings["model"]["activation"]]()

    pretend(run)
    words = [word for word in WORDS if word != "model=linear"]
    run_sweep(
        [
            *words,
            "model=mlp",
            "model.activation=Tanh,GELU,ReLU",
            "experiment=five_folds",
            "trials=8",
        ],
        CONFIGS,
    )
    rows = table(place, "recordings_mlp")
    assert len(rows) == 8
    said = {row["model.activation"]: (row["state"], row["reason"]) for row in rows}
    assert said == {
        "ReLU": ("complete", ""),
        "Tanh": ("fail", "The validation metric val/loss is not a number."),
        "GELU": (
            "fail",
            "ZeroDivisionError: division by zero (debug=true shows where.)",
        ),
    }


def test_what_is_wrong_with_all_trials_is_told_once(place: Path) -> None:
    with pytest.raises(
        UserError,
        match="The first 3 trials all failed: trainer.max_epochs=ten should be a whole num",
    ):
        run_sweep([*WORDS, RATE, "trials=4", "trainer.max_epochs=ten"], CONFIGS)
    assert len(table(place)) == 3 and not list(place.rglob("config.yaml"))


def test_a_wrong_setting_fails_its_own_trial_only(place: Path) -> None:
    words = [word for word in WORDS if word != "model=linear"]
    run_sweep(
        [*words, "model=mlp", "model.activation=ReLU,RELU", "trials=6", "seed=2"],
        CONFIGS,
    )
    states = {
        row["model.activation"]: row["state"] for row in table(place, "recordings_mlp")
    }
    assert states == {"ReLU": "complete", "RELU": "fail"}
    # the same parameters are not run twice
    assert len(list(place.rglob("result.json"))) == 1


def test_a_sweep_stops_when_the_first_trials_fail_alike(
    place: Path, pretend: Pretend
) -> None:
    def run(experiment: Experiment) -> float:
        raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")

    pretend(run)
    with pytest.raises(
        UserError, match="The first 3 trials all failed: The device ran out of memory"
    ):
        run_sweep([*WORDS, RATE, "trials=4"], CONFIGS)
    with pytest.raises(RuntimeError, match="CUDA"):
        run_sweep([*WORDS, RATE, "trials=4", "debug=true", "study=debug"], CONFIGS)
    pretend(lambda experiment: experiment.settings["optimizer"]["lr"])  # mended
    run_sweep([*WORDS, RATE, "trials=4"], CONFIGS)
    assert [row["state"] for row in table(place)] == 3 * ["fail"] + ["complete"]


def test_without_a_finished_trial_the_reason_is_told(
    place: Path, pretend: Pretend
) -> None:
    pretend(lambda experiment: math.inf)
    with pytest.raises(
        UserError,
        match="None of 2 trials came to an end: The validation metric val/loss is not",
    ):
        run_sweep([*WORDS, RATE, "trials=2"], CONFIGS)
    with pytest.raises(
        UserError, match="None of 0 trials came to an end: the same command goes on."
    ):
        run_sweep([*WORDS, RATE, "study=late", "timeout=1e-9"], CONFIGS)


def test_a_bad_trial_is_stopped_and_recorded(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        studies,
        "make_pruner",
        lambda plan: ThresholdPruner(upper=0.0, n_warmup_steps=1),
    )
    with pytest.raises(UserError, match="None of 1 trials"):
        run_sweep([*WORDS, RATE, "trials=1", "trainer.max_epochs=50"], CONFIGS)
    (row,) = table(place)
    assert row["state"] == "pruned" and float(row["val/loss"]) > 0
    # a header and two epochs
    assert len((Path(row["run"]) / "metrics.csv").read_text().splitlines()) == 3
    assert not (Path(row["run"]) / "result.json").exists()


@pytest.fixture
def plan(place: Path) -> SweepPlan:
    return make_plan([*WORDS, RATE, "trainer.max_epochs=10", "trials=7"], CONFIGS)


def test_the_median_prunes_after_a_fifth_of_the_epochs(plan: SweepPlan) -> None:
    study = studies.open_study(plan)
    for value in (1.0, 2.0, 3.0, 4.0, 5.0):
        study.add_trial(
            create_trial(
                value=value,
                params={"optimizer.lr": 1e-3},
                distributions=dict(plan.distributions),
                intermediate_values=dict.fromkeys(range(10), value),
            )
        )
    for figure, stopped in ((2.9, False), (3.1, True)):
        trial = study.ask(dict(plan.distributions))
        trial.report(figure, 1)
        assert not trial.should_prune()
        trial.report(figure, 2)
        assert bool(trial.should_prune()) is stopped
        study.tell(trial, state=TrialState.FAIL)
    assert isinstance(
        studies.make_pruner(
            replace(plan, settings=replace(plan.settings, pruner="none"))
        ),
        optuna.pruners.NopPruner,
    )


def test_several_processes_share_a_study(plan: SweepPlan) -> None:
    one, two = studies.open_study(plan), studies.open_study(plan)
    home = plan.folder / studies.PROCESSES
    with process_lock(home) as me, process_lock(home) as you:
        drawn = [
            studies.next_trial(study, plan, name)
            for _ in range(3)
            for study, name in ((one, me), (two, you))
        ]
        last = studies.next_trial(one, plan, me)
        assert None not in (*drawn, last)
        # the seven that were asked for all run
        assert studies.next_trial(two, plan, you) is None
        assert is_alive(home, me) and is_alive(home, you)
        assert (
            len({trial.params["optimizer.lr"] for trial in (*drawn, last) if trial})
            == 7
        )
    assert not is_alive(home, me)
    repeated = [studies.next_trial(one, plan, "gone") for _ in range(2)]
    assert [trial.params for trial in repeated if trial] == [
        trial.params for trial in drawn[:2] if trial
    ]


def test_a_trial_that_kills_its_process_twice_is_given_up(plan: SweepPlan) -> None:
    study, plan = (
        studies.open_study(plan),
        replace(plan, settings=replace(plan.settings, trials=1)),
    )
    first, second = (studies.next_trial(study, plan, "gone") for _ in range(2))
    assert first and second and first.params == second.params
    assert studies.next_trial(study, plan, "gone") is None
    with pytest.raises(UserError, match="None of 2 trials"):
        report_study(study, plan)
    write_trials(study, plan)
    assert [row["state"] for row in table(Path())] == ["killed", "killed"]


def test_a_sweep_that_was_killed_goes_on_in_two_processes(place: Path) -> None:
    words = [*WORDS, RATE, "trainer.max_epochs=30", "trials=5", "pruner=none"]
    runs = place / "outputs/sweeps/recordings_linear/runs/recordings/linear"
    with start(words, place) as process:
        while (
            process.poll() is None
            and len(list(runs.glob("2*/checkpoints/last.ckpt"))) < 2
        ):
            time.sleep(0.02)
        assert process.poll() is None
        process.send_signal(signal.SIGKILL)
    run_sweep([*words, "processes=2"], CONFIGS)
    rows = table(place)
    assert [row["state"] for row in rows] == ["complete", "killed", *4 * ["complete"]]
    assert rows[2]["optimizer.lr"] == rows[1]["optimizer.lr"]  # what the kill broke off
    assert len({row["optimizer.lr"] for row in rows}) == 5
    study = optuna.load_study(
        study_name="recordings_linear", storage=f"sqlite:///{runs.parents[2]}/study.db"
    )
    assert len({trial.user_attrs[studies.PROCESS] for trial in study.trials[2:]}) == 2
    assert not list(place.rglob("test_ledger.jsonl"))


def start(words: list[str], place: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(REPOSITORY / "scripts/sweep.py"), *words],
        cwd=place,
        env=os.environ,
        stdout=subprocess.DEVNULL,
    )
