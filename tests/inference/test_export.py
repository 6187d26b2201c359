"""Exported models: they answer as PyTorch does and need no torch; what can't be exported is
refused.
"""

import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import REPOSITORY, fill, sine, write
from running import TINY, experiment, here

import auris
from auris.core.errors import UserError
from auris.core.files import content_digest
from auris.data.spec import Spec
from auris.inference.model import InferenceModel
from auris.inference.predictor import Predictor
from auris.tasks.anomaly.output import ScoreOutput
from auris.tasks.classification.output import ClassOutput
from auris.tasks.localization.output import DirectionOutput
from auris.tasks.output import OutputFormat, read_format
from auris.tasks.reconstruction.output import ErrorOutput
from auris.training.run import train
from auris.training.system import System

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")

from auris.core import packages  # noqa: E402
from auris.inference import export  # noqa: E402
from auris.inference.export import Exported, compare_answers, export_run  # noqa: E402
from auris.inference.onnx_graph import fft_frequencies, pairwise_distances, trace_graph  # noqa: E402
from auris.inference.onnx_model import OnnxModel, seal  # noqa: E402

SMALL = ("model=cnn", "model.widths=[4]")
WITHOUT_TORCH = """
import runpy, sys
sys.modules['torch'] = None
runpy.run_path(sys.argv.pop(1), run_name='__main__')
"""
MACHINES = Spec(8000, 1, 8000, "anomaly", ("normal", "anomalous"), "repeat")
MACHINES = replace(MACHINES, columns={"section": ("fan", "pump")})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a small CNN that tells tones from hiss."""
    place = tmp_path_factory.mktemp("export")
    fill(place / "recordings")
    return train(experiment("data=folder", *here(place), *TINY, *SMALL)).folder


@pytest.fixture(scope="module")
def exported(run: Path) -> Exported:
    return export_run(str(run))


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    # five windows, of another rate
    return write(tmp_path / "tone.wav", sine(440, 1.3, 16000), 16000)


def untrained(spec: Spec, *words: str) -> System:
    return experiment("data.root=none", *words, "trainer=cpu").build_system(spec).eval()


def test_it_is_checked_on_the_validation_clips(exported: Exported, run: Path) -> None:
    assert exported.path == run.resolve() / "model.onnx"
    assert exported.clips == 4
    assert 0 <= exported.difference < 1e-5
    assert not list(run.glob("*.tmp*"))


def test_it_answers_as_the_run_does(
    exported: Exported, run: Path, recording: Path
) -> None:
    ours, theirs = Predictor(str(run)), Predictor(str(exported.path))
    for one, other in zip(ours(recording), theirs(recording), strict=True):
        assert one[:3] == other[:3]
        assert other.decoded == pytest.approx(one.decoded, abs=1e-5)


def test_a_notebook_asks_it_too(exported: Exported, run: Path, recording: Path) -> None:
    (ours,) = auris.load(run)(recording)
    (theirs,) = auris.load(exported.path)(recording)
    assert theirs["class"] == ours["class"]
    assert theirs["p_tone"] == pytest.approx(ours["p_tone"], abs=1e-5)
    with pytest.raises(UserError, match="This model has no embedding"):
        auris.load(exported.path).embed(recording)


def test_predicting_needs_no_torch(
    exported: Exported, run: Path, recording: Path
) -> None:
    words = [
        WITHOUT_TORCH,
        str(REPOSITORY / "scripts/predict.py"),
        str(exported.path),
        str(recording),
        "--json",
    ]
    done = subprocess.run(
        [sys.executable, "-c", *words], capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr
    predictor = Predictor(str(run))
    expected = next(predictor.rows(recording, windows=False))
    said = json.loads(done.stdout)
    assert (
        said.keys() == expected.keys() - {"novelty", "is_novel"}
        and said["class"] == expected["class"]
    )
    assert said["p_tone"] == pytest.approx(expected["p_tone"], abs=1e-5)


def test_it_says_what_it_hears_and_where_it_is_from_but_no_place_of_this_machine(
    exported: Exported, run: Path
) -> None:
    model = OnnxModel(exported.path)
    assert model.spec == Spec.load(run / "spec.json")
    assert model.output == ClassOutput(["hiss", "tone"])
    assert (
        model.run["model"] == "cnn"
        and model.run["fingerprint"] == (run / "fingerprint.txt").read_text()
    )
    assert not any(
        place in exported.path.read_bytes()
        for place in (str(run.parents[3]).encode(), b"site-packages")
    )


def test_an_anomaly_detector_gives_scores_of_each_section_on_their_scale(
    tmp_path: Path,
) -> None:
    system = untrained(
        MACHINES, "data=normal_abnormal", "model=autoencoder_linear", "features=log_mel"
    )
    system.task.center.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    system.task.calibrated.fill_(True)
    facts = {
        "spec": asdict(MACHINES),
        "output": system.task.output.to_plain(),
        "run": {},
    }
    export._write_graph(trace_graph(system, MACHINES), facts, tmp_path / "model.onnx")
    model = OnnxModel(tmp_path / "model.onnx")
    wave = 0.1 * torch.randn(3, 1, 8000)
    with torch.inference_mode():
        expected = system.decode(wave).numpy()  # (3, 2, 2)
    assert model.decode(wave.numpy()) == pytest.approx(expected, abs=1e-4)
    assert model.decode(wave[:1].numpy()) == pytest.approx(expected[:1], abs=1e-4)
    assert model.output.to_row(expected[0]).keys() == {"score", "alarm", "section"}


def test_what_pytorch_does_not_compute_can_not_be_exported() -> None:
    spec = Spec(8000, 1, 4000, "label", ("cat", "dog"))
    system = untrained(spec, "data=folder", "model=svm")
    system.model.store_clips(
        [(torch.randn(8, *system.features.out_shape), torch.eye(2).repeat(4, 1))]
    )
    with pytest.raises(UserError, match="Classifier on LogMel can't be exported"):
        trace_graph(system, spec)


class Off(InferenceModel):
    """Answers that are all wrong by the same."""

    def __init__(self, model: OnnxModel, error: float):
        super().__init__(model.spec, model.output)
        self.model, self.error = model, error

    def decode(self, wave: np.ndarray) -> np.ndarray:
        return self.model.decode(wave) + np.float32(self.error)


def test_answers_that_differ_are_told(exported: Exported, run: Path) -> None:
    from auris.training.reopen import reopen

    _, _, fitted = reopen(str(run))
    data = fitted.data
    system = fitted.system
    model = OnnxModel(exported.path)
    assert compare_answers(system, Off(model, 5e-4), data) == (
        4,
        pytest.approx(5e-4, abs=1e-5),
    )
    for error in (0.01, float("nan")):
        with pytest.raises(UserError, match="nothing was written"):
            compare_answers(system, Off(model, error), data)


def test_files_that_are_no_exported_model_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no .*model.onnx; auris export RUN"):
        Predictor(str(tmp_path / "model.onnx"))
    path = tmp_path / "noise.onnx"
    path.write_bytes(b"noise")
    with pytest.raises(UserError, match="noise.onnx is damaged, or was not written by"):
        Predictor(str(path))
    path.write_bytes(b"noise" + seal(b"noise"))
    with pytest.raises(UserError, match="is not a model in ONNX"):
        Predictor(str(path))
    value = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    node = onnx.helper.make_node("Identity", ["x"], ["y"])
    result = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1])
    stranger = onnx.helper.make_model(
        onnx.helper.make_graph([node], "g", [value], [result]), ir_version=9
    )
    content = stranger.SerializeToString()
    path.write_bytes(content + seal(content))
    with pytest.raises(UserError, match="does not say what it hears"):
        Predictor(str(path))


def test_a_flipped_bit_in_an_exported_file_is_noticed(
    exported: Exported, tmp_path: Path
) -> None:
    content = exported.path.read_bytes()
    path = tmp_path / "model.onnx"
    draws = np.random.default_rng(0)
    for at in [*draws.integers(len(content), size=40), len(content) - 1]:
        damaged = bytearray(content)
        damaged[at] ^= 1 << int(draws.integers(8))
        path.write_bytes(damaged)
        with pytest.raises(UserError, match="model.onnx is damaged.* writes it anew"):
            Predictor(str(path))


def test_the_digest_is_a_part_of_the_file_that_onnx_reads(exported: Exported) -> None:
    model = onnx.load(exported.path)
    onnx.checker.check_model(model)
    digest = {entry.key: entry.value for entry in model.metadata_props}["digest"]
    content = exported.path.read_bytes()
    assert digest == content_digest(content[: -len(seal(b""))])


def test_packages_that_are_missing_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(packages, "find_spec", lambda name: None)
    with pytest.raises(
        UserError,
        match=r"needs onnx and onnxscript and onnxruntime; pip install .*\[onnx\]",
    ):
        export_run(str(tmp_path))
    with pytest.raises(UserError, match="ONNX needs onnxruntime;"):
        Predictor(str(tmp_path / "model.onnx"))


@pytest.mark.parametrize(
    "output, decoded",
    [
        (ClassOutput(("a", "b")), [0.25, 0.75]),
        (ScoreOutput(("a", "b"), True), [[3.0, 1.5], [2, 0]]),
        (ErrorOutput(), [0.25, 4.0]),
        (DirectionOutput(True), [0.5, -0.5, 2**-0.5]),
    ],
)
def test_a_format_from_its_plain_values_reads_arrays_as_tensors(
    output: OutputFormat, decoded: list
) -> None:
    again = read_format(json.loads(json.dumps(output.to_plain())))
    assert again.to_row(np.float32(decoded)) == output.to_row(torch.tensor(decoded))
    assert len(again.split_in_time(np.float32(decoded))) == 1


def test_what_onnx_lacks_is_said_in_other_words() -> None:
    x, y = torch.randn(3, 5), torch.randn(4, 5)
    for p in (2.0, torch.inf):
        torch.testing.assert_close(pairwise_distances(x, y, p), torch.cdist(x, y, p))
    for n in (1, 4, 5):
        torch.testing.assert_close(fft_frequencies(n, 0.1), torch.fft.fftfreq(n, 0.1))


def test_directions_read_in_degrees() -> None:
    assert DirectionOutput(True).to_row(np.float32([0.5, -0.5, 2**-0.5])) == {
        "azimuth": -45.0,
        "elevation": 45.0,
    }
    assert DirectionOutput(False).to_row(np.float32([-1, 0, 0])) == {"azimuth": 180.0}
    assert DirectionOutput(True).to_words({"azimuth": -45.2, "elevation": 45.0}) == [
        "azimuth -45°",
        "elevation 45°",
    ]


def test_what_is_known_of_an_array_comes_back_from_json(tmp_path: Path) -> None:
    spec = Spec(
        16000, 2, 16000, "direction", microphones=((0.0, 0.05, 0.0), (0.0, -0.05, 0.0))
    )
    spec.save(tmp_path / "spec.json")
    assert Spec.load(tmp_path / "spec.json") == spec
