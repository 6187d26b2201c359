"""Thresholds from few values: as many exceed them as were meant to."""

import pytest
import torch

from auris.tasks.anomaly.threshold import gamma_quantile

DRAWS = {
    "normal": lambda: torch.randn(60),
    "chi-squared": lambda: torch.randn(60, 8).square().sum(1),
    "likelihood": lambda: torch.randn(60, 8).square().sum(1) - 30,
}


@pytest.mark.parametrize("kind", DRAWS)
@pytest.mark.parametrize("count, most", [(60, 0.02), (10, 0.03)])
def test_about_as_many_values_exceed_the_threshold_as_were_meant_to(
    kind: str, count: int, most: float
) -> None:
    """A few values decide what 1 % of others should exceed."""
    torch.manual_seed(0)
    thresholds = [gamma_quantile(DRAWS[kind]()[:count], 0.01) for _ in range(100)]
    others = torch.cat([DRAWS[kind]() for _ in range(200)])
    share = torch.tensor(
        [(others > threshold).float().mean() for threshold in thresholds]
    ).mean()
    assert 0.005 < share < most


def test_the_threshold_of_a_normal_distribution_is_its_quantile() -> None:
    quantiles = torch.special.ndtri((torch.arange(10_000) + 0.5) / 10_000)
    assert gamma_quantile(3 + 2 * quantiles, 0.01) == pytest.approx(
        3 + 2 * 2.3263, abs=0.02
    )


def test_the_threshold_follows_shift_and_scale() -> None:
    values = torch.randn(30, generator=torch.Generator().manual_seed(1)).exp()
    assert gamma_quantile(5 * values - 7, 0.05) == pytest.approx(
        5 * gamma_quantile(values, 0.05) - 7, rel=1e-4
    )


def test_values_that_are_all_the_same_are_their_own_threshold() -> None:
    assert gamma_quantile(torch.full((5,), 2.0), 0.01) == 2
