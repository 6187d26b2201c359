"""Every model maps in_shape to out_shape, and learns what a model of its kind can."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from auris.core.errors import UserError
from auris.core.shapes import Shape
from auris.data.spec import Spec
from auris.features.augmentation.pipeline import Augment
from auris.features.pooling import MeanDeviation
from auris.features.standardize import Standardized
from auris.models.cnn import Cnn, Cnn1d
from auris.models.mlp import Linear, Mlp, activation_of
from auris.models.network import Network
from auris.tasks.classification.task import Classification
from auris.training.checks import _check_shapes

UNCHANGED = Augment({}, None, None, {})


def classes(count: int) -> Classification:
    names = tuple(map(str, range(count)))
    return Classification(Spec(8000, 1, 8000, "label", names))


def linear(in_shape: Shape, out_shape: Shape) -> Linear:
    return Linear(in_shape, out_shape, MeanDeviation())


def mlp(in_shape: Shape, out_shape: Shape, **settings: int | str) -> Mlp:
    return Mlp(in_shape, out_shape, MeanDeviation(), **settings)  # type: ignore[arg-type]


def perceptron(in_shape: Shape, out_shape: Shape) -> Mlp:
    return mlp(in_shape, out_shape, depth=1, width=32, activation="Tanh")


def resnet(in_shape: Shape, out_shape: Shape) -> Cnn:
    return Cnn(in_shape, out_shape, widths=[8, 16], blocks=2, stride=[2, 2])


def parameters(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


def fit(model: nn.Module, x: Tensor, target: Tensor, steps: int) -> float:
    """The loss after some steps of full-batch Adam, once the model has learnt how its summary
    is scaled.
    """
    for part in model.modules():
        if isinstance(part, Standardized):
            part.learn([part.raw(x)])
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.cross_entropy(model.train()(x), target)
        loss.backward()
        optimizer.step()
    return F.cross_entropy(model.eval()(x), target).item()


@pytest.mark.parametrize("out_shape", [(2,), (3, 4), (2, 3, 4)])
@pytest.mark.parametrize(
    "in_shape", [(1, 64, 216), (2, 64, 100), (1, 40, 33), (3, 5, 7)]
)
@pytest.mark.parametrize("build", [linear, perceptron, mlp, Cnn, resnet])
def test_features_become_outputs(
    build: type[Network], in_shape: Shape, out_shape: Shape
) -> None:
    model, x = build(in_shape, out_shape).eval(), torch.randn(3, *in_shape)
    assert model(x).shape == (3, *out_shape)
    assert model.embed(x).shape == (3, model.head[1].in_features)


@pytest.mark.parametrize("out_shape", [(2,), (3, 4)])
@pytest.mark.parametrize("in_shape", [(1, 22050), (2, 8000), (1, 64, 5000)])
@pytest.mark.parametrize("build", [linear, mlp, Cnn1d])
def test_waves_become_outputs(
    build: type[Network], in_shape: Shape, out_shape: Shape
) -> None:
    model, x = build(in_shape, out_shape).eval(), torch.randn(3, *in_shape)
    assert model(x).shape == (3, *out_shape)
    assert model.embed(x).shape == (3, model.head[1].in_features)


def test_depth_and_width_are_what_is_built() -> None:
    deep = mlp((1, 4, 9), (2,), depth=3, width=10)
    size = MeanDeviation()(torch.zeros(1, 1, 4, 9)).shape[1]
    hidden = [
        (m.in_features, m.out_features)
        for m in deep.body.modules()
        if isinstance(m, nn.Linear)
    ]
    assert hidden == [(size, 10), (10, 10), (10, 10)]
    assert parameters(linear((1, 4, 9), (2,))) == size * 2 + 2


def test_a_cnn_of_two_blocks_a_stage_is_larger_and_a_wide_stride_is_not() -> None:
    shape, out = (1, 64, 100), (2,)
    assert parameters(Cnn(shape, out, blocks=2)) > 1.5 * parameters(
        Cnn(shape, out, blocks=1)
    )
    assert parameters(Cnn(shape, out, stride=(4, 4))) == parameters(
        Cnn(shape, out, stride=(2, 2))
    )


def test_a_summary_begins_with_mean_and_deviation() -> None:
    x = torch.tensor([[[[1.0, 3.0, 5.0], [5.0, 5.0, 5.0]]]])
    assert torch.allclose(MeanDeviation()(x)[0, :4], torch.tensor([3.0, 5.0, 2.0, 0.0]))


def test_a_cnn_hears_where_in_frequency_a_line_is() -> None:
    low, high = torch.zeros(1, 1, 64, 40), torch.zeros(1, 1, 64, 40)
    low[:, :, 16], high[:, :, 48] = 1, 1
    model = Cnn((1, 64, 40), (2,)).eval()
    assert not torch.allclose(model.embed(low), model.embed(high), rtol=1e-3)


@pytest.mark.parametrize("in_shape", [(22050,), (1, 22050), (1, 1, 64, 100)])
def test_a_cnn_refuses_what_is_no_picture_and_names_another(in_shape: Shape) -> None:
    with pytest.raises(UserError, match="features=log_mel, or model=cnn1d"):
        Cnn(in_shape, (2,))


def test_features_that_a_model_can_not_read_are_refused() -> None:
    with pytest.raises(
        UserError, match=r"Cnn can't read features of shape \(2, 64, 100\)"
    ):
        _check_shapes(Cnn((1, 64, 100), (2,)), UNCHANGED, (2, 64, 100), classes(2))


def test_outputs_of_another_shape_are_refused() -> None:
    with pytest.raises(
        UserError, match=r"Linear puts out shape \(2,\) and the task needs \(3,\)"
    ):
        _check_shapes(linear((1, 8, 9), (2,)), UNCHANGED, (1, 8, 9), classes(3))


def test_a_model_that_was_checked_still_trains() -> None:
    model = mlp((1, 8, 9), (2,))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    _check_shapes(model, UNCHANGED, (1, 8, 9), classes(2))
    assert model.training and all(
        torch.equal(value, before[name]) for name, value in model.state_dict().items()
    )


@pytest.mark.parametrize("build", [linear, mlp])
def test_a_summary_refuses_features_without_time(build: type[Network]) -> None:
    with pytest.raises(UserError):
        build((64,), (2,))


@pytest.mark.parametrize("build", [linear, mlp])
def test_a_summary_refuses_too_few_frames(build: type[Network]) -> None:
    with pytest.raises(UserError, match="needs 3 frames"):
        build((1, 64, 2), (2,))


UNFIT = {
    "MultiheadAttention",
    "Softmax2d",
    "Threshold",
    "GLU",
    "Softmax",
    "Softmin",
    "LogSoftmax",
}
ACTIVATIONS = sorted(set(nn.modules.activation.__all__) - UNFIT)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_any_activation_of_torch_by_its_name(name: str) -> None:
    model = mlp((1, 4, 9), (2,), activation=name)
    assert model(torch.randn(3, 1, 4, 9)).isfinite().all()
    assert any(type(module) is getattr(nn, name) for module in model.body.modules())


@pytest.mark.parametrize("name", ["MultiheadAttention", "Threshold", "GLU"])
def test_an_activation_that_needs_more_than_its_name_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=f"no model.activation={name}"):
        mlp((1, 4, 9), (2,), activation=name)


def test_an_unknown_activation_is_told_with_the_nearest() -> None:
    with pytest.raises(
        UserError, match="no model.activation=Relu; did you mean ReLU\\?"
    ):
        activation_of("Relu")


@pytest.mark.parametrize("scale", [0.1, 1.0, 1000.0])
def test_a_linear_model_finds_a_linear_border_at_any_scale(scale: float) -> None:
    torch.manual_seed(0)
    target = torch.arange(40) % 2
    x = torch.randn(40, 1, 4, 20)
    x[:, 0, 1] += 2 * target[:, None]
    # a guess: 0.69
    assert fit(linear((1, 4, 20), (2,)), scale * (x + 10), target, 100) < 0.25


@pytest.mark.parametrize("build", [mlp, Cnn, resnet])
def test_a_network_learns_four_clips_by_heart(build: type[Network]) -> None:
    torch.manual_seed(0)
    x = torch.randn(4, 1, 32, 32)
    assert fit(build((1, 32, 32), (4,)), x, torch.arange(4), 40) < 0.2


def test_a_cnn_of_waves_learns_four_clips_by_heart() -> None:
    torch.manual_seed(0)
    x = torch.randn(4, 1, 4000)
    assert fit(Cnn1d((1, 4000), (4,)), x, torch.arange(4), 40) < 0.2


@pytest.mark.parametrize("build", [linear, mlp, Cnn])
def test_an_answer_does_not_depend_on_the_other_clips(build: type[Network]) -> None:
    model, x = build((1, 32, 32), (3,)).eval(), torch.randn(4, 1, 32, 32)
    assert torch.allclose(model(x)[:1], model(x[:1]), atol=1e-5)
