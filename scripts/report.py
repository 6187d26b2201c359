"""What `auris report` does, in a checkout: python scripts/report.py --help"""

from auris.cli.main import run_script

if __name__ == "__main__":
    run_script("report")
