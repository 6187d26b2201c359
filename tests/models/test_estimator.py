"""scikit-learn's models in the place of a network: they say what scikit-learn says."""

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.base import BaseEstimator, clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsRegressor
from sklearn.svm import SVC
from torch import Tensor

from auris.core.errors import UserError
from auris.data.spec import Spec
from auris.features.pooling import MeanDeviation
from auris.models.estimator import Classifier, Estimator, Regressor
from auris.tasks.classification.task import Classification
from auris.tasks.reconstruction.task import Reconstruction

FEATURES = 5
SHARE = 1e-3  # the least share of a class that is expressed
# margins decide between classes of equal votes, of which scikit-learn else takes the first
CLASSIFIERS = [
    SVC(kernel="linear", break_ties=True),
    SVC(break_ties=True),
    GaussianNB(),
    LinearDiscriminantAnalysis(),
]


def model(
    estimator: BaseEstimator, classes: int, kind: type[Estimator] = Classifier
) -> Estimator:
    task = Classification(Spec(8000, 1, 4000, "label", tuple("abcd"[:classes])))
    return kind((FEATURES, 1), (classes,), MeanDeviation(), task, clone(estimator))


def clips(count: int, classes: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Features (count, FEATURES, 1) that overlap, and classes (count,)."""
    draw = torch.Generator().manual_seed(seed)
    label = torch.randint(classes, (count,), generator=draw)
    return torch.randn(count, FEATURES, 1, generator=draw) + F.one_hot(label, FEATURES)[
        ..., None
    ], label


def taught(model: Estimator, x: Tensor, label: Tensor) -> Estimator:
    target = F.one_hot(label, model.out_shape[0]).float()
    model.store_clips(zip(x.split(7), target.split(7), strict=True))
    return model


def vectors(x: Tensor) -> np.ndarray:
    return x.flatten(1).double().numpy()


@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("estimator", CLASSIFIERS, ids=str)
def test_a_classifier_answers_as_scikit_learn_does(
    estimator: BaseEstimator, classes: int
) -> None:
    (x, label), (new, truth) = clips(120, classes), clips(200, classes, seed=1)
    theirs = clone(estimator).fit(vectors(x), label.numpy())
    found = taught(model(estimator, classes), x, label)(new)
    assert found.shape == (200, classes)
    np.testing.assert_array_equal(found.argmax(1).numpy(), theirs.predict(vectors(new)))
    assert (found.argmax(1) == truth).float().mean() > 1.2 / classes


def test_probabilities_are_those_of_scikit_learn() -> None:
    (x, label), (new, _) = clips(120, 3), clips(50, 3, seed=1)
    expected = (
        GaussianNB()
        .fit(vectors(x), label.numpy())
        .predict_proba(vectors(new))
        .clip(SHARE)
    )
    np.testing.assert_allclose(
        taught(model(GaussianNB(), 3), x, label)(new).exp(), expected, rtol=1e-5
    )


def test_the_margin_of_two_classes_is_the_difference_of_their_outputs() -> None:
    (x, label), (new, _) = clips(120, 2), clips(50, 2, seed=1)
    margins = SVC().fit(vectors(x), label.numpy()).decision_function(vectors(new))
    found = taught(model(SVC(), 2), x, label)(new)
    np.testing.assert_allclose(found[:, 1] - found[:, 0], margins, rtol=1e-5, atol=1e-6)


def forest() -> RandomForestRegressor:
    return RandomForestRegressor(20, random_state=0)


@pytest.mark.parametrize("classes", [2, 3])
def test_the_outputs_of_a_forest_are_the_shares_of_the_classes(classes: int) -> None:
    (x, label), (new, truth) = clips(120, classes), clips(100, classes, seed=1)
    found = taught(model(forest(), classes, Regressor), x, label)(new)
    theirs = (
        forest()
        .fit(vectors(x), F.one_hot(label, classes).double().numpy())
        .predict(vectors(new))
    )
    np.testing.assert_allclose(theirs.sum(1), 1)
    np.testing.assert_allclose(found.exp(), theirs.clip(SHARE), rtol=1e-5)
    assert (found.argmax(1) == truth).float().mean() > 1.2 / classes


@pytest.mark.parametrize("shape", [(FEATURES, 1), (1, FEATURES, 1)])
def test_a_regressor_serves_a_task_without_classes(shape: tuple[int, ...]) -> None:
    x = clips(30, 2)[0].view(30, *shape)
    one = Regressor(
        shape, shape, MeanDeviation(), Reconstruction(shape), KNeighborsRegressor(1)
    )
    one.store_clips([(x, x)])
    torch.testing.assert_close(one(x), x)


@pytest.mark.parametrize(
    "estimator, kind",
    [(SVC(), Classifier), (GaussianNB(), Classifier), (forest(), Regressor)],
)
def test_a_file_of_tensors_is_enough_to_answer_again(
    estimator: BaseEstimator, kind: type[Estimator], tmp_path: Path
) -> None:
    x, label = clips(80, 3)
    one = taught(model(estimator, 3, kind), x, label)
    torch.save(one.state_dict(), tmp_path / "model.pt")
    fresh = model(estimator, 3, kind)
    assert not fresh(x).any()  # it knows nothing yet
    fresh.load_state_dict(torch.load(tmp_path / "model.pt", weights_only=True))
    assert torch.equal(fresh(x), one(x))


def test_a_model_of_the_wrong_kind_is_refused_with_the_right_one() -> None:
    with pytest.raises(
        UserError,
        match="RandomForestRegressor is not a classifier.*estimator.Regressor",
    ):
        model(forest(), 2)
    with pytest.raises(UserError, match="SVC is not a regressor.*estimator.Classifier"):
        model(SVC(), 2, Regressor)
    with pytest.raises(
        UserError,
        match="SVC tells classes apart and this task has none; choose model=knn",
    ):
        Classifier((4, 1), (4, 1), MeanDeviation(), Reconstruction((4, 1)), SVC())
