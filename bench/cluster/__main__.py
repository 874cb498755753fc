"""`python -m bench.cluster PART`: what is measured on several nodes or over hours; each part is a file in this folder.

    python -m bench.cluster                  # says which parts there are
    python -m bench.cluster faults --help

A part is a module with `main(arguments) -> int`, which returns the exit code.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

USAGE = 2


def parts() -> list[str]:
    """Names of the files that are parts, in the order of the alphabet."""
    files = (file for file in Path(__file__).parent.glob("*.py") if not file.stem.startswith("_"))
    return sorted(file.stem for file in files if "\ndef main(" in file.read_text(encoding="utf-8"))


def main(arguments: Sequence[str]) -> int:
    """Run a part with the arguments behind its name; say which ones there are where none is named."""
    if not arguments or arguments[0] not in parts():
        sys.stderr.write(f"name one of: {', '.join(parts()) or 'none is there yet'}\n")
        return USAGE
    return int(import_module(f"bench.cluster.{arguments[0]}").main(arguments[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
