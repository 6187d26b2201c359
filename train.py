"""The main job: python train.py model=mlp data=cats_babies"""

import sys

import hydra
from omegaconf import DictConfig

from auris.errors import plain_errors
from auris.prepare import check_flags, prepare


@hydra.main(config_path="configs", config_name="train", version_base="1.3")
@plain_errors()  # inside, what a run says; outside, what Hydra says of the command line
def main(cfg: DictConfig) -> float:
    configuration, folder = prepare(cfg)
    from auris.run import train  # torch and lightning take seconds; a wrong word on the command line need not

    return train(configuration, folder)


if __name__ == "__main__":
    with plain_errors():
        check_flags(sys.argv[1:])
        main()
