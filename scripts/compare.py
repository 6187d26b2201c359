"""What `auris compare` does, in a checkout: python scripts/compare.py --help"""

from auris.cli.main import run_script

if __name__ == "__main__":
    run_script("compare")
