"""Every option of every group composes and trains a moment; pairs that act on each other train,
or take a step.

What can't go together is refused in one sentence: each option of such pairs is tried once.
"""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from itertools import combinations, cycle, islice, product, zip_longest
from math import prod
from pathlib import Path
from random import Random

import numpy as np
import pytest
from choices import (
    asks_for,
    class_of,
    fast_words,
    finds_clusters,
    finds_only_anomalies,
    makes_clips,
    needs_array,
    reads_pictures,
    settings_of,
    shape_of,
    tells_misfit,
)
from conftest import fill, noise, write
from omegaconf import DictConfig
from running import CONFIGS, TINY, configured, experiment, here, options
from torch import Tensor, nn

from auris.core.errors import UserError
from auris.core.instantiate import Factory
from auris.data.dataset import Dataset
from auris.data.module import AudioDataModule
from auris.features.augmentation.spectrogram import Warp
from auris.features.spatial import ArrayFeature
from auris.models.autoencoder import LinearAutoencoder
from auris.models.detector import AnomalyDetector
from auris.models.doa import DoaEstimator, TrainingFree
from auris.models.generator import Generator
from auris.models.instance_based import StoresClips
from auris.models.network import Network
from auris.tasks.losses import (
    CrossEntropy,
    DirectionLoss,
    FocalLoss,
    MeanAnomalyScore,
)
from auris.training.closure import Closure
from auris.training.experiment import Experiment
from auris.training.optimizers.alternating import Alternating
from auris.training.optimizers.build import make_optimizer
from auris.training.optimizers.closed_form import ClosedForm
from auris.training.optimizers.instance_based import FitInstances, NoOp
from auris.training.optimizers.random_search import GridSearch
from auris.training.run import train
from auris.training.system import System

MEETING = (
    ("features", "augment"),
    ("augment", "loss"),
    ("optimizer", "schedule"),
)  # what acts on each other in a run
GROUPS = ("model", "features", "augment", "loss", "optimizer", "schedule")
# the models that a solver can find, and what is said of others; all others find any model
SOLVED = {
    FitInstances: (StoresClips, "can't keep clips; choose another optimizer"),
    Alternating: (LinearAutoencoder, "choose model=autoencoder_linear"),
    ClosedForm: (Network, "choose another optimizer"),
    NoOp: (TrainingFree, "has something to learn"),
}
QUICK = (*TINY, "data.micro_batch_size=8")
ONE_CLASS = (
    "data=one_class",
    "data.dataset=folder",
    "data.normal=tone",
    "task=anomaly",
)


def choices(group: str) -> list[str]:
    """All options of a group, as words of a command line."""
    return [f"{group}={name}" for name in options(group)]


def is_of_arrays(option: str) -> bool:
    """Whether an option is for the microphones of an array alone."""
    if option.startswith("optimizer="):
        return class_of(option) is NoOp
    if option.startswith("loss="):
        return issubclass(class_of(option), DirectionLoss)
    return needs_array(option)


def general(group: str) -> list[str]:
    """The options that any data will do for; clusters have tests of their own."""
    return [
        option
        for option in choices(group)
        if not (finds_clusters(option) or is_of_arrays(option))
    ]


MODELS = general("model")
FEATURES = general("features")
LOSSES = general("loss")
OPTIMIZERS = general("optimizer")
OF_ARRAYS = [
    option
    for group in ("optimizer", "model", "features", "loss")
    for option in choices(group)
    if is_of_arrays(option)
]
(SURPRISE,) = [loss for loss in LOSSES if class_of(loss) is MeanAnomalyScore]


def refusal_of_features(model: str, features: str) -> str | None:
    """What is said where this model can't read these features; None where it can."""
    *frame, frames = shape_of(features)
    settings = settings_of(model)
    if makes_clips(model) and not hasattr(class_of(features), "invert"):
        return "features=log_mel_fine"
    if reads_pictures(model) and len(frame) != 2:
        return "features=log_mel"
    if settings.get("frames", 1) > frames:
        return f"model.frames={settings.frames} should be at most {frames}"
    size = prod(frame)
    if class_of(model) is LinearAutoencoder and settings.latent_dim > size:
        code = settings.latent_dim
        return f"model.latent_dim={code} should be at most {size}"
    return None


def refusal_of_augmentation(features: str, augment: str) -> str | None:
    """What is said where these features can't be changed so; None where they can."""
    settings = settings_of(augment)
    mixes = settings.log_mixup is not None
    parts = (part["_target_"] for part in settings.features.values() if part)
    warps = any(target.endswith(f".{Warp.__name__}") for target in parts)
    is_log_power = getattr(class_of(features), "is_log_power", False)
    if mixes and not is_log_power or warps and len(shape_of(features)) != 3:
        return "augment=wave"
    return None


def refusal_of_loss(model: str, loss: str) -> str | None:
    """What is said where this loss can't judge this model; None where it can."""
    is_of_classes = issubclass(class_of(loss), CrossEntropy | FocalLoss)
    if is_of_classes and class_of(model) is LinearAutoencoder:
        return "choose loss=mse"
    if loss != SURPRISE:
        return "choose loss=anomaly_score" if tells_misfit(model) else None
    is_told = issubclass(class_of(model), AnomalyDetector | Generator)
    return None if is_told else "; choose model="


def refusal_of_error(loss: str, optimizer: str) -> str | None:
    """What is said where a solver makes another error smallest; None for other optimizers."""
    is_square = issubclass(class_of(loss), nn.MSELoss | MeanAnomalyScore)
    solves = asks_for(optimizer, "loss")
    return "mse" if solves and not is_square else None


def refusal_of_model(optimizer: str, model: str) -> str | None:
    """What is said where this optimizer can't find this model; None where it can."""
    solver = class_of(optimizer)
    if solver in SOLVED:
        kind, sentence = SOLVED[solver]
        return None if issubclass(class_of(model), kind) else sentence
    if issubclass(class_of(model), StoresClips):
        return "choose optimizer=fit"
    return "are the most; choose fewer" if solver is GridSearch else None


def refused_pairs() -> dict[tuple[str, str], str]:
    """Pairs that can't work besides those of optimizer and model, with what is said."""
    rules = (
        (MODELS, FEATURES, refusal_of_features),
        (FEATURES, general("augment"), refusal_of_augmentation),
        (LOSSES, OPTIMIZERS, refusal_of_error),
        (MODELS, LOSSES, refusal_of_loss),
    )
    return {
        pair: sentence
        for one, other, rule in rules
        for pair in product(one, other)
        if (sentence := rule(*pair))
    }


REFUSED = refused_pairs()


def allowed(choice: tuple[str, ...]) -> bool:
    """Whether nothing in this combination, one option of each group, is refused."""
    model = choice[GROUPS.index("model")]
    optimizer = choice[GROUPS.index("optimizer")]
    pairs = combinations(choice, 2)
    found = refusal_of_model(optimizer, model) is None
    return found and REFUSED.keys().isdisjoint(pairs)


def pairwise() -> list[tuple[str, ...]]:
    """Few allowed combinations, drawn with a fixed seed, that hold every option and every pair
    that acts in a run.
    """
    dice = Random(0)
    drawn = {group: general(group) for group in GROUPS}
    drawn["optimizer"] = [
        optimizer for optimizer in OPTIMIZERS if class_of(optimizer) is not GridSearch
    ]  # which has too many points with every model
    missing = [pair for pair in meeting_pairs(drawn) if pair not in REFUSED]
    missing += [(model,) for model in MODELS]
    chosen: list[tuple[str, ...]] = []
    while missing:
        holders = [draw(dice, list(drawn.values()), missing[0]) for _ in range(20)]
        chosen.append(max(holders, key=lambda holder: count_held(holder, missing)))
        missing = [held for held in missing if not set(chosen[-1]).issuperset(held)]
    return chosen


def meeting_pairs(drawn: dict[str, list[str]]) -> Iterator[tuple[str, ...]]:
    """All pairs of options that act on each other."""
    for one, other in MEETING:
        yield from product(drawn[one], drawn[other])
    yield from product(MODELS, [SURPRISE])


def count_held(choice: tuple[str, ...], missing: list[tuple[str, ...]]) -> int:
    """How many of these a combination holds."""
    return sum(set(choice).issuperset(held) for held in missing)


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
    """The words of a short run with this choice, on data that it is for."""
    models = [option for option in choice if option.startswith("model=")]
    features = [option for option in choice if option.startswith("features=")]
    makes = any(map(makes_clips, models))
    detects = any(map(finds_only_anomalies, models)) or SURPRISE in choice
    data = ONE_CLASS if detects and not makes else ("data=folder",)
    usual = () if features else ("features=log_mel",)  # not what a task brings
    return (*data, *here(place), *QUICK, *usual, *choice, *all_fast_words(choice))


def all_fast_words(choice: tuple[str, ...]) -> Iterator[str]:
    """What makes these options fast."""
    for option in choice:
        yield from fast_words(option)


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


def partner_of(pair: tuple[str, str]) -> list[str]:
    """A model of labels that the solver in a pair can find, if there is one."""
    optimizers = [option for option in pair if option.startswith("optimizer=")]
    return [
        next(model for model in MODELS if can_be_found(model, optimizer))
        for optimizer in optimizers
    ]


def can_be_found(model: str, optimizer: str) -> bool:
    """Whether a model of labels and an optimizer go together."""
    refused = refusal_of_model(optimizer, model)
    return not refused and not tells_misfit(model)


@pytest.mark.parametrize("pair", told(), ids=" ".join)
def test_a_pair_is_refused(pair: tuple[str, str], place: Path) -> None:
    with pytest.raises(UserError) as refused:
        train(experiment(*words(place, *pair, *partner_of(pair))))
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


SPATIAL = [option for option in OF_ARRAYS if option.startswith("features=")]
PARTNERS = (
    ("model=cnn_directions", "loss=mse"),
    ("model=cnn", "loss=l1"),
    ("model=mlp", "loss=huber", "optimizer=sgd"),
    ("model=knn",),
    ("model=linear", "loss=mse", "optimizer=closed_form"),
)  # networks, a model that keeps clips, and one that is solved


def choices_of_arrays() -> list[tuple[str, ...]]:
    """Each model that compares microphones, each such feature, and each kind of partner."""
    models = [(option,) for option in OF_ARRAYS if option.startswith("model=")]
    count = max(len(SPATIAL), len(PARTNERS))
    pairs = islice(zip(cycle(SPATIAL), cycle(PARTNERS), strict=False), count)
    return models + [(features, *partner) for features, partner in pairs]


@pytest.mark.parametrize("choice", choices_of_arrays(), ids=" ".join)
def test_what_compares_microphones_trains_with_an_array(
    choice: tuple[str, ...], pair: tuple[str, ...]
) -> None:
    train(experiment(*pair, *QUICK, *choice, *all_fast_words(choice)))


@pytest.mark.parametrize("option", OF_ARRAYS)
def test_what_compares_microphones_is_refused_without_an_array(
    option: str, place: Path
) -> None:
    waves = ("features=raw",) if option.startswith(("model=", "optimizer=")) else ()
    solver = SOLVED.get(class_of(option))
    sentence = solver[1] if solver else "array=circular6|is for directions"
    with pytest.raises(UserError, match=sentence):
        train(experiment("data=folder", *here(place), *TINY, option, *waves))


def test_all_formulas_and_spatial_features_are_of_arrays() -> None:
    for option in MODELS + FEATURES:
        assert not issubclass(class_of(option), DoaEstimator | ArrayFeature)


@pytest.fixture(scope="module")
def prepared(place: Path) -> Callable[[str], tuple[Dataset, System]]:
    """Data and a fresh system, by the name of its model, with a loss that every optimizer can
    make small.
    """

    @cache
    def built(model: str) -> tuple[Dataset, System]:
        loss = SURPRISE if tells_misfit(model) else "loss=mse"
        cfg = configured(*words(place, model, loss, "optimizer=adamw"))
        data = Experiment(cfg).dataset
        system = Experiment(cfg).build_system(data.spec)
        system.fit_statistics(AudioDataModule(data).full_batch())
        return data, system

    def fresh(model: str) -> tuple[Dataset, System]:
        data, system = built(model)
        return data, deepcopy(system)

    return fresh


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_an_optimizer_takes_a_step_with_a_model_or_is_refused(
    optimizer: str,
    place: Path,
    prepared: Callable[[str], tuple[Dataset, System]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cfg = configured(*words(place, optimizer))
    for model in MODELS:
        data, system = prepared(model)
        monkeypatch.setattr(System, "_data", AudioDataModule(data))
        expected = refusal_of_model(optimizer, model)
        if expected:
            with pytest.raises(UserError, match=expected):
                make_optimizer(Factory(), cfg.optimizer, system)
        else:
            assert loss_of_a_step(cfg, data, system).isfinite()


def loss_of_a_step(cfg: DictConfig, data: Dataset, system: System) -> Tensor:
    found = make_optimizer(Factory(), cfg.optimizer, system)
    clips = AudioDataModule(data).full_batch()
    closure = Closure(clips, system.loss_of, found, Tensor.backward)
    return found.step(closure)  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize("group", ["features", "augment"])
def test_a_model_takes_a_step_with_every_option_that_it_does_not_refuse(
    group: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes = {
        option: configured(*words(place, option))[group] for option in general(group)
    }
    for model in MODELS:
        cfg = configured(*words(place, model, "augment=none"))
        data = Experiment(cfg).dataset
        monkeypatch.setattr(System, "_data", AudioDataModule(data))
        for option in nodes:
            if (model, option) not in REFUSED:
                cfg[group] = nodes[option]
                system = Experiment(cfg).build_system(data.spec)
                system.fit_statistics(AudioDataModule(data).full_batch())
                assert loss_of_a_step(cfg, data, system).isfinite(), (model, option)


def test_a_grid_of_few_points_is_searched(place: Path) -> None:
    few = ("features.n_mels=1", "features.f_min=1000", "optimizer.levels=2")
    train(experiment(*words(place, "model=linear", "optimizer=grid_search"), *few))


def test_every_option_composes_with_others() -> None:
    groups = ("trainer", "callbacks", "logger", "paths", *GROUPS)
    for choice in zip_longest(*map(general, groups)):
        chosen = [option for option in choice if option]
        assert_chosen(chosen, configured(*chosen))


@pytest.mark.parametrize("group", ["data", "task", "experiment"])
def test_every_option_that_brings_others_composes(group: str) -> None:
    for option in choices(group):
        file = CONFIGS / group / f"{option.partition('=')[2]}.yaml"
        missing = re.findall(r"^ *(\w+): \?\?\?$", file.read_text(), re.MULTILINE)
        given = [f"{group}.{key}=recordings" for key in missing]
        assert_chosen([option], configured(option, *given))


def assert_chosen(chosen: list[str], cfg: DictConfig) -> None:
    """What is told of the choices of a run is what was chosen."""
    for option in chosen:
        group, _, name = option.partition("=")
        assert cfg.choices.get(group, name) == name
