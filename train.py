"""The main job: python train.py model=mlp data=cats_babies"""

import sys

from auris.cli.train import train

if __name__ == "__main__":
    train(sys.argv[1:])
