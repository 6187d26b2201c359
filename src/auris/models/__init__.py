"""Families of models: functions from in_shape to out_shape. A new one is one class and one short YAML."""

from auris.models.autoencoder import DenseAutoencoder, LinearAutoencoder
from auris.models.classical import Formula, LeastSquares, Music, NormMusic, SrpPhat
from auris.models.cnn import Cnn, Cnn1d
from auris.models.cnn_autoencoder import CnnAutoencoder
from auris.models.dense import Linear, Mean, MeanDeviation, Mlp
from auris.models.detector import Autoencoder, Detector
from auris.models.network import Network
from auris.models.plain import Lookup, NearestNeighbours, Plain
from auris.models.self_supervised import SelfSupervised
from auris.models.steered import Steered
from auris.models.vae import Vae

__all__ = [
    "Autoencoder", "Cnn", "Cnn1d", "CnnAutoencoder", "DenseAutoencoder", "Detector", "Formula", "LeastSquares",
    "Linear", "LinearAutoencoder", "Lookup", "Mean", "MeanDeviation", "Mlp", "Music", "NearestNeighbours",
    "Network", "NormMusic", "Plain", "SelfSupervised", "SrpPhat", "Steered", "Vae",
]  # fmt: skip
