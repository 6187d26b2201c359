"""What `auris sweep` does, in a checkout: python scripts/sweep.py --help"""

from auris.cli.main import run_script

if __name__ == "__main__":
    run_script("sweep")
