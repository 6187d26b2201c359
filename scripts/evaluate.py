"""What `auris evaluate` does, in a checkout: python scripts/evaluate.py --help"""

from auris.cli.main import run_script

if __name__ == "__main__":
    run_script("evaluate")
