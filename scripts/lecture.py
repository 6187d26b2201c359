"""What `auris lecture` does, in a checkout: python scripts/lecture.py --help"""

from auris.cli.main import run_script

if __name__ == "__main__":
    run_script("lecture")
