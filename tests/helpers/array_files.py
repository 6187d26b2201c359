"""The arrays of microphones that configurations name."""

from omegaconf import OmegaConf
from running import CONFIGS

from auris.acoustics.arrays import Array
from auris.data.spec import Spec

FOLDER = CONFIGS / "array"


def load(name: str) -> Array:
    return Array(
        OmegaConf.to_container(OmegaConf.load(FOLDER / f"{name}.yaml"))["microphones"]
    )


def spec(name: str) -> Spec:
    places = tuple(map(tuple, load(name).microphones.tolist()))
    return Spec(16000, len(places), 8000, "direction", microphones=places)
