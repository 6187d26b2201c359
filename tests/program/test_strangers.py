"""A run folder may be a stranger's: it runs no code, deletes nothing, asks nobody, tells no
secret.
"""

import http.server
import json
import pickle
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from conftest import call, fill, sine, write
from running import TINY, experiment, here

from auris.runs.result import write_result
from auris.training.run import train

COMMANDS = {
    "predict": ("scripts/predict.py", "stranger", "tone.wav"),
    "evaluate": ("scripts/evaluate.py", "stranger"),
    "report": ("scripts/report.py", "stranger"),
    "export": ("scripts/export.py", "stranger"),
    "resume": ("train.py", "resume=stranger"),
}
TRAINED = (
    *TINY[:-2],
    "model=linear",
    "report=false",
    "test=true",
    "trainer.max_epochs=2",
)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run on recordings that lie beside it."""
    place = tmp_path_factory.mktemp("original")
    fill(place / "recordings")
    run = train(experiment("data=folder", *here(place), *TRAINED))
    return run.folder


@pytest.fixture
def victim(original: Path, tmp_path: Path) -> Path:
    """Somebody's folder with a run from elsewhere, and a recording."""
    shutil.copytree(original, tmp_path / "stranger")
    write(tmp_path / "tone.wav", sine(440))
    return tmp_path


def change(victim: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    """Edit the configuration of the stranger's run."""
    path = victim / "stranger/config.yaml"
    values = yaml.safe_load(path.read_text())
    edit(values)
    path.write_text(yaml.safe_dump(values))


def unfinish(victim: Path) -> None:
    """Leave the run as if it had been killed before its last epoch."""
    run = victim / "stranger"
    for name in ("result.json", "model.pt", "checkpoints/done.json"):
        (run / name).unlink()
    change(victim, lambda cfg: cfg["trainer"].update(max_epochs=4))


def carry_out(victim: Path, command: str) -> tuple[int, str]:
    if command == "resume":
        unfinish(victim)
    done = call(*COMMANDS[command], cwd=victim)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


class Pwned:
    """What a pickle of a stranger does when it is read."""

    def __init__(self, mark: Path):
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


@pytest.mark.parametrize("command", COMMANDS)
def test_an_estimator_with_a_cache_is_refused(victim: Path, command: str) -> None:
    def edit(cfg: dict[str, Any]) -> None:
        cfg["model"] = {
            "_target_": "auris.models.estimator.Classifier",
            "summary": {"_target_": "auris.features.pooling.MeanDeviation"},
            "estimator": {
                "_target_": "sklearn.pipeline.Pipeline",
                "memory": "stranger/cache",
                "steps": [["svc", {"_target_": "sklearn.svm.SVC"}]],
            },
        }

    change(victim, edit)
    code, said = carry_out(victim, command)
    assert code == 1 and "memory is not allowed" in said


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "name", ["model.pt", "checkpoints/last.ckpt", "checkpoints/best.ckpt"]
)
def test_a_pickle_in_the_place_of_weights_does_nothing(
    victim: Path, command: str, name: str
) -> None:
    mark = victim / "pwned"
    if command == "resume":
        unfinish(victim)
    (victim / "stranger" / name).write_bytes(pickle.dumps(Pwned(mark)))
    call(*COMMANDS[command], cwd=victim)
    assert not mark.exists()


@pytest.mark.parametrize("place", ["local://{}", "file://{}", "{}"])
def test_a_checkpoint_deletes_nothing_outside_of_its_run(
    victim: Path, place: str
) -> None:
    thesis = write(victim / "thesis/chapter.wav", sine(100))
    path = victim / "stranger/checkpoints/last.ckpt"
    checkpoint = torch.load(path, weights_only=True)
    address = place.format(victim / "thesis")
    for state in checkpoint["callbacks"].values():
        if isinstance(state, dict) and "best_model_path" in state:
            state["best_model_path"] = address
            state["kth_best_model_path"] = address
            state["best_k_models"] = {address: torch.tensor(9.0)}
    torch.save(checkpoint, path)
    code, said = carry_out(victim, "resume")
    assert code == 0, said
    assert thesis.is_file()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "text", ['"\\x24{oc.env:SECRET_TOKEN}"', "${oc.env:SECRET_TOKEN}", "a${seed}"]
)
def test_a_reference_is_not_resolved(
    victim: Path, command: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    path = victim / "stranger/config.yaml"
    path.write_text(path.read_text() + f"\nnote: {text}\n")
    code, said = carry_out(victim, command) if command != "resume" else (1, "")
    if command == "resume":
        done = call(*COMMANDS[command], cwd=victim)
        code, said = done.returncode, done.stderr
    assert code == 1 and "hunter2" not in said
    assert not any(b"hunter2" in found.read_bytes() for found in files(victim))


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_written_where_a_run_points(victim: Path, command: str) -> None:
    outside = victim.parent / f"outside_{victim.name}"

    def edit(cfg: dict[str, Any]) -> None:
        cfg["paths"] = {name: f"{outside}/{name}" for name in cfg["paths"]}
        for node in (cfg["callbacks"] or {}).values():
            node["dirpath"] = f"{outside}/checkpoints"
        for node in (cfg["logger"] or {}).values():
            node["save_dir"] = f"{outside}/logs"
        cfg["trainer"]["default_root_dir"] = f"{outside}/root"

    change(victim, edit)
    code, said = carry_out(victim, command)
    assert code == 0, said
    assert not outside.exists()


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """An address that writes down what it is asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}", asked
        served.shutdown()


@pytest.mark.parametrize("command", COMMANDS)
def test_nobody_is_asked_and_no_private_file_is_told(
    victim: Path, command: str, server: tuple[str, list[str]]
) -> None:
    address, asked = server
    private = victim / "id_rsa"
    private.write_text("b3BlbnNzaC1rZXktdjEA ../../.bashrc\n")

    def edit(cfg: dict[str, Any]) -> None:
        data = cfg["data"]
        data["source"] = {"_target_": "auris.data.sources.esc50.Esc"}
        data.update(
            root="nowhere",
            url=address,
            listing=str(private),
            names=["a", "b"],
            numbers=None,
        )

    change(victim, edit)
    carry_out(victim, command)
    assert asked == []
    assert (
        sorted(path.name for path in victim.iterdir() if path.name.startswith(".bash"))
        == []
    )


def test_text_of_strangers_steers_no_terminal_and_no_spreadsheet(victim: Path) -> None:
    spec = victim / "stranger/spec.json"
    values = json.loads(spec.read_text())
    values["classes"] = ["=HYPERLINK(1)", "\x1b[31mred\x1b[0m"]
    spec.write_text(json.dumps(values))
    shown = call(*COMMANDS["predict"], cwd=victim).stdout
    table = call(*COMMANDS["predict"], "--csv", cwd=victim).stdout
    assert "\x1b" not in shown + table
    cells = [cell for line in table.splitlines() for cell in line.split(",")]
    assert not any(cell.startswith("=") for cell in cells)


def test_an_address_is_kept_without_its_password(tmp_path: Path) -> None:
    words = ("data=cats_babies", "data.url=https://me:hunter2@mirror.example/esc")
    assert "mirror.example/esc" in experiment(*words).to_yaml()
    assert "hunter2" not in experiment(*words).to_yaml()


def test_the_command_is_kept_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["train.py", "data.url=https://me:hunter2@mirror.example/esc"]
    monkeypatch.setattr("sys.argv", words)
    write_result(tmp_path / "result.json")
    kept = (tmp_path / "result.json").read_text()
    assert "mirror.example/esc" in kept and "hunter2" not in kept
