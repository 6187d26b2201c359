"""What `auris features` does, in a checkout: python scripts/features.py --help"""

from auris.cli.main import run_script

if __name__ == "__main__":
    run_script("features")
