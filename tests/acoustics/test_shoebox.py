"""Impulse responses of rooms against numbers by hand, a direct sum, and pyroomacoustics where it is
installed."""

import itertools

import numpy as np
import pytest
import torch

from auris.acoustics import image_source as shoebox
from auris.acoustics.constants import SPEED_OF_SOUND
from auris.acoustics.image_source import (
    LEAD_SAMPLES,
    Rooms,
    check_rooms,
    complete_order,
    impulse_responses,
)
from auris.core.errors import UserError

RATE = 16000
WALLS = (
    "west",
    "east",
    "south",
    "north",
    "floor",
    "ceiling",
)  # pyroomacoustics' names, in our order


def drawn(count: int, microphones: int, seed: int = 0) -> Rooms:
    """Rooms of 3 to 8 m with uneven walls."""
    draw = np.random.default_rng(seed).uniform
    size = draw([3, 3, 2.4], [8, 7, 4], (count, 3))
    places = size[:, None] * draw(0.1, 0.9, (count, 1 + microphones, 3))
    return Rooms(
        *map(
            torch.from_numpy,
            (size, draw(0.05, 0.7, (count, 6)), places[:, 0], places[:, 1:]),
        )
    )


def by_hand(paths: list[tuple[float, float]], length: int) -> torch.Tensor:
    """Responses (T,) of (m, gain) of each path, each with a sinc of its own."""
    t = np.arange(length)
    total = np.zeros(length)
    for metres, gain in paths:
        at = t - LEAD_SAMPLES - metres * RATE / SPEED_OF_SOUND
        window = np.where(
            abs(at) < LEAD_SAMPLES + 1,
            np.cos(np.pi * at / (2 * LEAD_SAMPLES + 2)) ** 2,
            0,
        )
        total += gain / (4 * np.pi * metres) * np.sinc(at) * window
    return torch.from_numpy(total)


def summed(room: Rooms, order: int, length: int) -> torch.Tensor:
    """The response (T,) of the first room and microphone by equation 10 of Allen and Berkley, image
    by image."""
    size, source, microphone = (
        x[0].numpy() for x in (room.size, room.source, room.microphones[:, 0])
    )
    beta = np.sqrt(1 - room.absorption[0].numpy()).reshape(3, 2)
    paths, side = [], range(-order, order + 1)
    for r in itertools.product(side, side, side):
        for p in itertools.product((0, 1), repeat=3):
            low, high = abs(np.subtract(r, p)), np.abs(r)
            if low.sum() + high.sum() <= order:
                image = (1 - 2 * np.array(p)) * source + 2 * np.array(r) * size
                gain = np.prod(beta[:, 0] ** low * beta[:, 1] ** high)
                paths.append((float(np.linalg.norm(image - microphone)), float(gain)))
    return by_hand(paths, length)


def off(found: torch.Tensor, wanted: torch.Tensor) -> float:
    """The largest difference, as a share of the largest value."""
    return float((found - wanted).abs().max() / wanted.abs().max())


def test_the_direct_path_is_late_by_its_length_and_weaker_by_4_pi_times_it():
    metres = SPEED_OF_SOUND * 150 / RATE  # 150 samples
    room = Rooms(
        torch.full((1, 3), 20.0),
        torch.zeros(1, 6),
        torch.full((1, 3), 10.0),
        torch.tensor([[[10 + metres, 10, 10]]]),
    )
    (response,) = impulse_responses(room, RATE, 400, 0)[0]
    assert response.argmax() == LEAD_SAMPLES + 150
    assert response.max().item() == pytest.approx(1 / (4 * np.pi * metres), rel=1e-3)


def test_first_reflections_by_hand():
    absorption = torch.tensor([[0.0, 0.19, 0.36, 0.51, 0.64, 0.75]])
    source, microphone = (
        torch.tensor([[1.0, 2.0, 1.5]]),
        torch.tensor([[[3.0, 2.0, 1.5]]]),
    )
    room = Rooms(torch.tensor([[5.0, 4.0, 3.0]]), absorption, source, microphone)
    paths = [
        (2, 1),
        (4, 1),
        (6, 0.9),
        (20**0.5, 0.8),
        (20**0.5, 0.7),
        (13**0.5, 0.6),
        (13**0.5, 0.5),
    ]
    assert off(impulse_responses(room, RATE, 500, 1)[0, 0], by_hand(paths, 500)) < 2e-3


@pytest.mark.parametrize("order", [2, 5])
def test_a_direct_sum_over_images_gives_the_same(order):
    room = drawn(1, 1, seed=order)
    assert (
        off(impulse_responses(room, RATE, 2500, order)[0, 0], summed(room, order, 2500))
        < 2e-3
    )


def test_source_and_microphone_can_change_places():
    room = drawn(3, 1)
    other = room._replace(
        source=room.microphones[:, 0], microphones=room.source[:, None]
    )
    there, back = (impulse_responses(each, RATE, 1500, 8) for each in (room, other))
    torch.testing.assert_close(there, back, atol=1e-12, rtol=0)


def test_a_batch_is_its_rooms_one_by_one_and_a_short_response_the_beginning_of_a_long_one():
    rooms = drawn(4, 3)
    together = impulse_responses(rooms, RATE, 1500, 9)
    alone = torch.cat(
        [
            impulse_responses(Rooms(*(x[[b]] for x in rooms)), RATE, 1500, 9)
            for b in range(4)
        ]
    )
    torch.testing.assert_close(together, alone, atol=1e-12, rtol=0)
    cut = impulse_responses(rooms, RATE, 600, 9)
    torch.testing.assert_close(
        cut[..., : 600 - LEAD_SAMPLES],
        together[..., : 600 - LEAD_SAMPLES],
        atol=1e-12,
        rtol=0,
    )


def test_large_batches_are_made_in_parts(monkeypatch):
    rooms = drawn(5, 2)
    whole = impulse_responses(rooms, RATE, 400, 3)
    monkeypatch.setitem(
        shoebox.CACHED_CELLS, "cpu", 2 * 2 * 400 * shoebox.CELLS_PER_SAMPLE
    )  # two rooms
    torch.testing.assert_close(
        impulse_responses(rooms, RATE, 400, 3), whole, atol=1e-12, rtol=0
    )


def test_single_precision_is_enough():
    rooms = drawn(3, 2)
    single = impulse_responses(Rooms(*(x.float() for x in rooms)), RATE, 4000, 15)
    assert single.dtype == torch.float32
    assert off(single.double(), impulse_responses(rooms, RATE, 4000, 15)) < 1e-3


def test_the_complete_order_has_all_that_arrives_in_time():
    rooms, length = drawn(4, 2), 900
    order = complete_order(rooms.size, length, RATE)
    fewer, complete, more = (
        impulse_responses(rooms, RATE, length, n)[..., :-LEAD_SAMPLES]
        for n in (4, order, order + 4)
    )
    torch.testing.assert_close(complete, more, atol=1e-12, rtol=0)
    assert off(fewer, more) > 1e-3


def test_walls_that_absorb_all_leave_the_direct_path():
    rooms = drawn(2, 2)._replace(absorption=torch.ones(2, 6, dtype=torch.float64))
    torch.testing.assert_close(
        impulse_responses(rooms, RATE, 800, 6), impulse_responses(rooms, RATE, 800, 0)
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"source": torch.tensor([[1.0, 1.0, 9.0]])},
            "The source is not inside room 0 of 5 x 4 x 3 m",
        ),
        (
            {"microphones": torch.tensor([[[1.0, 1, 1], [2, -1, 1]]])},
            "Microphone 2 is not inside",
        ),
        ({"microphones": torch.full((1, 1, 3), 1.5)}, "is where the source is"),
        ({"absorption": torch.full((1, 6), 1.5)}, "from 0 to 1"),
    ],
)
def test_rooms_that_can_not_be(change, sentence):
    good = Rooms(
        torch.tensor([[5.0, 4, 3]]),
        torch.full((1, 6), 0.5),
        torch.full((1, 3), 1.5),
        torch.full((1, 2, 3), 2.0),
    )
    assert check_rooms(good) is good
    with pytest.raises(UserError, match=sentence):
        check_rooms(good._replace(**change))


def test_pyroomacoustics_gives_the_same():
    """Over 20 rooms of 4 microphones: 0.3 % of the peak, 0.5 % of the root mean square of each
    response."""
    oracle = pytest.importorskip("pyroomacoustics")
    oracle.constants.set("rir_hpf_enable", False)
    rooms, order, length = drawn(20, 4), 12, 3000
    ours = 4 * np.pi * impulse_responses(rooms, RATE, length, order)
    for b in range(20):
        walls = dict(
            zip(WALLS, map(oracle.Material, rooms.absorption[b].tolist()), strict=True)
        )
        room = oracle.ShoeBox(
            rooms.size[b].tolist(), fs=RATE, materials=walls, max_order=order
        )
        room.add_source(rooms.source[b].tolist())
        room.add_microphone_array(rooms.microphones[b].T.numpy())
        room.compute_rir()
        for response, (theirs,) in zip(ours[b], room.rir, strict=True):
            wanted = torch.from_numpy(theirs[: length - LEAD_SAMPLES])
            found = response[: len(wanted)]
            assert off(found, wanted) < 3e-3
            assert (found - wanted).norm() < 5e-3 * wanted.norm()
