"""The stages that a command line chooses."""

from collections.abc import Sequence

from hydra import compose, initialize_config_dir
from omegaconf import DictConfig

from auris.core.instantiate import Factory
from auris.core.places import config_folder
from auris.core.warnings import warn_user
from auris.core.words import quote_words
from auris.diarization.pipeline import Diarizer
from auris.pretrained.fetch import Unavailable

_FOLDER = "diarization"
PLAIN = ("speech=energy", "embedding=mfcc")  # what needs no weights


def build_diarizer(words: Sequence[str], plugins: Sequence[str] = ()) -> Diarizer:
    """The stages, of the default ones and settings such as `speech=energy`.

    Where weights can't be had, plain stages serve, which is said. Raises `UserError` for settings
    that are not there, and where the settings ask for weights that can't be had.
    """
    try:
        return _make_stages(words, plugins)
    except Unavailable as error:
        if words:
            raise
        warn_user(
            f"{error} Until then plain stages serve, which know levels and spectra but no voices: "
            "do not trust their answer."
        )
        return _make_stages(PLAIN, plugins)


def compose_tree(name: str, words: Sequence[str]) -> DictConfig:
    """A configuration of the tree configs/diarization."""
    folder = str((config_folder() / _FOLDER).resolve())
    with initialize_config_dir(folder, version_base="1.3"):
        return compose(name, overrides=quote_words(words))


def _make_stages(words: Sequence[str], plugins: Sequence[str]) -> Diarizer:
    return Factory(plugins).make(compose_tree("stages", words))
