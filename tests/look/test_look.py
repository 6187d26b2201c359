"""What a model is given, as pictures and players: the same as in training."""

from pathlib import Path

import pytest
import torch
from conftest import call
from running import TINY, experiment, here

from auris.look.page import render_look
from auris.look.views import Looked, view_clips


@pytest.fixture
def looked(folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Looked:
    words = ("data=folder", *here(tmp_path), *TINY, *request.param)
    return view_clips(experiment(*words), clips=4, draws=2)


@pytest.mark.parametrize("looked", [("augment=none",)], indirect=True)
def test_without_augmentation_all_views_are_alike(looked: Looked) -> None:
    assert [views.clip.label for views in looked.clips] == ["hiss", "tone"] * 2
    assert len({views.clip.path for views in looked.clips}) == 4
    for views in looked.clips:
        assert len(views.drawn) == 2
        for view in views.drawn:
            assert torch.equal(view.wave, views.clean.wave)
            torch.testing.assert_close(view.features, views.clean.features)
            assert [share.clip for share in view.shares] == [views.clip]


@pytest.mark.parametrize(
    "looked", [("augment=wave", "features.standardize=false")], indirect=True
)
def test_the_sound_is_what_the_features_are_of(looked: Looked, tmp_path: Path) -> None:
    words = ("data=folder", *here(tmp_path), *TINY, "features.standardize=false")
    choice = experiment(*words)
    features = choice.build_features(choice.dataset.spec)
    assert looked.changes_waves
    for views in looked.clips:
        for view in (views.clean, *views.drawn):
            again = features(view.wave[None])[0]
            torch.testing.assert_close(view.features, again, rtol=1e-4, atol=1e-4)
        assert not torch.equal(views.drawn[0].wave, views.drawn[1].wave)


@pytest.mark.parametrize(
    "looked",
    [("augment=strong", "augment.log_mixup.probability=1", "augment.features={}")],
    indirect=True,
)
def test_a_mixture_names_its_clips_and_their_shares(looked: Looked) -> None:
    hiss, tone, *_ = (views.clean.features for views in looked.clips)
    assert not torch.allclose(hiss, tone)
    mixed = [view for views in looked.clips for view in views.drawn]
    assert any(len(view.shares) == 2 for view in mixed)
    for views in looked.clips:
        for view in views.drawn:
            fractions = {share.clip.path: share.fraction for share in view.shares}
            assert sum(fractions.values()) == pytest.approx(1, abs=0.02)
            # a clip stays mostly itself
            assert fractions[views.clip.path] >= 0.5


def test_the_page_shows_each_view(folder: Path, tmp_path: Path) -> None:
    words = ("data=folder", *here(tmp_path), *TINY, "augment=wave")
    choice = experiment(*words)
    page = render_look(view_clips(choice, clips=2, draws=1), choice)
    assert page.count("<audio") == page.count("<svg") == 4
    assert "features=log_mel" in page and "augment=wave" in page
    assert "hiss/" in page and "tone/" in page


def test_the_command_writes_it_and_refuses_nonsense(
    folder: Path, tmp_path: Path
) -> None:
    words = ("data=folder", f"data.root={folder}", "data.duration=0.5")
    done = call("scripts/look.py", *words, "--clips=2", "--draws=1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = Path(done.stdout.strip().removeprefix("Look: "))
    assert page.is_absolute() or (tmp_path / page).is_file()
    wrong = call("scripts/look.py", *words, "--clips=0", cwd=tmp_path)
    assert wrong.returncode == 1
    assert "'0' should be a whole number from 1 to 100" in wrong.stderr
