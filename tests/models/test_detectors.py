"""Models of normal sound: what they find surprising, known answers, and what a file of theirs
holds.
"""

import csv
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import RATE, fill, noise, sine
from running import TINY, experiment, here
from scipy.stats import multivariate_normal
from sklearn.cluster import KMeans
from sklearn.covariance import LedoitWolf
from sklearn.mixture import GaussianMixture
from sklearn.svm import OneClassSVM
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence

from auris.core.errors import UserError
from auris.core.shapes import Shape
from auris.data.spec import Spec
from auris.features.pooling import Mean, MeanDeviation
from auris.features.spectrogram import Level, LogMel
from auris.features.standardize import Standardized
from auris.inference.predictor import Predictor
from auris.inference.recordings import FileRecording
from auris.models.autoencoder import DenseAutoencoder, LinearAutoencoder
from auris.models.cnn_autoencoder import CnnAutoencoder
from auris.models.density import Mahalanobis, SklearnDetector
from auris.models.instance_based import InstanceBased, NearestNeighbours
from auris.models.patches import Patches
from auris.models.pretext import TRANSFORMS, pitch_shift, time_stretch
from auris.models.self_supervised import SelfSupervised
from auris.models.vae import Vae, gaussian_kl
from auris.tasks.anomaly.task import Anomaly
from auris.tasks.classification.task import Classification
from auris.tasks.losses import MeanAnomalyScore
from auris.tasks.reconstruction.task import Reconstruction
from auris.training.run import train

SHAPE = (1, 16, 20)
Build = Callable[[Shape, Anomaly], nn.Module]


def task(sections: int = 2, shape: Shape = SHAPE) -> Anomaly:
    return Anomaly(
        Spec(
            RATE,
            1,
            4000,
            "anomaly",
            ("normal", "odd"),
            columns={"section": tuple("abcd"[:sections])},
        ),
        shape,
    )


def linear(shape: Shape, task: Anomaly) -> nn.Module:
    return LinearAutoencoder(shape, task, latent_dim=2)


def dense(shape: Shape, task: Anomaly) -> nn.Module:
    return DenseAutoencoder(shape, task, frames=3, widths=[16], latent_dim=2)


def cnn(shape: Shape, task: Anomaly) -> nn.Module:
    return CnnAutoencoder(shape, task, widths=[4, 8], latent_dim=3)


def vae(shape: Shape, task: Anomaly) -> nn.Module:
    return Vae(shape, task.out_shape, task, frames=3, widths=[16], latent_dim=2)


def self_supervised(shape: Shape, task: Anomaly) -> nn.Module:
    return SelfSupervised(
        shape, task.out_shape, task, widths=[4, 8], stride=[2, 2], dropout=0.0
    )


def neighbours(shape: Shape, task: Anomaly, k: int = 2) -> InstanceBased:
    return NearestNeighbours(shape, task.out_shape, MeanDeviation(), task, k)


def mahalanobis(shape: Shape, task: Anomaly) -> InstanceBased:
    return Mahalanobis(shape, task.out_shape, MeanDeviation(), task)


def loudness(shape: Shape, task: Anomaly) -> InstanceBased:
    return Mahalanobis(shape, task.out_shape, Mean(), task)


def outliers(shape: Shape, task: Anomaly, estimator: object) -> InstanceBased:
    # type: ignore[arg-type]
    return SklearnDetector(shape, task.out_shape, MeanDeviation(), task, estimator)


mixture = partial(
    outliers,
    estimator=GaussianMixture(
        2, covariance_type="diag", reg_covar=0.01, random_state=3
    ),
)
border = partial(outliers, estimator=OneClassSVM(nu=0.2))
LEARNT = [linear, dense, cnn, vae, self_supervised]
FITTED = [neighbours, mahalanobis, loudness, mixture, border]


def clips(count: int, seed: int = 0, shape: Shape = SHAPE) -> Tensor:
    return torch.randn(count, *shape, generator=torch.Generator().manual_seed(seed))


def told(task: Anomaly, section: Tensor, x: Tensor) -> Tensor:
    """Targets (B, K, T') of normal clips of these sections."""
    return task.encode(torch.stack([section * 0, section, section * 0], dim=1), x)


def taught(model: nn.Module, task: Anomaly, x: Tensor, section: Tensor) -> nn.Module:
    """A model that keeps these clips, given in two passes, after its summary has learnt its
    scale.
    """
    for part in model.modules():
        if isinstance(part, Standardized):
            part.learn([part.raw(x)])
    pairs = list(zip(x.split(7), told(task, section, x).split(7), strict=True))
    if isinstance(model, InstanceBased):
        model.store_clips(pairs)
    elif isinstance(model, SelfSupervised):
        model.eval().fit_memory(lambda: pairs)
    return model.eval()


@pytest.mark.parametrize("shape", [SHAPE, (2, 13, 9), (1, 1, 4)])
@pytest.mark.parametrize("sections", [1, 3])
@pytest.mark.parametrize("build", [*LEARNT[1:], *FITTED])
def test_every_frame_has_a_surprise_for_every_section(
    build: Build, sections: int, shape: Shape
) -> None:
    own = task(sections, shape)
    model, x, section = (
        build(shape, own),
        clips(12, shape=shape),
        torch.arange(12) % sections,
    )
    assert model.eval()(x).shape == (12, sections, shape[-1])
    found = taught(model, own, x, section)(x[:5])
    assert found.shape == (5, sections, shape[-1]) and found.isfinite().all()


@pytest.mark.parametrize("build", [neighbours, mahalanobis, mixture, border])
def test_vectors_of_a_single_frame_will_do(build: Build) -> None:
    shape = (6, 1)
    own = task(2, shape)
    x, section = clips(20, shape=shape), torch.arange(20) % 2
    assert taught(build(shape, own), own, x, section)(x).shape == (20, 2, 1)


@pytest.mark.parametrize("build", [self_supervised, *FITTED])
def test_a_clip_is_less_surprising_to_its_own_section(build: Build) -> None:
    own, section = task(2), torch.arange(24) % 2
    x = clips(48) + torch.tensor([-3.0, 3.0]).repeat(24)[:, None, None, None]
    found = taught(build(SHAPE, own), own, x[:24], section)(x[24:])[..., 0]  # (24, K)
    assert torch.equal(found.argmin(1), section)


@pytest.mark.parametrize("build", [*LEARNT, *FITTED])
def test_a_file_of_tensors_is_enough_to_answer_again(
    build: Build, tmp_path: Path
) -> None:
    own, x, section = task(2), clips(20), torch.arange(20) % 2
    model = taught(build(SHAPE, own), own, x, section)
    torch.save(model.state_dict(), tmp_path / "model.pt")
    fresh = build(SHAPE, own).eval()
    fresh.load_state_dict(torch.load(tmp_path / "model.pt", weights_only=True))
    new = clips(5, seed=1)
    assert torch.equal(fresh(new), model(new)) and model(new).any()


def sounds(waves: list[np.ndarray]) -> Tensor:
    """Log-mel features (B, 1, 16, T')."""
    wave = torch.from_numpy(np.stack(waves)).float()[:, None]
    return LogMel(RATE, n_fft=256, hop_length=200, n_mels=16)(wave)


@pytest.mark.parametrize("build", [*LEARNT, *FITTED])
def test_who_knows_tones_is_surprised_by_noise(build: Build) -> None:
    torch.manual_seed(0)
    heard, other = np.linspace(500, 1500, 20), [600, 800, 1000, 1200]  # Hz
    tones = [sine(f, 0.5) + 0.01 * noise(i) for i, f in enumerate([*heard, *other])]
    x = sounds([*tones, *(noise(100 + i) for i in range(4))])
    x = (x - x[:20].mean((0, -1), keepdim=True)) / x[:20].std((0, -1), keepdim=True)
    own = task(1, tuple(x.shape[1:]))
    model = build(tuple(x.shape[1:]), own)
    section = torch.zeros(20, dtype=torch.long)
    if parameters := list(model.parameters()):
        search, loss = torch.optim.Adam(parameters, lr=0.01), MeanAnomalyScore()
        for _ in range(80):
            search.zero_grad()
            loss(model.train()(x[:20]), told(own, section, x[:20])).backward()
            search.step()
    scores = own.decode(taught(model, own, x[:20], section)(x), x)[:, 0, 0]
    assert scores[24:].min() > scores[20:24].max()


def test_mahalanobis_is_the_distance_by_hand() -> None:
    own, x, new = (
        task(2, (4, 1)),
        clips(40, shape=(4, 1)),
        clips(6, seed=1, shape=(4, 1)),
    )
    section = torch.arange(40) % 2
    found = taught(mahalanobis((4, 1), own), own, x, section)(new)[..., 0]
    for k in range(2):
        h = x[section == k, :, 0].double().numpy()
        cov, mean = LedoitWolf().fit(h).covariance_, h.mean(0)
        assert not np.allclose(cov, np.cov(h.T, bias=True))  # something was drawn in
        assert np.trace(cov) == pytest.approx(np.trace(np.cov(h.T, bias=True)))
        away = new[..., 0].double().numpy() - mean
        np.testing.assert_allclose(
            found[:, k], (away @ np.linalg.inv(cov) * away).sum(1), rtol=1e-5
        )
        constant = 4 * np.log(2 * np.pi) + np.linalg.slogdet(cov)[1]
        log_p = multivariate_normal(mean, cov).logpdf(new[..., 0].double().numpy())
        np.testing.assert_allclose(found[:, k], -2 * log_p - constant, rtol=1e-4)


@pytest.mark.parametrize("kind", ["diag", "full"])
def test_the_surprise_of_a_mixture_is_scikit_learns_negative_log_p(kind: str) -> None:
    own, x, new = (
        task(2, (3, 1)),
        clips(60, shape=(3, 1)),
        clips(6, seed=1, shape=(3, 1)),
    )
    section = torch.arange(60) % 2
    estimator = GaussianMixture(2, covariance_type=kind, random_state=0)  # type: ignore[arg-type]
    found = taught(outliers((3, 1), own, estimator), own, x, section)(new)[..., 0]
    for k in range(2):
        theirs = GaussianMixture(2, covariance_type=kind, random_state=0)  # type: ignore[arg-type]
        log_p = theirs.fit(x[section == k, :, 0].double().numpy()).score_samples(
            new[..., 0].double().numpy()
        )
        np.testing.assert_allclose(found[:, k], -log_p, rtol=1e-5)


def test_the_distance_of_neighbours_by_hand() -> None:
    own, section = task(2, (1, 1)), torch.tensor([0, 0, 0, 1, 1, 1])
    x = torch.tensor([0.0, 1.0, 5.0, 10.0, 12.0, 20.0]).view(6, 1, 1)
    found = taught(neighbours((1, 1), own, k=2), own, x, section)(
        torch.tensor([[[2.0]], [[11.0]]])
    )
    assert found[..., 0].tolist() == [[1.5, 9.0], [8.0, 1.0]]


def test_self_supervision_ends_with_the_distance_to_the_nearest_embedding() -> None:
    own, x, section = task(2), clips(20), torch.arange(20) % 2
    model = self_supervised(SHAPE, own).eval()
    known, new = model.embed(x), model.embed(clips(6, seed=1))
    found = taught(model, own, x, section)(clips(6, seed=1))[..., 0]
    for k in range(2):
        cosine = (new @ known[section == k].T).max(1).values
        torch.testing.assert_close(
            found[:, k].square() / 2, 1 - cosine, rtol=1e-3, atol=1e-6
        )


def test_the_pretext_is_the_log_probability_of_change_and_section() -> None:
    own, x = task(2), clips(5)
    model = self_supervised(SHAPE, own).eval()
    found, expected = model(x)[..., 0], torch.zeros(5, 2)
    for g, change in enumerate(TRANSFORMS):
        expected -= model.network(change(x)).flatten(1).softmax(1).view(5, -1, 2)[
            :, g
        ].log() / len(TRANSFORMS)
    torch.testing.assert_close(found, expected)


def test_in_training_a_change_is_drawn_for_every_clip() -> None:
    own, x = task(1), clips(1).expand(64, -1, -1, -1)
    model = self_supervised(SHAPE, own)
    model.network.eval()  # so that a clip's answer does not depend on its batch
    torch.manual_seed(0)
    drawn, again = model(x)[:, 0, 0], model(x)[:, 0, 0]
    possible = torch.stack(
        [
            model.anomaly_score(change(x[:1]), g)[0, 0]
            for g, change in enumerate(TRANSFORMS)
        ]
    )
    which = (drawn[:, None] - possible).abs()  # (64, G)
    assert which.amin(1).max() < 1e-4 and set(which.argmin(1).tolist()) == set(
        range(len(TRANSFORMS))
    )
    assert not torch.equal(drawn, again)


@pytest.mark.parametrize("shape", [SHAPE, (2, 13, 9), (1, 1, 1)])
def test_changes_keep_the_shape_and_differ(shape: Shape) -> None:
    changed = [change(clips(2, shape=shape)) for change in TRANSFORMS]
    assert all(x.shape == (2, *shape) and x.isfinite().all() for x in changed)
    if shape == SHAPE:
        pairs = [(i, j) for i in range(len(TRANSFORMS)) for j in range(i)]
        assert all(
            not torch.allclose(changed[i], changed[j], atol=0.1) for i, j in pairs
        )


def test_a_sound_is_moved_and_played_as_it_says() -> None:
    ramp = torch.arange(8.0)
    bands, time = ramp[None, None, :, None], ramp[None, None, None]
    assert pitch_shift(bands, 0.25).flatten().tolist() == [2, 1, 0, 1, 2, 3, 4, 5]
    assert pitch_shift(bands, -0.25).flatten().tolist() == [2, 3, 4, 5, 6, 7, 6, 5]
    assert time_stretch(time, 1.5).flatten().tolist() == [
        0,
        1.5,
        3,
        4.5,
        6,
        6.5,
        5,
        3.5,
    ]
    assert time_stretch(time, 0.5).flatten().tolist() == [
        0,
        0.5,
        1,
        1.5,
        2,
        2.5,
        3,
        3.5,
    ]


def test_the_divergence_is_that_of_torch() -> None:
    mean, log_variance = clips(2, shape=(7, 3)).unbind()
    expected = kl_divergence(
        Normal(mean, (log_variance / 2).exp()), Normal(0.0, 1.0)
    ).sum(-1)
    torch.testing.assert_close(gaussian_kl(mean, log_variance), expected)


def test_at_beta_1_a_vae_is_surprised_by_the_evidence_that_it_lacks() -> None:
    """One patch a clip: -ELBO = -log N(x | f(z), 1) + KL is n / 2 times the mean surprise, plus
    n / 2 log 2 pi.
    """
    shape = (1, 4, 3)
    own = task(1, shape)
    model, x = vae(shape, own).eval(), clips(5, shape=shape)
    mean, log_variance = model.encode_patches(model.patches.cut_patches(x))
    log_p = Normal(model.reconstruct(x), 1.0).log_prob(x).sum((1, 2, 3))
    loss = gaussian_kl(mean, log_variance)[:, 0] - log_p
    assert (gaussian_kl(mean, log_variance) > 1e-4).all()
    torch.testing.assert_close(6 * model(x)[:, 0].mean(1) + 6 * np.log(2 * np.pi), loss)


def test_a_vae_draws_codes_in_training_only() -> None:
    own, x = task(1), clips(6)
    model = vae(SHAPE, own)
    assert not torch.equal(model(x), model(x))
    assert torch.equal(model.eval()(x), model(x))


@pytest.mark.parametrize("frames", [1, 3, SHAPE[-1]])
def test_patches_that_agree_are_joined_to_what_they_were_cut_from(frames: int) -> None:
    patches, x = Patches((2, 3, 20), frames), clips(4, shape=(2, 3, 20))
    assert patches.cut_patches(x).shape == (4, 21 - frames, patches.size)
    torch.testing.assert_close(
        patches.join_patches(patches.cut_patches(x)).view_as(x), x
    )


def test_patches_that_do_not_agree_are_averaged() -> None:
    # three patches of two frames of one number
    said = torch.tensor([[[1.0, 1.0], [2.0, 2.0], [6.0, 6.0]]])
    assert Patches((1, 4), 2).join_patches(said).tolist() == [[[1.0, 1.5, 4.0, 6.0]]]


@pytest.mark.parametrize("build", [linear, dense, cnn])
def test_an_autoencoder_is_as_surprised_as_its_copy_is_wrong(build: Build) -> None:
    own, x = task(2), clips(6)
    model = build(SHAPE, own).eval()
    residual = (x - model.reconstruct(x)).square().mean((1, 2))  # (B, T')
    assert residual.min() > 0
    torch.testing.assert_close(model(x), residual[:, None].expand(-1, 2, -1))
    again = build(SHAPE, Reconstruction(SHAPE)).eval()  # type: ignore[arg-type]
    again.load_state_dict(model.state_dict())
    assert torch.equal(again(x), model.reconstruct(x))


def test_a_level_is_the_power_of_a_frame_in_decibels() -> None:
    wave = torch.from_numpy(np.stack([sine(1000, 0.5), 0 * sine(1000, 0.5)])).float()[
        :, None
    ]
    level = Level(400, 200)(wave)
    assert level.shape == (2, 1, 1, 21)
    torch.testing.assert_close(
        level[0], torch.full((1, 1, 21), 10 * np.log10(0.125)), atol=0.02, rtol=0
    )
    assert (level[1] == -100).all()


@pytest.mark.parametrize("build", [vae, self_supervised, mahalanobis, mixture])
def test_who_looks_for_anomalies_only_is_refused_elsewhere(build: Build) -> None:
    for other in (
        Classification(Spec(RATE, 1, 4000, "label", ("a", "b"))),
        Reconstruction(SHAPE),
    ):
        with pytest.raises(UserError, match="and nothing else; choose task=anomaly"):
            build(SHAPE, other)  # type: ignore[arg-type]


@pytest.mark.parametrize("build", [cnn, self_supervised])
def test_features_without_bands_are_refused(build: Build) -> None:
    with pytest.raises(
        UserError, match=r"these have shape \(39, 1\); choose features=log_mel"
    ):
        build((39, 1), task(1, (39, 1)))


def test_what_can_not_be_is_refused() -> None:
    own = task(1)
    with pytest.raises(
        UserError, match="model.frames=21 should be at most 20, the frames"
    ):
        Vae(SHAPE, own.out_shape, own, frames=21)
    with pytest.raises(UserError, match="KMeans can't score samples"):
        outliers(SHAPE, own, KMeans())
    with pytest.raises(
        UserError, match="needs 2 training clips of each section, and one has 1"
    ):
        taught(
            mahalanobis(SHAPE, task(2)), task(2), clips(4), torch.tensor([0, 0, 0, 1])
        )
    with pytest.raises(
        UserError, match=r"SklearnDetector can't be fitted to 3 clips \(.*n_components"
    ):
        taught(
            outliers(SHAPE, own, GaussianMixture(9)),
            own,
            clips(3),
            torch.zeros(3, dtype=torch.long),
        )
    with pytest.raises(UserError, match="choose task=anomaly or another loss"):
        Reconstruction(SHAPE).check_parts(nn.Identity(), MeanAnomalyScore())


@pytest.mark.parametrize("model", ["self_supervised", "gaussian_mixture"])
def test_a_run_can_be_asked_again(model: str, tmp_path: Path) -> None:
    fill(tmp_path / "recordings", each=10)
    data = (
        "data=one_class",
        "data.dataset=folder",
        "data.normal=tone",
        *here(tmp_path),
    )
    finished = train(
        experiment(
            *data,
            *[word for word in TINY if word != "test=false"],
            "test=true",
            f"model={model}",
        )
    )
    folder = finished.folder
    predictor = Predictor(str(folder))
    rows = list(csv.DictReader((folder / "predictions_test.csv").open()))
    assert len(rows) == 12 and len({row["score"] for row in rows}) == 12
    for row in rows:
        wave = predictor._read_window(FileRecording(Path(row["path"])), 0.0, 0.5)[
            None
        ]  # (1, C, T)
        told = predictor.output.to_row(predictor.model.decode(wave)[0])
        assert told["score"] == pytest.approx(float(row["score"]), rel=1e-3, abs=1e-3)
