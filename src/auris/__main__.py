"""python -m auris COMMAND ..."""

from auris.cli.main import main

if __name__ == "__main__":
    main()
