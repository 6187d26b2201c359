"""Every option of every group composes, and every pair of options trains a moment or is refused in one sentence."""

from itertools import combinations, product
from pathlib import Path

import pytest
from conftest import fill
from running import TINY, configured, options

from auris.errors import UserError
from auris.run import train

GROUPS = ("model", "features", "augment", "loss", "optimizer", "schedule")
REFUSED = {  # pairs that can't work, with what the sentence says
    frozenset({"model=cnn", "features=raw"}): "features=log_mel, or model=cnn1d",
    frozenset({"model=resnet", "features=raw"}): "features=log_mel, or model=cnn1d",
    frozenset({"augment=strong", "features=raw"}): "augment=wave",
    frozenset({"augment=strong", "features=mfcc"}): "augment=wave",
}


def pairwise() -> list[tuple[str, ...]]:
    """Few combinations that hold every pair of options of two groups at least once."""
    choices = [[f"{group}={option}" for option in options(group)] for group in GROUPS]
    missing = {frozenset(pair) for one, other in combinations(choices, 2) for pair in product(one, other)}
    everything = list(product(*choices))[::7]  # 7 has no factor in common with the numbers of options
    chosen = []
    while missing:
        best = max(everything, key=lambda c: sum(frozenset(p) in missing for p in combinations(c, 2)))
        gained = {frozenset(pair) for pair in combinations(best, 2)} & missing
        if not gained:
            rest = missing.pop()
            best = next(c for c in product(*choices) if rest <= set(c))
            gained = {frozenset(pair) for pair in combinations(best, 2)}
        missing -= gained
        chosen.append(best)
    return chosen


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pairs")
    fill(place / "recordings", each=5)
    return place


@pytest.mark.parametrize("choice", pairwise(), ids=" ".join)
def test_a_combination_trains_or_is_refused(choice: tuple[str, ...], place: Path) -> None:
    data = (f"data.root={place}/recordings", f"paths.outputs={place}/out", f"paths.store={place}/store")
    words = ("data=folder", *data, *TINY, *choice)
    reasons = [text for pair, text in REFUSED.items() if pair <= set(choice)]
    if not reasons:
        train(configured(*words))
    else:
        with pytest.raises(UserError) as refusal:
            train(configured(*words))
        assert any(reason in str(refusal.value) for reason in reasons)


@pytest.mark.parametrize("group", ["data", "trainer", "callbacks", "logger", "paths", "task", "experiment", *GROUPS])
def test_every_option_composes(group: str) -> None:
    given = {"csv": ["data.table=clips.csv"], "folder": ["data.root=recordings"]}
    for option in options(group):
        assert configured(f"{group}={option}", *given.get(option, [])).choices.get(group, option) == option
