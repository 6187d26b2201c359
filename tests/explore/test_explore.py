"""A map of clips: what it shows is so, it can be heard, and a table with other labels trains."""

import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from browser import look
from conftest import call, fill
from outline import Outline
from running import TINY, experiment, here
from sklearn.manifold import trustworthiness

from auris.core.errors import UserError
from auris.data.tables import read_table
from auris.explore.maps import draw_maps, find_clusters, find_neighbours
from auris.explore.page import render_map
from auris.explore.points import (
    Points,
    Space,
    read_points,
    read_run,
    sample_clips,
    words_of,
)
from auris.training.experiment import Experiment
from auris.training.reopen import reopen
from auris.training.run import train

EVIL = "</script><img src=x onerror=alert(1)>&\"'"


def flat(clips: int = 60) -> Space:
    """A space that is a plane, turned in ten dimensions, of two far groups."""
    dice = np.random.default_rng(0)
    plane = dice.standard_normal((clips, 2)) * [3, 1]
    plane[: clips // 2, 0] += 40
    turn, _ = np.linalg.qr(dice.standard_normal((10, 10)))
    return Space("plane", plane @ turn[:2])


def test_a_plane_is_drawn_as_it_is_and_trusted() -> None:
    space = flat()
    components, *stochastic = draw_maps(space, seeds=2)
    assert components.trustworthiness == components.continuity == 1
    assert "100 %" in components.note or "99 %" in components.note
    assert [drawn.name for drawn in stochastic] == ["t-SNE, start 1", "t-SNE, start 2"]
    for drawn in stochastic:
        torn = trustworthiness(drawn.places, space.vectors, n_neighbors=10)
        assert drawn.continuity == pytest.approx(torn) and 0.8 < torn < 1
    assert not np.allclose(stochastic[0].places, stochastic[1].places)


def test_neighbours_are_the_nearest_and_clusters_the_groups() -> None:
    space = flat()
    found = find_neighbours(space)
    distance = np.linalg.norm(space.vectors - space.vectors[7], axis=1)
    assert found[7].tolist() == np.argsort(distance)[1:9].tolist()
    name, clusters = find_clusters(space, labels=2)
    assert name == "k-means of plane"
    assert len(set(clusters[:30])) == len(set(clusters[30:])) == 1
    assert set(clusters) == {1, 2}


def test_a_column_is_of_words_unless_a_number_has_a_fraction() -> None:
    assert words_of(["b", None, "a", "b"]) == ["a", "b"]
    assert words_of([10, 9, 10]) == ["9", "10"]
    assert words_of([0.5, None]) is None


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("map")
    fill(place / "recordings", each=10)
    return place


@pytest.fixture(scope="module")
def choice(place: Path) -> Experiment:
    return experiment("data=folder", *here(place), *TINY, "features=statistics")


@pytest.fixture(scope="module")
def points(choice: Experiment) -> Points:
    return read_points(choice, 100)


def test_all_clips_are_there_with_what_is_known_of_them(points: Points) -> None:
    assert points.index.tolist() == list(range(20))
    assert Counter(points.columns["label"]) == {"hiss": 10, "tone": 10}
    assert Counter(points.columns["set"]) == {"train": 12, "val": 4, "test": 4}
    (space,) = points.spaces
    assert space.name == "features=statistics"
    assert np.allclose(space.vectors.mean(0), 0, atol=1e-9)


def test_a_sample_is_fair_to_labels_and_sets(choice: Experiment) -> None:
    clips = choice.dataset.clips
    index = sample_clips(choice.dataset, 10)
    assert len(index.unique()) == 10
    assert Counter(clips[at].clip.label for at in index) == {"hiss": 5, "tone": 5}
    assert Counter(clips[at].split for at in index)["train"] in (5, 6, 7)


def test_too_few_clips_make_no_map(tmp_path: Path) -> None:
    fill(tmp_path / "recordings", each=3)
    words = ("data=folder", *here(tmp_path), *TINY, "data.folds=3")
    with pytest.raises(UserError, match="needs 10 clips or more, and there are 6"):
        read_points(experiment(*words), 100)


def test_a_run_shows_its_embedding_and_tells_nothing_of_a_test_set_it_left_closed(
    place: Path,
) -> None:
    words = ("data=folder", *here(place, "closed"), *TINY, "model=mlp")
    run = train(experiment(*words))
    points = read_run(reopen(str(run.folder)), 100)
    names = [space.name for space in points.spaces]
    assert names == ["embedding of mlp", "features=log_mel"]
    assert points.spaces[0].vectors.shape[0] == 20
    told = dict(zip(points.columns["set"], points.columns["class"], strict=True))
    assert told["test"] is None and told["val"] in {"hiss", "tone"}
    decoded, target, index, _ = run.evaluated["val"].predictions
    for at, right in zip(index.tolist(), decoded.argmax(1) == target, strict=True):
        assert points.columns["answer"][at] == ("right" if right else "wrong")


def test_embeddings_are_those_of_the_model(place: Path, points: Points) -> None:
    words = ("data=folder", *here(place, "again"), *TINY, "model=mlp")
    run = train(experiment(*words))
    opened = reopen(str(run.folder))
    system = opened.fitted.system
    seen = read_run(opened, 100).spaces[0].vectors
    wave = opened.experiment.dataset.wave_of(3)[None]
    with torch.inference_mode():
        own = system.model.embed(system.features(wave))[0].double()
    np.testing.assert_allclose(seen[3], own.numpy(), rtol=1e-3, atol=1e-4)


def read_data(page: str) -> dict:
    (text,) = re.findall(
        r'<script type="application/json" id="data">(.*?)</script>', page
    )
    return json.loads(text)


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The page of recordings one of whose labels is no good name, and where it is."""
    place = tmp_path_factory.mktemp("evil")
    fill(place / "recordings", each=6)
    rows = [["path", "label", "place", "note", "level"]]
    for label, name in (("tone", EVIL), ("hiss", "=hiss")):
        rows += [
            [f"recordings/{label}/{i}.wav", name, EVIL, "", f"{i}.5"] for i in range(6)
        ]
    quoted = [
        ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row)
        for row in rows
    ]
    (place / "clips.csv").write_text("\n".join(quoted))
    words = (f"data.table={place}/clips.csv", *here(place)[1:], *TINY)
    choice = experiment("data=csv", *words, "features=statistics")
    page = place / "explore.html"
    page.write_text(render_map(read_points(choice, 100), EVIL, seeds=1))
    return page.read_text(), page


def test_text_stays_text_and_all_is_inside(evil: tuple[str, Path]) -> None:
    text, _ = evil
    outline = Outline(text)
    assert outline.names.count("script") == 2 and "img" not in outline.names
    assert "script-src 'sha256-" in text and "unsafe-eval" not in text
    data = read_data(text)
    assert data["columns"][0]["words"] == [EVIL, "=hiss"]
    others = {column["name"]: column for column in data["columns"][2:4]}
    assert others["place"]["words"] == [EVIL]
    assert others["level"]["numbers"][:3] == [0.5, 1.5, 2.5] and "note" not in others
    assert all(sound.startswith("data:audio/mpeg") for sound in data["sounds"])
    assert len(data["names"]) == len(data["sounds"]) == 12
    names = [drawn["name"] for drawn in data["maps"]]
    assert names == [
        "PCA of features=statistics",
        "t-SNE, start 1 of features=statistics",
    ]
    assert "trustworthiness" in data["maps"][0]["told"]


USE = """
const inner = page.defaultView;
const canvas = page.querySelector('canvas');
const data = JSON.parse(page.getElementById('data').textContent);
inner.HTMLCanvasElement.prototype.setPointerCapture = () => {};
const box = canvas.getBoundingClientRect();
const place = value => (value + 1.06) / 2.12;
const send = (kind, x, y) => canvas.dispatchEvent(new inner.PointerEvent(kind, {
  pointerType: 'mouse', clientX: box.left + x * box.width, clientY: box.top + y * box.height}));
const at = [place(data.maps[0].x[2]), place(-data.maps[0].y[2])];
send('pointerdown', ...at);
send('pointerup', ...at);
told.name = page.getElementById('name').textContent;
told.sound = page.getElementById('sound').src === data.sounds[2];
told.neighbours = page.getElementById('neighbours').children.length;
send('pointerdown', 0, 0);
for (const corner of [[0.99, 0], [0.99, 0.99], [0, 0.99]]) send('pointermove', ...corner);
send('pointerup', 0, 0.99);
told.count = page.getElementById('count').textContent;
page.getElementById('label').value = '=all "one", ';
page.getElementById('label').dispatchEvent(new inner.Event('input'));
page.getElementById('relabel').click();
told.button = page.getElementById('download').textContent;
told.table = inner.writeTable();
page.getElementById('undo').click();
told.undone = page.getElementById('download').disabled;
told.ink = [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]
  .filter(value => value > 0).length;
"""


def test_it_can_be_used(evil: tuple[str, Path], tmp_path: Path) -> None:
    text, page = evil
    told = look(page, tmp_path, USE)
    assert told["width"] <= 380 and not told["asked"] and told["handlers"] == 0
    data = read_data(text)
    assert told["name"] == data["names"][2]
    assert told["sound"] and told["neighbours"] == 8 and told["ink"] > 1000
    assert told["count"] == "12 clips selected"
    assert told["button"] == "Download the table, 12 changed" and told["undone"]
    table = tmp_path / "clips.csv"
    table.write_text(told["table"])
    again = read_table(table)
    assert {clip.label for clip in again} == {'=all "one",'}
    assert len({clip.path for clip in again}) == 12


def test_the_command_writes_it_and_refuses_nonsense(place: Path) -> None:
    words = ("data=folder", f"data.root={place}/recordings", "data.duration=0.5")
    done = call("scripts/explore.py", *words, "--seeds=1", cwd=place)
    assert done.returncode == 0, done.stderr
    assert (place / done.stdout.strip().removeprefix("Map: ")).is_file()
    wrong = call("scripts/explore.py", *words, "--clips=5", cwd=place)
    assert "'5' should be a whole number from 10 to 5000" in wrong.stderr
    both = call("scripts/explore.py", "outputs/latest", *words, cwd=place)
    assert both.returncode == 1 and "name the run alone" in both.stderr
