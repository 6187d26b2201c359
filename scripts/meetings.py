"""What `auris meetings` does, in a checkout: python scripts/meetings.py --help"""

from auris.cli.main import run_script

if __name__ == "__main__":
    run_script("meetings")
