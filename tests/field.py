"""Inputs from the field, read in place where they are at hand: nothing of them lies in this repository."""

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("TILTYARD_CASES", Path(__file__).parents[2] / "shared" / "cases")) / "field"


def case(name: str) -> Path:
    """The folder of a case; the test is skipped where there are none."""
    if not FOLDER.is_dir():
        pytest.skip(f"no {FOLDER}: set TILTYARD_CASES to the folder of the cases")
    [folder] = FOLDER.glob(f"{name}-*")
    return folder
