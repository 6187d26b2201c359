"""What `auris diarize` does, in a checkout: python scripts/diarize.py --help"""

from auris.cli.main import run_script

if __name__ == "__main__":
    run_script("diarize")
