"""Arrays: their coordinates, what they can tell apart, angles."""

import pytest
import torch
from array_files import FOLDER, load

from auris.acoustics.arrays import Array, azimuth_elevation, unit_vector
from auris.core.errors import UserError

ALL = {
    "respeaker4": (4, 2),
    "linear4": (4, 1),
    "circular4": (4, 2),
    "circular6": (6, 2),
    "head": (2, 1),
    "tetrahedron4": (4, 3),
    "pair": (2, 1),
}


def of(azimuth: float, elevation: float = 0) -> torch.Tensor:
    return unit_vector(torch.tensor(float(azimuth)), torch.tensor(float(elevation)))


def test_every_array_is_known():
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_arrays_have_the_dimensions_that_they_should(name):
    array = load(name)
    assert (len(array.microphones), array.dimensions) == ALL[name]


def test_the_regular_ones_are_regular():
    for name, radius in (
        ("circular6", 0.05),
        ("tetrahedron4", 0.05),
        ("respeaker4", 0.02285 * 2**0.5),
    ):
        places = load(name).microphones
        torch.testing.assert_close(
            places.norm(dim=-1), torch.full((len(places),), radius)
        )
    distances = torch.pdist(load("tetrahedron4").microphones)
    torch.testing.assert_close(distances, distances[:1].expand(6))
    turns, _ = azimuth_elevation(load("circular6").microphones)
    torch.testing.assert_close(turns % 360, torch.arange(6) * 60.0, atol=1e-3, rtol=0)


def test_a_pair_folds_the_back_to_the_front():
    pair = load("pair")
    for azimuth in (10.0, 80.0, -45.0):
        torch.testing.assert_close(pair.fold(of(180 - azimuth)), of(azimuth))
        torch.testing.assert_close(pair.fold(of(azimuth)), of(azimuth))
    torch.testing.assert_close(pair.fold(of(0, 60)), of(0))


@pytest.mark.parametrize("name", ALL)
def test_what_folds_to_one_direction_sounds_the_same(name):
    array = load(name)
    rays = torch.nn.functional.normalize(
        torch.randn(50, 3, generator=torch.Generator().manual_seed(0)), dim=-1
    )
    folded = array.fold(rays)
    torch.testing.assert_close(
        folded @ array.microphones.T, rays @ array.microphones.T, atol=1e-6, rtol=0
    )
    torch.testing.assert_close(folded.norm(dim=-1), torch.ones(50))
    torch.testing.assert_close(array.fold(folded), folded, atol=1e-6, rtol=0)


def test_a_level_plane_folds_down_to_up_and_space_nothing():
    torch.testing.assert_close(load("respeaker4").fold(of(70, -30)), of(70, 30))
    assert torch.equal(load("tetrahedron4").fold(of(70, -30)), of(70, -30))


def test_lines_at_any_angle_fold_to_one_half_plane():
    upright, tilted = (
        Array([[0, 0, 0], [0, 0, 1]]),
        Array([[0, 0, 0], [0.1, 0, 0.1], [0.3, 0, 0.3]]),
    )
    torch.testing.assert_close(upright.fold(of(123, 40)), of(0, 40))
    assert tilted.dimensions == 1
    torch.testing.assert_close(tilted.side.float(), of(90))


def test_an_array_is_turned_counter_clockwise_and_moved():
    array = Array([[1, 0, 0], [-1, 0, 0]])
    placed = array.place(
        torch.tensor([[5.0, 4, 1], [0, 0, 0]]), torch.tensor([90.0, 180.0])
    )
    expected = torch.tensor([[[5.0, 5, 1], [5, 3, 1]], [[-1.0, 0, 0], [1, 0, 0]]])
    torch.testing.assert_close(placed, expected, atol=1e-6, rtol=0)


def test_angles_and_directions_are_inverse():
    torch.testing.assert_close(of(90), torch.tensor([0.0, 1.0, 0.0]), atol=1e-6, rtol=0)
    torch.testing.assert_close(
        of(12, 90), torch.tensor([0.0, 0.0, 1.0]), atol=1e-6, rtol=0
    )
    azimuth, elevation = (
        torch.tensor([-170.0, 30.0, 0.0]),
        torch.tensor([-80.0, 20.0, 0.0]),
    )
    torch.testing.assert_close(
        azimuth_elevation(3 * unit_vector(azimuth, elevation)), (azimuth, elevation)
    )


@pytest.mark.parametrize(
    ("microphones", "sentence"),
    [
        ([[0.0, 0, 0]], "two or more"),
        ([[0.0, 0], [1, 0]], "two or more of"),
        ([[0.0, 0, 0], [1, 0, 0], [1, 0, 0]], "two of them are the same"),
    ],
)
def test_what_is_no_array(microphones, sentence):
    with pytest.raises(UserError, match=sentence):
        Array(microphones)
