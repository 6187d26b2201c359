"""A linear autoencoder, whose two factors alternating least squares leads to the principal
components.
"""

import pytest
import torch
from torch import Tensor, nn

from auris.core.errors import UserError
from auris.core.shapes import Shape
from auris.data.spec import Spec
from auris.models.autoencoder import LinearAutoencoder
from auris.tasks.classification.task import Classification
from auris.tasks.reconstruction.task import Reconstruction
from auris.training.optimizers.alternating import Alternating

SHAPE, WIDTH, CLIPS = (2, 3, 5), 2, 12  # frames of 6 numbers
LABELS = Spec(8000, 1, 4000, "label", ("a", "b"))


def autoencoder(width: int = WIDTH) -> LinearAutoencoder:
    torch.manual_seed(0)
    return LinearAutoencoder(SHAPE, Reconstruction(SHAPE), width).double()


def clips() -> Tensor:
    """Clips (CLIPS, *SHAPE) whose frames scatter along some directions more than along others,
    about a mean.
    """
    draw = torch.Generator().manual_seed(1)
    turn, _ = torch.linalg.qr(torch.randn(6, 6, generator=draw, dtype=torch.float64))
    scatter = torch.tensor([3.0, 2.0, 1.0, 0.5, 0.3, 0.2], dtype=torch.float64)
    frames = torch.randn(
        CLIPS, 5, 6, generator=draw, dtype=torch.float64
    ) * scatter @ turn + turn.sum(0)
    return frames.transpose(1, 2).reshape(CLIPS, *SHAPE)


def losses(model: LinearAutoencoder, x: Tensor, steps: int) -> list[float]:
    """The mean squared error before alternating least squares and after each step."""

    def loss() -> Tensor:
        return nn.functional.mse_loss(model(x), x)

    groups = [{"params": list(model.parameters())}]
    solver = Alternating(
        groups, model, lambda: [(part, part) for part in x.split(5)], nn.MSELoss()
    )
    return [loss().item()] + [float(solver.step(loss)) for _ in range(steps)]


@pytest.mark.parametrize("width", [1, WIDTH, 4])
def test_alternating_least_squares_never_raises_its_loss(width: int) -> None:
    found = losses(autoencoder(width), clips(), 40)
    assert all(
        after <= before + 1e-12
        for before, after in zip(found[:-1], found[1:], strict=True)
    )
    assert found[2] < found[0]


@pytest.mark.parametrize("width", [1, WIDTH, 4])
def test_it_ends_at_the_principal_components(width: int) -> None:
    """The error is the sum of the variances in the directions that are left out."""
    x = clips()
    frames = x.flatten(1, 2).transpose(1, 2).flatten(0, 1)  # (M, 6)
    variances = torch.linalg.eigvalsh(frames.T.cov(correction=0))  # from small to large
    left_out = variances[: 6 - width].sum().item() / 6
    assert losses(autoencoder(width), x, 60)[-1] == pytest.approx(left_out, rel=1e-6)


def test_a_code_as_wide_as_a_frame_loses_nothing() -> None:
    x = clips()
    assert losses(autoencoder(6), x, 4)[-1] < 1e-20


def test_alternating_least_squares_goes_on_where_it_was() -> None:
    x, model = clips(), autoencoder()
    solver = Alternating(
        [{"params": list(model.parameters())}], model, lambda: [(x, x)], nn.MSELoss()
    )
    solver.step(lambda: torch.zeros(()))  # has solved the encoder
    resumed = Alternating(
        [{"params": list(model.parameters())}], model, lambda: [(x, x)], nn.MSELoss()
    )
    resumed.load_state_dict(solver.state_dict())
    encoder, decoder = model.encoder.weight.clone(), model.decoder.weight.clone()
    resumed.step(lambda: torch.zeros(()))
    assert torch.equal(model.encoder.weight, encoder) and not torch.equal(
        model.decoder.weight, decoder
    )


@pytest.mark.parametrize("shape", [(1, 6, 5), (2, 3, 7), (4, 9), (3, 2, 1)])
def test_answers_have_the_shape_of_what_is_given(shape: Shape) -> None:
    model, x = (
        LinearAutoencoder(shape, Reconstruction(shape), latent_dim=3),
        torch.randn(4, *shape),
    )
    assert model(x).shape == x.shape
    assert model.embed(x).shape == (4, 3)


def test_each_frame_is_answered_by_itself() -> None:
    model, x = autoencoder(), clips()
    other = x.clone()
    other[3, :, :, 2] += 1
    changed = (model(other) - model(x)).abs().amax((1, 2)) > 1e-9  # (B, T')
    assert changed.nonzero().tolist() == [[3, 2]]


def test_the_code_of_a_clip_is_the_mean_of_those_of_its_frames() -> None:
    model, x = autoencoder(), clips()
    codes = model.encoder(model.split_frames(x)).view(CLIPS, 5, WIDTH)
    torch.testing.assert_close(model.embed(x), codes.mean(1))


def test_what_an_autoencoder_can_not_be_is_refused() -> None:
    with pytest.raises(UserError, match="choose task=reconstruction"):
        LinearAutoencoder((1, 6, 5), Classification(LABELS), latent_dim=2)(
            torch.zeros(2, 1, 6, 5)
        )
    with pytest.raises(UserError, match="model.latent_dim=7 should be at most"):
        LinearAutoencoder((1, 6, 5), Reconstruction((1, 6, 5)), 7)
