"""What `auris look` does, in a checkout: python scripts/look.py --help"""

from auris.cli.main import run_script

if __name__ == "__main__":
    run_script("look")
