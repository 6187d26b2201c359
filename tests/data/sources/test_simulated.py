"""Built-in anomalies as a data set: made once for each setting, said to be simulated, ready to be
split."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import noise
from running import configured, experiment

from auris.core.errors import UserError
from auris.data.simulation.gas_leak import GasLeakSimulator
from auris.data.simulation.rail_defect import RailDefectSimulator
from auris.data.simulation.simulator import AnomalySimulator
from auris.data.sources.simulated import GasLeak, RailDefect, SimulatedAnomalies
from auris.data.splits import check_disjoint
from auris.tasks.anomaly.targets import AnomalyTargets
from auris.training.experiment import Experiment

KINDS = pytest.mark.parametrize("kind", [GasLeak, RailDefect])
SETTINGS = {
    "snr": 0.0,
    "train_size": 20,
    "test_size": 8,
    "simulation_seed": 0,
    "simulation_rate": 8000,
}


def source(
    kind: type[SimulatedAnomalies], store: Path, **changes: float
) -> SimulatedAnomalies:
    return kind(str(store), **{**SETTINGS, **changes})


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Noise of a tenth of a second in the place of clips; and which of them were made."""
    made: list[int] = []

    def simulate(self: AnomalySimulator, index: int) -> np.ndarray:
        made.append(index)
        return noise(index, 0.1, self.sample_rate)

    for kind in (GasLeakSimulator, RailDefectSimulator):
        monkeypatch.setattr(kind, "simulate", simulate)
    return made


@KINDS
def test_clips_are_made_once_and_said_to_be_simulated(
    kind: type[SimulatedAnomalies], tmp_path: Path, quick: list[int]
) -> None:
    collection = source(kind, tmp_path).collect()
    assert sorted(quick) == list(range(28))
    assert source(kind, tmp_path).collect() == collection and len(quick) == 28
    assert collection.origin == "simulated"
    assert (
        collection.about.startswith("SIMULATED ")
        and "at 0 dB, not recordings" in collection.about
    )
    assert all(clip.path.is_relative_to(tmp_path) for clip in collection.clips)
    assert {soundfile.info(clip.path).samplerate for clip in collection.clips} == {8000}


@KINDS
def test_normal_clips_train_and_half_of_the_test_clips_are_anomalous(
    kind: type[SimulatedAnomalies], tmp_path: Path, quick: list[int]
) -> None:
    clips = source(kind, tmp_path).collect().clips
    view = AnomalyTargets("normal")
    sets = view.split_clips(clips, fold=1, folds=5, seed=0)
    view.check_splits(sets, clips)
    check_disjoint(sets, clips, [[str(clip.path)] for clip in clips])
    assert sets == [clip.split for clip in clips]
    sizes = Counter(
        (name, clip.label == "normal") for name, clip in zip(sets, clips, strict=True)
    )
    assert sizes["train", True] + sizes["val", True] == 20 and sizes["val", True] > 0
    assert sizes["test", True] == sizes["test", False] == 4


@KINDS
@pytest.mark.parametrize(
    "change",
    [
        {"snr": 6.0},
        {"simulation_seed": 1},
        {"simulation_rate": 16000},
        {"train_size": 24},
        {"test_size": 12},
    ],
    ids=str,
)
def test_another_setting_has_a_folder_of_its_own(
    kind: type[SimulatedAnomalies],
    tmp_path: Path,
    quick: list[int],
    change: dict[str, float],
) -> None:
    one, other = (
        source(kind, tmp_path, **settings).collect() for settings in ({}, change)
    )
    assert not {clip.path for clip in one.clips} & {clip.path for clip in other.clips}
    if "snr" in change:  # the same rows, made again
        assert [c.path.name for c in one.clips] == [
            c.path.name for c in other.clips
        ] and len(quick) == 2 * 28


@KINDS
def test_the_snr_changes_anomalies_alone(
    kind: type[SimulatedAnomalies], tmp_path: Path
) -> None:
    one = source(kind, tmp_path).simulator
    other = source(kind, tmp_path, snr=20).simulator
    labels = [row[1] for row in one.rows]
    odd = next(i for i, label in enumerate(labels) if label != "normal")
    assert np.array_equal(one.simulate(0), other.simulate(0))
    assert not np.array_equal(one.simulate(odd), other.simulate(odd))


@pytest.mark.parametrize("name", ["gas_leak", "rail_defect"])
@pytest.mark.parametrize(
    ("word", "least"), [("data.train_size=19", 20), ("data.test_size=7", 8)]
)
def test_too_few_clips_are_refused(name: str, word: str, least: int) -> None:
    said = f"{word} should be a whole number from {least} to"
    with pytest.raises(UserError, match=said):
        experiment(f"data={name}", word).check_settings()


@pytest.mark.parametrize("name", ["gas_leak", "rail_defect"])
def test_the_command_line_knows_them(
    name: str, tmp_path: Path, quick: list[int]
) -> None:
    small = (
        "data.train_size=20",
        "data.test_size=8",
        "data.duration=0.1",
        f"paths.store={tmp_path}",
    )
    cfg = configured(f"data={name}", *small)
    assert (cfg.choices.model, cfg.choices.loss) == ("autoencoder", "anomaly_score")
    data = Experiment(cfg).dataset
    assert (data.spec.target, data.spec.sample_rate, len(data.clips)) == (
        "anomaly",
        16000,
        28,
    )
