"""`python -m services.console`: the same as `tiltyard`."""

from services.console.app import main

if __name__ == "__main__":
    main()
