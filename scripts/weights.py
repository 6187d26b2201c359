"""What `auris weights` does, in a checkout: python scripts/weights.py --help"""

from auris.cli.main import run_script

if __name__ == "__main__":
    run_script("weights")
