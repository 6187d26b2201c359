"""What `auris export` does, in a checkout: python scripts/export.py --help"""

from auris.cli.main import run_script

if __name__ == "__main__":
    run_script("export")
