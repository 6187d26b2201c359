"""What `auris predict` does, in a checkout: python scripts/predict.py --help"""

from auris.cli.main import run_script

if __name__ == "__main__":
    run_script("predict")
