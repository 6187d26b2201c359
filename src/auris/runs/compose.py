"""From a command line to the configuration of a run and its folder."""

from collections.abc import Sequence
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict

from auris.core.commands import command_line
from auris.core.errors import UserError
from auris.core.instantiate import to_plain
from auris.core.words import quote_words, unquote_word
from auris.core.wrong_words import check_words
from auris.runs.folder import REPORT, RESULT, find_run, load_config
from auris.runs.settings import check_run_settings


def prepare(cfg: DictConfig) -> tuple[DictConfig, Path | None]:
    """The resolved configuration, checked, and the folder of the run that goes on, if one does."""
    words = OverridesParser.create().parse_overrides(
        list(HydraConfig.get().overrides.task)
    )
    check_run_settings(to_plain(cfg))
    if cfg.resume and cfg.finish:
        raise UserError("resume=RUN goes on and finish=RUN ends; choose one of them.")
    if cfg.finish:
        return finished_early(cfg, words)
    if cfg.resume:
        return resumed(cfg, words)
    resolved = DictConfig(
        OmegaConf.to_container(cfg, resolve=True, throw_on_missing=True)
    )
    if HydraConfig.get().mode == RunMode.MULTIRUN and resolved.trainer.devices not in (
        1,
        "auto",
    ):
        raise UserError("Each run of a sweep is one process; choose trainer.devices=1.")
    if resolved.test is None:
        resolved.test = HydraConfig.get().mode == RunMode.RUN
    if resolved.init is not None:
        resolved.init = str(find_run(str(resolved.init)))
    return resolved, None


def compose_run(words: Sequence[str], configs: Path) -> DictConfig:
    """The configuration of a run without a command line of its own."""
    return compose_job(words, configs)[0]


def compose_job(words: Sequence[str], configs: Path) -> tuple[DictConfig, Path | None]:
    """What `prepare` makes of words that no command line holds."""
    quoted = quote_words(words)
    check_words(quoted)
    with initialize_config_dir(str(configs.resolve()), version_base="1.3"):
        cfg = compose("train", overrides=quoted, return_hydra_config=True)
    HydraConfig.instance().set_config(cfg)
    with open_dict(cfg):
        del cfg["hydra"]
    return prepare(cfg)


def resumed(
    cfg: DictConfig, words: Sequence[Override]
) -> tuple[DictConfig, Path | None]:
    """The saved configuration of a run, with what the command line says of its trainer and
    callbacks.

    No folder is where a finished run is trained longer: it stays as it is, and a new one goes on.
    """
    folder = find_run(str(cfg.resume))
    saved = load_config(folder)
    before = saved.trainer.max_epochs
    _change(saved, words)
    saved.plugins = cfg.plugins
    if not (folder / RESULT).is_file():
        return saved, folder
    epochs = saved.trainer.max_epochs
    if isinstance(epochs, int) and epochs > before:
        return _continued(saved, folder), None
    if saved.get("report", True) and not (folder / REPORT).is_file():
        return saved, folder
    raise UserError(
        f"The run in {cfg.resume} is finished; "
        f"{command_line('evaluate', str(cfg.resume))} looks at it, and a "
        f"trainer.max_epochs above {before} trains it longer, in a new folder."
    )


def finished_early(
    cfg: DictConfig, words: Sequence[Override]
) -> tuple[DictConfig, Path]:
    """The saved configuration of a run whose training ends where it is, without a refit."""
    folder = find_run(str(cfg.finish))
    if (folder / RESULT).is_file():
        raise UserError(
            f"The run in {cfg.finish} is finished; "
            f"{command_line('evaluate', str(cfg.finish))} looks at it."
        )
    saved = load_config(folder)
    _change(saved, words)
    saved.plugins = cfg.plugins
    saved.finish = True
    if isinstance(saved.refit, bool):
        saved.refit = False
    return saved, folder


def _continued(saved: DictConfig, former: Path) -> DictConfig:
    """The configuration of a run that trains a former one longer."""
    if not isinstance(saved.refit, bool):
        raise UserError(
            f"refit={saved.refit} says how long the run trains; begin another one with a larger "
            "number."
        )
    saved.resume = str(former)
    saved.finish = None
    return saved


def _change(saved: DictConfig, words: Sequence[Override]) -> None:
    """Take from the command line what a run that goes on may change."""
    for word in words:
        key = word.key_or_group
        if key.startswith(("trainer.", "callbacks.")) or key == "test":
            OmegaConf.update(saved, key, word.value())
        elif key not in ("resume", "finish", "debug", "plugins"):
            raise UserError(
                f"A run that goes on keeps its choices: {key} can't be changed; only trainer.*, "
                "callbacks.* and test can."
            )


def repeating_command() -> str:
    """The command line that carries out the run that was composed last once more."""
    hydra = HydraConfig.get()
    sources = hydra.runtime.config_sources
    flags = [
        f"--config-dir={source.path}"
        for source in sources
        if source.provider == "command-line"
    ]
    words = [unquote_word(word) for word in hydra.overrides.task]
    decides_on_test = any(word.startswith("test=") for word in words)
    if hydra.mode == RunMode.MULTIRUN and not decides_on_test:
        words.append("test=false")
    return command_line("train", *flags, *words)
