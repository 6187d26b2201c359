"""The steered network: physics from the start, shapes for every array, and what it refuses."""

import pytest
import torch
from torch import Tensor

from auris.acoustics.arrays import Array, azimuth_elevation, unit_vector
from auris.acoustics.doa.plane_waves import plane_wave_delays
from auris.core.errors import UserError
from auris.data.spec import Spec
from auris.features.spatial import GccPhat, Phase
from auris.models.masked_srp import MaskedSrp

RATE, SAMPLES = 16000, 4096
SQUARE = [[0.05, 0.0, 0.0], [0.0, 0.05, 0.0], [-0.05, 0.0, 0.0], [0.0, -0.05, 0.0]]
LINE = [[0.0, 0.075, 0.0], [0.0, 0.0, 0.0], [0.0, -0.075, 0.0]]
SOLID = [
    [0.03, 0.03, 0.03],
    [0.03, -0.03, -0.03],
    [-0.03, 0.03, -0.03],
    [-0.03, -0.03, 0.03],
]


def spec(microphones: list[list[float]]) -> Spec:
    places = tuple(tuple(place) for place in microphones)
    return Spec(RATE, len(microphones), SAMPLES, "direction", microphones=places)


def plane_wave(array: Array, to: Tensor) -> Tensor:
    """White noise from directions (B, 3), as the microphones hear it, (B, M, T)."""
    spectrum = torch.fft.rfft(
        torch.randn(SAMPLES, generator=torch.Generator().manual_seed(0))
    )
    hertz = torch.fft.rfftfreq(SAMPLES, 1 / RATE)
    late = plane_wave_delays(array.microphones, to)  # (B, M)
    return torch.fft.irfft(
        spectrum * torch.exp(-2j * torch.pi * hertz * late[..., None]), SAMPLES
    )


def built(
    microphones: list[list[float]], out: int, step: float = 5.0
) -> tuple[Phase, MaskedSrp]:
    torch.manual_seed(0)
    facts = spec(microphones)
    features = Phase(RATE, Array(facts.microphones), n_fft=256, hop_length=128)
    shape = tuple(features(torch.zeros(1, len(microphones), SAMPLES)).shape[1:])
    return features, MaskedSrp(shape, (out,), facts, features.centers(), step=step)


@pytest.mark.parametrize(("microphones", "out"), [(SQUARE, 2), (LINE, 2), (SOLID, 3)])
def test_it_fits_every_array(microphones: list[list[float]], out: int) -> None:
    features, model = built(microphones, out, step=20.0)
    x = features(torch.randn(2, len(microphones), SAMPLES))
    assert model(x).shape == (2, out)
    # a probability for each direction
    torch.testing.assert_close(model.embed(x).sum(-1), torch.ones(2))


@pytest.mark.parametrize("azimuth", [0.0, 95.0, -170.0])
def test_the_map_has_its_top_where_the_sound_is_before_anything_is_learnt(
    azimuth: float,
) -> None:
    features, model = built(SQUARE, 2)
    wave = plane_wave(
        Array(SQUARE), unit_vector(torch.tensor([azimuth]), torch.zeros(1))
    )
    masked, steering = model.body[0], model.body[1]  # type: ignore[index]
    power = steering(masked.eval()(features(wave)))[
        0, -1
    ]  # (D,), all frequencies through the last mask
    assert power.argmax() == round(azimuth % 360 / 5)
    assert power.max().item() == pytest.approx(1, abs=0.1)  # a lone plane wave


def test_a_turned_scene_turns_the_map_read_by_its_network() -> None:
    _, model = built(SQUARE, 2)
    read = model.eval().body[2]  # type: ignore[index]
    x = torch.randn(1, 20, 72)
    torch.testing.assert_close(read(x.roll(7, -1)), read(x).roll(7, -1))


def test_it_learns_where_a_plane_wave_is_from() -> None:
    features, model = built(SQUARE, 2, step=10.0)
    azimuth = torch.arange(0.0, 360.0, 22.5)
    to = unit_vector(azimuth, torch.zeros(16))
    x = features(plane_wave(Array(SQUARE), to))
    optimizer = torch.optim.AdamW(model.parameters(), 3e-3)
    for _ in range(10):
        loss = (1 - torch.cosine_similarity(model(x), to[:, :2])).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.05
    found = azimuth_elevation(torch.nn.functional.pad(model(x), (0, 1)))[0]
    assert ((found - azimuth + 180) % 360 - 180).abs().median() < 10


def test_other_features_are_refused() -> None:
    gcc = GccPhat(RATE, Array(SQUARE))(torch.zeros(1, 4, SAMPLES))
    with pytest.raises(UserError, match="features=phase"):
        MaskedSrp(tuple(gcc.shape[1:]), (2,), spec(SQUARE), None)
    with pytest.raises(UserError, match="choose one, as in array=circular6"):
        MaskedSrp((19, 110, 31), (2,), Spec(RATE, 4, SAMPLES, "label"), torch.ones(110))
