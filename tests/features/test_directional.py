"""What features say of an array that hears a noise from a known direction, and what formulas answer
to it."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from array_files import load, spec
from array_waves import heard, level
from omegaconf import DictConfig
from running import configured
from torch import Tensor

from auris.acoustics.arrays import Array
from auris.acoustics.doa.plane_waves import (
    microphone_pairs,
    pair_delays,
    plane_wave_delays,
)
from auris.core.errors import UserError
from auris.core.instantiate import Factory, to_plain
from auris.data.spec import Spec
from auris.features.spatial import GccPhat, Phase, SteeredPower
from auris.models.doa import DoaEstimator
from auris.tasks.localization.task import Localization
from auris.training.optimizers.build import make_optimizer
from auris.training.optimizers.instance_based import NoOp

RATE = 16000
CIRCLE = load("circular4")
AZIMUTHS = (0.0, 37.0, 100.0, 181.0, -75.0)
FEATURES = [GccPhat, Phase, SteeredPower]
FORMULAS = ["srp_phat", "music", "norm_music", "gcc_least_squares"]


def noise(*azimuths: float, array: Array = CIRCLE) -> Tensor:
    """Waves (B, M, T) of white noise from far away."""
    return heard(array, level(*azimuths))


def late(array: Array, azimuth: float) -> Tensor:
    """(P,) by how many s the second microphone of each pair hears it later."""
    return pair_delays(
        plane_wave_delays(array.microphones, level(azimuth)),
        microphone_pairs(len(array.microphones)),
    )[0]


def test_correlation_peaks_at_the_lag_of_each_pair() -> None:
    feature = GccPhat(RATE, CIRCLE)
    found = feature(noise(*AZIMUTHS)).mean(-1)  # (B, P, L)
    expected = torch.stack([late(CIRCLE, azimuth) for azimuth in AZIMUTHS])  # (B, P)
    step = float(feature.lags[1] - feature.lags[0])
    assert (feature.lags[found.argmax(-1)] - expected).abs().max() <= 0.51 * step
    assert feature.lags.max() >= 0.1 / 343 and found.max() > 0.9


def test_phase_is_that_of_the_delay_at_each_frequency() -> None:
    feature = Phase(RATE, CIRCLE, n_fft=512, hop_length=256)
    x = feature(noise(37.0))  # (1, 3 x 6 + 1, F, T')
    hertz = feature.centers()
    # (P, F): what comes later is behind
    turn = -2 * torch.pi * late(CIRCLE, 37.0)[:, None] * hertz
    mean = x[0].mean(-1)
    assert x.shape[1:3] == (19, len(hertz))
    torch.testing.assert_close(mean[:6], turn.cos(), atol=0.3, rtol=0)
    torch.testing.assert_close(mean[6:12], turn.sin(), atol=0.3, rtol=0)
    assert (mean[:6] - turn.cos()).abs().mean() < 0.05 and (
        mean[6:12] - turn.sin()
    ).abs().mean() < 0.05


def test_levels_are_told_in_tens_of_decibels() -> None:
    wave = noise(0.0)
    wave[:, 1] = 10 * wave[:, 0]  # 20 dB louder
    x = Phase(RATE, CIRCLE)(wave)
    torch.testing.assert_close(
        x[:, 12], torch.full_like(x[:, 12], 2.0), atol=1e-3, rtol=0
    )


def test_the_map_of_steered_power_is_highest_at_the_source() -> None:
    feature = SteeredPower(RATE, CIRCLE, bands=4, step=5)
    map_ = feature(noise(*AZIMUTHS)).mean((1, 3))  # (B, D)
    cosine = (feature.directions[map_.argmax(1)] * level(*AZIMUTHS)).sum(1)
    assert cosine.clamp_max(1).acos().rad2deg().max() <= 2.6
    assert feature(noise(0.0)).shape[1:3] == (4, 72)


def test_a_turned_scene_turns_the_map() -> None:
    feature = SteeredPower(RATE, CIRCLE, step=10)
    here, there = feature(noise(20.0, 110.0)).mean(
        3
    )  # (bands, D): a quarter of a turn is nine steps
    torch.testing.assert_close(there, here.roll(9, 1), atol=0.05, rtol=0)


@pytest.mark.parametrize("kind", FEATURES)
def test_features_do_not_depend_on_loudness_and_stand_silence(kind) -> None:
    feature, wave = kind(RATE, CIRCLE), noise(20.0)
    torch.testing.assert_close(feature(0.1 * wave), feature(wave), atol=1e-3, rtol=0)
    assert feature(torch.zeros(2, 4, 2000)).isfinite().all()
    assert feature(wave[..., :100]).shape[-1] == 1  # shorter than a window


@pytest.mark.parametrize("kind", FEATURES)
def test_features_of_an_array_need_one(kind) -> None:
    with pytest.raises(UserError, match="array=circular6"):
        kind(RATE, None)


@pytest.mark.parametrize(
    ("kind", "setting", "sentence"),
    [
        (SteeredPower, {"bands": 500}, "from 1 to 220"),
        (Phase, {"f_min": 9000.0, "f_max": 9100.0}, "No frequency"),
    ],
)
def test_settings_that_cannot_be(kind, setting: dict, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        kind(RATE, CIRCLE, **setting)(noise(0.0))


def model_node(name: str) -> DictConfig:
    """The model that a YAML and those it inherits from name."""
    return configured("data=rooms", f"model={name}").model


def formula(
    name: str, array: str, task: Localization | None = None, **changes: Any
) -> DoaEstimator:
    """The model that a YAML names."""
    facts = spec(array)
    node = model_node(name)
    size = (task or Localization(facts)).out_shape
    return Factory().make(
        {**to_plain(node), **changes},
        in_shape=(facts.channels, facts.samples),
        out_shape=size,
        spec=facts,
    )


@pytest.mark.parametrize("array", ["circular4", "linear4"])
@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_finds_a_plane_wave_within_a_degree(name: str, array: str) -> None:
    task, model = Localization(spec(array)), formula(name, array)
    wave = torch.nn.functional.pad(
        noise(*AZIMUTHS, array=load(array))[..., :3000], (0, 5000)
    )
    target = torch.cat([level(*AZIMUTHS), torch.zeros(len(AZIMUTHS), 4)], 1)
    assert task.error(task.decode(model(wave), wave), target).max() < 1.01
    assert not list(model.parameters()) and not model.state_dict()


@pytest.mark.parametrize("name", ["srp_phat", "norm_music"])
def test_a_plane_looks_for_elevations_where_they_are_asked_for(name: str) -> None:
    elevated = formula(
        name, "circular4", Localization(spec("circular4"), elevation=True), step=5.0
    )
    assert elevated.tried[:, 2].min() >= 0 and elevated.tried[:, 2].max() > 0.9
    assert formula(name, "circular4").tried[:, 2].abs().max() == 0


@pytest.mark.parametrize("name", FORMULAS)
def test_formulas_read_waves_of_an_array(name: str) -> None:
    node = model_node(name)
    task = Localization(spec("circular4"))
    with pytest.raises(UserError, match="features=raw"):
        Factory().make(
            node, in_shape=(6, 37, 30), out_shape=task.out_shape, spec=spec("circular4")
        )
    with pytest.raises(UserError, match="choose one, as in array=circular6"):
        Factory().make(
            node, in_shape=(4, 8000), out_shape=(2,), spec=Spec(16000, 4, 8000, "label")
        )


@pytest.mark.parametrize(
    ("optimizer", "sentence"),
    [
        ("torch.optim.AdamW", "none to find; choose optimizer=none"),
        (
            "auris.training.optimizers.evolution.Evolution",
            "none to find; choose optimizer=none",
        ),
        ("auris.training.optimizers.instance_based.FitInstances", "can't keep clips"),
        ("auris.training.optimizers.closed_form.ClosedForm", "has none"),
    ],
)
def test_other_optimizers_refuse_a_formula(optimizer: str, sentence: str) -> None:
    system = SimpleNamespace(
        model=formula("srp_phat", "circular4", step=10.0),
        loss=torch.nn.MSELoss(),
        training_pairs=None,
    )
    with pytest.raises(UserError, match=sentence):
        make_optimizer(Factory(), {"_target_": optimizer}, system)


def test_nothing_refuses_what_has_something_to_learn() -> None:
    make_optimizer(
        Factory(),
        {"_target_": "auris.training.optimizers.instance_based.NoOp"},
        SimpleNamespace(
            model=formula("srp_phat", "circular4", step=10.0),
            loss=None,
            training_pairs=None,
        ),
    )
    with pytest.raises(UserError, match="has something to learn"):
        NoOp([], torch.nn.Linear(2, 2), lambda: [])
