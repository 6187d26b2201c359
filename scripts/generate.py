"""What `auris generate` does, in a checkout: python scripts/generate.py --help"""

from auris.cli.main import run_script

if __name__ == "__main__":
    run_script("generate")
