"""What is unlike the training data: known pitches, known distances, and barking dogs told from
cats and babies.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import RATE, noise, sine
from running import configured
from torch import Tensor, nn

from auris.data.audio import fit_length, read_samples
from auris.data.module import AudioDataModule
from auris.data.spec import Spec
from auris.features.descriptors import ClipDescriptors
from auris.inference.model import NOVEL_RATE as MARKED
from auris.models.novelty import NEIGHBOURS, Novelty
from auris.training.experiment import Experiment
from auris.training.run import learn_novelty


class Given(nn.Module):
    """Aspects that are given as they are, (B, 5)."""

    sizes = (3, 2)

    def forward(self, h: Tensor) -> Tensor:
        return h


def knowing(h: Tensor, recording: Tensor) -> Novelty:
    """What has been fitted to aspects (n, 5)."""
    novelty = Novelty(RATE)
    novelty.aspects = Given()  # type: ignore[assignment]
    novelty.fit_clips(h.split(7), recording)
    return novelty


def drawn(count: int, seed: int = 0) -> Tensor:
    return torch.randn(count, 5, generator=torch.Generator().manual_seed(seed))


def test_distances_are_to_the_nearest_clips_of_the_nearest_other_recordings() -> None:
    h, recording = drawn(30), torch.arange(30) // 3 * 10
    novelty = knowing(h, recording)
    z = ((h - h.mean(0)) / h.std(0, correction=0)).asinh().numpy()
    for v, part in enumerate((z[:, :3], z[:, 3:])):
        for at in range(30):
            far = np.sqrt(((part - part[at]) ** 2).mean(1))
            each = sorted(
                min(far[recording == one])
                for one in recording.unique()
                if one != recording[at]
            )
            known = novelty._distances(novelty.seen, novelty.recording)[v, at].item()
            assert known == pytest.approx(np.mean(each[:NEIGHBOURS]), rel=1e-3)


def test_what_is_like_the_known_is_marked_as_seldom_as_promised() -> None:
    shares = [
        (
            knowing(drawn(60, seed), torch.arange(60))(drawn(200, 1000 + seed))
            >= 1 - MARKED
        )
        for seed in range(10)
    ]
    assert 0.05 < torch.cat(shares).float().mean() < 0.13


def test_what_is_far_from_the_known_in_one_aspect_is_novel() -> None:
    novelty, known = knowing(drawn(40), torch.arange(40)), drawn(1) / 10
    odd = known.clone()
    odd[:, 3:] += 6
    assert novelty(known).item() < 0.5 and novelty(odd).item() > 0.95


def test_one_recording_says_nothing_of_others() -> None:
    assert not knowing(drawn(10), torch.zeros(10, dtype=torch.long)).is_fitted


@pytest.mark.parametrize("frequency", [440.0])
def test_pitch_against_a_known_one(frequency: float) -> None:
    wave = np.concatenate(
        [sine(frequency, 0.7, 22050), np.zeros(22050)]
    ) + 1e-5 * noise(1, 1.7, 22050)
    periodic, _, octave, spread = ClipDescriptors(22050)(
        torch.tensor(wave, dtype=torch.float)[None, None]
    )[0, -23:-19].tolist()
    assert (
        periodic > 0.9
        and octave == pytest.approx(np.log2(frequency), abs=0.06)
        and spread < 0.5
    )


def test_silence_around_a_sound_changes_neither_pitch_nor_timbre() -> None:
    aspects = ClipDescriptors(22050)
    alone = np.concatenate([np.zeros(4096), sine(500, 1, 22050), np.zeros(4096)])
    later = np.concatenate([np.zeros(22528), alone])
    first, second = (
        aspects(torch.tensor(wave, dtype=torch.float)[None, None])[0, -23:]
        for wave in (alone, later)
    )
    assert torch.allclose(first, second, atol=0.05)


def test_hiss_has_no_pitch_and_short_clips_and_many_channels_are_heard() -> None:
    assert (
        ClipDescriptors(RATE)(torch.tensor(noise(0), dtype=torch.float)[None, None])[
            0, -23
        ]
        < 0.5
    )
    assert ClipDescriptors(RATE)(torch.rand(2, 4, 100)).isfinite().all()
    assert ClipDescriptors(1000)(torch.rand(1, 1, 2000)).isfinite().all()


def test_it_is_saved_with_the_model_and_runs_without_it_load() -> None:
    cfg = configured("data=folder", "data.root=here", "model=linear")
    spec = Spec(RATE, 1, RATE // 2, "label", ("cat", "dog"))
    system, again, old = (Experiment(cfg).build_system(spec) for _ in range(3))
    waves = torch.tensor(
        np.stack([noise(seed) for seed in range(12)]), dtype=torch.float
    )[:, None]
    system.novelty.fit_clips([waves], torch.arange(12))  # type: ignore[union-attr]
    again.load_state_dict(system.state_dict())
    tone = torch.tensor(sine(440), dtype=torch.float)[None, None]
    assert (
        again.novelty_of(tone) == system.novelty_of(tone)
        and system.novelty_of(tone)[0] > 0.9
    )  # type: ignore[operator]
    old.load_state_dict(
        {
            key: value
            for key, value in system.state_dict().items()
            if not key.startswith("novelty.")
        }
    )
    assert old.novelty_of(tone) == [None]


def test_dogs_are_marked_more_often_than_cats_and_babies(
    real: Path, tmp_path: Path
) -> None:
    """The aim is nine dogs in ten, at one of the others in ten; this holds what is reached on
    the first fold.
    """
    cfg = configured(
        "data=cats_babies",
        f"data.root={real}/cats_babies",
        "model=linear",
        f"paths.store={tmp_path}/store",
    )
    opened = Experiment(cfg).dataset
    system = Experiment(cfg).build_system(opened.spec)
    learn_novelty(system, AudioDataModule(opened))
    tested = torch.stack(
        [
            opened.store.wave[opened.clips[at][2]]
            for at in opened.indices("test").tolist()
        ]
    )
    dogs = [
        fit_length(read_samples(path, 44100, stop=5.0), 5 * 44100, "zeros")
        for path in sorted((real / "esc10/dog_bark").glob("*"))[::2]
    ]
    strange, usual = (
        np.array(system.novelty_of(wave))
        for wave in (torch.tensor(np.stack(dogs)), tested)
    )
    assert (usual >= 1 - MARKED).mean() <= 0.2 and (strange >= 1 - MARKED).mean() >= 0.8


def test_a_task_that_tells_itself_what_is_unusual_has_none(
    folder: Path, tmp_path: Path
) -> None:
    words = (
        "data=one_class",
        "data.dataset=folder",
        "data.normal=tone",
        "task=anomaly",
        "model=mahalanobis",
    )
    cfg = configured(
        *words,
        f"data.root={folder}",
        "data.duration=0.5",
        f"paths.store={tmp_path}/store",
    )
    opened = Experiment(cfg).dataset
    system = Experiment(cfg).build_system(opened.spec)
    learn_novelty(system, AudioDataModule(opened))
    assert system.novelty_of(torch.rand(2, 1, 4000)) == [None, None]
