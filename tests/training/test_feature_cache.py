"""Features of clips that nothing changes are computed once, and are right."""

import torch
from torch import Tensor

from auris.data.loader import Batch
from auris.training import feature_cache
from auris.training.feature_cache import FeatureCache


class Doubled:
    """Counts the clips that it has to compute."""

    def __init__(self) -> None:
        self.clips = 0

    def __call__(self, wave: Tensor) -> Tensor:
        self.clips += len(wave)
        return 2 * wave[..., :3]


def batch(*clips: int) -> Batch:
    index = torch.tensor(clips)
    return Batch(
        torch.arange(10.0)[:, None, None].expand(-1, 1, 4), index, index, index
    )


def test_each_clip_is_computed_once() -> None:
    features = Doubled()
    remember = FeatureCache(features, (1, 3))
    for clips in [(0, 2), (5, 1), (2, 0), (1, 5), (5, 2)]:
        assert torch.equal(remember(batch(*clips)), 2 * batch(*clips).wave[..., :3])
    assert features.clips == 4


def test_more_than_fits_is_computed_anew(monkeypatch) -> None:
    monkeypatch.setattr(feature_cache, "_MAX_BYTES", 10)
    features = Doubled()
    remember = FeatureCache(features, (1, 3))
    for _ in range(3):
        assert torch.equal(remember(batch(0, 1)), 2 * batch(0, 1).wave[..., :3])
    assert features.clips == 6 and len(remember.known) == 0


def test_features_as_large_as_the_waves_are_not_kept() -> None:
    remember = FeatureCache(Doubled(), (1, 4))
    remember(batch(0, 1))
    assert len(remember.known) == 0


def test_training_fills_in_what_validation_made_room_for() -> None:
    remember = FeatureCache(Doubled(), (1, 3))
    with torch.inference_mode():
        remember(batch(0, 7))
    assert torch.equal(remember(batch(3, 7)), 2 * batch(3, 7).wave[..., :3])
