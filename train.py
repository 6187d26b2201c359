"""The main job: python train.py model=mlp data=cats_babies"""

from auris.cli.main import run_script

if __name__ == "__main__":
    run_script("train")
