"""Localization: targets and answers of arrays that can and can't tell directions apart, and
what is said of them.
"""

import pytest
import torch
from array_files import spec
from torch import Tensor
from torch.nn import functional as F

from auris.acoustics.arrays import unit_vector
from auris.core.errors import UserError
from auris.data.spec import Spec
from auris.tasks.localization.metrics import great_circle
from auris.tasks.localization.task import Localization
from auris.tasks.losses import AngularLoss, CosineLoss

UNKNOWN = [torch.nan] * 3 + [0.0]


def task(name: str, elevation: bool | None = None) -> Localization:
    return Localization(spec(name), elevation)


def of(*angles: tuple[float, float]) -> Tensor:
    """Targets (B, 7) of azimuths and elevations in degrees."""
    azimuth, elevation = torch.tensor(angles).T
    return torch.cat(
        [unit_vector(azimuth, elevation), torch.tensor(UNKNOWN).expand(len(angles), 4)],
        1,
    )


def rays(count: int = 40) -> Tensor:
    """Targets (B, 7) from everywhere."""
    places = F.normalize(
        torch.randn(count, 3, generator=torch.Generator().manual_seed(0)), dim=-1
    )
    return torch.cat([places, torch.tensor(UNKNOWN).expand(count, 4)], 1)


def angles(task: Localization, target: Tensor) -> list[tuple[float, ...]]:
    """What the task says of an answer that is as it should be."""
    decoded = task.decode(task.encode(target, torch.zeros(1)), torch.zeros(1))
    return [tuple(task.output.to_row(clip).values()) for clip in decoded]


@pytest.mark.parametrize("elevation", [True, False, None])
@pytest.mark.parametrize("name", ["pair", "linear4", "respeaker4", "tetrahedron4"])
def test_what_is_encoded_is_decoded_at_no_error(
    name: str, elevation: bool | None
) -> None:
    codec, target = task(name, elevation), rays()
    code = codec.encode(target, torch.zeros(1))
    assert code.shape == (len(target), *codec.out_shape)
    torch.testing.assert_close(code.norm(dim=1), torch.ones(len(code)))
    decoded = codec.decode(7 * code, code)  # of any length
    assert codec.error(decoded, target).max() < 1e-3


@pytest.mark.parametrize(
    ("name", "size"), [("pair", 2), ("circular6", 2), ("tetrahedron4", 3)]
)
def test_directions_are_in_the_plane_unless_the_array_is_not(
    name: str, size: int
) -> None:
    assert task(name).out_shape == (size,)


def test_azimuths_of_a_plane_ignore_elevation() -> None:
    assert angles(task("respeaker4"), of((120, 0), (-120, 40), (10, -70))) == [
        (120,),
        (-120,),
        (10,),
    ]


def test_a_plane_in_space_folds_below_to_above() -> None:
    assert angles(task("respeaker4", True), of((120, -40), (-60, 30))) == [
        (120, 40),
        (-60, 30),
    ]


def test_a_tetrahedron_tells_all() -> None:
    assert angles(task("tetrahedron4"), of((120, -40), (-60, 30))) == [
        (120, -40),
        (-60, 30),
    ]
    assert angles(task("tetrahedron4", False), of((120, -40), (-60, 30))) == [
        (120,),
        (-60,),
    ]


def test_a_pair_tells_the_angle_to_itself() -> None:
    """Left and right: the back is the front, and what is 60 degrees up ahead on the left is
    less to the left.
    """
    cone = torch.rad2deg(
        torch.asin(torch.sin(torch.tensor(80.0).deg2rad()) * 0.5)
    ).item()
    told = angles(task("pair"), of((20, 0), (160, 0), (-100, 0), (80, 60)))
    assert [angle for (angle,) in told] == pytest.approx([20, 20, -80, cone], abs=0.02)


def test_an_answer_behind_a_pair_is_folded_too() -> None:
    codec = task("pair")
    decoded = codec.decode(of((150, 0))[:, :2], torch.zeros(1))
    assert codec.error(decoded, of((30, 0))).item() == pytest.approx(0, abs=1e-3)


def test_the_error_is_that_of_what_the_array_can_hear() -> None:
    codec = task("respeaker4")
    assert codec.error(of((10, 0))[:, :3], of((40, 60))).item() == pytest.approx(
        30, abs=1e-3
    )
    assert codec.metrics()["mean_error"].value(
        of((10, 0))[:, :3], of((40, 60))
    ) == pytest.approx(30, abs=1e-3)


def test_a_constant_guess_is_the_mean_direction() -> None:
    codec = task("respeaker4")
    guess = codec.constant_prediction(
        of((80, 0), (100, 30), (90, -20)), torch.zeros(5, 3)
    )
    assert guess.shape == (5, 3)
    assert great_circle(guess, of((90, 0))[:, :3]).max() < 1e-3
    nowhere = codec.constant_prediction(of((0, 0), (180, 0)), torch.zeros(1, 3))
    assert codec.error(nowhere, of((45, 0))).isfinite().all()


def test_an_answer_in_words() -> None:
    flat, space = task("respeaker4"), task("tetrahedron4")
    towards = unit_vector(torch.tensor(-90.004), torch.tensor(12.0))
    assert (
        flat.output.to_row(towards) == {"azimuth": -90.0}
        and flat.view.describe_prediction(towards) == "azimuth -90°"
    )
    assert space.output.to_row(towards) == {"azimuth": -90.0, "elevation": 12.0}
    ahead = torch.tensor(
        [1.0, 0.0, 0.0, 0.3, 5.0, 1.0, 0.0]
    )  # a target, with conditions
    assert flat.output.to_row(towards, ahead) == {"azimuth": -90.0, "true_azimuth": 0.0}
    assert space.output.to_row(towards, ahead)["true_elevation"] == 0.0
    assert space.view.describe_prediction(towards) == "azimuth -90°, elevation 12°"


def test_people_are_told_what_an_array_cannot_tell() -> None:
    assert "front and back" in task("linear4").limitation()
    assert "two sides" in task("circular6", True).limitation()
    assert not task("circular6").limitation() and not task("tetrahedron4").limitation()


def test_localization_needs_an_array() -> None:
    with pytest.raises(UserError, match="array=circular6"):
        Localization(Spec(16000, 4, 8000, "direction"))


def test_the_facts_of_an_array_are_read_as_they_were_saved(tmp_path) -> None:
    one = spec("respeaker4")
    one.save(tmp_path / "spec.json")
    assert Spec.load(tmp_path / "spec.json") == one


@pytest.mark.parametrize(
    ("angle", "cosine", "angular"),
    [
        (0, 0, 0),
        (60, 0.5, 1.0472),
        (90, 1, 1.5708),
        (120, 1.5, 2.0944),
        (180, 2, 3.1416),
    ],
)
def test_losses_of_known_angles(angle: float, cosine: float, angular: float) -> None:
    output, target = 3 * of((angle, 0))[:, :2], of((0, 0))[:, :2]
    assert CosineLoss()(output, target).item() == pytest.approx(cosine, abs=1e-6)
    assert AngularLoss()(output, target).item() == pytest.approx(angular, abs=2e-3)


@pytest.mark.parametrize("loss", [CosineLoss(), AngularLoss()])
@pytest.mark.parametrize(
    "output", [[1.0, 0.0], [-1.0, 0.0], [0.0, 0.0], [0.0, 1.0], [1.0, 1e-7]]
)
def test_slopes_are_finite_everywhere(
    loss: torch.nn.Module, output: list[float]
) -> None:
    said = torch.tensor([output], requires_grad=True)
    loss(said, torch.tensor([[1.0, 0.0]])).backward()
    assert said.grad.isfinite().all()


def test_a_step_against_the_slope_turns_to_the_source() -> None:
    for loss in (CosineLoss(), AngularLoss()):
        said = torch.tensor([[0.0, 1.0]], requires_grad=True)
        loss(said, torch.tensor([[1.0, 0.0]])).backward()
        assert said.grad[0, 0] < 0 and said.grad[0, 1].abs() < 1e-6
