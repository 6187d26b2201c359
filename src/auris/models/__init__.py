"""Families of models: functions from in_shape to out_shape. A new one is one class and one short YAML."""

from auris.models.autoencoder import DenseAutoencoder, LinearAutoencoder
from auris.models.cnn import Cnn, Cnn1d
from auris.models.dense import Linear, MeanDeviation, Mlp
from auris.models.detector import Autoencoder, Detector
from auris.models.network import Network
from auris.models.plain import Lookup, NearestNeighbours, Plain

__all__ = [
    "Autoencoder", "Cnn", "Cnn1d", "DenseAutoencoder", "Detector", "Linear", "LinearAutoencoder", "Lookup",
    "MeanDeviation", "Mlp", "NearestNeighbours", "Network", "Plain",
]  # fmt: skip
