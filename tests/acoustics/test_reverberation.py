"""Reverberation times of walls and of decays that are known."""

import pytest
import torch

from auris.acoustics.image_source import Rooms, complete_order, impulse_responses
from auris.acoustics.reverberation import (
    decay_curve,
    eyring_absorption,
    measured_rt60,
    sabine_absorption,
    spread_absorption,
    wall_areas,
)
from auris.core.errors import UserError

SIZE = torch.tensor([[5.0, 4.0, 3.0], [8.0, 6.0, 2.5]])
RATE = 16000


def test_walls_in_order():
    assert wall_areas(SIZE)[0].tolist() == [12, 12, 15, 15, 20, 20]


def test_sabine_as_in_books():
    time = torch.tensor([0.5, 0.8])
    expected = 0.161 * SIZE.prod(-1) / (wall_areas(SIZE).sum(-1) * time)
    torch.testing.assert_close(
        sabine_absorption(SIZE, time), expected, rtol=2e-3, atol=0
    )


def test_eyring_asks_for_less_and_agrees_with_sabine_in_live_rooms():
    short, long = (torch.full((2,), time) for time in (0.2, 20.0))
    torch.testing.assert_close(
        -torch.log1p(-eyring_absorption(SIZE, short)), sabine_absorption(SIZE, short)
    )
    assert (eyring_absorption(SIZE, short) < 0.8 * sabine_absorption(SIZE, short)).all()
    torch.testing.assert_close(
        eyring_absorption(SIZE, long), sabine_absorption(SIZE, long), rtol=0.01, atol=0
    )


def test_sabine_has_its_limit():
    with pytest.raises(UserError, match="ask for an RT60 of 0.1"):
        sabine_absorption(SIZE, torch.tensor([0.5, 0.05]))
    assert eyring_absorption(SIZE, torch.tensor([0.5, 0.05])).max() < 1


def test_uneven_walls_keep_the_mean_exponent_and_the_order_of_weights():
    mean, weight = (
        torch.tensor([0.3, 0.9]),
        torch.tensor([[1.0, 2, 3, 4, 5, 6], [1.0, 1, 1, 1, 1, 1]]),
    )
    absorption = spread_absorption(mean, weight, SIZE)
    share = wall_areas(SIZE) / wall_areas(SIZE).sum(-1, keepdim=True)
    torch.testing.assert_close(
        (share * torch.log1p(-absorption)).sum(-1), torch.log1p(-mean)
    )
    assert (absorption[0].diff() > 0).all() and absorption.max() < 1
    torch.testing.assert_close(absorption[1], torch.full((6,), 0.9))


def test_the_curve_of_an_exponential_is_straight():
    amplitude = 10 ** (-3 * torch.arange(8000, dtype=torch.float64) / 8000)  # 60 dB
    curve = decay_curve(amplitude)
    assert curve[0] == 0 and curve[4000].item() == pytest.approx(-30, abs=0.01)


@pytest.mark.parametrize(("span", "tolerance"), [(20.0, 0.06), (30.0, 0.06)])
def test_decaying_noise_has_the_time_that_it_was_given(span, tolerance):
    wanted = torch.tensor([[0.2, 0.5], [0.9, 1.4]])
    t = torch.arange(2 * RATE) / RATE
    noise = torch.randn(2, 2, len(t), generator=torch.Generator().manual_seed(0))
    found = measured_rt60(noise * 10 ** (-3 * t / wanted[..., None]), RATE, span)
    torch.testing.assert_close(found, wanted, rtol=tolerance, atol=0)


def test_the_regression_begins_5_dB_down():  # noqa: N802
    t = torch.arange(2 * RATE, dtype=torch.float64) / RATE
    tail, early = (10 ** (-3 * t / time) for time in (0.5, 0.05))
    early *= (
        1.5 * tail.square().sum() / early.square().sum()
    ).sqrt()  # 4 dB of the whole, soon over
    response = (tail.square() + early.square()).sqrt()
    assert measured_rt60(response, RATE).item() == pytest.approx(0.5, rel=0.02)


def test_no_decay_has_no_time():
    click = torch.zeros(2, 100)
    click[0, 3] = 1
    assert measured_rt60(click, RATE).isnan().all()


def simulated(wanted: float) -> torch.Tensor:
    """The response (T,) of a room of even walls by Eyring's formula."""
    size, time = torch.tensor([[4.0, 3.6, 3.2]]), torch.tensor([wanted])
    absorption = eyring_absorption(size, time)[:, None].expand(1, 6)
    room = Rooms(
        size,
        absorption,
        torch.tensor([[1.0, 1.2, 1.1]]),
        torch.tensor([[[2.7, 2.3, 1.9]]]),
    )
    length = int(1.6 * wanted * RATE)
    return impulse_responses(room, RATE, length, complete_order(size, length, RATE))[
        0, 0
    ]


@pytest.mark.parametrize("wanted", [0.1, 0.2])
def test_a_room_decays_no_faster_than_eyring_says_and_not_twice_as_slowly(wanted):
    """Even walls leave sound that travels along the room for last, which no diffuse field has."""
    assert 1 < measured_rt60(simulated(wanted), RATE) / wanted < 1.6


@pytest.mark.parametrize("span", [20.0, 30.0])
def test_pyroomacoustics_measures_the_same(span):
    oracle = pytest.importorskip("pyroomacoustics")
    response = simulated(0.2)
    theirs = oracle.experimental.measure_rt60(response.numpy(), fs=RATE, decay_db=span)
    assert measured_rt60(response, RATE, span).item() == pytest.approx(theirs, rel=2e-3)
