"""Classical methods of localization: white noise from known directions, and pyroomacoustics where
it is installed."""

import functools
import math

import pytest
import torch
from array_waves import RATE, heard, level

from auris.acoustics.arrays import Array, azimuth_elevation, unit_vector
from auris.acoustics.constants import SPEED_OF_SOUND
from auris.acoustics.doa import srp as steered
from auris.acoustics.doa.gcc import gcc_phat
from auris.acoustics.doa.grid import (
    circle_grid,
    direction_grid,
    peak_direction,
    sphere_grid,
)
from auris.acoustics.doa.least_squares import least_squares
from auris.acoustics.doa.music import music, norm_music
from auris.acoustics.doa.plane_waves import (
    microphone_pairs,
    pair_delays,
    plane_wave_delays,
)
from auris.acoustics.doa.srp import srp_map, srp_phat
from auris.acoustics.doa.stft import band_spectrum
from auris.acoustics.image_source import Rooms, impulse_responses
from auris.core.errors import UserError

SQUARE = Array([[0.03, 0.04, 0], [-0.04, 0.03, 0], [-0.03, -0.04, 0], [0.04, -0.03, 0]])
LINE = Array([[0, 0.075, 0], [0, 0.025, 0], [0, -0.025, 0], [0, -0.075, 0]])
SOLID = Array(
    [
        [0.03, 0.03, 0.03],
        [0.03, -0.03, -0.03],
        [-0.03, 0.03, -0.03],
        [-0.03, -0.03, 0.03],
    ]
)
UPRIGHT = Array(
    [[0, 0.05, 0.05], [0, -0.05, 0.05], [0, -0.05, -0.05], [0, 0.05, -0.05]]
)
METHODS = {
    method.__name__: lambda x, array, places, hertz, method=method: peak_direction(
        method(x, array.microphones, places, hertz), places
    )
    for method in (srp_phat, music, norm_music)
} | {"least_squares": lambda x, array, _, hertz: least_squares(x, array, hertz)}
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


def degrees(found: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Angles (B,) between directions (B, 3)."""
    return torch.atan2(
        torch.linalg.cross(found, wanted).norm(dim=-1), (found * wanted).sum(-1)
    ).rad2deg()


@functools.cache
def scenes(count: int = 12) -> torch.Tensor:
    """Waves (B, 4, T) of noises in rooms that reverberate, with noise of the sensors."""
    draw = torch.Generator().manual_seed(1)
    size = torch.tensor([4.0, 5, 2.5]) + torch.rand(count, 3, generator=draw)
    source = size * (0.1 + 0.3 * torch.rand(count, 3, generator=draw))
    rooms = Rooms(
        size,
        torch.full((count, 6), 0.4),
        source,
        size[:, None] * 0.6 + SQUARE.microphones,
    )
    dry = torch.randn(count, 1, 6000, generator=draw)
    wet = torch.fft.irfft(
        torch.fft.rfft(impulse_responses(rooms, RATE, 2000, 8), 8192)
        * torch.fft.rfft(dry, 8192)
    )
    wet = wet[..., 1904:6000]
    return wet + 0.1 * wet.std() * torch.randn(wet.shape, generator=draw)


def test_circles_begin_ahead_and_go_counter_clockwise():
    torch.testing.assert_close(
        circle_grid(4), torch.tensor([[1.0, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]])
    )


@pytest.mark.parametrize(
    ("array", "step"),
    [(SQUARE, 0.72), (LINE, 360 / 998), (SOLID, 9.08), (UPRIGHT, 6.423)],
)
def test_grids_have_the_directions_that_an_array_tells_apart_evenly(array, step):
    places = direction_grid(array, step)
    assert places.shape == (500, 3)
    torch.testing.assert_close(places.norm(dim=-1), torch.ones(500))
    torch.testing.assert_close(array.fold(places), places, atol=1e-6, rtol=0)
    draw = torch.Generator().manual_seed(0)
    rays = (
        level(*torch.rand(200, generator=draw) * 360)
        if array in (SQUARE, LINE)
        else sphere_grid(333)
    )
    nearest = (array.fold(rays) @ places.T).amax(-1).clamp(max=1).acos().rad2deg()
    assert nearest.max() < (0.4 if array in (SQUARE, LINE) else 7)


def test_the_sphere_is_even():
    gaps = (sphere_grid(1000) @ sphere_grid(1000).T).fill_diagonal_(-1).amax(-1).acos()
    assert gaps.min() > 0.8 * gaps.max()
    assert sphere_grid(1000).mean(0).norm() < 1e-3


@every_method
def test_white_noise_is_found_where_it_comes_from(method):
    azimuths = (0.0, 37.0, 90.0, 144.0, 181.0, -75.0)
    x, hertz = band_spectrum(heard(SQUARE, level(*azimuths)), RATE)
    assert (
        degrees(method(x, SQUARE, circle_grid(360), hertz), level(*azimuths)).max()
        < 1.01
    )


@every_method
def test_a_turned_array_turns_the_answer(method):
    wave = heard(SQUARE, level(20.0))
    turned = Array(SQUARE.place(torch.zeros(1, 3), torch.tensor([50.0]))[0].tolist())
    x, hertz = band_spectrum(wave, RATE)
    first, second = (
        method(x, array, circle_grid(360), hertz) for array in (SQUARE, turned)
    )
    assert degrees(second, first).item() == pytest.approx(50, abs=0.1)


@every_method
def test_a_line_hears_the_folded_direction(method):
    azimuths = (0.0, 160.0, -60.0, -130.0)
    x, hertz = band_spectrum(heard(LINE, level(*azimuths)), RATE)
    found = method(x, LINE, direction_grid(LINE, 1), hertz)
    assert degrees(found, LINE.fold(level(*azimuths))).max() < 1.01


@every_method
def test_elevation_is_found_in_space(method):
    wanted = unit_vector(
        torch.tensor([10.0, 200.0, -60.0]), torch.tensor([-50.0, 30.0, 75.0])
    )
    x, hertz = band_spectrum(heard(SOLID, wanted), RATE)
    found = method(x, SOLID, sphere_grid(4000), hertz)
    assert degrees(found, wanted).max() < 3  # the spacing of the sphere
    assert (azimuth_elevation(found)[1] - azimuth_elevation(wanted)[1]).abs().max() < 3


@every_method
def test_silence_is_no_error(method):
    x, hertz = band_spectrum(torch.zeros(2, 4, 1000), RATE)
    assert method(x, SQUARE, circle_grid(36), hertz).isfinite().all()


def test_gcc_phat_is_the_inverse_transform_at_whole_lags():
    x, hertz = band_spectrum(
        scenes(2), RATE, f_min=1, f_max=RATE / 2
    )  # all but 0 and the highest
    product = x[:, 0].conj() * x[:, 1]
    whole = torch.fft.irfft(
        torch.nn.functional.pad(product / product.abs(), (0, 0, 1, 1)), 512, dim=1
    )
    lags = torch.arange(-5, 6)
    found = gcc_phat(x, torch.tensor([[0, 1]]), lags / RATE, hertz)  # (B, 1, L, T')
    torch.testing.assert_close(
        found[:, 0], whole[:, lags] * 512 / (2 * len(hertz)), atol=1e-5, rtol=0
    )


def test_gcc_phat_peaks_at_the_delay_between_two_samples():
    azimuth = level(25.0)
    x, hertz = band_spectrum(heard(SQUARE, azimuth, noise=0), RATE)
    late = pair_delays(
        plane_wave_delays(SQUARE.microphones, azimuth), microphone_pairs(4)
    )[0]  # (P,)
    lags = late[:, None] + torch.tensor([-5e-6, 0, 5e-6])
    for pair, around in zip(microphone_pairs(4), lags, strict=True):
        found = gcc_phat(x, pair[None], around, hertz).mean(-1).flatten()
        assert found.argmax() == 1
        assert found[1] > 0.9


def test_a_map_is_the_steered_power_in_parts(monkeypatch):
    x, hertz = band_spectrum(scenes(3), RATE)
    places = circle_grid(24)
    whole = srp_phat(x, SQUARE.microphones, places, hertz)
    parts = srp_map(x, SQUARE.microphones, places, hertz, bands=7)
    assert parts.shape == (3, 7, 24, x.shape[-1])
    torch.testing.assert_close(parts.mean((1, 3)), whole, atol=1e-5, rtol=0)
    monkeypatch.setattr(steered, "MAX_VALUES", 1)
    torch.testing.assert_close(
        srp_map(x, SQUARE.microphones, places, hertz, bands=7), parts, atol=1e-6, rtol=0
    )
    torch.testing.assert_close(
        srp_phat(x, SQUARE.microphones, places, hertz), whole, atol=1e-6, rtol=0
    )


def test_the_power_of_a_lone_plane_wave_is_1():
    x, hertz = band_spectrum(heard(SQUARE, level(90.0), noise=0), RATE)
    assert srp_phat(x, SQUARE.microphones, level(90.0), hertz).item() == pytest.approx(
        1, abs=0.05
    )


def test_between_directions_of_a_circle():
    places, wanted = circle_grid(36), torch.tensor([3.0, -4.0, 178.0])
    power = (
        1
        - (torch.arange(36) * 10.0 - wanted[:, None] + 180)
        .remainder(360)
        .sub(180)
        .square()
    )
    assert degrees(peak_direction(power, places), level(0.0, 0.0, 180.0)).max() < 0.1
    torch.testing.assert_close(
        azimuth_elevation(peak_direction(power, places, closed=True))[0],
        wanted,
        atol=0.05,
        rtol=0,
    )


def test_an_empty_band_is_refused_and_a_short_wave_is_not():
    with pytest.raises(UserError, match="f_min=9000"):
        band_spectrum(torch.zeros(1, 2, 600), RATE, f_min=9000, f_max=9500)
    assert band_spectrum(torch.zeros(1, 2, 100), RATE)[0].shape[-1] == 1


@pytest.mark.parametrize(
    ("name", "method"), [("SRP", srp_phat), ("MUSIC", music), ("NormMUSIC", norm_music)]
)
def test_pyroomacoustics_gives_the_same(name, method):
    oracle = pytest.importorskip("pyroomacoustics").doa
    wave, places = scenes(), circle_grid(180)
    x, hertz = band_spectrum(wave, RATE)
    ours = method(x, SQUARE.microphones, places, hertz)
    whole = band_spectrum(wave, RATE, f_min=0, f_max=math.inf)[
        0
    ].numpy()  # all 257 frequencies
    peer = getattr(oracle, name)(
        SQUARE.microphones.double().numpy().T, RATE, 512, c=SPEED_OF_SOUND, n_grid=180
    )
    for clip, power in zip(whole, ours, strict=True):
        peer.locate_sources(clip, freq_range=[500, 4000])
        wanted = torch.from_numpy(peer.grid.values).float()
        scaled = 2 * power + 2 / 3 if name == "SRP" else power
        assert (scaled - wanted).abs().max() < 1e-5 * wanted.abs().max()
        turn = math.degrees(peer.azimuth_recon.item())
        assert degrees(peak_direction(power[None], places), level(turn)) < 2.01
