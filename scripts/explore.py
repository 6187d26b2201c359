"""What `auris explore` does, in a checkout: python scripts/explore.py --help"""

from auris.cli.main import run_script

if __name__ == "__main__":
    run_script("explore")
