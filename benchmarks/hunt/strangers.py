"""A stranger's run folder runs no code, deletes nothing, asks nobody and tells no secret."""

import http.server
import json
import os
import pickle
import shutil
import threading
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from children import Ended, carry_out
from ground import Tally

_SECRET = "hunter2"
_COMMANDS = {
    "predict": ("predict", "stranger", "recordings/tone/0.wav"),
    "evaluate": ("evaluate", "stranger"),
    "report": ("report", "stranger"),
    "export": ("export", "stranger"),
    "compare": ("compare", "stranger"),
    "resume": ("train", "resume=stranger"),
}
Attack = Callable[[Path, str], None]  # on the run in a folder, with an address


class _Touch:
    """What a pickle does when it is read."""

    def __init__(self, mark: Path):
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


def hunt_strangers(place: Path, draws: np.random.Generator, count: int) -> Tally:
    """Some `count` of all attacks in all commands. `place` has recordings and a run."""
    tally = Tally("attacks of a stranger's run folder")
    os.environ["SECRET_TOKEN"] = _SECRET
    asked: list[str] = []
    attacks = _list_attacks()
    pairs = list(product(attacks, _COMMANDS))
    for number in draws.permutation(len(pairs))[:count]:
        name, command = pairs[number]
        _lay_out(place, command)
        server = _listen(asked)
        attacks[name](place, f"http://127.0.0.1:{server.server_port}")
        done = carry_out(_COMMANDS[command], place)
        server.shutdown()
        server.server_close()
        tally.note(f"{name} in {command}", _find_harm(place, done, asked))
        asked.clear()
    return tally


def _lay_out(place: Path, command: str) -> None:
    """A stranger's run, not yet finished where it is to be resumed, and something to lose."""
    for name in ("stranger", "outside", "thesis"):
        shutil.rmtree(place / name, ignore_errors=True)
    (place / "pwned").unlink(missing_ok=True)
    (place / "thesis").mkdir()
    (place / "thesis/chapter.txt").write_text("years of work\n")
    (place / "id_rsa").write_text(f"{_SECRET} ../../.bashrc\n")
    run = place / "stranger"
    shutil.copytree(place / "run", run)
    if command == "resume":
        for name in ("result.json", "model.pt", "checkpoints/done.json"):
            (run / name).unlink(missing_ok=True)
        _edit(place, lambda cfg: cfg["trainer"].update(max_epochs=4))


def _listen(asked: list[str]) -> http.server.ThreadingHTTPServer:
    """A server that writes down what it is asked for."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _find_harm(place: Path, done: Ended, asked: list[str]) -> str:
    """What an attack has done, if anything."""
    if done.code not in (0, 1) or "Traceback" in done.said:
        return f"exit code {done.code}, or a traceback"
    if (place / "pwned").exists():
        return "ran code"
    if not (place / "thesis/chapter.txt").is_file():
        return "deleted a folder"
    if (place / "outside").exists():
        return "wrote outside of the run"
    if asked:
        return "asked an address"
    if "\x1b" in done.said:
        return "steered the terminal"
    kept = [path for path in (place / "stranger").rglob("*") if path.is_file()]
    if any(_SECRET.encode() in path.read_bytes() for path in kept):
        return "wrote a secret down"
    return "told a secret" if _SECRET in done.said else ""


def _edit(place: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = place / "stranger/config.yaml"
    values = yaml.safe_load(path.read_text())
    change(values)
    path.write_text(yaml.safe_dump(values))


def _list_attacks() -> dict[str, Attack]:
    attacks: dict[str, Attack] = {
        "an estimator with a cache": _name_cache,
        "places": _name_places,
        "an address and a private file": _name_address,
        "labels with escape codes": _steer,
        "an alias bomb": _grow,
    }
    for name in ("model.pt", "checkpoints/last.ckpt", "checkpoints/best.ckpt"):
        attacks[f"a pickle as {name}"] = _pickle_as(name)
    for form in ("local://{}", "file://{}", "{}"):
        attacks[f"a best model at {form}"] = _delete_by(form)
    for text in ('"\\x24{oc.env:SECRET_TOKEN}"', "${oc.env:SECRET_TOKEN}"):
        attacks[f"a note {text}"] = _append(f"\nnote: {text}\n")
    attacks["a tag"] = _append("\nx: !!python/object/apply:os.system [touch pwned]\n")
    return attacks


def _name_cache(place: Path, _: str) -> None:
    steps = [["svc", {"_target_": "sklearn.svm.SVC"}]]
    pipeline = {"_target_": "sklearn.pipeline.Pipeline", "memory": "stranger/cache"}
    model = {
        "_target_": "auris.models.estimator.Classifier",
        "summary": {"_target_": "auris.features.pooling.MeanDeviation"},
        "estimator": {**pipeline, "steps": steps},
    }
    _edit(place, lambda cfg: cfg.update(model=model))


def _name_places(place: Path, _: str) -> None:
    outside = str(place / "outside")

    def change(cfg: dict[str, Any]) -> None:
        cfg["paths"] = dict.fromkeys(cfg["paths"], outside)
        for node in (cfg["callbacks"] or {}).values():
            node["dirpath"] = outside
        for node in (cfg["logger"] or {}).values():
            node["save_dir"] = outside
        cfg["trainer"]["default_root_dir"] = outside

    _edit(place, change)


def _name_address(place: Path, address: str) -> None:
    source = {"_target_": "auris.data.sources.esc50.Esc"}
    facts = {"root": "nowhere", "url": address, "listing": str(place / "id_rsa")}
    _edit(place, lambda cfg: cfg["data"].update(source=source, **facts))


def _steer(place: Path, _: str) -> None:
    path = place / "stranger/spec.json"
    spec = json.loads(path.read_text())
    path.write_text(json.dumps({**spec, "classes": ["=HYPERLINK(1)", "\x1b[31mred"]}))


def _grow(place: Path, address: str) -> None:
    lines = ["a0: &a0 [1,1,1,1,1,1,1,1,1,1]"]
    for level in range(1, 9):
        items = ",".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} [{items}]")
    _append("\n" + "\n".join(lines) + "\n")(place, address)


def _append(text: str) -> Attack:
    def attack(place: Path, _: str) -> None:
        with (place / "stranger/config.yaml").open("a") as file:
            file.write(text)

    return attack


def _pickle_as(name: str) -> Attack:
    def attack(place: Path, _: str) -> None:
        (place / "stranger" / name).write_bytes(pickle.dumps(_Touch(place / "pwned")))

    return attack


def _delete_by(form: str) -> Attack:
    def attack(place: Path, _: str) -> None:
        path = place / "stranger/checkpoints/last.ckpt"
        checkpoint = torch.load(path, weights_only=True)
        address = form.format(place / "thesis")
        for state in checkpoint["callbacks"].values():
            if isinstance(state, dict) and "best_model_path" in state:
                state["best_model_path"] = address
                state["best_k_models"] = {address: torch.tensor(9.0)}
        torch.save(checkpoint, path)

    return attack
