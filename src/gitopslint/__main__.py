"""`python -m gitopslint`."""

from gitopslint.cli import run

if __name__ == "__main__":
    run()
