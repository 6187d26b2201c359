"""Every setting of every YAML, with words and numbers that few may be: each is taken, and what
it is for is built at once, or it is refused in one sentence that names it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import DictConfig, OmegaConf
from running import CONFIGS, configured

from auris.cli.options import find_groups, read_option
from auris.core.errors import UserError
from auris.core.explain import explain_error
from auris.core.instantiate import Factory, to_plain
from auris.data.spec import Spec
from auris.runs.settings import check_run_settings
from auris.training.experiment import Experiment
from auris.training.system import System

VALUES = (None, "word", -1, 0, float("inf"), float("nan"), 1e30, 10**30)
# of other commands, which tests/diarization and tests/lecture try
OTHERS = {CONFIGS / "diarization", CONFIGS / "lecture"}
FILES = sorted(
    path for path in CONFIGS.rglob("*.yaml") if OTHERS.isdisjoint(path.parents)
)
GROUPS = find_groups([CONFIGS])
MIXINS = CONFIGS / "mixins"
RATE = 16_000  # Hz
SECONDS = 4
# what goes with an option that can't be alone; the first that works is taken
COMPANIONS = (
    (),
    ("task=anomaly", "data.normal=normal"),
    ("array=circular4",),
    ("array=circular4", "model=srp_phat"),
    ("model=autoencoder_linear",),
    ("model=flow",),
    ("model=knn",),
    ("model=kmeans",),
    ("model=linear", "features.n_mels=1"),
    ("data.root=recordings",),
    ("data.table=clips.csv",),
    ("data.normal=rain",),
    ("trainer.accelerator=cpu",),
    ("task=anomaly", "data.normal=normal", "model=mahalanobis"),
)
OF_SYSTEM = {"features", "augment", "task", "model", "loss", "optimizer", "schedule"}
OF_TRAINER = {"trainer", "callbacks", "logger"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CONFIGS)))
def test_any_value_of_a_setting_is_taken_or_refused_by_its_name(
    path: Path, tmp_path: Path
) -> None:
    usual = composed(path, tmp_path)
    for name in read_option(path).settings:
        for key in places_of(name, usual):
            for value in VALUES:
                build_or_refuse(usual, name, key, value, tmp_path)


def build_or_refuse(
    cfg: DictConfig, name: str, key: str, value: Any, place: Path
) -> None:
    """Build what a setting is for, with another value in one place, or read why not."""
    usual = OmegaConf.select(cfg, key)
    OmegaConf.update(cfg, key, value, force_add=True)
    try:
        build(cfg, {name.partition(".")[0]}, place)
    except UserError as error:
        sentence = str(error)
        leaf = name.rpartition(".")[2]
        assert leaf in sentence and "\n" not in sentence, (key, sentence)
    finally:
        OmegaConf.update(cfg, key, usual, force_add=True)


def build(cfg: DictConfig, groups: set[str], place: Path) -> None:
    """What groups are for, of a few seconds of sound."""
    check_run_settings(to_plain(cfg))
    experiment = Experiment(cfg)
    experiment.check_settings()
    dataset = experiment.dataset
    if groups & OF_SYSTEM:
        array = dataset.array.microphones.tolist() if dataset.array else []
        rate = dataset.settings.sample_rate or RATE
        spec = Spec(
            rate,
            len(array) or 1,
            SECONDS * rate,
            dataset.targets.kind,
            ("cat", "dog"),
            microphones=tuple(map(tuple, array)),
        )
        take_a_step(experiment.build_system(spec), cfg, spec)
    if groups & OF_TRAINER:
        experiment.build_trainer(("val/loss", "min"), place)


def take_a_step(system: System, cfg: DictConfig, spec: Spec) -> None:
    """Augment noise, and build what searches."""
    wave, _ = system.augment.mixed_waves(torch.randn(2, spec.channels, spec.samples))
    raw, _ = system.augment.mixed_logs(system.features.raw(wave))
    assert system.augment.features(raw).isfinite().all()
    optimizer = system.build_optimizer()
    facts = {"total_steps": 10, "max_lr": optimizer.param_groups[0]["lr"]}
    Factory().make(cfg.schedule, optimizer=optimizer, **facts)


def places_of(name: str, cfg: DictConfig) -> Iterator[str]:
    """The name of a setting, and of the first item of a list."""
    if name in GROUPS:
        return  # an option is chosen there
    yield name
    inner = OmegaConf.select(cfg, name)
    while OmegaConf.is_list(inner) and len(inner):
        name, inner = f"{name}[0]", inner[0]
        yield name


def composed(path: Path, place: Path) -> DictConfig:
    """A configuration with what a YAML sets, which can be built."""
    chosen = [] if path.parent == CONFIGS else [f"{path.parent.name}={path.stem}"]
    if path.parent == MIXINS:
        chosen = [user_of(path.stem)]
    reasons = []
    for words in COMPANIONS:
        try:
            cfg = configured(*words, *chosen)
            build(cfg, OF_SYSTEM | OF_TRAINER, place)
        except Exception as error:  # noqa: BLE001
            reasons.append(explain_error(error))
        else:
            return cfg
    raise AssertionError("\n".join(reasons))


def user_of(mixin: str) -> str:
    """An option that inherits from a mixin, as a word of a command line."""
    options = (path for path in FILES if path.parent != MIXINS)
    path = next(path for path in options if f"/mixins/{mixin}" in path.read_text())
    return f"{path.parent.name}={path.stem}"
