"""`python -m services.scorer`: joins and scores until told to stop."""

import logging
import os

from services.scorer.service import run
from shared.service import guarded


def main() -> None:
    """Run the scorer; exits with the codes of shared/service.py.

    Exits at once: Faust's consumer thread outlives its loop when the broker is gone, and would keep the process.
    """
    code = guarded("scorer", run)
    logging.shutdown()
    os._exit(code)


if __name__ == "__main__":
    main()
