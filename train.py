"""The main job: python train.py model=mlp data=cats_babies"""

from auris.errors import plain_errors

with plain_errors():
    import hydra
    from omegaconf import DictConfig

    @hydra.main(config_path="configs", config_name="train", version_base="1.3")
    def main(cfg: DictConfig) -> float:
        from auris.prepare import prepare
        from auris.run import train

        return train(*prepare(cfg))

    if __name__ == "__main__":
        main()
