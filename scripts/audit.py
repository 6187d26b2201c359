"""What `auris audit` does, in a checkout: python scripts/audit.py --help"""

from auris.cli.main import run_script

if __name__ == "__main__":
    run_script("audit")
