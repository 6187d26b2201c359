"""Every option of every group composes and trains a moment; pairs that act on each other train,
or take a step.

What can't go together is refused in one sentence: each option of such pairs is tried once.
"""

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from itertools import combinations, product, zip_longest
from pathlib import Path
from random import Random

import numpy as np
import pytest
from conftest import fill, noise, write
from omegaconf import DictConfig
from running import TINY, configured, experiment, here, options
from torch import Tensor

from auris.core.errors import UserError
from auris.core.instantiate import Factory
from auris.data.dataset import Dataset
from auris.data.module import AudioDataModule
from auris.training.closure import Closure
from auris.training.experiment import Experiment
from auris.training.optimizers.build import make_optimizer
from auris.training.run import train
from auris.training.system import System

MEETING = (
    ("features", "augment"),
    ("augment", "loss"),
    ("optimizer", "schedule"),
)  # what acts on each other in a run
GROUPS = ("model", "features", "augment", "loss", "optimizer", "schedule")
FORMULAS = ("gcc_least_squares", "music", "norm_music", "srp_phat")
COMPARING = ("gcc_phat", "phase", "srp")  # features
OF_ARRAYS = (  # they need one
    "optimizer=none",
    "model=masked_srp",
    *(f"model={model}" for model in FORMULAS),
    *(f"features={features}" for features in COMPARING),
)
FITTED = ("gaussian_mixture", "loudness", "mahalanobis", "one_class_svm")
LAZY = ("knn", "lookup", "naive_bayes", "random_forest", "svm", *FITTED)
DETECTORS = (
    "autoencoder",
    "cnn_autoencoder",
    "self_supervised",
    "vae",
    *FITTED,
)  # are for task=anomaly
BOTH = ("autoencoder_linear", "knn")  # serve it too
SMALL = {  # what makes an option fast
    "model=cnn": ("model.widths=[4,8]",),
    "model=resnet": ("model.widths=[4,8]",),
    "model=cnn1d": ("model.widths=[4,8]",),
    "model=self_supervised": ("model.widths=[4,8]",),
    "model=cnn_autoencoder": ("model.widths=[4,8]",),
    "model=cnn_directions": ("model.widths=[4,8]",),
    "model=music": ("model.step=10",),
    "model=norm_music": ("model.step=10",),
    "model=masked_srp": ("model.widths=[4,8]", "schedule=constant"),
    "model=random_forest": ("model.estimator.n_estimators=3",),
    "features=texture": ("features.window=0.2", "features.hop=0.064"),
    "optimizer=evolution": ("optimizer.population=4",),
    "optimizer=cma_es": ("optimizer.population=4",),
    "optimizer=random_search": ("optimizer.candidates=2",),
    "optimizer=lbfgs": ("optimizer.max_iter=2",),
}
OF_A_CLIP = ("features=statistics", "features=piczak")
UNMIXED = (
    "features=raw",
    "features=mfcc",
    "features=level",
    "features=texture",
    *OF_A_CLIP,
)  # no log powers
SQUARED = ("optimizer=closed_form", "optimizer=alternating")
PICTURES = (
    "model=cnn",
    "model=cnn_directions",
    "model=resnet",
    "model=cnn_autoencoder",
    "model=self_supervised",
)  # what they look at
SURPRISE = "loss=anomaly_score"


def general(group: str) -> list[str]:
    """The options that any data will do for."""
    return [option for option in options(group) if f"{group}={option}" not in OF_ARRAYS]


LOSSES = [f"loss={loss}" for loss in general("loss")]
REFUSED = {  # pairs that can't work, with what the sentence says
    **dict.fromkeys(
        product(PICTURES, ("features=raw", *OF_A_CLIP)), "features=log_mel"
    ),
    **dict.fromkeys(product(UNMIXED, ("augment=strong",)), "augment=wave"),
    **dict.fromkeys(
        product(("model=autoencoder", "model=vae"), OF_A_CLIP),
        "model.frames=5 should be between 1 and",
    ),
    **{
        (loss, name): "choose loss=mse"
        for loss in LOSSES
        if loss not in ("loss=mse", SURPRISE)
        for name in SQUARED
    },
    **{
        (f"model={model}", loss): "; choose model="
        if loss == SURPRISE
        else "choose loss=anomaly_score"
        for model, loss in product(general("model"), LOSSES)
        if model not in BOTH and (model in DETECTORS) != (loss == SURPRISE)
    },
    (
        SURPRISE,
        "optimizer=closed_form",
    ): "DenseAutoencoder has none; choose another optimizer",
    (
        "model=autoencoder_linear",
        "features=raw",
    ): "model.latent_dim=8 should be between 1 and the 1",
    (
        "features=raw",
        "optimizer=alternating",
    ): "model.latent_dim=8 should be between 1 and the 1",
    (
        "model=autoencoder_linear",
        "features=level",
    ): "model.latent_dim=8 should be between 1 and the 1",
    (
        "features=level",
        "optimizer=alternating",
    ): "model.latent_dim=8 should be between 1 and the 1",
}
ONE_CLASS = (
    "data=one_class",
    "data.dataset=folder",
    "data.normal=tone",
    "task=anomaly",
)
NEEDS = {
    "optimizer=alternating": "model=autoencoder_linear",
    "optimizer=fit": "model=knn",
}


def refusal(optimizer: str, model: str) -> str | None:
    """What is said where this optimizer can't find this model; None where it can."""
    if optimizer == "fit":
        return None if model in LAZY else "can't keep clips; choose another optimizer"
    if optimizer == "alternating":
        return (
            None if model == "autoencoder_linear" else "choose model=autoencoder_linear"
        )
    if optimizer == "closed_form":
        return (
            "choose another optimizer" if model in (*LAZY, *DETECTORS, *BOTH) else None
        )
    if model in LAZY:
        return "choose optimizer=fit"
    return "are the most; choose fewer" if optimizer == "grid_search" else None


def allowed(choice: tuple[str, ...]) -> bool:
    """Whether nothing in this combination, one option of each group, is refused."""
    model, optimizer = (
        choice[GROUPS.index(group)].split("=")[1] for group in ("model", "optimizer")
    )
    return refusal(optimizer, model) is None and not any(
        pair in REFUSED for pair in combinations(choice, 2)
    )


def pairwise() -> list[tuple[str, ...]]:
    """Few allowed combinations, drawn with a fixed seed, that hold every option and every pair
    that acts in a run.
    """
    dice = Random(0)
    choices = {
        group: [f"{group}={option}" for option in general(group)] for group in GROUPS
    }
    choices["optimizer"].remove(
        "optimizer=grid_search"
    )  # has too many points with every model
    pairs = [
        pair for one, other in MEETING for pair in product(choices[one], choices[other])
    ]
    pairs += product(choices["model"], [SURPRISE])
    missing = [
        *(pair for pair in pairs if pair not in REFUSED),
        *((model,) for model in choices["model"]),
    ]
    chosen = []
    while missing:
        holders = [draw(dice, list(choices.values()), missing[0]) for _ in range(20)]
        chosen.append(
            max(
                holders,
                key=lambda choice: sum(
                    set(choice).issuperset(held) for held in missing
                ),
            )
        )
        missing = [held for held in missing if not set(chosen[-1]).issuperset(held)]
    return chosen


def draw(
    dice: Random, choices: list[list[str]], held: tuple[str, ...]
) -> tuple[str, ...]:
    """An allowed combination that holds these options, at random."""
    fixed = [
        [option for option in group if option in held] or group for group in choices
    ]
    draws = (tuple(map(dice.choice, fixed)) for _ in range(100_000))
    return next(choice for choice in draws if allowed(choice))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pairs")
    fill(place / "recordings", each=5)
    return place


def words(place: Path, *choice: str) -> tuple[str, ...]:
    small = (word for option in choice for word in SMALL.get(option, ()))
    unusual = SURPRISE in choice or any(
        f"model={model}" in choice for model in DETECTORS
    )
    data = ONE_CLASS if unusual else ("data=folder",)
    features = (
        ()
        if any(option.startswith("features=") for option in choice)
        else ("features=log_mel",)
    )
    return (
        *data,
        *here(place),
        *TINY,
        "data.micro_batch_size=8",
        *features,
        *choice,
        *small,
    )


@pytest.mark.parametrize("choice", pairwise(), ids=" ".join)
def test_a_combination_trains(choice: tuple[str, ...], place: Path) -> None:
    train(experiment(*words(place, *choice)))


def told() -> list[tuple[str, str]]:
    """Some of the pairs that are refused: each option once with each sentence."""
    seen: set[tuple[str, str]] = set()
    chosen = []
    for pair, sentence in REFUSED.items():
        new = {(option, sentence) for option in pair} - seen
        chosen += [pair] if new else []
        seen |= new
    return chosen


@pytest.mark.parametrize("pair", told(), ids=" ".join)
def test_a_pair_is_refused(pair: tuple[str, str], place: Path) -> None:
    needed = {need for option, need in NEEDS.items() if option in pair}
    with pytest.raises(UserError) as refused:
        train(experiment(*words(place, *pair, *needed)))
    assert REFUSED[pair] in str(refused.value)


@pytest.fixture(scope="module")
def pair(place: Path) -> tuple[str, ...]:
    """Words for a table of recordings of two microphones, with directions."""
    rows = [
        f"{i}.wav,{azimuth},{azimuth % 7}"
        for i, azimuth in enumerate(range(-80, 81, 18))
    ]
    for i in range(len(rows)):
        wave = noise(i)
        write(
            place / "pair" / f"{i}.wav",
            np.stack([wave, np.roll(wave, i % 5 - 2) + 0.1 * noise(50 + i)], 1),
        )
    (place / "pair" / "clips.csv").write_text("\n".join(["path,azimuth,snr", *rows]))
    table = f"data.table={place}/pair/clips.csv"
    return (
        "data=csv",
        table,
        "array=pair",
        f"paths.outputs={place}/out",
        f"paths.store={place}/store",
    )


@pytest.mark.parametrize(
    "choice",
    [
        *((f"model={formula}", "loss=cosine") for formula in FORMULAS),
        ("model=masked_srp", "loss=angular"),
        ("model=cnn_directions", "features=gcc_phat", "loss=mse"),
        ("model=cnn", "features=phase", "loss=l1"),
        ("model=mlp", "features=srp", "loss=huber", "optimizer=sgd"),
        ("model=knn", "features=gcc_phat"),
        ("model=linear", "features=srp", "loss=mse", "optimizer=closed_form"),
    ],
    ids=" ".join,
)
def test_what_compares_microphones_trains_with_an_array(
    choice: tuple[str, ...], pair: tuple[str, ...]
) -> None:
    small = (word for option in choice for word in SMALL.get(option, ()))
    train(experiment(*pair, *TINY, "data.micro_batch_size=8", *choice, *small))


@pytest.mark.parametrize("word", OF_ARRAYS)
def test_what_compares_microphones_is_refused_without_an_array(
    word: str, place: Path
) -> None:
    words = [word] if word.startswith("features=") else [word, "features=raw"]
    with pytest.raises(
        UserError,
        match="has something to learn"
        if word == "optimizer=none"
        else "array=circular6",
    ):
        train(
            experiment(
                "data=folder",
                *here(place),
                *TINY,
                *words,
            )
        )


@pytest.fixture(scope="module")
def prepared(place: Path) -> Callable[[str], tuple[Dataset, System]]:
    """Data and a fresh system, by the name of its model, with a loss that every optimizer can
    make small.
    """

    @cache
    def built(model: str) -> tuple[Dataset, System]:
        loss = SURPRISE if model in DETECTORS else "loss=mse"
        cfg = configured(*words(place, f"model={model}", loss, "optimizer=adamw"))
        data = Experiment(cfg).dataset
        system = Experiment(cfg).build_system(data.spec)
        system.fit_statistics(AudioDataModule(data).full_batch())
        return data, system

    def fresh(model: str) -> tuple[Dataset, System]:
        data, system = built(model)
        return data, deepcopy(system)

    return fresh


@pytest.mark.parametrize("optimizer", general("optimizer"))
def test_an_optimizer_takes_a_step_with_a_model_or_is_refused(
    optimizer: str,
    place: Path,
    prepared: Callable[[str], tuple[Dataset, System]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cfg = configured(*words(place, f"optimizer={optimizer}"))
    for model in general("model"):
        data, system = prepared(model)
        monkeypatch.setattr(System, "_data", AudioDataModule(data))
        expected = refusal(optimizer, model)
        if expected:
            with pytest.raises(UserError, match=expected):
                make_optimizer(Factory(), cfg.optimizer, system)
        else:
            assert loss_of_a_step(cfg, data, system).isfinite()


def loss_of_a_step(cfg: DictConfig, data: Dataset, system: System) -> Tensor:
    found = make_optimizer(Factory(), cfg.optimizer, system)
    return found.step(
        Closure(
            AudioDataModule(data).full_batch(), system.loss_of, found, Tensor.backward
        )
    )  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize("group", ["features", "augment"])
def test_a_model_takes_a_step_with_every_option_that_it_does_not_refuse(
    group: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices = [f"{group}={option}" for option in general(group)]
    nodes = {choice: configured(*words(place, choice))[group] for choice in choices}
    for model in (f"model={option}" for option in general("model")):
        cfg = configured(*words(place, model, "augment=none"))
        data = Experiment(cfg).dataset
        monkeypatch.setattr(System, "_data", AudioDataModule(data))
        for choice in (choice for choice in choices if (model, choice) not in REFUSED):
            cfg[group] = nodes[choice]
            system = Experiment(cfg).build_system(data.spec)
            system.fit_statistics(AudioDataModule(data).full_batch())
            assert loss_of_a_step(cfg, data, system).isfinite(), (model, choice)


def test_a_grid_of_few_points_is_searched(place: Path) -> None:
    few = ("features.n_mels=1", "features.f_min=1000", "optimizer.levels=2")
    train(experiment(*words(place, "model=linear", "optimizer=grid_search"), *few))


def test_every_option_composes_with_others() -> None:
    groups = ("trainer", "callbacks", "logger", "paths", *GROUPS)
    for choice in zip_longest(*map(general, groups)):
        chosen = {
            group: option
            for group, option in zip(groups, choice, strict=True)
            if option
        }
        cfg = configured(*map("=".join, chosen.items()))
        assert all(
            cfg.choices.get(group, option) == option for group, option in chosen.items()
        )


@pytest.mark.parametrize("group", ["data", "task", "experiment"])
def test_every_option_that_brings_others_composes(group: str) -> None:
    roots = dict.fromkeys(
        ("folder", "normal_abnormal", "dcase_task2"), ["data.root=recordings"]
    )
    given = {"csv": ["data.table=clips.csv"], **roots}
    for option in general(group):
        assert (
            configured(f"{group}={option}", *given.get(option, [])).choices.get(
                group, option
            )
            == option
        )
