"""A choice brings what goes with it, what is typed wins, and nothing else changes."""

from functools import cache

import pytest
from omegaconf import DictConfig, OmegaConf
from running import configured

SHARED_BY_ALL = {"data", "callbacks", "trainer"}  # of which single settings are told


def changed(*words: str) -> set[str]:
    """The groups and data settings in which these words differ from the main job."""
    usual, other = main_job(), configured(*words)
    top = {name for name in usual if name != "choices" and usual[name] != other[name]}
    inner = {
        f"{group}.{key}"
        for group in top
        for key in other[group]
        if differs(usual[group], other[group], key)
    }
    return top - SHARED_BY_ALL | {
        key for key in inner if key.split(".")[0] in SHARED_BY_ALL
    }


@cache
def main_job() -> DictConfig:
    return configured()


def differs(one: DictConfig, other: DictConfig, key: str) -> bool:
    return OmegaConf.to_container(one).get(key) != OmegaConf.to_container(other)[key]


WHOLE_SET = {"optimizer", "schedule", "data.batch_size", "callbacks.ema"}


@pytest.mark.parametrize(
    "model", ["knn", "lookup", "naive_bayes", "svm", "random_forest"]
)
def test_a_lazy_model_brings_fit_and_no_average_nor_schedule(model: str) -> None:
    cfg = configured(f"model={model}")
    assert (cfg.choices.optimizer, cfg.choices.schedule) == ("fit", "constant")
    assert (
        cfg.callbacks.ema is None
        and cfg.data.batch_size is None
        and cfg.trainer.max_epochs == 1
    )
    assert changed(f"model={model}") == {"model", *WHOLE_SET, "trainer.max_epochs"}


def test_what_is_typed_wins() -> None:
    cfg = configured(
        "model=knn", "optimizer=adamw", "schedule=plateau", "data.batch_size=8"
    )
    assert (cfg.choices.optimizer, cfg.choices.schedule, cfg.data.batch_size) == (
        "adamw",
        "plateau",
        8,
    )
    assert cfg.callbacks.ema is not None and cfg.trainer.max_epochs == 100
    assert (
        configured(
            "model=knn", "schedule=cosine", "trainer.max_epochs=3"
        ).choices.schedule
        == "cosine"
    )
    assert configured("optimizer=closed_form", "loss=l1").choices.loss == "l1"
    assert (
        configured("model=autoencoder_linear", "task=classification").choices.loss
        == "cross_entropy"
    )


def test_reconstruction_brings_the_squared_error_and_nothing_else() -> None:
    assert configured("task=reconstruction").choices.loss == "mse"
    assert changed("task=reconstruction") == {"task", "loss"}
    assert changed("model=autoencoder_linear") == {"model", "task", "loss"}


@pytest.mark.parametrize(
    "words",
    [("model=linear",), ("optimizer=sgd",), ("loss=focal",), ("schedule=plateau",)],
)
def test_other_choices_change_their_own_group_alone(words: tuple[str]) -> None:
    assert changed(*words) == {words[0].split("=")[0]}


@pytest.mark.parametrize(
    "optimizer", ["gradient_descent", "lbfgs", "evolution", "cma_es", "random_search"]
)
def test_a_search_over_the_whole_set_changes_nothing_else(optimizer: str) -> None:
    assert changed(f"optimizer={optimizer}", "trainer.max_epochs=7") == {
        *WHOLE_SET,
        "trainer.max_epochs",
    }


@pytest.mark.parametrize(
    ("words", "task", "features", "optimizer", "augment"),
    [
        (("data=rooms",), "localization", "gcc_phat", "adamw", "none"),
        (
            ("data=rooms", "array=circular6", "model=cnn"),
            "localization",
            "gcc_phat",
            "adamw",
            "none",
        ),
        (
            ("data=rooms_grid", "model=srp_phat"),
            "localization",
            "raw",
            "none",
            "none",
        ),
        (
            ("data=rooms", "model=cnn", "features=srp", "augment=wave"),
            "localization",
            "srp",
            "adamw",
            "wave",
        ),
        (
            ("data=csv", "data.table=a.csv", "array=pair", "model=knn"),
            "localization",
            "gcc_phat",
            "fit",
            "none",
        ),
    ],
)
def test_an_array_brings_its_task_and_a_formula_its_waves(
    words: tuple[str, ...], task: str, features: str, optimizer: str, augment: str
) -> None:
    chosen = configured(*words).choices
    found = (chosen.task, chosen.features, chosen.optimizer, chosen.augment)
    assert found == (task, features, optimizer, augment)
