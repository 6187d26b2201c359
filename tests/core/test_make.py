"""From configuration to objects: facts by name, types, and the classes that a stranger's
configuration may name.
"""

from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf
from torch import nn

from auris.core.errors import UserError
from auris.core.instantiate import Factory
from auris.data.spec import Spec

SUMMARY = {"_target_": "auris.features.pooling.MeanDeviation"}
PLUGINS: list[str] = []  # that are trusted
SHAPES = {"in_shape": (1, 8, 9), "out_shape": (2,)}


def build(
    name: str, target: str, facts: dict[str, Any] | None = None, **settings: Any
) -> Any:
    """Make the node `name` of a configuration."""
    node = OmegaConf.create({name: {"_target_": target, **settings}})[name]
    return Factory(PLUGINS).make(node, **(facts or {}))


def sentence(
    name: str, target: str, facts: dict[str, Any] | None = None, **settings: Any
) -> str:
    """What the user reads where `build` must fail."""
    with pytest.raises(UserError) as caught:
        build(name, target, facts, **settings)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def parameters() -> dict[str, Any]:
    return {"params": [nn.Parameter(torch.zeros(1))]}


def test_facts_are_handed_where_they_are_asked_for() -> None:
    assert (
        build(
            "features",
            "auris.features.spectrogram.LogMel",
            {"sample_rate": 8000, "channels": 2},
        ).power.sample_rate
        == 8000
    )
    assert isinstance(
        build("features", "torch.nn.ReLU", {"sample_rate": 8000}), nn.ReLU
    )


def test_the_configuration_wins_over_a_fact() -> None:
    facts = {"sample_rate": 8000}
    assert (
        build(
            "features", "auris.features.spectrogram.LogMel", facts, sample_rate=16000
        ).power.sample_rate
        == 16000
    )


def test_facts_arrive_as_they_are() -> None:
    """Hydra would make an OmegaConf container of a tuple."""
    facts = {"base_lr": 0.1, "params": parameters()["params"]}
    assert (
        build("optimizer", "torch.optim.SGD", facts).param_groups[0]["params"][0]
        is facts["params"][0]
    )
    assert build(
        "model", "torch.nn.Unflatten", {"dim": 1, "unflattened_size": (2, 3)}
    ).unflattened_size == (2, 3)


def test_positions_lists_and_nested_nodes() -> None:
    layers = build(
        "model", "torch.nn.Sequential", _args_=[{"_target_": "torch.nn.ReLU"}, SUMMARY]
    )
    assert [type(layer).__name__ for layer in layers] == ["ReLU", "MeanDeviation"]


def test_a_group_of_several_leaves_out_what_is_null() -> None:
    parts = Factory().make_each(
        {
            "gain": {"_target_": "auris.features.augmentation.waveform.Gain"},
            "noise": None,
        },
        sample_rate=8000,
    )
    assert [(name, type(part).__name__) for name, part in parts.items()] == [
        ("gain", "Gain")
    ]
    assert Factory().make_each(None) == Factory().make_each({}) == {}


STRANGERS = {
    "os.system",
    "subprocess.Popen",
    "builtins.eval",
    "shutil.rmtree",
    "hydra.utils.get_method",
    "numpy.load",
}


@pytest.mark.parametrize("target", sorted(STRANGERS))
def test_other_packages_are_refused(target: str) -> None:
    text = sentence("model", target)
    assert text.startswith(
        f"model: _target_ may not name {target}; allowed are classes of auris, torch, "
    )
    assert "plugins=[...]" in text


@pytest.mark.parametrize(
    "target",
    [
        "torch.load",
        "torch.hub.load",
        "torch.save",
        "torch.nn.functional.relu",  # a function
        "torch.Generator",  # classes of no known kind
        "torch.utils.data.DataLoader",
        "auris.core.instantiate.to_plain",  # our own functions
        "auris.core.instantiate.first_line",  # and those we import
        "auris.training.run.train",
        "auris.core.errors.UserError",
        "auris.data.spec.Spec",
        "lightning.seed_everything",
        "sklearn.datasets.fetch_openml",
        "torch.os.system",  # a way round through what a package imports
        "auris.core.errors.os.system",
    ],
)
def test_functions_and_classes_of_unknown_kind_are_refused(target: str) -> None:
    text = sentence("model", target)
    assert (
        f"model: _target_ may not name {target}; it is not a module, " in text
        or f"there is no {target} " in text
    )


@pytest.mark.parametrize("target", ["torch.hub.load", "os.system"])
@pytest.mark.parametrize(
    "settings",
    [
        lambda bad: {"summary": bad},
        lambda bad: {"summary": {**SUMMARY, "deep": {"deeper": bad}}},
        lambda bad: {"summary": SUMMARY, "several": [SUMMARY, [bad]]},
    ],
    ids=["part", "dict", "list"],
)
def test_a_refused_target_can_not_hide(target: str, settings: Any) -> None:
    text = sentence(
        "model",
        "auris.models.mlp.Mlp",
        SHAPES,
        **settings({"_target_": target, "_args_": ["true"]}),
    )
    assert f"_target_ may not name {target};" in text


def test_an_interpolation_can_not_hide_a_target(tmp_path: Path) -> None:
    node = "{_target_: os.mkdir, _args_: [" + str(tmp_path / "made") + "]}"
    with pytest.raises(UserError, match="may not name os.mkdir"):
        build(
            "model", "auris.models.mlp.Mlp", SHAPES, summary=f"${{oc.decode:'{node}'}}"
        )
    assert not (tmp_path / "made").exists()


def test_an_escaped_interpolation_can_not_hide_a_target(tmp_path: Path) -> None:
    node = "{_target_: os.mkdir, _args_: [" + str(tmp_path / "made") + "]}"
    build("model", "torch.nn.Identity", _args_=[f"\\${{oc.create:{node}}}"])
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("target", "facts"),
    [
        ("torch.nn.Identity", {}),
        ("torchaudio.transforms.Spectrogram", {}),
        ("torchmetrics.MeanMetric", {}),
        ("torch.optim.Adam", parameters()),
        ("lightning.pytorch.callbacks.Timer", {}),
        ("sklearn.linear_model.LogisticRegression", {}),
        ("auris.tasks.losses.FocalLoss", {"spec": Spec(8000, 1, 800, "label")}),
    ],
)
def test_every_known_kind_can_be_built(target: str, facts: dict[str, Any]) -> None:
    assert type(build("part", target, facts)).__name__ == target.rpartition(".")[2]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A user's own package with a module, a class of no known kind and a function."""
    text = "from torch import nn\nclass Own(nn.Module): ...\nclass Other: ...\ndef call(): ...\n"
    (tmp_path / "own_package.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    return "own_package"


def test_plugins_are_trusted_when_they_are_listed(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "plugins=[...]" in sentence("model", f"{package}.Own")
    monkeypatch.setitem(globals(), "PLUGINS", [package])
    assert type(build("model", f"{package}.Own")).__name__ == "Own"


@pytest.mark.parametrize("name", ["Other", "call"])
def test_plugins_are_held_to_the_known_kinds_too(
    package: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "PLUGINS", [package])
    assert "it is not a module, " in sentence("model", f"{package}.{name}")


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"lr": "abc"}, "optimizer.lr=abc should be a number above 0 and up to 1000."),
        ({"lr": True}, "optimizer.lr=true should be a number above 0 and up to 1000."),
        (
            {"weight_decay": None},
            "optimizer.weight_decay=null should be a number from 0 to 1000000.",
        ),
        ({"amsgrad": 1}, "optimizer.amsgrad=1 should be true or false."),
        ({"fused": "yes"}, "optimizer.fused=yes should be true or false or null."),
        ({"lr": -1.0}, "optimizer.lr=-1.0 should be a number above 0 and up to 1000."),
    ],
)
def test_wrong_values_of_an_optimizer(settings: dict[str, Any], text: str) -> None:
    assert sentence("optimizer", "torch.optim.AdamW", parameters(), **settings) == text


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"depth": True}, "model.depth=true should be a whole number from 1 to 100."),
        ({"depth": 1.5}, "model.depth=1.5 should be a whole number from 1 to 100."),
        (
            {"width": "wide"},
            "model.width=wide should be a whole number from 1 to 4096.",
        ),
        ({"activation": 3}, "model.activation=3 should be a word."),
        (
            {"dropout": 1.5},
            "model.dropout=1.5 should be a number from 0 to 0.99.",
        ),
        ({"depth": 0}, "model.depth=0 should be a whole number from 1 to 100."),
    ],
)
def test_wrong_values_of_a_model(settings: dict[str, Any], text: str) -> None:
    assert (
        sentence("model", "auris.models.mlp.Mlp", SHAPES, summary=SUMMARY, **settings)
        == text
    )


@pytest.mark.parametrize(
    "settings", [{"lr": 1}, {"lr": 0.1}, {"fused": None}, {"fused": True}]
)
def test_right_values_of_an_optimizer(settings: dict[str, Any]) -> None:
    (name, value), *_ = settings.items()
    assert (
        build("optimizer", "torch.optim.AdamW", parameters(), **settings).param_groups[
            0
        ][name]
        == value
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"precision": 32},
        {"precision": "bf16-mixed"},
        {"precision": None},
        {"devices": "auto"},
        {"max_time": None},
    ],
)
def test_right_values_of_a_trainer(settings: dict[str, Any]) -> None:
    quiet = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "accelerator": "cpu",
    }
    assert (
        build(
            "trainer", "lightning.pytorch.Trainer", max_epochs=3, **quiet, **settings
        ).max_epochs
        == 3
    )


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("precision", "32-treu"),
        ("precision", 7),
        ("devices", 1.5),
        ("max_epochs", "ten"),
    ],
)
def test_wrong_values_of_a_trainer(setting: str, value: Any) -> None:
    text = sentence("trainer", "lightning.pytorch.Trainer", **{setting: value})
    assert text.startswith(f"trainer.{setting}={value} should be ")


@pytest.mark.parametrize(
    ("name", "target", "settings", "hint"),
    [
        ("trainer", "lightning.pytorch.Trainer", {"precision": "32-treu"}, "32-true"),
        ("model", "auris.models.cnn.Cnn", {"widths": 5}, "list"),
    ],
)
def test_a_wrong_value_is_told_with_the_right_ones(
    name: str, target: str, settings: dict, hint: str
) -> None:
    assert hint in sentence(name, target, SHAPES, **settings)


def test_an_argument_that_does_not_exist() -> None:
    text = sentence("optimizer", "torch.optim.AdamW", parameters(), lrr=1)
    assert text.startswith(
        "There is no setting optimizer.lrr; in optimizer: did you mean lr? Choices: "
    )


def test_an_argument_that_is_missing() -> None:
    text = sentence("model", "torch.nn.Linear", in_features=3)
    assert (
        text.startswith("model: Linear can't be built: ") and "'out_features'" in text
    )


def test_a_part_that_can_not_be_built_is_told_with_its_reason() -> None:
    text = sentence(
        "model", "auris.models.mlp.Mlp", SHAPES, summary={**SUMMARY, "wrong": 1}
    )
    assert text.startswith("model.summary: ") and "'wrong'" in text


@pytest.mark.parametrize(
    "target",
    [
        "auris.models.mlp.Mpl",
        "auris.modles.Mlp",
        "torch.optim.AdamX",
        "torch..nn.ReLU",
        "auris",
    ],
)
def test_a_class_that_does_not_exist(target: str) -> None:
    assert sentence("model", target).startswith(f"model: there is no {target}")


def test_a_class_that_does_not_exist_is_told_with_the_nearest() -> None:
    assert "did you mean Mlp?" in sentence("model", "auris.models.mlp.Mpl")


@pytest.mark.parametrize(
    ("target", "settings"),
    [
        ("torch.nn.Conv1d", {"in_channels": 3, "out_channels": 2}),
        ("torch.nn.Linear", {"in_features": -1, "out_features": 1}),
    ],
)
def test_whatever_a_constructor_raises_is_told_in_one_sentence(
    target: str, settings: dict[str, Any]
) -> None:
    assert "can't be built" in sentence("part", target, SHAPES, **settings)


def test_a_node_without_a_target_is_told_in_one_sentence() -> None:
    with pytest.raises(UserError, match="_target_"):
        Factory().make(OmegaConf.create({"model": {"depth": 2}}).model)
