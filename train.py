"""The main job: python train.py model=mlp data=cats_babies"""

import sys

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from auris.errors import plain_errors
from auris.prepare import check_flags, prepare

failed: list[SystemExit] = []  # jobs of a sweep; the others go on


@hydra.main(config_path="configs", config_name="train", version_base="1.3")
def main(cfg: DictConfig) -> float:
    try:
        return job(cfg)
    except SystemExit as exit:
        if HydraConfig.get().mode == RunMode.RUN or exit.code == 130:
            raise
        failed.append(exit)
        return float("nan")


@plain_errors()  # what a run says; what Hydra says of the command line is caught below
def job(cfg: DictConfig) -> float:
    configuration, folder = prepare(cfg)
    from auris.run import train  # torch and lightning take seconds; a wrong word on the command line need not

    return train(configuration, folder)


if __name__ == "__main__":
    with plain_errors():
        check_flags(sys.argv[1:])
        main()
    sys.exit(1 if failed else 0)
