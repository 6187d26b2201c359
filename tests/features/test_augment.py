"""Augmentation changes what it says, by as much as it says, for each clip by itself."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from auris.features.augmentation.mixup import LogMixup, MixupTargets, WaveMixup
from auris.features.augmentation.pipeline import Augment
from auris.features.augmentation.spectrogram import BandGain, Mask, Warp
from auris.features.augmentation.waveform import (
    Crop,
    Filter,
    Gain,
    Noise,
    Polarity,
    TimeShift,
)

WAVES = [
    TimeShift(0.5),
    Crop(0.5),
    Gain(-6, 6),
    Polarity(0.5),
    Noise(0, 20, 0.5),
    Filter(6),
]
FEATURES = [Mask("time", 2, 0.3), Mask("frequency", 2, 0.3), BandGain(), Warp()]


def named(part: nn.Module) -> str:
    return f"{type(part).__name__}{getattr(part, 'axis', '')}"


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


@pytest.fixture
def wave() -> Tensor:
    return torch.randn(32, 2, 1001)


@pytest.fixture
def features() -> Tensor:
    return torch.randn(32, 2, 40, 51)


def same(clip: Tensor, batch: Tensor) -> Tensor:
    """(B, ...) -> a clip B times."""
    return clip.expand_as(batch).clone()


def level(wave: Tensor) -> Tensor:
    """Of each clip in dB, (B,)."""
    return 10 * wave.square().flatten(1).mean(1).log10()


def drawn_alike(part: nn.Module, x: Tensor) -> bool:
    outputs = part(same(x[:1], x))
    return all(torch.equal(output, outputs[0]) for output in outputs)


@pytest.mark.parametrize("part", WAVES, ids=named)
def test_waves_keep_their_shape_and_every_clip_has_its_own_draw(
    part: nn.Module, wave: Tensor
) -> None:
    before = wave.clone()
    changed = part(wave)
    assert (
        changed.shape == wave.shape
        and changed.dtype == wave.dtype
        and changed.isfinite().all()
    )
    assert torch.equal(wave, before)  # the clip store lies behind it
    assert not torch.equal(changed, wave)
    assert not drawn_alike(part, wave)


@pytest.mark.parametrize("part", FEATURES, ids=named)
def test_features_keep_their_shape_and_every_clip_has_its_own_draw(
    part: nn.Module, features: Tensor
) -> None:
    before = features.clone()
    changed = part(features)
    assert changed.shape == features.shape and changed.isfinite().all()
    assert torch.equal(features, before)
    assert not torch.equal(changed, features)
    assert not drawn_alike(part, features)


@pytest.mark.parametrize("part", [*WAVES, WaveMixup(0.4, 1.0)], ids=named)
def test_the_seed_decides(part: nn.Module, wave: Tensor) -> None:
    outputs = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        changed = part(wave)
        outputs.append(changed if isinstance(changed, Tensor) else changed[0])
    assert torch.equal(outputs[0], outputs[1]) and not torch.equal(
        outputs[0], outputs[2]
    )


@pytest.mark.parametrize("part", WAVES, ids=named)
def test_silence_stays_silence(part: nn.Module) -> None:
    assert not part(torch.zeros(4, 1, 500)).any()


def test_gain_lies_within_its_bounds_and_fills_them(wave: Tensor) -> None:
    gains = torch.cat([level(Gain(-3, 6)(wave)) - level(wave) for _ in range(10)])
    assert -3.001 < gains.min() < -2.5 and 5.5 < gains.max() < 6.001
    assert gains.mean() == pytest.approx(1.5, abs=0.5)  # evenly in dB


def test_gain_keeps_the_balance_of_the_channels(wave: Tensor) -> None:
    factors = Gain(-6, 6)(wave) / wave
    assert torch.allclose(factors, factors[:, :1, :1].expand_as(factors), rtol=1e-4)


@pytest.mark.parametrize("snr", [0.0, 12.0, 30.0])
def test_noise_lies_at_the_ratio_asked_for(snr: float) -> None:
    wave = torch.randn(8, 2, 16000) * torch.logspace(-3, 0, 8)[:, None, None]
    noise = Noise(snr, snr, 1.0)(wave) - wave
    assert (level(wave) - level(noise)).tolist() == pytest.approx([snr] * 8, abs=0.5)


@pytest.mark.parametrize("part", [Noise(10, 10, 0.25), Polarity(0.25)], ids=named)
def test_a_probability_is_the_share_of_clips_that_change(part: nn.Module) -> None:
    wave = torch.randn(2000, 1, 8)
    assert (part(wave) != wave).any(-1).float().mean() == pytest.approx(0.25, abs=0.03)


def test_polarity_turns_whole_clips(wave: Tensor) -> None:
    signs = Polarity()(wave) / wave
    assert set(signs.flatten().tolist()) == {-1.0, 1.0}
    assert torch.equal(signs, signs[:, :1, :1].expand_as(signs))


def shifts(share: float) -> set[int]:
    """How far an impulse in each of many clips is moved, forwards or back."""
    wave = torch.zeros(200, 1, 100)
    wave[..., 0] = 1
    places = TimeShift(share)(wave).squeeze(1).argmax(1).tolist()
    return {place if place < 50 else place - 100 for place in places}


def test_a_time_shift_is_a_rotation(wave: Tensor) -> None:
    for before, after in zip(wave, TimeShift()(wave), strict=True):
        assert any(torch.equal(before.roll(shift, -1), after) for shift in range(1001))


def test_a_time_shift_goes_no_farther_than_its_share() -> None:
    assert (
        min(shifts(0.1)) < -5
        and max(shifts(0.1)) > 5
        and all(abs(shift) <= 10 for shift in shifts(0.1))
    )
    assert len(shifts(1.0)) > 60


def test_a_crop_is_one_stretch_of_the_clip_repeated() -> None:
    clip = torch.arange(100.0).expand(50, 2, 100)
    lengths = []
    for cropped in Crop(0.5)(clip):
        held = cropped[0].unique()
        start, length = int(held[0]), len(held)
        assert torch.equal(
            cropped, (start + torch.arange(100.0) % length).expand(2, -1)
        )
        lengths.append(length)
    assert 50 <= min(lengths) < 60 and 90 < max(lengths) <= 100


def test_a_crop_of_everything_changes_nothing(wave: Tensor) -> None:
    assert torch.equal(Crop(1.0)(wave), wave)


@pytest.mark.parametrize("samples", [1000, 1001])
def test_a_filter_is_a_smooth_curve_over_frequency(samples: int) -> None:
    wave = torch.zeros(64, 2, samples)
    wave[..., 0] = 1  # its spectrum is flat
    curves = 20 * torch.fft.rfft(Filter(std=3.0, knots=6)(wave)).abs().log10()
    assert curves.diff(dim=-1).abs().max() < 0.2  # dB from line to line, of 501
    # one microphone, both channels
    assert torch.allclose(curves[:, 0], curves[:, 1], atol=1e-3)
    assert curves.std() == pytest.approx(
        3 * (2 / 3) ** 0.5, rel=0.2
    )  # less between the knots


def test_a_filter_of_no_deviation_changes_nothing(wave: Tensor) -> None:
    assert torch.allclose(Filter(std=0.0)(wave), wave, atol=1e-5)


@pytest.mark.parametrize(("axis", "dim"), [("time", -1), ("frequency", -2)])
@pytest.mark.parametrize(("count", "share"), [(1, 0.2), (2, 0.2), (3, 0.1)])
def test_a_mask_hides_at_most_its_share_of_an_axis(
    axis: str, dim: int, count: int, share: float
) -> None:
    x = torch.ones(300, 2, 60, 50)
    hidden = Mask(axis, count, share)(x) == 0
    size = x.shape[dim]
    across = hidden.transpose(dim, -1).flatten(1, 2)  # (B, the rest, size)
    # whole frames or bands, in all channels
    assert torch.equal(across, across[:, :1].expand_as(across))
    widths = across[:, 0].sum(1)
    assert widths.max() <= count * (share * size + 1)
    assert widths.max() > 0.7 * count * share * size > 4 * widths.min()
    edges = F.pad(across[:, 0].int(), (1, 1)).diff(dim=1).clamp_min(0).sum(1)
    assert edges.max() == count  # stretches


def test_a_mask_lies_wholly_within_the_clip() -> None:
    hidden = Mask("time", count=1, fraction=1.0)(torch.ones(1000, 1, 4, 100)) == 0
    assert hidden.float().mean() == pytest.approx(
        0.5, abs=0.04
    )  # a third, if it could hang over the end


def test_a_mask_reads_waves_as_time() -> None:
    assert (Mask("time", 2, 0.5)(torch.ones(8, 1, 1000)) == 0).any()


def test_band_gain_is_a_smooth_curve_over_the_bands(features: Tensor) -> None:
    curve = BandGain(std=0.3, knots=5)(features) - features
    # in all channels and frames
    assert torch.allclose(curve, curve[:, :1, :, :1].expand_as(curve), atol=1e-5)
    assert curve.std() == pytest.approx(0.3 * (2 / 3) ** 0.5, rel=0.25)
    assert curve[:, 0, :, 0].diff(n=2, dim=-1).abs().mean() < 0.05


def blob() -> Tensor:
    """A spot in the middle of each of many pictures."""
    x = torch.zeros(200, 1, 41, 81)
    x[:, :, 18:23, 36:45] = 1
    return x


def centre(x: Tensor, dim: int) -> Tensor:
    """Where along an axis the spots lie, (B,)."""
    weight = x.transpose(dim, -1).flatten(1, -2).sum(1)
    return (weight * torch.arange(x.shape[dim])).sum(1) / weight.sum(1)


def test_a_warp_of_nothing_changes_nothing(features: Tensor) -> None:
    assert torch.allclose(Warp(octaves=0.0, shift=0.0)(features), features, atol=1e-4)


def test_a_warp_shifts_the_bands_up_and_down_but_no_farther_than_asked() -> None:
    moved = centre(Warp(octaves=0.0, shift=0.1)(blob()), -2) - 20
    assert -4.5 < moved.min() < -2 and 2 < moved.max() < 4.5  # a tenth of 41 bands


def test_a_warp_plays_faster_and_slower() -> None:
    x = blob()
    lasting = Warp(octaves=1.0, shift=0.0)(x).sum((1, 2, 3)) / x.sum((1, 2, 3))
    assert 0.45 < lasting.min() < 0.75 and 1.4 < lasting.max() < 2.2


@pytest.fixture
def tones() -> Tensor:
    """Eight clips that share no frequency."""
    time = torch.arange(1000) / 1000
    return torch.stack(
        [torch.sin(2 * torch.pi * 20 * (k + 1) * time) for k in range(8)]
    )[:, None]


def powers(wave: Tensor, tones: Tensor) -> Tensor:
    """How much of each tone's power is in each clip, (B, 8)."""
    return ((wave @ tones[:, 0].T)[:, 0] / 500).square()


def apart(mixing: MixupTargets) -> Tensor:
    """The clips that were not mixed with themselves."""
    return mixing.partner != torch.arange(len(mixing.partner))


def test_powers_and_labels_mix_in_the_same_shares(tones: Tensor) -> None:
    mixed, mixing = WaveMixup(1.0, 1.0)(tones)
    labels = mixing(torch.eye(8))
    others = apart(mixing)
    assert others.sum() > 4
    assert torch.allclose(powers(mixed, tones)[others], labels[others], atol=1e-4)
    assert torch.allclose(labels.sum(1), torch.ones(8))


def test_logarithms_of_power_mix_as_their_powers_do() -> None:
    power = torch.rand(8, 1, 4, 5) + 0.1
    mixed, mixing = LogMixup(1.0, 1.0)(power.log())
    assert torch.allclose(mixed.exp(), mixing(power), atol=1e-5)
    unchanged, _ = LogMixup(1.0, 0.0)(power.log())
    assert torch.equal(unchanged, power.log())


def test_a_clip_is_never_louder_than_its_parts(tones: Tensor) -> None:
    for _ in range(20):
        mixed, _ = WaveMixup(1.0, 1.0)(tones)
        assert level(mixed).max() < level(tones).max() + 0.1


def test_a_clip_stays_mostly_itself(tones: Tensor) -> None:
    _, mixing = WaveMixup(0.4, 1.0)(tones)
    assert (mixing.fraction >= 0.5).all() and (mixing.fraction <= 1).all()
    assert mixing(torch.eye(8)).diagonal().min() >= 0.5


def test_the_probability_of_mixup_is_the_share_of_clips_that_mix() -> None:
    wave = torch.randn(1000, 1, 4)
    mixed, mixing = WaveMixup(1.0, 0.3)(wave)
    assert (mixing.fraction < 1).float().mean() == pytest.approx(0.3, abs=0.05)
    assert torch.equal(mixed[mixing.fraction == 1], wave[mixing.fraction == 1])


def test_targets_of_any_shape_follow() -> None:
    mixing = MixupTargets(torch.tensor([1, 0]), torch.tensor([0.75, 1.0]))
    target = torch.stack([torch.zeros(3, 4), torch.ones(3, 4)])
    assert torch.equal(
        mixing(target), torch.stack([torch.full((3, 4), 0.25), torch.ones(3, 4)])
    )


def test_augmentation_of_nothing_is_the_identity(
    wave: Tensor, features: Tensor
) -> None:
    augment = Augment({}, None, None, {})
    same_wave, follow = augment.mixed_waves(wave)
    assert (
        augment.keeps_waves
        and torch.equal(same_wave, wave)
        and torch.equal(follow(wave), wave)
    )
    same_logs, follow = augment.mixed_logs(features)
    assert torch.equal(same_logs, features) and torch.equal(follow(features), features)
    assert torch.equal(augment.features(features), features)


class Add(nn.Module):
    """Adds a number, to see what was called."""

    def __init__(self, number: float):
        super().__init__()
        self.number = number

    def forward(self, x: Tensor) -> Tensor:
        return x + self.number


def test_all_parts_act_in_their_order(tones: Tensor) -> None:
    augment = Augment(
        {"gain": Gain(200, 200), "add": Add(1.0)},
        WaveMixup(1.0, 1.0),
        None,
        {"a": Add(1.0), "b": Add(2.0)},
    )
    wave, follow = augment.mixed_waves(torch.zeros_like(tones))
    assert not augment.keeps_waves
    assert wave.min() >= 1  # added after the gain, and mixed after that
    assert (follow(torch.eye(8)) < 1).any()
    assert augment.features(torch.zeros(1)).item() == 3


@pytest.mark.parametrize("part", WAVES, ids=named)
def test_a_batch_of_one_clip(part: nn.Module) -> None:
    assert part(torch.randn(1, 1, 100)).shape == (1, 1, 100)


def test_a_clip_alone_is_mixed_with_itself() -> None:
    wave, mixing = WaveMixup(0.4, 1.0)(torch.randn(1, 1, 100))
    assert wave.shape == (1, 1, 100) and torch.equal(
        mixing(torch.ones(1, 2)), torch.ones(1, 2)
    )
