"""Options that several benchmarks take."""

import argparse
from collections.abc import Callable, Collection


def wires(known: Collection[str]) -> Callable[[str], list[str]]:
    """Reads names of wires, comma-separated; refuses one that is not known."""

    def read(text: str) -> list[str]:
        names = text.split(",")
        if unknown := [name for name in names if name not in known]:
            raise argparse.ArgumentTypeError(f"no wire {', '.join(unknown)}: choose some of {', '.join(known)}")
        return names

    return read
