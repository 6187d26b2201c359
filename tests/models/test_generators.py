"""Models that clips can be drawn from: what they draw is of the distribution that they saw."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from auris.core.errors import UserError
from auris.data.spec import Spec
from auris.models.flow import Flow
from auris.models.generator import GaussianComponents, Generator, Replay
from auris.tasks.classification.task import Classification
from auris.tasks.generation.task import Generation

SHAPE = (1, 2, 6)
SPEC = Spec(8000, 1, 4000, "label", ("low", "high"))
TASK = Generation(SPEC)
FACTS = {"in_shape": SHAPE, "out_shape": TASK.out_shape, "task": TASK}


def examples(count: int = 200) -> tuple[Tensor, Tensor]:
    """Clips of two classes about -1 and 2, whose numbers move together, and their conditions."""
    draw = torch.Generator().manual_seed(0)
    label = torch.arange(count) % 2
    own = 0.3 * torch.randn(count, 1, generator=draw)
    x = torch.where(label[:, None] == 0, -1.0, 2.0) + own
    return x[..., None, None].expand(-1, *SHAPE), TASK.encode(label, x)


def conditions(label: int, count: int) -> Tensor:
    return TASK.encode(torch.full((count,), label), torch.zeros(()))


def noise(count: int, seed: int = 0) -> Tensor:
    draw = torch.Generator().manual_seed(seed)
    return torch.randn(count, *SHAPE, generator=draw)


def taught(model: GaussianComponents | Replay) -> Generator:
    model.store_clips([examples()])
    return model


@pytest.fixture(scope="module")
def flow() -> Flow:
    torch.manual_seed(0)
    model = Flow(**FACTS, width=32, depth=2, steps=16)
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    x, condition = examples()
    for _ in range(300):
        loss = (model(x, condition) * condition).sum(1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


@torch.no_grad()
def assert_like_examples(model: Generator) -> None:
    """Of each class clips have its mean, its deviation, and numbers that move together."""
    for label, mean in enumerate((-1.0, 2.0)):
        drawn = model.draw(noise(300), conditions(label, 300))
        assert drawn.shape == (300, *SHAPE)
        of_clips = drawn.flatten(1).mean(1)
        assert of_clips.mean() == pytest.approx(mean, abs=0.12)
        assert of_clips.std() == pytest.approx(0.3, abs=0.12)
        assert drawn.flatten(1).std(1).mean() < 0.2


def test_a_flow_draws_what_it_was_trained_on(flow: Flow) -> None:
    assert_like_examples(flow)


def test_a_flow_draws_of_any_class_where_none_is_told(flow: Flow) -> None:
    with torch.no_grad():
        drawn = flow.draw(noise(300), torch.zeros(300, 2)).flatten(1).mean(1)
    assert 0.25 < (drawn > 0.5).float().mean() < 0.75


def test_a_flow_holds_what_it_knows_for_likely(flow: Flow) -> None:
    x, condition = examples(20)
    with torch.no_grad():
        known = flow(x, condition)[:, 0]
        of_other = flow(x, 1 - condition)[:, 0]
        again = flow(x, condition)[:, 0]
        alone = flow(x[3:4], condition[3:4])[0, 0]
    assert (known < of_other).all()
    assert torch.equal(known, again)
    assert alone == pytest.approx(float(known[3]), rel=1e-4)


def test_guidance_leads_further_to_the_class(flow: Flow) -> None:
    with torch.no_grad():
        plain = flow.draw(noise(50), conditions(1, 50)).mean()
        flow.guidance = 3.0
        guided = flow.draw(noise(50), conditions(1, 50)).mean()
        flow.guidance = 1.0
    assert guided > plain


def test_a_gaussian_draws_what_a_mean_and_a_covariance_tell() -> None:
    assert_like_examples(taught(GaussianComponents(**FACTS, components=5)))


def test_replay_draws_clips_of_the_class_as_they_are() -> None:
    model = taught(Replay(**FACTS))
    x, condition = examples()
    drawn = model.draw(noise(40), conditions(1, 40))
    apart = drawn.flatten(1)[:, None] - x.flatten(1)
    distance = apart.abs().amax(2)
    assert distance.amin(1).max() < 1e-5
    assert (condition[distance.argmin(1)][:, 1] == 1).all()
    assert len(distance.argmin(1).unique()) > 20
    assert float(model(x[:4], condition[:4]).amin(1).max()) < 1e-5


@pytest.mark.parametrize("kind", [GaussianComponents, Replay])
def test_what_was_kept_is_saved(kind: type, tmp_path: Path) -> None:
    settings = {"components": 3} if kind is GaussianComponents else {}
    model = taught(kind(**FACTS, **settings))
    torch.save(model.state_dict(), tmp_path / "kept.pt")
    other = kind(**FACTS, **settings)
    other.load_state_dict(torch.load(tmp_path / "kept.pt", weights_only=True))
    assert torch.equal(
        other.draw(noise(3), conditions(0, 3)), model.draw(noise(3), conditions(0, 3))
    )


def test_a_generator_is_for_generation_alone() -> None:
    with pytest.raises(UserError, match="choose task=generation"):
        Replay(SHAPE, (2,), Classification(SPEC))
