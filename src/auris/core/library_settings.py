"""What constructors of torch, Lightning and scikit-learn take, where they do not say it themselves.

A library's constructor names no ranges, scikit-learn's no types either: many a wrong value would
come to light after hours, in words of its own. A class here stands for those derived from it.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from auris.core.ranges import Count, Length, Range, Seed, Share

LearningRate = Annotated[float, Range(0, 1000, above=True)]

_Decay = Annotated[float, Range(0, 0.9999)]  # of an average; at 1 it would never move
_Penalty = Annotated[float, Range(0, 1e6)]
_Tiny = Annotated[float, Range(0, 1, above=True)]
_Processes = Annotated[int, Range(1, 1024)]
_Gamma = Annotated[float, Range(0, 1e6, above=True)] | Literal["scale", "auto"]
_Starts = Annotated[int, Range(1, 10_000)]  # of which the best counts
_Kernel = Literal["linear", "poly", "rbf", "sigmoid"]

LIBRARY_HINTS: dict[str, dict[str, Any]] = {
    "torch.optim.optimizer.Optimizer": {
        "lr": LearningRate,
        "betas": Annotated[Sequence[_Decay], Length(2, 2)],
        "dampening": Share,
        "eps": _Tiny,
        "momentum": _Decay,
        "weight_decay": _Penalty,
    },
    "torch.optim.lr_scheduler.ConstantLR": {
        "factor": Annotated[float, Range(0, 1, above=True)],
        "total_iters": Annotated[int, Range(0, 10**9)],
    },
    "torch.optim.lr_scheduler.ReduceLROnPlateau": {
        "factor": Annotated[float, Range(0, 0.9999, above=True)],
        "patience": Annotated[int, Range(0, 10**6)],
    },
    "torch.nn.modules.loss.CrossEntropyLoss": {"label_smoothing": Share},
    "torch.nn.modules.loss.HuberLoss": {
        "delta": Annotated[float, Range(0, 1e6, above=True)]
    },
    "lightning.pytorch.trainer.trainer.Trainer": {
        "accelerator": Literal["auto", "cpu", "gpu", "cuda", "mps"],
        "compile": bool,
        "deterministic": bool | Literal["warn"],
        "devices": _Processes
        | Annotated[Sequence[Annotated[int, Range(0, 1023)]], Length(1, 1024)]
        | Literal["auto"],
        "gradient_clip_val": Annotated[float, Range(0, 1e6, above=True)] | None,
        "max_epochs": Count,
        "num_nodes": _Processes,
        "strategy": Literal["auto", "ddp", "ddp_find_unused_parameters_true"],
    },
    "lightning.pytorch.callbacks.early_stopping.EarlyStopping": {
        "min_delta": Annotated[float, Range(0, 1e6)],
        "patience": Count,
    },
    "lightning.pytorch.loggers.tensorboard.TensorBoardLogger": {
        "name": str,
        "version": str,
    },
    "sklearn.svm._classes.SVC": {
        "C": Annotated[float, Range(0, 1e9, above=True)],
        "gamma": _Gamma,
        "kernel": _Kernel,
    },
    "sklearn.svm._classes.OneClassSVM": {
        "gamma": _Gamma,
        "kernel": _Kernel,
        "nu": Annotated[float, Range(0, 1, above=True)],
    },
    "sklearn.cluster._kmeans.KMeans": {"n_init": _Starts, "random_state": Seed},
    "sklearn.cluster._agglomerative.AgglomerativeClustering": {
        "linkage": Literal["ward", "average", "complete", "single"]
    },
    "sklearn.cluster._spectral.SpectralClustering": {
        "affinity": Literal["nearest_neighbors", "rbf"],
        "n_neighbors": Count,
        "random_state": Seed,
    },
    "sklearn.mixture._gaussian_mixture.GaussianMixture": {
        "covariance_type": Literal["full", "tied", "diag", "spherical"],
        "n_components": Annotated[int, Range(1, 10_000)],
        "n_init": _Starts,
        "random_state": Seed,
        "reg_covar": Annotated[float, Range(0, 1e6)],
    },
    "sklearn.ensemble._forest.BaseForest": {
        "max_features": Literal["sqrt", "log2"]
        | Annotated[float, Range(0, 1, above=True)]
        | Count
        | None,
        "n_estimators": Annotated[int, Range(1, 100_000)],
        "random_state": Seed,
    },
    "sklearn.naive_bayes.GaussianNB": {"var_smoothing": _Penalty},
}


def library_hints(cls: type) -> dict[str, Any]:
    """What the constructor of a library's class takes, by name, as far as it stands here."""
    hints: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        hints |= LIBRARY_HINTS.get(f"{base.__module__}.{base.__qualname__}", {})
    return hints
